internal import FanoutEvents

/// A limit on how many attempts run at once, a rate at which they start, or both; and the line of calls before it.
package struct Gate: Sendable {
    package enum Name: Sendable, Hashable {
        case turn
        case threads
        case tool(String)
        case pool(String)

        /// What a waiting call is said to wait for.
        var holders: [BatchEffect.Holder] {
            switch self {
            case .turn, .threads: []
            case .tool(let name), .pool(let name): [.named(name)]
            }
        }
    }

    let name: Name
    private let limit: Int
    private let rate: Event.Rate?
    private var inside = 0
    /// Those inside that have not started yet.
    private var unstarted = 0
    /// The starts of the last interval; those before `firstStart` have left it.
    private var starts: [Int64]
    private var firstStart = 0
    var line = CallLine()
    /// When the machine will look at it again.
    var alarm: Int64?

    init(name: Name, limit: Int?, rate: Event.Rate?, starts: [Int64]) {
        self.name = name
        self.limit = max(limit ?? .max, 1)
        self.rate = rate.map { Event.Rate(calls: max($0.calls, 1), per: max($0.per, 1)) }
        self.starts = starts
    }

    /// Why nobody may pass now; nil where one may.
    mutating func obstacle(at now: Int64) -> Event.Wait? {
        if inside >= limit {
            return .limit
        }
        guard let rate else { return nil }
        while firstStart < starts.count, starts[firstStart] + rate.per <= now {
            firstStart += 1
        }
        if firstStart > 64, firstStart * 2 > starts.count {
            starts.removeFirst(firstStart)
            firstStart = 0
        }
        return starts.count - firstStart + unstarted >= rate.calls ? .rate : nil
    }

    /// When the rate lets the next one pass, if it is not a start still to come that decides it.
    var nextTurn: Int64? {
        guard let rate, firstStart < starts.count else { return nil }
        return starts[firstStart] + rate.per
    }

    mutating func enter() {
        inside += 1
        unstarted += 1
    }

    mutating func started(at now: Int64) {
        unstarted -= 1
        if rate != nil {
            starts.append(now)
        }
    }

    mutating func leave(hasStarted: Bool) {
        inside -= 1
        if !hasStarted {
            unstarted -= 1
        }
    }

    /// The starts that a later batch must count; empty where there is no rate.
    package var recentStarts: [Int64] { Array(starts[firstStart...]) }
}

/// The ends of a line of calls. The links lie in the calls' records, so that joining, leaving and stepping out are all O(1).
struct CallLine: Sendable {
    var first = -1
    var last = -1

    var isEmpty: Bool { first < 0 }
}
