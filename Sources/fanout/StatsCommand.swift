internal import FanoutEvents
internal import FanoutJSON
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Tells what recordings amount to.
    static let stats = ProgramCommand(
        name: "stats", operands: "FILE…", summary: "per tool and turn: calls, errors, percentiles, speed-up, critical path",
        options: [Option("json", "one JSON object a file"), Option("strict", "refuses a file with a line that cannot be read")]
    ) { options in
        guard !options.operands.isEmpty else {
            throw UsageError("stats: name a recording")
        }
        for path in options.operands {
            let timelines = try SessionFile.load(path, isStrict: options.has("strict"))
            if let first = timelines.problems.first {
                let count = timelines.problemCount
                Console.complain(
                    "\(path): \(counted(count, "line")) could not be read and \(count == 1 ? "is" : "are") left out; the first: \(first.problem)"
                )
            }
            let report = StatsReport(timelines)
            if options.has("json") {
                Console.print(report.json(path: path).description + "\n")
            } else {
                report.lines(path: path).forEach { Console.print($0.string + "\n") }
            }
        }
        return 0
    }
}

/// The figures of a recording, over all of its sessions.
struct StatsReport {
    private let timelines: Timelines
    private let total: Figures
    private let precision: FiguresPrecision
    private let glyphs: Glyphs

    init(_ timelines: Timelines, glyphs: Glyphs = Terminal.isUnicode ? .unicode : .ascii) {
        self.timelines = timelines
        self.glyphs = glyphs
        total = timelines.figures()
        precision = timelines.precision()
    }

    func json(path: String) -> JSONValue {
        var object = Self.figures(total, precision)
        object["file"] = .string(path)
        object["sessions"] = .integer(Int64(timelines.all.count))
        object["turns"] = .integer(Int64(timelines.all.reduce(0) { $0 + $1.namedTurns }))
        var path = CriticalPath()
        var names: [JSONValue] = []
        for timeline in timelines.all {
            // What is the work of a call lies within the path of that call's turn.
            for turn in timeline.turns.indices where timeline.turns[turn].parent == nil {
                let part = timeline.criticalPath(ofTurn: turn, at: timeline.last)
                path.length += part.length
                names += part.lanes.map { .string(timeline.id(of: $0)) }
            }
        }
        object["critical_path"] = ["us": .integer(path.length), "calls": .array(names)]
        object["tools"] = .array(timelines.toolStatistics().map(Self.tool))
        object["by_turn"] = .array(Self.turns(timelines).map { turn($0, $1) })
        return .object(object)
    }

    /// The turns of all sessions, with the calls that named none.
    private static func turns(_ timelines: Timelines) -> [(Timeline, Int)] {
        timelines.all.flatMap { timeline in timeline.turns.indices.filter { !timeline.turns[$0].isEmptied }.map { (timeline, $0) } }
    }

    private func turn(_ timeline: Timeline, _ place: Int) -> JSONValue {
        let turn = timeline.turns[place]
        let path = timeline.criticalPath(ofTurn: place, at: timeline.last)
        let precision = timeline.precision(ofTurn: place, at: timeline.last, path: path)
        var object = Self.figures(timeline.figures(ofTurn: place, at: timeline.last), precision)
        if let number = turn.number {
            object["turn"] = .integer(Int64(number))
        }
        if let title = turn.title {
            object["title"] = .string(title)
        }
        if let strategy = turn.strategy {
            object["strategy"] = .string(strategy)
        }
        object["unaccounted_us"] = .integer(timeline.unaccounted(ofTurn: place, at: timeline.last))
        object["critical_path"] = ["us": .integer(path.length), "calls": .array(path.lanes.map { .string(timeline.id(of: $0)) })]
        return .object(object)
    }

    /// - Parameter precision: Under `approx` stands what of the figures rests on instants that nobody measured, and how: in the format's words.
    private static func figures(_ figures: Figures, _ precision: FiguresPrecision) -> JSONObject {
        var object: JSONObject = [
            "wall_us": .integer(figures.wall), "sum_us": .integer(figures.sum), "peak": .integer(Int64(figures.peak)),
            "calls": .integer(Int64(figures.calls)), "errors": .integer(Int64(figures.errors)),
        ]
        object["speedup"] = figures.speedup.map { .number(Double(Int64($0 * 1000 + 0.5)) / 1000) } ?? .null
        var outcomes = JSONObject()
        let counts: [(String, Int)] = [
            ("ok", figures.ok), ("failed", figures.failed), ("timeout", figures.timeout), ("cancelled", figures.cancelled),
            ("skipped", figures.skipped),
            ("unknown", figures.unknown),
        ]
        for (name, count) in counts where count > 0 {
            outcomes[name] = .integer(Int64(count))
        }
        object["outcomes"] = .object(outcomes)
        object["approx"] = approx([
            ("wall_us", precision.wall), ("sum_us", precision.sum), ("speedup", figures.speedup == nil ? .measured : precision.speedup),
            ("critical_path", precision.criticalPath),
        ])
        return object
    }

