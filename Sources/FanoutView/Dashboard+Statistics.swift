internal import FanoutEvents
internal import FanoutTimeline

// Each tool's figures, and how long its calls ran.
extension Dashboard {
    /// In which order the tools stand.
    enum StatisticsOrder: String, CaseIterable, Sendable {
        case total, calls, errors, p95, name

        func precedes(_ a: ToolStatistics, _ b: ToolStatistics) -> Bool {
            switch self {
            case .total: (b.sum, a.name) < (a.sum, b.name)
            case .calls: (b.calls, a.name) < (a.calls, b.name)
            case .errors: (b.errors, a.name) < (a.errors, b.name)
            case .p95: (b.p95 ?? -1, a.name) < (a.p95 ?? -1, b.name)
            case .name: a.name < b.name
            }
        }
    }

    /// The table of tools as somebody left it.
    struct Statistics: Sendable {
        private var tally = ToolTally()
        private(set) var tools: [ToolStatistics] = []
        private var found: (generation: Int, version: Int, t: Int64)?
        /// The tool that the cursor is on.
        var tool: String?
        var order = StatisticsOrder.total
        var isReversed = false
        var top = 0
        var height = 1

        func tool(_ name: String) -> ToolStatistics? { tools.first { $0.name == name } }

        var cursor: Int { tools.firstIndex { $0.name == tool } ?? 0 }

        mutating func find(_ timeline: Timeline, _ t: Int64) {
            if let found, found == (timeline.generation, timeline.version, t) { return }
            found = (timeline.generation, timeline.version, t)
            tools = tally.tools(of: timeline, at: t)
            arrange()
        }

        mutating func arrange() {
            tools.sort { isReversed ? order.precedes($1, $0) : order.precedes($0, $1) }
        }

        mutating func move(to row: Int) {
            guard !tools.isEmpty else { return }
            tool = tools[max(0, min(tools.count - 1, row))].name
        }
    }

    /// Answers the keys of the view; false for one that means something else.
    mutating func handleStatistics(_ command: Command, _ timeline: Timeline, _ t: Int64) -> Bool {
        statistics.find(timeline, t)
        let page = max(1, statistics.height / 2)
        switch command {
        case .up: statistics.move(to: statistics.cursor - 1)
        case .down: statistics.move(to: statistics.cursor + 1)
        case .halfPageUp, .pageUp: statistics.move(to: statistics.cursor - page)
        case .halfPageDown, .pageDown: statistics.move(to: statistics.cursor + page)
        case .top: statistics.move(to: 0)
        case .bottom: statistics.move(to: Int.max)
        case .sort:
            let orders = StatisticsOrder.allCases
            statistics.order = orders[((orders.firstIndex(of: statistics.order) ?? 0) + 1) % orders.count]
            statistics.isReversed = false
            statistics.arrange()
        case .reverse:
            statistics.isReversed.toggle()
            statistics.arrange()
        case .open: showLanes(ofTool: statistics.tools.isEmpty ? nil : statistics.tools[statistics.cursor].name)
        case .close: view = .lanes
        default: return false
        }
        return true
    }

    /// Goes to the lanes of one tool.
    private mutating func showLanes(ofTool name: String?) {
        guard let name else { return }
        do {
            arrangement.use(try LaneFilter("tool:\"" + name.filter { $0 != "\"" } + "\""))
            view = .lanes
            (selection, top, usesPlacement) = (nil, 0, false)
        } catch {
            notice = error.message
        }
    }

    // MARK: Drawing

    mutating func drawStatisticsScreen(
        _ timeline: Timeline, _ index: Int, _ t: Int64, _ bottom: Areas.Bottom, _ input: Input, into frame: inout Frame
    ) {
        let focus = focusTurn(timeline, t)
        drawHeader(timeline, t, focus, findings(focus, timeline, t).path, into: &frame)
        let top = Areas.Top(height: input.height, hasTabs: showsTabs && input.timelines.all.count > 1)
        if let rule = top.rule { drawRule(rule, into: &frame) }
        if let tabs = top.tabs { drawTabs(tabs, index, input, into: &frame) }
        drawBottom(bottom, timeline, t, input, into: &frame)
        statistics.find(timeline, t)
        drawStatistics(top.end..<bottom.start, rule: bottom.rule, into: &frame)
        if showsKeys { drawKeys(into: &frame) }
    }

    /// Rows of the selected tool's chart, beyond which it tells no more.
    private static let tallestChart = 16

