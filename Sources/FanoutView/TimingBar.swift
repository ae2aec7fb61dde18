internal import FanoutEvents
internal import FanoutTimeline

/// Draws one lane's life along the axis: waiting, each attempt, back-off, and its end.
struct TimingBar {
    let axis: Axis
    let glyphs: Glyphs
    /// The column of the frame at which the axis begins.
    let x: Int
    let y: Int

    /// Draws a stretch; later ones cover earlier ones where they share a cell.
    ///
    /// - Parameters:
    ///   - role: What the attempt that settles the lane is drawn in.
    ///   - isSettling: Whether the stretch is that attempt; one before it failed.
    func draw(_ segment: Segment, _ role: Role, isSettling: Bool, into frame: inout Frame) {
        let from = axis.eighths(segment.start)
        let to = axis.eighths(segment.end)
        guard to >= 0, from < axis.columns * 8 else { return }
        switch segment.kind {
        case .announced:
            pattern(from, to, glyphs.backoff, .barWait, &frame)
        case .waiting:
            pattern(from, to, glyphs.wait, .barWait, &frame)
        case .backoff:
            pattern(from, to, glyphs.backoff, .barBackoff, &frame)
        case .held:
            pattern(from, to, glyphs.looseEnd, .muted, &frame)
        case .attempt:
            if isSettling {
                solid(from, to, role, &frame)
            } else {
                solidPattern(from, to, glyphs.failedAttempt, .barAttempt, &frame)
            }
        }
        if !segment.isOpen, segment.approxEnd != nil {
            mark(to, glyphs.looseEnd, role, &frame)
        }
    }

    /// Marks where a call ended that never ran.
    func drawEnd(_ t: Int64, _ glyph: Glyph, _ role: Role, into frame: inout Frame) {
        guard let column = axis.column(t) else { return }
        frame.put(glyph, x: x + column, y: y, role: role)
    }

    /// The column of the playhead, where nothing else stands.
    func drawNow(_ t: Int64, into frame: inout Frame) {
        guard let column = axis.column(t), frame[x + column, y].content == 0x20 else { return }
        frame.put(glyphs.now, x: x + column, y: y, role: .now)
    }

    /// Whole cells of a pattern; the last one only where the stretch fills most of it.
    private func pattern(_ from: Int, _ to: Int, _ glyph: Glyph, _ role: Role, _ frame: inout Frame) {
        let first = max(0, from / 8)
        let last = min(axis.columns, (to + 4) / 8)
        guard last > first else { return }
        frame.fill(x + first..<x + last, y: y, with: glyph, role: role)
    }

    /// Whole cells of a pattern, one at the least: an attempt is seen however short it was.
    private func solidPattern(_ from: Int, _ to: Int, _ glyph: Glyph, _ role: Role, _ frame: inout Frame) {
        let first = max(0, min(axis.columns - 1, from / 8))
        let last = min(axis.columns, max(first + 1, (to + 4) / 8))
        frame.fill(x + first..<x + last, y: y, with: glyph, role: role)
    }

    /// A bar exact to an eighth of a cell, one eighth at the least.
    private func solid(_ from: Int, _ to: Int, _ role: Role, _ frame: inout Frame) {
        guard !glyphs.eighths.isEmpty else {
            return solidPattern(from, to, glyphs.full, role, &frame)
        }
        let start = max(0, from)
        let stop = min(axis.columns * 8, max(to, start + 1))
        let first = start / 8
        let last = (stop - 1) / 8
        guard first < axis.columns else { return }
        if first == last, stop % 8 != 0 {
            // Within one cell only a part that begins at an edge can be drawn.
            frame.put(glyphs.eighths[max(1, stop - start) - 1], x: x + first, y: y, role: role)
            return
        }
        if start % 8 == 0 {
            frame.put(glyphs.full, x: x + first, y: y, role: role)
        } else {
            // The part that is empty, in reverse: what is left of it is the bar.
            frame.put(glyphs.eighths[start % 8 - 1], x: x + first, y: y, role: role, reversed: true)
        }
        guard last > first else { return }
        frame.fill(x + first + 1..<x + last, y: y, with: glyphs.full, role: role)
        frame.put(stop % 8 == 0 ? glyphs.full : glyphs.eighths[stop % 8 - 1], x: x + last, y: y, role: role)
    }

    private func mark(_ at: Int, _ glyph: Glyph, _ role: Role, _ frame: inout Frame) {
        let column = max(0, at - 1) / 8
        guard at > 0, column < axis.columns else { return }
        frame.put(glyph, x: x + column, y: y, role: role)
    }
}
