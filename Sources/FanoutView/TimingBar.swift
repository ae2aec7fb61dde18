internal import FanoutEvents
package import FanoutTimeline

/// Draws one lane's life along the axis: waiting, each attempt, back-off, and its end.
package struct TimingBar {
    let axis: Axis
    let glyphs: Glyphs
    /// The column of the frame at which the axis begins.
    let x: Int
    let y: Int

    package init(axis: Axis, glyphs: Glyphs, x: Int, y: Int) {
        self.axis = axis
        self.glyphs = glyphs
        self.x = x
        self.y = y
    }

    /// Draws a stretch; later ones cover earlier ones where they share a cell.
    ///
    /// - Parameters:
    ///   - role: What the attempt that settles the lane is drawn in.
    ///   - isSettling: Whether the stretch is that attempt; one before it failed.
    package func draw(_ segment: Segment, _ role: Role, isSettling: Bool, into frame: inout Frame) {
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
        guard case .attempt = segment.kind else { return }
        if segment.approxStart != nil, from >= 0 {
            frame.put(glyphs.looseEnd, x: x + from / 8, y: y, role: isSettling ? role : .barAttempt)
        }
        if !segment.isOpen, segment.approxEnd != nil {
            mark(max(to, from + 1), glyphs.looseEnd, isSettling ? role : .barAttempt, &frame)
        }
    }

    /// Draws a length of time that is no lane's.
    package func draw(from start: Int64, to end: Int64, _ role: Role, into frame: inout Frame) {
        solid(axis.eighths(start), axis.eighths(end), role, &frame)
    }

    /// Marks where a call that runs is expected to end.
    package func drawExpectedEnd(_ t: Int64, into frame: inout Frame) {
        guard let column = axis.column(t) else { return }
        frame.put(glyphs.expectedEnd, x: x + column, y: y, role: .muted)
    }

    /// Marks where a call ended that never ran; what was not measured of it, in the cell before.
    package func drawEnd(_ t: Int64, _ glyph: Glyph, _ role: Role, isMeasured: Bool, into frame: inout Frame) {
        guard let column = axis.column(t) else { return }
        frame.put(glyph, x: x + column, y: y, role: role)
        if !isMeasured, column > 0 {
            frame.put(glyphs.looseEnd, x: x + column - 1, y: y, role: role)
        }
    }

    /// Draws a call of which only the order is known: a thread from its place among the beginnings to that among the ends, with its state
    /// where that is, and then its place in words where there is room. Nothing of it looks like a length of time.
    func drawOrder(from start: Int64, to end: Int64, _ glyph: Glyph, _ role: Role, isOpen: Bool, place: CleanText, into frame: inout Frame)
    {
        let first = axis.eighths(start) / 8
        let last = min(axis.columns - 1, axis.eighths(end) / 8)
        guard last >= 0, first < axis.columns else { return }
        frame.fill(x + max(0, first)..<x + last + 1, y: y, with: glyphs.orderLine, role: role)
        if first >= 0 {
            frame.put(glyphs.orderStart, x: x + first, y: y, role: role)
        }
        if !isOpen {
            frame.put(glyph, x: x + last, y: y, role: role)
        }
        let room = axis.columns - last - 2
        if place.columns <= room {
            frame.put(place, x: x + last + 2, y: y, role: .muted)
        } else if place.columns + 1 <= first {
            frame.put(place, x: x + first - 1 - place.columns, y: y, role: .muted)
        }
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
