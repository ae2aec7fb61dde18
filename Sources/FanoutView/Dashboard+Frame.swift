internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

extension Dashboard {
    /// The least screen that lanes can be read on.
    package static let leastWidth = 40
    package static let leastHeight = 12

    /// Draws the screen.
    ///
    /// What is seen decides which lines are fetched from the recording and which lane keeps which row; that is why it is mutating.
    package mutating func frame(_ input: Input) -> Frame {
        var frame = Frame(width: input.width, height: input.height, glyphs: glyphs)
        regions.removeAll(keepingCapacity: true)
        guard input.width >= Self.leastWidth, input.height >= Self.leastHeight else {
            drawTooSmall(into: &frame)
            return frame
        }
        if output?.isShown == true {
            drawOutput(into: &frame)
            if showsKeys {
                drawKeys(into: &frame)
            }
            return frame
        }
        guard sessionIndex(input.timelines) != nil else {
            drawWaiting(input, into: &frame)
            if showsKeys {
                drawKeys(into: &frame)
            }
            return frame
        }
        meetSessions(input)
        if overview != nil {
            drawOverview(input, into: &frame)
            return frame
        }
        let index = sessionIndex(input.timelines) ?? 0
        let timeline = input.timelines[index]
        meet(timeline)
        meetGaps(timeline, input)
        let t = instant(timeline, input)
        // It decides whether a caption has room.
        let page = view == .lanes ? layOutDetail(timeline, t, input) : nil
        let bottom = Areas.Bottom(
            height: input.height, hasTransport: isReplay || !playhead.isFollowing, captionRows: captionRows(timeline, input))
        if view == .statistics {
            drawStatisticsScreen(timeline, index, t, bottom, input, into: &frame)
            return frame
        }
        if view == .transcript {
            drawTranscriptScreen(timeline, index, t, bottom, input, into: &frame)
            return frame
        }
        var areas = Areas(
            height: input.height, bottom: bottom.start, detailLines: page == nil ? nil : detailLines, isAsked: isAskedAbout,
            hasTabs: showsTabs && input.timelines.all.count > 1)
        var columns = layOutRows(areas, timeline, t, width: input.width)
        let focus = focusTurn(timeline, t)
        // What is found of the turn decides whether it has a map.
        let path = findings(focus, timeline, t).path
        let minimap = focus.flatMap { wholeTurn($0, timeline, t) }
        if minimap != nil {
            areas.makeRoomForMinimap()
            columns = layOutRows(areas, timeline, t, width: input.width)
        }
        fetchSummaries(timeline, t, input)
        fetchFigures(timeline, t)

        drawHeader(timeline, t, focus, path, into: &frame)
        if let rule = areas.headerRule {
            drawRule(rule, into: &frame)
        }
        if let tabs = areas.tabs {
            drawTabs(tabs, index, input, into: &frame)
        }
        let calls = visible.compactMap(\.lane).filter { timeline.lane($0).kind == .call }
        let isOrderOnly = !calls.isEmpty && calls.allSatisfy { timeline.isOrderOnly($0, at: t) }
        drawAxis(areas.axis, columns, isOrderOnly: isOrderOnly, into: &frame)
        mark(.lanes, columns: 0..<input.width, rows: areas.axis..<areas.concurrency + 1)
        // What hung on what cannot be told from the order alone.
        let critical = findings.precision.criticalPath == .orderOnly ? [] : Set(path.lanes)
        drawRows(areas.lanes.lowerBound, columns, timeline, t, critical: critical, into: &frame)
        for (offset, row) in visible.enumerated() {
            guard let lane = row.lane else { continue }
            let y = areas.lanes.lowerBound + offset
            mark(.lane(lane), columns: 0..<input.width, rows: y..<y + 1)
        }
        if visible.isEmpty, arrangement.filter != nil { drawNothingLeft(areas.lanes, timeline, t, into: &frame) }
        let below = min(areas.concurrency, areas.lanes.lowerBound + visible.count)
        if below > areas.axis { drawConcurrency(below, columns, timeline, t, focus, into: &frame) }
        let bars = columns.bar..<columns.bar + columns.barWidth
        // Where only the order is known, columns are no instants.
        for row in isOrderOnly ? [] : [areas.axis, below] {
            mark(.time(start: axis.start, span: axis.span, isAxis: true), columns: bars, rows: row..<row + 1)
        }
        if let minimap {
            drawMinimap(below + 1, minimap, columns, timeline, t, into: &frame)
            let span = minimap.upperBound - minimap.lowerBound
            mark(.time(start: minimap.lowerBound, span: span, isAxis: false), columns: bars, rows: below + 1..<below + 2)
        }
        if let detailArea = areas.detail {
            drawRule(detailArea.lowerBound, into: &frame)
            mark(.detail, columns: 0..<input.width, rows: detailArea)
            drawDetail(detailArea.dropFirst(), timeline, t, page, into: &frame)
        }
        drawBottom(bottom, timeline, t, input, into: &frame)
        drawFindings(bottom.rule, timeline, t, into: &frame)
        if showsKeys {
            drawKeys(into: &frame)
        }
        return frame
    }

