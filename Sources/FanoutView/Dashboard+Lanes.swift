internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// The heads of the columns and the labels of the axis.
    ///
    /// - Parameter isOrderOnly: Whether of no lane in sight more is known than the order: then instants are no places on an axis.
    func drawAxis(_ y: Int, _ columns: Columns, isOrderOnly: Bool, into frame: inout Frame) {
        frame.put("TOOL", x: Columns.nameStart, y: y, role: arrangement.order == .tool ? .accent : .muted)
        if columns.argument > 0 {
            frame.put("ARGUMENTS", x: columns.argumentStart, y: y, width: columns.argument, role: .muted)
        }
        if columns.state > 0 {
            frame.put("STATE", x: columns.stateStart, y: y, role: arrangement.order == .state ? .accent : .muted)
        }
        frame.put("TIME", x: columns.timeStart + columns.time - 4, y: y, role: arrangement.order == .time ? .accent : .muted)
        drawEdges(y, columns, into: &frame)
        if isOrderOnly {
            let words: CleanText = columns.barWidth >= 24 ? "in order, not to scale" : "in order"
            frame.put(words, x: columns.bar, y: y, width: columns.barWidth, role: .axis)
            return
        }
        for tick in axis.ticks where tick.column + tick.label.columns <= columns.barWidth {
            frame.put(tick.label, x: columns.bar + tick.column, y: y, role: .axis)
        }
    }

    func drawEdges(_ y: Int, _ columns: Columns, into frame: inout Frame) {
        frame.put(glyphs.axis, x: columns.leftEdge, y: y, role: .axis)
        frame.put(glyphs.axis, x: columns.bar + columns.barWidth, y: y, role: .axis)
    }

    /// A turn's name, and what it came to.
    func drawHeading(
        _ turn: Int, isFolded: Bool, _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, into frame: inout Frame
    ) {
        let figures = timeline.figures(ofTurn: turn, at: t)
        var line = Line(x: 2, y: y, limit: columns.leftEdge - 1)
        if isFolded {
            line.add(glyph: glyphs.plus, .accent, into: &frame)
            line = Line(x: Columns.nameStart, y: y, limit: line.limit)
        }
        let number = timeline.turns[turn].number.map { "turn " + CleanText($0) } ?? "calls of no turn"
        line.add(number, .header, into: &frame)
        let strategy = timeline.turns[turn].strategy
        if let title = timeline.turns[turn].title, title != strategy {
            line.addCut(CleanText(title), .text, gap: 1, most: max(10, (columns.leftEdge - 20) / 2), into: &frame)
        }
        if let strategy {
            line.add(CleanText(strategy), .accent, gap: 1, into: &frame)
        }
        let precision = precisions[turn]?.precision ?? timeline.precision(ofTurn: turn, at: t, path: CriticalPath())
        if precision.wall == .orderOnly {
            line.add("only the order is known", .muted, gap: 2, into: &frame)
        } else if figures.sum > 0 {
            line.add(DurationText.length(figures.wall, precision.wall, glyphs), .text, gap: 2, into: &frame)
            if let speedup = figures.speedup, figures.calls > 1 {
                line.add(DurationText.ratio(speedup, precision.speedup, glyphs), .accent, gap: 1, into: &frame)
            }
        }
        if figures.errors > 0 {
            line.add(CleanText(figures.errors) + " err", .failed, gap: 1, into: &frame)
        }
        if isFolded, figures.calls > 0 {
            line.add(CleanText(figures.calls) + (figures.calls == 1 ? " call" : " calls"), .muted, gap: 2, into: &frame)
        }
        frame.fill(line.x + 1..<columns.leftEdge, y: y, with: glyphs.rule, role: .border)
        drawEdges(y, columns, into: &frame)
        guard !isFolded else { return }
        frame.fill(columns.bar..<columns.bar + columns.barWidth, y: y, with: glyphs.rule, role: .border)
    }

    /// Has at hand how far a heading's figures can be trusted: as fresh as it is shown.
    mutating func fetchPrecision(ofTurn turn: Int, _ timeline: Timeline, _ t: Int64) {
        if let known = precisions[turn], known.t == t && known.version == timeline.version || (1..<Findings.freshness).contains(t - known.t)
        {
            return
        }
        precisions[turn] = (timeline.version, t, timeline.precision(ofTurn: turn, at: t, path: CriticalPath()))
    }

    func drawLane(
        _ number: Int, _ depth: Int, folded: (lanes: Int, errors: Int) = (0, 0), _ y: Int, _ columns: Columns, _ timeline: Timeline,
        _ t: Int64, isCritical: Bool,
        into frame: inout Frame
    ) {
        let lane = timeline.lane(number)
        let words = LaneWords(timeline, lane: number, at: t, glyphs: glyphs)
        if number == selection {
            frame.put(glyphs.selected, x: 0, y: y, role: .accent)
        }
        frame.put(words.glyph, x: 2, y: y, role: words.role)
        // A column for each turn that it is nested in, two where there is room; beyond the middle of the column names would say nothing.
        let indent = min(depth * (columns.name >= 12 ? 2 : 1), columns.name / 2)
        if depth > 0, columns.name >= 12 {
            frame.put(glyphs.corners.bottomLeft, x: Columns.nameStart + indent - 2, y: y, role: .border)
        }
        // What went wrong under it is not folded away.
        let errors: CleanText = folded.errors == 0 ? "" : " " + CleanText(String(glyphs.failed.scalar)) + CleanText(folded.errors)
        let more = folded.lanes == 0 ? CleanText.empty : "+" + CleanText(folded.lanes) + errors
        let room = columns.name - indent - (more.isEmpty ? 0 : more.columns + 1)
        let label = label(of: number, timeline)
        let used = frame.put(
            label, x: Columns.nameStart + indent, y: y, width: room,
            role: lane.kind == .model || isContext(number, timeline, t) ? .muted : .text)
        frame.put(more, x: Columns.nameStart + indent + used + 1, y: y, role: folded.errors > 0 ? .failed : .accent)
        let summary = columns.argument > 0 ? summaries[number]?.text : nil
        if let summary {
            frame.put(summary, x: columns.argumentStart, y: y, width: columns.argument, role: .muted)
        }
        if let search, !search.hits(number, in: timeline, at: t).isEmpty {
            frame.put(glyphs.match, x: 1, y: y, role: .match)
            mark(label, x: Columns.nameStart + indent, y: y, width: room, into: &frame)
            summary.map { mark($0, x: columns.argumentStart, y: y, width: columns.argument, into: &frame) }
        }
        if columns.state > 0 {
            frame.put(stateWords(words, number, timeline, t), x: columns.stateStart, y: y, width: columns.state, role: words.role)
        }
        let time = LaneTime.text(timeline, lane: number, at: t, glyphs: glyphs)
        frame.put(
            time, x: columns.timeStart + max(0, columns.time - time.columns), y: y, width: columns.time,
            role: words.role == .queued || time == DurationText.orderOnly ? .muted : .text)
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

    /// Whether a lane is only shown since something under it passes the filter.
    private func isContext(_ number: Int, _ timeline: Timeline, _ t: Int64) -> Bool {
        arrangement.filter != nil && timeline.lane(number).isParent && !arrangement.passes(number, timeline, t)
    }

    /// Shows where the words that are looked for stand in a text.
    func mark(_ text: CleanText, x: Int, y: Int, width: Int, into frame: inout Frame) {
        guard let needle = search?.needle else { return }
        for columns in needle.columns(in: text) where columns.lowerBound < width {
            frame.restyle(x: x + columns.lowerBound..<x + min(width, columns.upperBound), y: y, role: .match)
        }
    }

    /// What a lane is called: its tool, and the agent where that cannot be seen from the lane that it stands under.
    ///
    /// A call whose work is another agent's turn bears that agent's name, so the lanes under it need not; one that stands by itself does.
    func label(of number: Int, _ timeline: Timeline) -> CleanText {
        let title = CleanText(timeline.title(of: number))
        let own = timeline.agent(of: number)
        if timeline.lane(number).isParent {
            let worker = timeline.children(of: number).lazy.compactMap {
                timeline.turns[$0].lanes.first.flatMap { timeline.agent(of: Int($0)) }
            }
            .first
            if let worker, worker != own {
                return title + ":" + CleanText(worker)
            }
        }
        guard let own else { return title }
        let parent = timeline.turns[Int(timeline.lane(number).turn)].parent
        if let parent, timeline.agent(of: parent) == own || visible.contains(where: { $0.lane == parent }) {
            return title
        }
        return CleanText(own) + ":" + title
    }

    /// What it waits for, where that tells more than a word.
    private func stateWords(_ words: LaneWords, _ number: Int, _ timeline: Timeline, _ t: Int64) -> CleanText {
        guard timeline.state(of: number, at: t) == .waiting(.dependency),
            let first = timeline.dependencies(of: number).first(where: { timeline.lane($0).ended > t })
        else { return words.words }
        return timeline.lane(first).ordinal.map { "needs #" + CleanText($0) } ?? words.words
    }

    private func drawBar(
        _ number: Int, _ lane: Lane, _ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, _ words: LaneWords,
        into frame: inout Frame
    ) {
        let bar = TimingBar(axis: axis, glyphs: glyphs, x: columns.bar, y: y)
        let role: Role = lane.kind == .model && words.role != .failed ? .estimate : words.role == .retrying ? .running : words.role
        if timeline.isOrderOnly(number, at: t) {
            return drawOrder(number, lane, bar, role, timeline, t, words, into: &frame)
        }
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
            bar.drawEnd(lane.ended, words.glyph, words.role, isMeasured: lane.approxEnd == nil, into: &frame)
        }
        bar.drawNow(t, into: &frame)
        if let end = timeline.expectedEnd(of: number, at: t) {
            bar.drawExpectedEnd(end, into: &frame)
        }
    }

    private func drawOrder(
        _ number: Int, _ lane: Lane, _ bar: TimingBar, _ role: Role, _ timeline: Timeline, _ t: Int64, _ words: LaneWords,
        into frame: inout Frame
    ) {
        let start = timeline.firstStart(of: number, at: t) ?? lane.seen
        let hasEnded = lane.ended <= t
        let end = hasEnded ? lane.ended : timeline.over.map { min($0, t) } ?? t
        let isOpen = !hasEnded && timeline.over.map { t < $0 } ?? true
        let place = orderPlace(of: number, timeline).map { CleanText($0.start) + " of " + CleanText($0.calls) } ?? ""
        bar.drawOrder(
            from: start, to: end, words.glyph, role, isOpen: isOpen, place: lane.kind == .call ? place : "",
            into: &frame)
    }

    /// Has the places of a turn's calls at hand, found once for each state of the turn.
    mutating func fetchOrder(ofTurn turn: Int, _ timeline: Timeline) {
        guard orders[turn]?.version != timeline.version else { return }
        orders = orders.filter { $0.value.version == timeline.version }
        orders[turn] = (timeline.version, timeline.orderPlaces(ofTurn: turn))
    }

    /// A call's place among those of its turn, where that is at hand.
    func orderPlace(of number: Int, _ timeline: Timeline) -> Timeline.OrderPlace? {
        orders[Int(timeline.lane(number).turn)]?.places[number]
    }

    /// How many attempts ran at once, column by column.
    func drawConcurrency(_ y: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, _ focus: Int?, into frame: inout Frame) {
        var levels = timeline.concurrency(from: axis.start, to: axis.end, count: columns.barWidth)
        let last = axis.eighths(t) / 8
        if t < timeline.last, levels.indices.contains(last) {
            // Of the column in which the playhead stands, what was by then.
            let start = axis.start + axis.span * Int64(last) / Int64(max(1, columns.barWidth))
            levels[last] = timeline.concurrency(from: min(start, t), to: t + 1, count: 1).first ?? 0
        }
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
            frame.put(glyphs.heights[Self.height(level, of: peak)], x: columns.bar + column, y: y, role: .concurrency)
        }
    }
}