    /// - Parameter rule: The row of a rule that says how many tools there are, where the chart has none.
    private mutating func drawStatistics(_ area: Range<Int>, rule: Int, into frame: inout Frame) {
        guard !statistics.tools.isEmpty else {
            let text: CleanText = "no call yet"
            frame.put(text, x: max(0, (frame.width - text.columns) / 2), y: area.lowerBound + area.count / 2, role: .muted)
            return
        }
        mark(.tools, columns: 0..<frame.width, rows: area)
        // Under the table the selected tool, as tall as leaves the table a view.
        let room = area.count - 1
        let wanted = min(statistics.tools.count, max(3, room - 9))
        let chart = room - wanted >= 7 ? min(Self.tallestChart, room - wanted) : 0
        let rows = area.lowerBound + 1..<area.upperBound - chart
        statistics.height = max(1, rows.count)
        statistics.top = max(0, min(max(statistics.top, statistics.cursor - rows.count + 1), statistics.cursor))
        let all = statistics.tools.flatMap { [$0.runs.first, $0.runs.last].compactMap(\.self) }
        let columns = StatisticsColumns(width: frame.width, longestName: statistics.tools.map { CleanText($0.name).columns }.max() ?? 4)
        let scale = LatencyScale((all.min() ?? 1)...(all.max() ?? 1), columns: columns.histogramWidth)
        drawHeads(area.lowerBound, columns, scale, into: &frame)
        for (offset, place) in (statistics.top..<min(statistics.tools.count, statistics.top + rows.count)).enumerated() {
            draw(statistics.tools[place], rows.lowerBound + offset, columns, scale, isSelected: place == statistics.cursor, into: &frame)
            mark(.tool(place), columns: 0..<frame.width, rows: rows.lowerBound + offset..<rows.lowerBound + offset + 1)
        }
        if chart > 0 {
            drawChart(statistics.tools[statistics.cursor], area.upperBound - chart..<area.upperBound, into: &frame)
        }
        if rows.count < statistics.tools.count {
            let seen = statistics.top + 1...min(statistics.tools.count, statistics.top + rows.count)
            var text: CleanText = " tools " + CleanText(seen.lowerBound) + "-" + CleanText(seen.upperBound)
            text = text + " of " + CleanText(statistics.tools.count) + " "
            frame.put(text, x: frame.width - 2 - text.columns, y: chart > 0 ? rows.upperBound : rule, role: .muted)
        }
    }

    private func drawHeads(_ y: Int, _ columns: StatisticsColumns, _ scale: LatencyScale, into frame: inout Frame) {
        func put(_ text: CleanText, _ right: Int, _ order: StatisticsOrder?) {
            frame.put(text, x: right - text.columns, y: y, role: order == statistics.order ? .accent : .muted)
        }
        frame.put("TOOL", x: 2, y: y, role: statistics.order == .name ? .accent : .muted)
        for (column, right) in columns.figures { put(column.head, right, column.order) }
        guard columns.histogramWidth > 0 else { return }
        frame.put(glyphs.axis, x: columns.histogram - 1, y: y, role: .axis)
        for tick in scale.ticks { frame.put(tick.label, x: columns.histogram + tick.column, y: y, role: .axis) }
        frame.put(glyphs.axis, x: columns.histogram + columns.histogramWidth, y: y, role: .axis)
    }

    private func draw(
        _ tool: ToolStatistics, _ y: Int, _ columns: StatisticsColumns, _ scale: LatencyScale, isSelected: Bool, into frame: inout Frame
    ) {
        if isSelected { frame.put(glyphs.selected, x: 0, y: y, role: .accent) }
        frame.put(CleanText(tool.name), x: 2, y: y, width: columns.name, role: .text)
        for (column, right) in columns.figures {
            let (text, role) = column.value(tool, glyphs)
            frame.put(text, x: right - text.columns, y: y, role: role)
        }
        if columns.histogramWidth > 0 {
            frame.put(glyphs.axis, x: columns.histogram - 1, y: y, role: .axis)
            let counts = scale.counts(tool.runs)
            let most = max(1, counts.max() ?? 1)
            for (column, count) in counts.enumerated() where count > 0 {
                frame.put(glyphs.heights[(count * 8 + most - 1) / most - 1], x: columns.histogram + column, y: y, role: .concurrency)
            }
            frame.put(glyphs.axis, x: columns.histogram + columns.histogramWidth, y: y, role: .axis)
        }
        if isSelected { frame.select(row: y, x: 0..<columns.histogram - 1) }
    }

