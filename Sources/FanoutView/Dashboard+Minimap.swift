internal import FanoutEvents
internal import FanoutTimeline

// The whole turn under the part of it that the axis shows.
extension Dashboard {
    /// The stretch of a turn, where it is wider than the axis shows.
    func wholeTurn(_ turn: Int, _ timeline: Timeline, _ t: Int64) -> Range<Int64>? {
        let own = timeline.turns[turn]
        // A turn whose calls go on grows although nothing is told of it.
        let goesOn = timeline.openLanes(at: t).contains { Int(timeline.lane($0).turn) == turn }
        let end = goesOn ? t : min(own.last, t)
        let isInSight = visible.contains { row in row.lane.map { timeline.rootTurn(of: $0) == timeline.rootTurn(above: turn) } ?? false }
        guard isInSight, laneRows > 4, end > own.started, findings.precision.wall != .orderOnly else { return nil }
        let slack = axis.span / 10
        guard own.started < axis.start - slack || end > axis.end + slack else { return nil }
        return own.started..<end
    }

    /// How many attempts ran at once in all of it, the part that the axis shows standing out.
    func drawMinimap(_ y: Int, _ whole: Range<Int64>, _ columns: Columns, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        let map = Axis(start: whole.lowerBound, span: whole.upperBound - whole.lowerBound, columns: columns.barWidth)
        var line = Line(x: Columns.nameStart, y: y, limit: columns.leftEdge - 1)
        line.add("whole turn", .muted, into: &frame)
        line.add(DurationText.length(map.span), .muted, gap: 1, into: &frame)
        drawEdges(y, columns, into: &frame)
        let levels = timeline.concurrency(from: map.start, to: map.end, count: map.columns)
        let peak = max(1, levels.max() ?? 1)
        let first = max(0, min(map.columns - 1, map.eighths(axis.start) / 8))
        let window = first..<max(first + 1, min(map.columns, (map.eighths(axis.end) + 7) / 8))
        for (column, level) in levels.enumerated() {
            let isInside = window.contains(column)
            let role: Role = isInside ? .accent : .muted
            guard level > 0 else {
                // A rule under the part that is shown, so that it is seen where nothing ran.
                if isInside { frame.put(glyphs.rule, x: columns.bar + column, y: y, role: .accent) }
                continue
            }
            frame.put(glyphs.heights[Self.height(level, of: peak)], x: columns.bar + column, y: y, role: role)
        }
        // Its edges, which are seen without colours too.
        for edge in [window.lowerBound - 1, window.upperBound] where (0..<map.columns).contains(edge) {
            frame.put(glyphs.axis, x: columns.bar + edge, y: y, role: .accent)
        }
    }
}
