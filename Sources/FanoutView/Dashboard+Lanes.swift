internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// The heads of the columns and the labels of the axis.
    func drawAxis(_ y: Int, _ columns: Columns, into frame: inout Frame) {
        frame.put("TOOL", x: Columns.nameStart, y: y, role: .muted)
        if columns.argument > 0 {
            frame.put("ARGUMENTS", x: columns.argumentStart, y: y, width: columns.argument, role: .muted)
        }
        if columns.state > 0 {
            frame.put("STATE", x: columns.stateStart, y: y, role: .muted)
        }
        frame.put("TIME", x: columns.timeStart + columns.time - 4, y: y, role: .muted)
        drawEdges(y, columns, into: &frame)
        for tick in axis.ticks where tick.column + tick.label.columns <= columns.barWidth {
            frame.put(tick.label, x: columns.bar + tick.column, y: y, role: .axis)
        }
    }

    private func drawEdges(_ y: Int, _ columns: Columns, into frame: inout Frame) {
        frame.put(glyphs.axis, x: columns.leftEdge, y: y, role: .axis)
        frame.put(glyphs.axis, x: columns.bar + columns.barWidth, y: y, role: .axis)
    }

    /// A turn's name, and what it came to.
    func drawHeading(_ turn: Int, _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        let figures = timeline.figures(ofTurn: turn, at: t)
        var line = Line(x: 2, y: y, limit: columns.leftEdge - 1)
        let number = timeline.turns[turn].number.map { "turn " + CleanText($0) } ?? "calls of no turn"
        line.add(number, .header, into: &frame)
        let strategy = timeline.turns[turn].strategy
        if let title = timeline.turns[turn].title, title != strategy {
            line.addCut(CleanText(title), .text, gap: 1, most: max(10, (columns.leftEdge - 20) / 2), into: &frame)
        }
        if let strategy {
            line.add(CleanText(strategy), .accent, gap: 1, into: &frame)
        }
        if figures.sum > 0 {
            line.add(DurationText.length(figures.wall), .text, gap: 2, into: &frame)
            if let speedup = figures.speedup, figures.calls > 1 {
                line.add(DurationText.ratio(speedup), .accent, gap: 1, into: &frame)
            }
        }
        if figures.errors > 0 {
            line.add(CleanText(figures.errors) + " err", .failed, gap: 1, into: &frame)
        }
        frame.fill(line.x + 1..<columns.leftEdge, y: y, with: glyphs.rule, role: .border)
        drawEdges(y, columns, into: &frame)
        frame.fill(columns.bar..<columns.bar + columns.barWidth, y: y, with: glyphs.rule, role: .border)
    }

    func drawLane(
        _ number: Int, _ depth: Int, _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, isCritical: Bool,
        into frame: inout Frame
    ) {
        let lane = timeline.lane(number)
        let words = LaneWords(timeline, lane: number, at: t, glyphs: glyphs)
        if number == selection {
            frame.put(glyphs.selected, x: 0, y: y, role: .accent)
        }
        frame.put(words.glyph, x: 2, y: y, role: words.role)
        let indent = min(depth * 2, columns.name / 2)
        frame.put(
            CleanText(timeline.title(of: number)), x: Columns.nameStart + indent, y: y, width: columns.name - indent,
            role: lane.kind == .model ? .muted : .text)
        if columns.argument > 0, let summary = summaries[number]?.text {
            frame.put(summary, x: columns.argumentStart, y: y, width: columns.argument, role: .muted)
        }
        if columns.state > 0 {
            frame.put(stateWords(words, number, timeline, t), x: columns.stateStart, y: y, width: columns.state, role: words.role)
        }
        let time = elapsed(number, lane, timeline, t)
        frame.put(
            time, x: columns.timeStart + max(0, columns.time - time.columns), y: y, width: columns.time,
            role: words.role == .queued ? .muted : .text)
        if isCritical {
            frame.put(glyphs.critical, x: columns.criticalMark, y: y, role: .critical)
        }
        drawEdges(y, columns, into: &frame)
        drawBar(number, lane, y, columns, timeline, t, words, into: &frame)
        if number == selection {
            // Not the bar: where a selection is shown by reversing, what ran would look like what did not.
            frame.select(row: y, x: 0..<columns.leftEdge)
        }
    }

    /// What it waits for, where that tells more than a word.
    private func stateWords(_ words: LaneWords, _ number: Int, _ timeline: Timeline, _ t: Int64) -> CleanText {
        guard timeline.state(of: number, at: t) == .waiting(.dependency),
            let first = timeline.dependencies(of: number).first(where: { timeline.lane($0).ended > t })
        else { return words.words }
        let place = timeline.lane(first).index
        return place < 0 ? words.words : "needs #" + CleanText(place + 1)
    }

    private func drawBar(
        _ number: Int, _ lane: Lane, _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, _ words: LaneWords,
        into frame: inout Frame
    ) {
        let bar = TimingBar(axis: axis, glyphs: glyphs, x: columns.bar, y: y)
        let role: Role = lane.kind == .model && words.role != .failed ? .estimate : words.role == .retrying ? .running : words.role
        var pending: Segment?
        func draw(_ segment: Segment, isLast: Bool) {
            let isSettling: Bool
            if case .attempt(_, let isFailed) = segment.kind {
                isSettling = isLast || !isFailed
            } else {
                isSettling = true
            }
            bar.draw(segment, role, isSettling: isSettling, into: &frame)
        }
        timeline.forEachSegment(of: number, at: t) { segment in
            // Held work comes after the end, and does not make the attempt before it one that was tried again.
            if let pending {
                draw(pending, isLast: segment.kind == .held)
            }
            pending = segment
        }
        if let pending {
            draw(pending, isLast: true)
        }
        if lane.attempts == 0, lane.hasEnded, lane.ended <= t {
            bar.drawEnd(lane.ended, words.glyph, words.role, into: &frame)
        }
        bar.drawNow(t, into: &frame)
    }

    /// Its run time, or its waiting time until it starts.
    private func elapsed(_ number: Int, _ lane: Lane, _ timeline: Timeline, _ t: Int64) -> CleanText {
        let end = min(t, lane.hasEnded ? lane.ended : timeline.over == nil ? t : timeline.last)
        var start: Int64?
        timeline.forEachSegment(of: number, at: t) { segment in
            if case .attempt = segment.kind, start == nil {
                start = segment.start
            }
        }
        if let start {
            let length = DurationText.length(end - start)
            let isMeasured = lane.approxStart == nil && (lane.approxEnd == nil || lane.ended > t)
            return isMeasured ? length : CleanText(String(glyphs.atMost.scalar)) + length
        }
        return lane.ended <= t ? "" : DurationText.length(end - lane.seen)
    }

    /// How many attempts ran at once, column by column.
    func drawConcurrency(_ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, _ focus: Int?, into frame: inout Frame) {
        let levels = timeline.concurrency(from: axis.start, to: axis.end, count: columns.barWidth)
        let last = axis.eighths(t) / 8
        let peak = max(1, levels.prefix(max(0, last + 1)).max() ?? 1)
        var line = Line(x: Columns.nameStart, y: y, limit: columns.leftEdge - 1)
        line.add("in flight", .muted, into: &frame)
        line.add(glyph: glyphs.parallel, .muted, gap: 1, into: &frame)
        if line.add(CleanText(String(glyphs.heights[0].scalar)) + "=1", .concurrency, gap: 1, into: &frame), peak > 1 {
            line.add(CleanText(String(glyphs.heights[7].scalar)) + "=" + CleanText(peak), .concurrency, gap: 1, into: &frame)
        }
        if let limit = focus.flatMap({ timeline.turns[$0].limit }) {
            line.add("limit " + CleanText(limit), .muted, gap: 2, into: &frame)
        }
        drawEdges(y, columns, into: &frame)
        for (column, level) in levels.enumerated() where level > 0 && column <= last {
            // One stands lowest and the peak highest, whatever lies between them.
            let step = level == 1 ? 0 : level >= peak ? 7 : 1 + (level - 1) * 6 / (peak - 1)
            frame.put(glyphs.heights[step], x: columns.bar + column, y: y, role: .concurrency)
        }
    }
}