    /// Draws what is in sight. Not mutating, and neither is what it calls: from something that changes it, each call would be given a copy of the
    /// dashboard.
    private func drawRows(_ first: Int, _ columns: Columns, _ timeline: Timeline, _ t: Int64, critical: Set<Int>, into frame: inout Frame) {
        for (offset, row) in visible.enumerated() {
            let y = first + offset
            switch row {
            case .turn(let turn): drawHeading(turn, isFolded: false, y, columns, timeline, t, into: &frame)
            case .foldedTurn(let turn, _, _):
                drawFoldedTurn(turn, arrangement.lanes(of: row, timeline, t), y, columns, timeline, t, into: &frame)
            case .lane(let lane, let depth):
                drawLane(lane, depth, y, columns, timeline, t, isCritical: critical.contains(lane), into: &frame)
            case .foldedCall(let lane, let depth, let folded):
                let errors = arrangement.lanes(of: row, timeline, t).dropFirst().count { timeline.state(of: $0, at: t).isError }
                drawLane(
                    lane, depth, folded: (folded, errors), y, columns, timeline, t, isCritical: critical.contains(lane), into: &frame)
            case .run(let lanes, let depth): drawRun(lanes, depth, y, columns, timeline, t, into: &frame)
            }
        }
    }

    /// Decides which rows are in sight, how the width is shared, and which stretch of time it shows.
    private mutating func layOutRows(_ areas: Areas, _ timeline: Timeline, _ t: Int64, width: Int) -> Columns {
        laneRows = areas.lanes.count
        placeRows(timeline, t)
        longestName = max(longestName, longestLabel(timeline))
        let columns = Columns(width: width, longestName: longestName)
        axis = currentAxis(timeline, t, columns: columns.barWidth)
        return columns
    }

    /// What is left out, looked for and sorted, on the rule above the footer.
    private func drawFindings(_ y: Int, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        var line = Line(x: 2, y: y, limit: frame.width - 2)
        for part in findings(timeline, t) {
            line.addCut(" " + part.text + " ", part.role, gap: line.x > 2 ? 1 : 0, most: max(12, frame.width / 2), into: &frame)
        }
    }

    private func drawNothingLeft(_ rows: Range<Int>, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        let text: CleanText = arrangement.hunts.allSatisfy { $0.isDone(timeline) } ? "no call passes the filter" : "no call found yet"
        let y = min(rows.lowerBound + 1, rows.upperBound - 1)
        frame.put(text, x: Columns.nameStart, y: y, role: .muted)
    }

    /// The conversation under the same header, over the same footer.
    private mutating func drawTranscriptScreen(
        _ timeline: Timeline, _ index: Int, _ t: Int64, _ bottom: Areas.Bottom, _ input: Input, into frame: inout Frame
    ) {
        let focus = focusTurn(timeline, t)
        let path = findings(focus, timeline, t).path
        drawHeader(timeline, t, focus, path, into: &frame)
        let top = Areas.Top(height: input.height, hasTabs: showsTabs && input.timelines.all.count > 1)
        if let rule = top.rule {
            drawRule(rule, into: &frame)
        }
        if let tabs = top.tabs {
            drawTabs(tabs, index, input, into: &frame)
        }
        drawBottom(bottom, timeline, t, input, into: &frame)
        mark(.transcript, columns: 0..<input.width, rows: top.end..<bottom.start)
        drawTranscript(top.end..<bottom.start, timeline, t, input, into: &frame)
        if transcript.anchor != nil {
            var more = Line(x: frame.width - 10, y: bottom.rule, limit: frame.width)
            more.add(" ", .muted, into: &frame)
            more.add(glyph: glyphs.more, .accent, into: &frame)
            more.add(" more ", .muted, into: &frame)
        }
        if showsKeys {
            drawKeys(into: &frame)
        }
    }

