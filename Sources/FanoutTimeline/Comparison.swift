public import FanoutEvents

/// What became of a recording's calls in another one.
public struct Comparison: Sendable {
    public enum Verdict: String, Sendable, Hashable, CaseIterable {
        case slower, faster, same
        /// It ended in an error now and did not before; or the other way round.
        case broken, mended
        /// Only the second has it; only the first.
        case new, gone
    }

    /// A value of each recording.
    public struct Pair<Value: Sendable & Hashable>: Sendable, Hashable {
        public var before: Value
        public var after: Value

        public init(_ before: Value, _ after: Value) {
            self.before = before
            self.after = after
        }
    }

    /// One tool in both.
    public struct Tool: Sendable, Hashable {
        public var name: String
        public var calls: Pair<Int>
        public var errors: Pair<Int>
        /// Microseconds; nil where no call of it ran to its end.
        public var p50: Pair<Int64?>
        public var p95: Pair<Int64?>
        /// How likely such a difference is by chance; nil where there are too few calls to tell.
        public var probability: Double?
        public var verdict: Verdict

        /// How many times as long its median is.
        public var ratio: Double? { Comparison.ratio(p50.before, p50.after) }

        /// Whether its median is more than so many times as long, and that not by chance; where there are too few calls to tell, the median
        /// alone decides.
        public func isSlower(than most: Double) -> Bool {
            Comparison.isSlower(p50.before, p50.after, than: most) && probability.map { $0 < Comparison.significance } ?? true
        }
    }

    /// One call in both.
    public struct Call: Sendable, Hashable {
        public var name: String
        /// Its id in each; nil where there is none.
        public var ids: Pair<String?>
        /// Microseconds of its attempts.
        public var run: Pair<Int64?>
        public var outcome: Pair<Event.Outcome?>
        public var verdict: Verdict
    }

    /// Microseconds of all turns.
    public var wall: Pair<Int64>
    public var errors: Pair<Int>
    /// The one that changed most first.
    public var tools: [Tool] = []
    /// In the order of the second recording, what only the first has behind.
    public var calls: [Call] = []

    /// A difference below this share says nothing: machines are not that even.
    public static let leastChange = 0.1
    /// Microseconds below which a difference says nothing, whatever its share.
    public static let leastDifference: Int64 = 1_000
    /// Differences as likely by chance as this, or more so, are none.
    public static let significance = 0.05

    /// How many times as long the second is; nil where one is not known, or nothing.
    public static func ratio(_ before: Int64?, _ after: Int64?) -> Double? {
        guard let before, let after, before > 0 else { return nil }
        return Double(after) / Double(before)
    }

    /// Whether the second is more than so many times as long, and by ``leastDifference`` at the least.
    public static func isSlower(_ before: Int64?, _ after: Int64?, than most: Double) -> Bool {
        guard let before, let after, let ratio = ratio(before, after) else { return false }
        return ratio > most && after - before >= leastDifference
    }

    /// Whether a time is slower or faster, by enough to be said.
    private static func verdict(_ before: Int64?, _ after: Int64?) -> Verdict {
        guard let before, let after, let ratio = ratio(before, after), abs(ratio - 1) >= leastChange, abs(after - before) >= leastDifference
        else { return .same }
        return ratio > 1 ? .slower : .faster
    }
}

extension Comparison {
    /// A recording, and what its calls were given.
    public struct Side {
        public var timelines: Timelines
        /// What stands in the place of a call's arguments, as a text to compare; nil where it cannot be read.
        public var arguments: (Place) -> String?

        public init(_ timelines: Timelines, arguments: @escaping (Place) -> String?) {
            self.timelines = timelines
            self.arguments = arguments
        }
    }

    public init(_ before: Side, _ after: Side) {
        let figures = Pair(before.timelines.figures(), after.timelines.figures())
        wall = Pair(figures.before.wall, figures.after.wall)
        errors = Pair(figures.before.errors, figures.after.errors)
        let sides = Pair(Self.entries(before), Self.entries(after))
        tools = Self.tools(sides.before, sides.after)
        calls = Self.calls(sides.before, sides.after)
    }

    /// A call of one side.
    private struct Entry: Hashable {
        var name: String
        var id: String
        var arguments: String
        var run: Int64?
        var outcome: Event.Outcome?
        var hasEnded: Bool
    }

