internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// The call of which a page is shown: the selected one where its detail is open, and else the one that asks for approval.
    var shownDetail: (lane: Int, detail: Detail)? {
        if let detail { return selection.map { ($0, detail) } }
        return approval.map { ($0.lane, $0.detail) }
    }

    /// Shows a page, or a place on it, of the call of which one is shown.
    mutating func show(_ page: Detail) {
        if detail != nil {
            detail = page
        } else {
            approval?.detail = page
        }
    }

    /// Whoever is asked sees all of what they are asked about, without having to ask for it.
    private mutating func meetApproval(_ timeline: Timeline, _ t: Int64) {
        let asking = canControl ? approvalLane(timeline, t) : nil
        if asking == nil { dismissedApproval = nil }
        guard let asking, asking != dismissedApproval else {
            approval = nil
            return
        }
        if approval?.lane != asking { approval = (asking, Detail(page: .arguments)) }
    }

    /// Whether the page that is shown is the argument of the call that asks.
    var isAskedAbout: Bool { detail == nil && approval != nil }

    /// What there is to say of a call at an instant.
    mutating func detailText(_ lane: Int, _ timeline: Timeline, _ t: Int64, _ input: Input) -> DetailText {
        statistics.find(timeline, t)
        return DetailText(timeline: timeline, lane: lane, t: t, tool: statistics.tool(timeline.name(of: lane)), event: input.event)
    }

    /// Fetches the page that is open, so that its length is known before the screen is shared out; nil where none is open.
    mutating func layOutDetail(_ timeline: Timeline, _ t: Int64, _ input: Input) -> Page? {
        meetApproval(timeline, t)
        guard let (lane, detail) = shownDetail, timeline.laneRange.contains(lane) else { return nil }
        let text = detailText(lane, timeline, t, input)
        let page = detail.page ?? search.flatMap { $0.hits(lane, in: timeline, at: t).page } ?? text.mostTelling
        layOut(text, page, width: input.width - 4)
        return page
    }

    /// What is known of the selected call: its end, its times, and one page of the rest.
    mutating func drawDetail(_ rows: Range<Int>, _ timeline: Timeline, _ t: Int64, _ page: Page?, into frame: inout Frame) {
        guard let (selection, shown) = shownDetail, timeline.laneRange.contains(selection), !rows.isEmpty else { return }
        let lane = timeline.lane(selection)
        let words = LaneWords(timeline, lane: selection, at: t, glyphs: glyphs)
        var line = Line(x: 1, y: rows.lowerBound, limit: frame.width - 1)
        line.add(glyph: words.glyph, words.role, into: &frame)
        line.add(CleanText(timeline.name(of: selection)), .title, gap: 1, into: &frame)
        if let ordinal = lane.ordinal {
            line.add("#" + CleanText(ordinal), .muted, gap: 1, into: &frame)
        }
        line.addCut(CleanText(timeline.id(of: selection)), .muted, gap: 2, most: 24, into: &frame)
        if let agent = timeline.agent(of: selection) {
            line.addCut("agent " + CleanText(agent), .muted, gap: 2, most: 20, into: &frame)
        }
        line.add(words.words, words.role, gap: 3, into: &frame)
        // Where there is little room the page itself comes first, then which it is, then the times.
        let hasPages = rows.count > (isAskedAbout ? 4 : 2)
        let hasTimes = rows.count > 3 && hasPages
        if hasTimes { drawTimes(rows.lowerBound + 1, selection, lane, timeline, t, into: &frame) }
        let first = rows.lowerBound + 1 + (hasTimes ? 1 : 0) + (hasPages ? 1 : 0)
        guard first < rows.upperBound, let page else { return }

        if hasPages { drawPages(first - 1, page, into: &frame) }
        detailRows = rows.upperBound - first
        let scroll = max(0, min(shown.scroll, detailLines - detailRows))
        show(Detail(page: shown.page, scroll: scroll))
        if page == .arguments, scroll + detailRows >= detailLines { seenArguments = selection }
        for (offset, line) in detailCache.lines.dropFirst(scroll).prefix(detailRows).enumerated() {
            let y = first + offset
            frame.put(line.text, x: 3, y: y, width: frame.width - 4, role: line.role)
            mark(line.text, x: 3, y: y, width: frame.width - 4, into: &frame)
        }
        if detailLines > detailRows {
            let position =
                "lines " + CleanText(scroll + 1) + "-" + CleanText(min(detailLines, scroll + detailRows)) + " of " + CleanText(detailLines)
            frame.put(position, x: frame.width - 1 - position.columns, y: first - 1, role: .muted)
        }
    }

    private mutating func drawTimes(
        _ y: Int, _ number: Int, _ lane: Lane, _ timeline: Timeline, _ t: Int64, into frame: inout Frame
    ) {
        var waiting: Int64 = 0
        var first: Segment?
        var attempts = 0
        timeline.forEachSegment(of: number, at: t) { segment in
            switch segment.kind {
            case .waiting, .announced: waiting += segment.end - segment.start
            case .attempt(let attempt, _):
                first = first ?? segment
                attempts = attempt
            case .backoff, .held: break
            }
        }
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        if timeline.isOrderOnly(number, at: t) {
            drawOrderWords(number, lane, timeline, t, &line, into: &frame)
        } else {
            let origin = timeline.turns[Int(lane.turn)].started
            line.add("queue", DurationText.length(waiting), .text, gap: 0, into: &frame)
            if let first {
                line.add("run", LaneTime.text(timeline, lane: number, at: t, glyphs: glyphs), .text, into: &frame)
                if timeline.measuredRun(of: number, at: t) != nil {
                    line.add("measured where it ran", .muted, gap: 1, into: &frame)
                }
                addInstant("started", first.start - origin, first.approxStart, &line, into: &frame)
            }
            if lane.hasEnded, lane.ended <= t {
                addInstant("ended", lane.ended - origin, lane.approxEnd, &line, into: &frame)
            }
        }
        if attempts > 1 {
            line.add("attempts", CleanText(attempts), .retrying, into: &frame)
        }
        if lane.kind == .call, let tool = statistics.tool(timeline.name(of: number)), tool.runs.count > 1, let p50 = tool.p50,
            let p95 = tool.p95
        {
            line.add("p50", DurationText.length(p50), .text, into: &frame)
            line.add("p95", DurationText.length(p95), .text, into: &frame)
            line.add("of " + CleanText(tool.runs.count), .muted, gap: 1, into: &frame)
        }
    }

    /// When something happened since its turn began, in words as far as that was not measured; a mark stands for them where there is no room.
    private func addInstant(
        _ what: CleanText, _ t: Int64, _ approx: Event.Approximation?, _ line: inout Line, into frame: inout Frame
    ) {
        let instant = "+" + DurationText.length(t)
        guard let approx else {
            line.add(what, instant, .text, into: &frame)
            return
        }
        if !line.add(what + " " + approx.relation, instant, .text, into: &frame) {
            line.add(what, glyphs.mark(Precision(end: approx)) + instant, .text, into: &frame)
        }
    }

    /// Where a call of which no more is known stands among those of its turn.
    private mutating func drawOrderWords(
        _ number: Int, _ lane: Lane, _ timeline: Timeline, _ t: Int64, _ line: inout Line, into frame: inout Frame
    ) {
        line.add("only the order is known", .text, into: &frame)
        if let measured = timeline.measuredRun(of: number, at: t) {
            line.add("run", DurationText.length(measured), .text, into: &frame)
            line.add("measured where it ran", .muted, gap: 1, into: &frame)
        }
        fetchOrder(ofTurn: Int(lane.turn), timeline)
        guard lane.kind == .call, let place = orderPlace(of: number, timeline) else { return }
        line.add("started", DurationText.ordinal(place.start) + " of " + CleanText(place.calls), .text, into: &frame)
        if let end = place.end, lane.ended <= t {
            line.add("ended", DurationText.ordinal(end), .text, into: &frame)
        }
    }

    private mutating func drawPages(_ y: Int, _ current: Page, into frame: inout Frame) {
        var line = Line(x: 1, y: y, limit: max(20, frame.width - 20))
        if let key = keys.hint([.nextPage]) {
            line.add(written(key) + ":", .footerKey, into: &frame)
        }
        // Where there is no room for all, those around the one that is shown.
        let pages = Page.allCases
        let columns = pages.map { $0.name.columns + 3 }
        let place = pages.firstIndex(of: current) ?? 0
        let first = (0...place).first { columns[$0...place].reduce(0, +) <= line.limit - line.x } ?? place
        for page in pages[first...] {
            let name = page.name
            let start = line.x
            line.add(page == current ? "[" + name + "]" : " " + name + " ", page == current ? .accent : .muted, gap: 1, into: &frame)
            mark(.page(page), columns: start..<line.x, rows: y..<y + 1)
        }
    }

    /// Fetches and wraps a page, unless it is the one that was laid out last.
    private mutating func layOut(_ text: DetailText, _ page: Page, width: Int) {
        let isSame = detailCache.lane == text.lane && detailCache.page == page && detailCache.width == width
        let basis = text.basis(of: page)
        if !isSame || detailCache.basis != basis {
            detailCache.lines = text.lines(page).flatMap { line in line.text.wrapped(columns: width).map { ($0, line.role) } }
            (detailCache.lane, detailCache.page, detailCache.width) = (text.lane, page, width)
            detailCache.basis = basis
        }
        detailLines = detailCache.lines.count
    }
}

extension Dashboard.Page {
    fileprivate var name: CleanText {
        switch self {
        case .arguments: "Args"
        case .result: "Result"
        case .error: "Error"
        case .output: "Output"
        case .statistics: "Stats"
        case .events: "Events"
        }
    }
}