    /// The column of names grows with the longest one that was seen, and never shrinks: bars that move about cannot be read.
    private func longestLabel(_ timeline: Timeline) -> Int {
        visible.reduce(0) { longest, row in
            guard let lane = row.singleLane else { return longest }
            return max(longest, label(of: lane, timeline).columns + 2 * row.depth)
        }
    }

    // MARK: Which rows

    private mutating func placeRows(_ timeline: Timeline, _ t: Int64) {
        let rows = rowList(timeline, t)
        let follows = selection == nil || usesPlacement
        if follows, rows.count > laneRows, !arrangement.isFlat {
            let tail = rows.rows(from: rows.count - laneRows, limit: laneRows)
            let open = rows.shown(among: timeline.openLanes(at: t))
            let shown = Set(tail.compactMap(\.lane))
            usesPlacement = !open.allSatisfy { shown.contains($0) }
            if usesPlacement {
                let recent = tail.reversed().compactMap(\.singleLane)
                let placed = Set(rows.shown(among: placement.lanes.compactMap(\.self).filter(timeline.laneRange.contains)))
                placement.update(
                    rows: laneRows, isShown: placed.contains, open: open, recent: recent, pinned: selection, in: timeline, at: t)
                visible = placement.lanes.compactMap { $0.map { .lane($0, depth: 0) } }
                return
            }
            top = rows.count - laneRows
            visible = tail
            return
        }
        usesPlacement = false
        placement = Placement()
        if let selection, let row = rows.index(of: selection) {
            if row < top {
                // The heading above the first lane of a turn is shown with it.
                top = row > 0 && rows.rows(from: row - 1, limit: 1).first?.lane == nil ? row - 1 : row
            }
            top = max(top, row - laneRows + 1)
        }
        top = max(0, min(top, rows.count - laneRows))
        visible = rows.rows(from: top, limit: laneRows)
    }

    /// The turn that the figures above are about: that of the selected lane, or the newest.
    func focusTurn(_ timeline: Timeline, _ t: Int64) -> Int? {
        if let selection, timeline.laneRange.contains(selection) {
            return Int(timeline.lane(selection).turn)
        }
        var newest: Int?
        for turn in timeline.turns.indices.reversed() where timeline.turns[turn].started <= t && timeline.turns[turn].parent == nil {
            // A turn that has only asked the model so far has no figures yet; the one before it is of more use until it has.
            if newest == nil {
                newest = turn
            }
            if timeline.figures(ofTurn: turn, at: t).calls > 0 {
                return turn
            }
        }
        return newest
    }

    /// What is found of the turn in focus, as fresh as it is shown.
    mutating func findings(_ focus: Int?, _ timeline: Timeline, _ t: Int64) -> Findings {
        guard let focus else { return Findings() }
        let age = t - findings.t
        let isFresh = focus == findings.turn && age >= 0 && age < Findings.freshness && !playhead.isStill && timeline.isActive(at: t)
        if !isFresh {
            let path = timeline.criticalPath(ofTurn: focus, at: t)
            findings = Findings(
                turn: focus, t: t, path: path, precision: timeline.precision(ofTurn: focus, at: t, path: path),
                unaccounted: timeline.unaccounted(ofTurn: focus, at: t))
        }
        return findings
    }

    // MARK: Which stretch of time

    private func currentAxis(_ timeline: Timeline, _ t: Int64, columns: Int) -> Axis {
        switch zoom {
        case .window(let start, let span):
            return Axis(start: start, span: span, columns: columns)
        case .fit:
            let (start, last) = stretch(timeline, t)
            // While it goes on there is room for what comes: a bar that grows into it moves nothing.
            let end = t < timeline.over ?? .max ? last + (last - start) / 5 : last
            let fitted = Axis.fitting(start, end, columns: columns)
            guard usesPlacement else { return fitted }
            // While lanes come and go the axis moves in steps, not with each of them.
            let step = max(1, fitted.span / 8)
            let even = start / step * step
            return Axis.fitting(even, end, columns: columns)
        }
    }