    private static func entries(_ side: Side) -> [Entry] {
        side.timelines.all.flatMap { timeline in
            timeline.laneRange.compactMap { number in
                let lane = timeline.lane(number)
                guard lane.kind == .call, !lane.isParent else { return nil }
                let arguments = lane.arguments.isNone ? "" : side.arguments(lane.arguments) ?? ""
                let hasRun = lane.attempts > 0 && lane.hasEnded
                return Entry(
                    name: timeline.name(of: number), id: timeline.id(of: number), arguments: arguments,
                    run: hasRun ? timeline.runTime(of: number, at: timeline.last) : nil,
                    outcome: lane.hasEnded ? lane.outcome : nil, hasEnded: lane.hasEnded)
            }
        }
    }

    // MARK: Tools

    private static func tools(_ before: [Entry], _ after: [Entry]) -> [Tool] {
        let groups = Pair(Dictionary(grouping: before, by: \.name), Dictionary(grouping: after, by: \.name))
        return Set(groups.before.keys).union(groups.after.keys).sorted().map { name in
            tool(name, groups.before[name] ?? [], groups.after[name] ?? [])
        }.sorted { (abs($1.change), $0.name) < (abs($0.change), $1.name) }
    }

    private static func tool(_ name: String, _ before: [Entry], _ after: [Entry]) -> Tool {
        let runs = Pair(before.compactMap(\.run).sorted(), after.compactMap(\.run).sorted())
        var tool = Tool(
            name: name, calls: Pair(before.count, after.count), errors: Pair(errorCount(before), errorCount(after)),
            p50: Pair(Percentile.nearestRank(runs.before, 50), Percentile.nearestRank(runs.after, 50)),
            p95: Pair(Percentile.nearestRank(runs.before, 95), Percentile.nearestRank(runs.after, 95)),
            probability: RankTest.probability(runs.before, runs.after), verdict: .same)
        if before.isEmpty || after.isEmpty {
            tool.verdict = before.isEmpty ? .new : .gone
        } else if tool.probability.map({ $0 < significance }) ?? true {
            tool.verdict = verdict(tool.p50.before, tool.p50.after)
        }
        return tool
    }

    private static func errorCount(_ entries: [Entry]) -> Int { entries.count { $0.outcome?.isError ?? false } }

    // MARK: Calls

    /// Calls are the same where tool and arguments are, and stand in the same order among those that are; what is left over goes together
    /// by tool and order.
    private static func calls(_ before: [Entry], _ after: [Entry]) -> [Call] {
        var partners = [Int?](repeating: nil, count: after.count)
        var isTaken = [Bool](repeating: false, count: before.count)
        func match(_ key: (Entry) -> [String]) {
            var waiting: [[String]: [Int]] = [:]
            for place in before.indices.reversed() where !isTaken[place] {
                waiting[key(before[place]), default: []].append(place)
            }
            for place in after.indices where partners[place] == nil {
                guard let partner = waiting[key(after[place])]?.popLast() else { continue }
                partners[place] = partner
                isTaken[partner] = true
            }
        }
        match { [$0.name, $0.arguments] }
        match { [$0.name] }
        var calls = after.indices.map { place in call(partners[place].map { before[$0] }, after[place]) }
        calls += before.indices.filter { !isTaken[$0] }.map { call(before[$0], nil) }
        return calls
    }

    private static func call(_ before: Entry?, _ after: Entry?) -> Call {
        var call = Call(
            name: after?.name ?? before?.name ?? "", ids: Pair(before?.id, after?.id), run: Pair(before?.run, after?.run),
            outcome: Pair(before?.outcome, after?.outcome), verdict: .same)
        guard let before, let after else {
            call.verdict = before == nil ? .new : .gone
            return call
        }
        let failed = Pair(before.outcome?.isError ?? false, after.outcome?.isError ?? false)
        if failed.before != failed.after {
            call.verdict = failed.after ? .broken : .mended
        } else {
            call.verdict = verdict(before.run, after.run)
        }
        return call
    }
}

extension Comparison.Tool {
    /// Microseconds that all of its calls together would gain or lose by the change of its median.
    var change: Int64 {
        guard let before = p50.before, let after = p50.after else { return 0 }
        return (after - before) * Int64(calls.after)
    }
}
