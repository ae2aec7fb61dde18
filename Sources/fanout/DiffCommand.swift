internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Tells what became slower, faster or broken from one recording to another.
    static let diff = ProgramCommand(
        name: "diff", operands: "A B", summary: "what became slower, faster, broken or new from one recording to another",
        options: [
            Option("fail-slower", argument: "PERCENT", "exit status 1 where all turns, or a tool's median, are slower by more than this"),
            Option("json", "one JSON object"), Option("strict", "refuses a file with a line that cannot be read"),
        ],
        notes: """
            --fail-slower judges all turns together by their length alone, and a tool by its median: where each recording has at least
            \(RankTest.leastValues) runs of the tool, a difference that is not significant (a P of .05 or more) does not fail; where one has fewer, the median
            alone decides. Less than a millisecond never fails.
            """
    ) { options in
        guard options.operands.count == 2 else {
            throw UsageError("diff: name two recordings, the earlier one first")
        }
        let most = try options.percent("fail-slower")
        let sides = try options.operands.map { path in
            let ledger = Ledger(recorder: nil)
            try ledger.load(path, isStrict: options.has("strict"))
            return Comparison.Side(ledger.timelines) { place in ledger.event(at: place)?.argumentText }
        }
        let report = DiffReport(Comparison(sides[0], sides[1]), paths: options.operands)
        if options.has("json") {
            Console.print(report.json.description + "\n")
        } else {
            report.lines.forEach { Console.print($0.string + "\n") }
        }
        guard let most, let why = report.slower(than: most) else { return 0 }
        Console.complain("slower than --fail-slower allows: \(why)")
        return 1
    }
}

extension Options {
    /// A share such as `20%`, as how many times as much.
    fileprivate func percent(_ name: String) throws(UsageError) -> Double? {
        guard let text = value(name) else { return nil }
        let digits = text.hasSuffix("%") ? String(text.dropLast()) : text
        guard let number = Double(digits), number >= 0, number <= 100_000 else {
            throw UsageError("--\(name) \(text): it takes a percentage, as in --\(name) 20%")
        }
        return 1 + number / 100
    }
}

extension Event {
    /// A call's arguments in the words of its line.
    fileprivate var argumentText: String? {
        switch body {
        case .callRequested(let body): body.arguments?.value.description
        case .callStarted(let body): body.arguments?.value.description
        default: nil
        }
    }
}

/// What became of a recording's calls in another one, for people and for programs.
struct DiffReport {
    private let comparison: Comparison
    private let paths: [String]

    /// Calls that are listed for people.
    private static let mostCalls = 20

    init(_ comparison: Comparison, paths: [String]) {
        self.comparison = comparison
        self.paths = paths
    }

    /// What is slower by more than so many times; nil where nothing is.
    func slower(than most: Double) -> String? {
        let wall = comparison.wall
        if Comparison.isSlower(wall.before, wall.after, than: most) {
            return "all turns took \(Self.change(wall.before, wall.after))"
        }
        return comparison.tools.first { $0.isSlower(than: most) }.map { tool in
            let chance = tool.probability.map { "P \(Self.probability($0).string)" } ?? "too few runs for a significance"
            return "\(tool.name)'s median is \(Self.change(tool.p50.before, tool.p50.after)), \(chance)"
        }
    }

    /// `1.5x as long (100ms → 150ms)`; below a tenth, where a ratio says little, `5 % longer (…)`.
    private static func change(_ before: Int64?, _ after: Int64?) -> String {
        let ratio = Comparison.ratio(before, after) ?? 1
        let words = ratio < 1.095 ? "\(Int((ratio * 100 - 100).rounded())) % longer" : "\(DurationText.ratio(ratio).string) as long"
        return "\(words) (\(fine(before)) → \(fine(after)))"
    }

    /// A length with digits enough to see a few per cent in it.
    private static func fine(_ time: Int64?) -> String {
        guard let time, time < 10_000_000 else { return length(time).string }
        return "\((time + 500) / 1000)ms"
    }

    // MARK: For programs

    var json: JSONValue {
        [
            "a": .string(paths[0]), "b": .string(paths[1]), "wall_us": Self.pair(comparison.wall), "errors": Self.pair(comparison.errors),
            "tools": .array(comparison.tools.map(Self.tool)), "calls": .array(comparison.calls.map(Self.call)),
        ]
    }

    private static func pair(_ pair: Comparison.Pair<Int64>) -> JSONValue { ["a": .integer(pair.before), "b": .integer(pair.after)] }
    private static func pair(_ pair: Comparison.Pair<Int>) -> JSONValue {
        ["a": .integer(Int64(pair.before)), "b": .integer(Int64(pair.after))]
    }
    private static func pair(_ pair: Comparison.Pair<Int64?>) -> JSONValue {
        pairOfKnown(pair.before.map { .integer($0) }, pair.after.map { .integer($0) })
    }