    /// From the first to the last that is in sight, without what lies beyond a long silence.
    private func stretch(_ timeline: Timeline, _ t: Int64) -> (start: Int64, end: Int64) {
        var spans: [(start: Int64, end: Int64)] = []
        for row in visible {
            switch row {
            case .foldedTurn, .run:
                for lane in arrangement.lanes(of: row, timeline, t) {
                    let lane = timeline.lane(lane)
                    spans.append((lane.seen, min(t, lane.hasEnded ? lane.ended : timeline.over == nil ? t : timeline.last)))
                }
            case .lane(let number, _), .foldedCall(let number, _, _):
                let lane = timeline.lane(number)
                let end = lane.hasEnded ? lane.ended : timeline.over == nil ? t : timeline.last
                // What is expected is in sight where it is not so far off that what has been could not be seen beside it.
                let expected = timeline.expectedEnd(of: number, at: t).flatMap { $0 - t <= max(t - lane.seen, 2_000_000) ? $0 : nil }
                spans.append((lane.seen, expected ?? min(t, end)))
            case .turn:
                break
            }
        }
        guard let last = spans.map(\.end).max() else {
            return (timeline.first ?? 0, max(t, timeline.first ?? 0))
        }
        var start = last
        for span in spans.sorted(by: { $0.end > $1.end }) {
            let silence = start - span.end
            if silence > max(10_000_000, last - start) { break }
            start = min(start, span.start)
        }
        return (start, last)
    }

    /// Has what rows tell of whole turns at hand.
    private mutating func fetchFigures(_ timeline: Timeline, _ t: Int64) {
        if precisions.count > 4096 {
            precisions = [:]
        }
        for row in visible {
            switch row {
            case .turn(let turn), .foldedTurn(let turn, _, _): fetchPrecision(ofTurn: turn, timeline, t)
            case .lane(let lane, _), .foldedCall(let lane, _, _):
                if timeline.isOrderOnly(lane, at: t) {
                    fetchOrder(ofTurn: Int(timeline.lane(lane).turn), timeline)
                }
            case .run: break
            }
        }
    }

    private mutating func fetchSummaries(_ timeline: Timeline, _ t: Int64, _ input: Input) {
        if summaries.count > 4096 {
            summaries = [:]
        }
        for lane in visible.compactMap(\.lane) {
            fetchSummary(lane, timeline, t, input)
        }
    }

    /// Has what a call was asked to do at hand in a few words.
    mutating func fetchSummary(_ lane: Int, _ timeline: Timeline, _ t: Int64, _ input: Input) {
        guard !timeline.arguments(of: lane, at: t).isNone else {
            summaries[lane] = nil
            return
        }
        let place = timeline.lane(lane).arguments
        guard !place.isNone, summaries[lane]?.place != place, let event = input.event(place) else { return }
        let arguments =
            switch event.body {
            case .callRequested(let body): body.arguments
            case .callStarted(let body): body.arguments
            default: nil as JSONText?
            }
        summaries[lane] = Summary(place: place, text: arguments.map { ArgumentSummary.summary($0.value) } ?? "")
    }

    // MARK: Other screens

    private func drawTooSmall(into frame: inout Frame) {
        let lines: [CleanText] = [
            "fanout needs " + CleanText(Self.leastWidth) + "×" + CleanText(Self.leastHeight),
            "this is " + CleanText(frame.width) + "×" + CleanText(frame.height), (currentKeys.hint([.quit]) ?? "^C") + " quits",
        ]
        let first = max(0, (frame.height - lines.count) / 2)
        for (offset, line) in lines.enumerated() where first + offset < frame.height {
            frame.put(line, x: max(0, (frame.width - line.columns) / 2), y: first + offset, role: offset == 0 ? .text : .muted)
        }
    }

    private func drawWaiting(_ input: Input, into frame: inout Frame) {
        var line = Line(x: 1, y: 0, limit: frame.width - 1)
        line.add("fanout", .title, into: &frame)
        line.add(glyph: glyphs.queued, .queued, gap: 2, into: &frame)
        line.add("WAITING", .queued, gap: 1, into: &frame)
        drawRule(1, into: &frame)
        let middle = frame.height / 2
        let lines: [(CleanText, Role)] = [
            ("waiting for events from " + source, .text),
            (input.timelines.problems.first.map { CleanText($0.problem.description) } ?? "each line is one JSON object, such as", .muted),
            ("{\"type\":\"call.started\",\"call\":\"c1\",\"name\":\"grep\"}", .accent),
        ].prefix(waitsForLines ? 3 : 1).map(\.self)
        for (offset, line) in lines.enumerated() {
            let columns = min(frame.width - 2, line.0.columns)
            frame.put(line.0, x: (frame.width - columns) / 2, y: middle - 1 + offset, width: columns, role: line.1)
        }
        drawRule(frame.height - 2, into: &frame)
        drawFooter(frame.height - 1, nil, 0, into: &frame)
    }

    func drawRule(_ y: Int, into frame: inout Frame) {
        frame.fill(0..<frame.width, y: y, with: glyphs.rule, role: .border)
    }
}
