internal import FanoutEvents
internal import FanoutTimeline

// Rows that stand for many lanes.
extension Dashboard {
    /// What many calls come to.
    private struct Together {
        var running = 0
        var waiting = 0
        var errors = 0
        var other = 0
        var start = Int64.max
        var end = Int64.min

        init(_ lanes: [Int], _ timeline: Timeline, _ t: Int64) {
            for lane in lanes {
                switch timeline.state(of: lane, at: t) {
                case .hidden: continue
                case .announced, .waiting: waiting += 1
                case .running, .backoff: running += 1
                case .ended(let outcome):
                    errors += outcome.isError ? 1 : 0
                    other += outcome == .ok || outcome.isError ? 0 : 1
                }
                timeline.forEachAttempt(of: lane, at: t) { began, ended in
                    start = min(start, began)
                    end = max(end, ended ?? t)
                }
            }
        }

        /// From the first start to the last end; 0 where none has started.
        var wall: Int64 { start < end ? end - start : 0 }
    }

    private func words(_ together: Together, _ count: Int) -> (glyph: Glyph, role: Role, words: CleanText) {
        if together.running > 0 { return (glyphs.running, .running, CleanText(together.running) + " run") }
        if together.waiting > 0 { return (glyphs.queued, .queued, CleanText(together.waiting) + " wait") }
        if together.errors > 0 { return (glyphs.failed, .failed, CleanText(together.errors) + " err") }
        return together.other > 0 ? (glyphs.unknown, .muted, CleanText(together.other) + " not ok") : (glyphs.ok, .ok, "ok")
    }

    /// Calls of one tool in one row.
    func drawRun(_ lanes: [Int], _ depth: Int, _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        guard let first = lanes.first else { return }
        let together = Together(lanes, timeline, t)
        let state = words(together, lanes.count)
        let isSelected = selection.map(lanes.contains) ?? false
        if isSelected { frame.put(glyphs.selected, x: 0, y: y, role: .accent) }
        frame.put(state.glyph, x: 2, y: y, role: state.role)
        let count = CleanText(String(glyphs.times.scalar)) + CleanText(lanes.count)
        let start = Columns.nameStart + min(depth * (columns.name >= 12 ? 2 : 1), columns.name / 2)
        let room = Columns.nameStart + columns.name - start - count.columns - 1
        let used = frame.put(label(of: first, timeline), x: start, y: y, width: room, role: .text)
        frame.put(count, x: start + used + 1, y: y, role: .accent)
        if columns.argument > 0, let summary = summaries[first]?.text {
            frame.put(summary + " …", x: columns.argumentStart, y: y, width: columns.argument, role: .muted)
        }
        if columns.state > 0 { frame.put(state.words, x: columns.stateStart, y: y, width: columns.state, role: state.role) }
        let time = DurationText.length(together.wall)
        frame.put(time, x: columns.timeStart + max(0, columns.time - time.columns), y: y, width: columns.time, role: .text)
        if let search, lanes.contains(where: { !search.hits($0, in: timeline, at: t).isEmpty }) {
            frame.put(glyphs.match, x: 1, y: y, role: .match)
        }
        drawEdges(y, columns, into: &frame)
        drawTogether(lanes, y, columns, timeline, t, into: &frame)
        if isSelected { frame.select(row: y, x: 0..<columns.leftEdge) }
    }

    /// A turn in one row: its heading, and all its calls in one bar.
    func drawFoldedTurn(
        _ turn: Int, _ lanes: [Int], _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, into frame: inout Frame
    ) {
        drawHeading(turn, isFolded: true, y, columns, timeline, t, into: &frame)
        drawTogether(lanes, y, columns, timeline, t, into: &frame)
        if let selection, timeline.laneRange.contains(selection), timeline.rootTurn(of: selection) == turn {
            frame.put(glyphs.selected, x: 0, y: y, role: .accent)
            frame.select(row: y, x: 0..<columns.leftEdge)
        }
    }

    /// What a cell of a bar of many lanes shows: of all that was there, the last of these.
    private enum Shade: UInt8 {
        case none, waiting, backoff, done, unclear, running, failed
    }

    /// Many lanes in one bar: in each cell what matters most.
    private func drawTogether(_ lanes: [Int], _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        var cells = [UInt8](repeating: 0, count: axis.columns)
        for number in lanes {
            let lane = timeline.lane(number)
            timeline.forEachSegment(of: number, at: t) { segment in
                let shade: Shade
                switch segment.kind {
                case .announced, .waiting: shade = .waiting
                case .backoff, .held: shade = .backoff
                case .attempt(_, let isFailed):
                    shade = segment.isOpen ? .running : !isFailed ? .done : lane.outcome.isError ? .failed : .unclear
                }
                guard segment.end > axis.start || segment.start == axis.start else { return }
                let first = max(0, axis.eighths(segment.start) / 8)
                var last = (axis.eighths(segment.end) + 4) / 8
                if case .attempt = segment.kind { last = max(first + 1, last) }
                last = min(axis.columns, last)
                guard first < last else { return }
                for column in first..<last { cells[column] = max(cells[column], shade.rawValue) }
            }
        }
        for (column, cell) in cells.enumerated() {
            let (glyph, role): (Glyph, Role)
            switch Shade(rawValue: cell) ?? .none {
            case .none: continue
            case .waiting: (glyph, role) = (glyphs.wait, .barWait)
            case .backoff: (glyph, role) = (glyphs.backoff, .barBackoff)
            case .done: (glyph, role) = (glyphs.full, .ok)
            case .unclear: (glyph, role) = (glyphs.full, .muted)
            case .running: (glyph, role) = (glyphs.full, .running)
            case .failed: (glyph, role) = (glyphs.full, .failed)
            }
            frame.put(glyph, x: columns.bar + column, y: y, role: role)
        }
        TimingBar(axis: axis, glyphs: glyphs, x: columns.bar, y: y).drawNow(t, into: &frame)
    }
}