    /// How long the calls of one tool ran, on a scale of its own.
    private func drawChart(_ tool: ToolStatistics, _ rows: Range<Int>, into frame: inout Frame) {
        drawRule(rows.lowerBound, into: &frame)
        var line = Line(x: 1, y: rows.lowerBound + 1, limit: frame.width - 1)
        line.addCut(CleanText(tool.name), .title, most: frame.width / 3, into: &frame)
        guard let first = tool.runs.first, let last = tool.runs.last else {
            line.add("no call of it has run to its end yet", .muted, gap: 2, into: &frame)
            return
        }
        line.add("shortest", DurationText.figure(first, tool.precision, glyphs), .text, into: &frame)
        for (label, value) in [("p50", tool.p50), ("p95", tool.p95), ("p99", tool.p99)] as [(CleanText, Int64?)] {
            if let value { line.add(label, DurationText.figure(value, tool.precision, glyphs), .text, into: &frame) }
        }
        line.add("longest", DurationText.figure(last, tool.precision, glyphs), .text, into: &frame)
        line.add("runs", CleanText(tool.runs.count), .text, into: &frame)
        let left = 8
        // Bars wide enough to be counted, with a column between them.
        let width = max(2, min(6, (frame.width - left - 2) / 24))
        let scale = LatencyScale(first...last, columns: (frame.width - left - 2) / width)
        let counts = scale.counts(tool.runs)
        let most = max(1, counts.max() ?? 1)
        let labels = rows.lowerBound + 2
        let bars = labels + 1..<rows.upperBound - 1
        let top = CleanText(most)
        frame.put(top, x: left - 2 - top.columns, y: bars.lowerBound, role: .muted)
        for y in bars { frame.put(glyphs.axis, x: left - 1, y: y, role: .axis) }
        for (bin, count) in counts.enumerated() where count > 0 {
            // One call is seen however many others there are.
            let eighths = max(1, count * bars.count * 8 / most)
            let x = left + bin * width
            for (up, y) in bars.reversed().enumerated() where eighths > up * 8 {
                frame.fill(x..<x + width - 1, y: y, with: glyphs.heights[min(7, eighths - up * 8 - 1)], role: .concurrency)
            }
        }
        var free = left
        for tick in LatencyScale(first...last, columns: scale.columns * width).ticks {
            frame.put(tick.label, x: left + tick.column, y: rows.upperBound - 1, role: .axis)
        }
        // Where the percentiles are, as far as they have room beside each other.
        for (label, value) in [("p50", tool.p50), ("p95", tool.p95), ("p99", tool.p99)] as [(CleanText, Int64?)] {
            guard let value else { continue }
            let x = left + scale.column(value) * width
            guard x >= free, x + label.columns < frame.width else { continue }
            free = x + 1 + frame.put(label, x: x, y: labels, role: .accent)
        }
    }
}

/// How the width is shared among a tool's figures.
private struct StatisticsColumns {
    enum Figure {
        case calls, errors, retries, total, p50, p95, p99

        var head: CleanText {
            switch self {
            case .calls: "CALLS"
            case .errors: "ERR"
            case .retries: "RETRY"
            case .total: "TOTAL"
            case .p50: "P50"
            case .p95: "P95"
            case .p99: "P99"
            }
        }

        var order: Dashboard.StatisticsOrder? {
            switch self {
            case .calls: .calls
            case .errors: .errors
            case .total: .total
            case .p95: .p95
            case .retries, .p50, .p99: nil
            }
        }

        func value(_ tool: ToolStatistics, _ glyphs: Glyphs) -> (CleanText, Role) {
            func length(_ value: Int64?) -> (CleanText, Role) {
                (value.map { DurationText.length($0, tool.precision, glyphs) } ?? "", .text)
            }
            return switch self {
            case .calls: (CleanText(tool.calls), .text)
            case .errors: (tool.errors == 0 ? "" : CleanText(tool.errors), .failed)
            case .retries: (tool.retries == 0 ? "" : CleanText(tool.retries), .retrying)
            case .total: tool.runs.isEmpty ? ("", .text) : (DurationText.length(tool.sum, tool.precision, glyphs), .text)
            case .p50: length(tool.p50)
            case .p95: length(tool.p95)
            case .p99: length(tool.p99)
            }
        }
    }

    var name: Int
    /// Each with the column after its last.
    var figures: [(Figure, Int)] = []
    var histogram: Int
    var histogramWidth: Int

    init(width: Int, longestName: Int) {
        let kinds: [Figure] =
            width >= 90
            ? [.calls, .errors, .retries, .total, .p50, .p95, .p99]
            : width >= 60 ? [.calls, .errors, .total, .p50, .p95] : [.calls, .errors, .p95]
        name = max(8, min(longestName, width >= 120 ? 28 : width >= 60 ? 16 : 10))
        var x = 2 + name
        for kind in kinds {
            x += kind.head.columns + (kind.order == .errors ? 3 : kind.head.columns == 3 ? 5 : 3)
            figures.append((kind, x))
        }
        histogram = x + 2
        histogramWidth = max(0, width - histogram - 1)
        if histogramWidth < 8 { histogramWidth = 0 }
    }
}
