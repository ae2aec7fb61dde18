internal import FanoutEvents

/// How one tool's calls fared.
public struct ToolStatistics: Sendable, Hashable {
    public var name: String
    public var calls = 0
    public var errors = 0
    public var retries = 0
    /// Run times of the calls that ran and ended, in microseconds: the sum, and percentiles by nearest rank.
    public var sum: Int64 = 0
    public var p50: Int64?
    public var p95: Int64?
    public var p99: Int64?
    /// Those run times, the shortest first.
    public var runs: [Int64] = []
    /// How far these run times can be trusted, taken together.
    public var precision = Precision.measured

    init(name: String) { self.name = name }
}

/// Each tool's figures, kept up while time goes on.
///
/// Calls that have ended are counted once, so that a picture of a session of a million calls costs hardly more than one of a hundred.
package struct ToolTally: Sendable {
    private var watch = LaneWatch()
    private var ended = ToolCounts()

    package init() {}

    /// Each tool's figures at an instant, the one with the most time first.
    package mutating func tools(of timeline: Timeline, at t: Int64) -> [ToolStatistics] {
        let look = watch.look(at: timeline, t)
        if look.isAnew { ended = ToolCounts() }
        for lane in look.ended { ended.add(lane, of: timeline, at: t) }
        ended.settle()
        var all = ended
        for lane in watch.open { all.add(lane, of: timeline, at: t) }
        return all.inOrder
    }
}

/// Calls counted by the name of their tool.
struct ToolCounts: Sendable {
    private var tools: [ToolStatistics] = []
    private var places: [String: Int] = [:]
    /// Of one timeline, by the number that stands for a name: a look for a text costs more than all the rest.
    private var slots: [Symbols.Symbol: Int] = [:]
    private var last: (symbol: Symbols.Symbol, slot: Int)?
    /// Run times of each tool that are not among its sorted ones yet.
    private var lately: [[Int64]] = []

    /// Goes on with another timeline.
    mutating func turnToAnother() {
        slots = [:]
        last = nil
    }

    mutating func add(_ number: Int, of timeline: Timeline, at t: Int64) {
        let lane = timeline.lanes[number]
        guard lane.kind == .call, lane.seen <= t, Int(lane.turn) >= timeline.firstTurn else { return }
        let slot = slot(number, lane.name, timeline)
        tools[slot].calls += 1
        guard lane.ended <= t else {
            var attempts = 0
            timeline.forEachAttempt(of: number, at: t) { _, _ in attempts += 1 }
            tools[slot].retries += max(0, attempts - 1)
            return
        }
        tools[slot].retries += max(0, Int(lane.attempts) - 1)
        tools[slot].errors += lane.outcome.isError ? 1 : 0
        guard lane.attempts > 0 else { return }
        let run = timeline.runTime(of: number, at: t)
        tools[slot].sum += run
        if timeline.hasApproximations { tools[slot].precision += timeline.precision(ofRun: number, at: t) }
        lately[slot].append(run)
    }

    private mutating func slot(_ number: Int, _ symbol: Symbols.Symbol, _ timeline: Timeline) -> Int {
        if let last, last.symbol == symbol { return last.slot }
        let slot: Int
        if let known = slots[symbol] {
            slot = known
        } else {
            let name = timeline.name(of: number)
            slot = places[name] ?? tools.count
            if slot == tools.count {
                tools.append(ToolStatistics(name: name))
                lately.append([])
            }
            (places[name], slots[symbol]) = (slot, slot)
        }
        last = (symbol, slot)
        return slot
    }

    /// Puts run times that were added among the others.
    mutating func settle() {
        for place in tools.indices where !lately[place].isEmpty {
            lately[place].sortStably { $0 }
            tools[place].runs = tools[place].runs.merged(with: lately[place], by: <)
            lately[place] = []
            tools[place].p50 = Percentile.nearestRank(tools[place].runs, 50)
            tools[place].p95 = Percentile.nearestRank(tools[place].runs, 95)
            tools[place].p99 = Percentile.nearestRank(tools[place].runs, 99)
        }
    }

    /// The tool with the most time first.
    var inOrder: [ToolStatistics] { tools.sorted { ($1.sum, $0.name) < ($0.sum, $1.name) } }
}

extension ToolStatistics {
    static func all(of timelines: [Timeline], at t: Int64) -> [ToolStatistics] {
        var counts = ToolCounts()
        for timeline in timelines {
            counts.turnToAnother()
            for lane in timeline.laneRange { counts.add(lane, of: timeline, at: t) }
        }
        counts.settle()
        return counts.inOrder
    }
}

extension Timeline {
    /// Each tool's figures at an instant, the one with the most time first.
    public func toolStatistics(at t: Int64) -> [ToolStatistics] {
        ToolStatistics.all(of: [self], at: t)
    }

    /// Microseconds of a turn in which neither a model's request, nor an attempt, nor a back-off was under way.
    ///
    /// Counted from the turn's start to its end, or to the instant asked for.
    public func unaccounted(ofTurn place: Int, at t: Int64) -> Int64 {
        let t = Instant.held(t)
        let turn = turns[place]
        let end = min(t, turn.hasFinished ? turn.finished : max(turn.last, over == nil ? t : turn.last))
        guard end > turn.started else { return 0 }
        var busy: [(start: Int64, end: Int64)] = []
        for number in turn.lanes {
            forEachSegment(of: Int(number), at: t) { segment in
                switch segment.kind {
                case .attempt, .backoff: busy.append((segment.start, segment.end))
                case .announced, .waiting, .held: break
                }
            }
        }
        var covered: Int64 = 0
        var reach = turn.started
        for span in busy.sorted(by: { $0.start < $1.start }) {
            let start = max(span.start, reach)
            let stop = min(span.end, end)
            covered += max(0, stop - start)
            reach = max(reach, stop)
        }
        return end - turn.started - covered
    }
}

/// Percentiles of sorted values.
public enum Percentile {
    /// The smallest value that at least `percent` of a hundred do not exceed; nil of none.
    public static func nearestRank(_ sorted: [Int64], _ percent: Int) -> Int64? {
        guard !sorted.isEmpty else { return nil }
        let rank = (sorted.count * percent + 99) / 100
        return sorted[max(0, min(sorted.count, rank) - 1)]
    }
}