    private static func pairOfKnown(_ before: JSONValue?, _ after: JSONValue?) -> JSONValue {
        var object = JSONObject()
        object["a"] = before
        object["b"] = after
        return .object(object)
    }

    private static func tool(_ tool: Comparison.Tool) -> JSONValue {
        var object: JSONObject = [
            "name": .string(tool.name), "verdict": .string(tool.verdict.rawValue), "calls": pair(tool.calls), "errors": pair(tool.errors),
            "p50_us": pair(tool.p50), "p95_us": pair(tool.p95),
        ]
        object["ratio"] = tool.ratio.map { .number(($0 * 1000).rounded() / 1000) }
        object["p_value"] = tool.probability.map { .number($0) }
        return .object(object)
    }

    private static func call(_ call: Comparison.Call) -> JSONValue {
        [
            "name": .string(call.name), "verdict": .string(call.verdict.rawValue),
            "call": pairOfKnown(call.ids.before.map { .string($0) }, call.ids.after.map { .string($0) }), "run_us": pair(call.run),
            "outcome": pairOfKnown(call.outcome.before.map { .string($0.rawValue) }, call.outcome.after.map { .string($0.rawValue) }),
        ]
    }

    // MARK: For people

    var lines: [CleanText] {
        var lines: [CleanText] = [
            "A  " + CleanText(paths[0]), "B  " + CleanText(paths[1]), "",
            "wall " + Self.arrow(comparison.wall.before, comparison.wall.after) + "   errors " + CleanText(comparison.errors.before) + " → "
                + CleanText(comparison.errors.after),
            "",
        ]
        lines += TextTable.lines(
            ["TOOL", "CALLS", "ERRORS", "P50 A", "P50 B", "", "P", ""],
            comparison.tools.map { tool in
                [
                    CleanText(tool.name), Self.change(tool.calls), Self.change(tool.errors), Self.length(tool.p50.before),
                    Self.length(tool.p50.after), tool.ratio.map { DurationText.ratio($0) } ?? "",
                    tool.probability.map(Self.probability) ?? "", tool.verdict == .same ? "" : CleanText(tool.verdict.rawValue),
                ]
            })
        let changed = comparison.calls.filter { $0.verdict != .same }.sorted { Self.weight($0) > Self.weight($1) }
        guard !changed.isEmpty else { return lines + ["", "No call changed by enough to be told from chance."] }
        lines.append("")
        lines += TextTable.lines(
            ["CALL", "A", "B", "", ""],
            changed.prefix(Self.mostCalls).map { call in
                [
                    CleanText(call.name) + " " + CleanText(call.ids.after ?? call.ids.before ?? ""),
                    Self.end(call.run.before, call.outcome.before),
                    Self.end(call.run.after, call.outcome.after),
                    Comparison.ratio(call.run.before, call.run.after).map { DurationText.ratio($0) } ?? "",
                    CleanText(call.verdict.rawValue),
                ]
            })
        if changed.count > Self.mostCalls {
            lines.append("and " + CleanText(changed.count - Self.mostCalls) + " more; --json tells of all")
        }
        return lines
    }

    /// What matters most: what broke, then the greatest difference.
    private static func weight(_ call: Comparison.Call) -> Int64 {
        let difference = abs((call.run.after ?? 0) - (call.run.before ?? 0))
        return call.verdict == .broken ? .max : difference
    }

    private static func arrow(_ before: Int64, _ after: Int64) -> CleanText {
        let ratio = Comparison.ratio(before, after).map { " (" + DurationText.ratio($0) + ")" } ?? ""
        return DurationText.length(before) + " → " + DurationText.length(after) + ratio
    }

    private static func change(_ pair: Comparison.Pair<Int>) -> CleanText {
        pair.before == pair.after ? CleanText(pair.after) : CleanText(pair.before) + " → " + CleanText(pair.after)
    }

    private static func length(_ time: Int64?) -> CleanText { time.map { DurationText.length($0) } ?? "" }

    private static func probability(_ value: Double) -> CleanText {
        guard value >= 0.001 else { return "<.001" }
        let thousandths = Int((value * 1000).rounded())
        // Three decimals of what is below 1, as probabilities are written.
        return thousandths >= 1000 ? "1.00" : CleanText("." + String(String(thousandths + 1000).dropFirst()))
    }

    private static func end(_ run: Int64?, _ outcome: Event.Outcome?) -> CleanText {
        let word = outcome.flatMap { $0 == .ok ? nil : CleanText($0.rawValue) }
        return [run.map { DurationText.length($0) }, word].compactMap(\.self).joined(separator: " ")
    }
}