    /// The names of those that were not measured, with what is known of each; nil where all were.
    private static func approx(_ parts: [(String, Precision)]) -> JSONValue? {
        var object = JSONObject()
        for (name, precision) in parts {
            object[name] = precision.word.map { .string($0) }
        }
        return object.isEmpty ? nil : .object(object)
    }

    private static func tool(_ tool: ToolStatistics) -> JSONValue {
        var object: JSONObject = [
            "name": .string(tool.name), "calls": .integer(Int64(tool.calls)), "errors": .integer(Int64(tool.errors)),
            "retries": .integer(Int64(tool.retries)), "sum_us": .integer(tool.sum),
        ]
        object["p50_us"] = tool.p50.map { .integer($0) }
        object["p95_us"] = tool.p95.map { .integer($0) }
        object["p99_us"] = tool.p99.map { .integer($0) }
        object["approx"] = approx(["sum_us", "p50_us", "p95_us", "p99_us"].map { ($0, object[$0] == nil ? .measured : tool.precision) })
        return .object(object)
    }

    // MARK: For people

    func lines(path: String) -> [CleanText] {
        var lines: [CleanText] = [CleanText(path)]
        lines.append(
            row([
                "wall " + DurationText.figure(total.wall, precision.wall, glyphs),
                "sum " + DurationText.figure(total.sum, precision.sum, glyphs), speedup(total),
                "peak " + CleanText(total.peak),
                CleanText(counted(total.calls, "call")), CleanText(counted(total.errors, "error")),
            ]))
        let tools = timelines.toolStatistics()
        lines.append("")
        lines += TextTable.lines(
            ["TOOL", "CALLS", "ERRORS", "P50", "P95", "P99", "SUM"],
            tools.map { tool in
                [CleanText(tool.name), CleanText(tool.calls), CleanText(tool.errors)]
                    + [tool.p50, tool.p95, tool.p99].map { $0.map { DurationText.figure($0, tool.precision, glyphs) } ?? "" }
                    + [DurationText.figure(tool.sum, tool.precision, glyphs)]
            })
        let turns = Self.turns(timelines)
        guard !turns.isEmpty else { return lines }
        lines.append("")
        lines += TextTable.lines(
            ["TURN", "CALLS", "ERRORS", "WALL", "SUM", "SPEED-UP", "PEAK", "CRITICAL PATH", "UNACCOUNTED"],
            turns.map { timeline, place in
                let figures = timeline.figures(ofTurn: place, at: timeline.last)
                let turn = timeline.turns[place]
                let name = (turn.number.map { CleanText($0) } ?? "none") + (turn.title.map { " " + CleanText($0) } ?? "")
                let path = timeline.criticalPath(ofTurn: place, at: timeline.last)
                let precision = timeline.precision(ofTurn: place, at: timeline.last, path: path)
                return [
                    name, CleanText(figures.calls), CleanText(figures.errors), DurationText.figure(figures.wall, precision.wall, glyphs),
                    DurationText.figure(figures.sum, precision.sum, glyphs),
                    figures.speedup.map { DurationText.ratio($0, precision.speedup, glyphs) } ?? "", CleanText(figures.peak),
                    DurationText.figure(path.length, precision.criticalPath, glyphs),
                    DurationText.figure(timeline.unaccounted(ofTurn: place, at: timeline.last), precision.wall, glyphs),
                ]
            })
        if !precision.isMeasured {
            lines += ["", legend]
        }
        return lines
    }

    private func speedup(_ figures: Figures) -> CleanText {
        figures.speedup.map { "speed-up " + DurationText.ratio($0, precision.speedup, glyphs) } ?? ""
    }

    /// What the marks mean.
    private var legend: CleanText {
        let marks = [(Precision.atMost, "no more than this"), (.atLeast, "no less"), (.about, "about")].map { glyphs.mark($0) + " " + $1 }
        return marks.joined(separator: ", ") + ", ? only the order is known: not every instant was measured"
    }

    private func row(_ parts: [CleanText]) -> CleanText { parts.filter { !$0.isEmpty }.joined(separator: "   ") }
}
