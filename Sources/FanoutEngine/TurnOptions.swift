public import FanoutEvents

/// How the calls of a turn are run.
public struct TurnOptions: Sendable, Hashable {
    public var strategy: Strategy = .parallel
    /// How many calls of the turn may run at once.
    public var limit: Int?
    public var pools: [String: Pool] = [:]
    /// Whether `$ref:` in an argument stands for another call's result; where not, text is text.
    public var references = false
    /// Microseconds from the turn's first call to its end.
    public var deadline: Int64?
    /// What happens to calls of tools that need approval.
    public var approval: ApprovalPolicy = .ask
    /// False where the model was told to call one tool at a time: then the engine holds to it, whatever the strategy.
    public var parallelAllowed = true
    /// Whether a call of a read-only tool runs while the reply that asks for it still arrives.
    public var startsEarly = true
    /// Bytes of a result that the model is sent at the most.
    public var resultLimit = 100_000
    /// Bytes of all the turn's results that the model is sent at the most; each call is sure of its share.
    public var resultSumLimit = 400_000
    /// Microseconds that cancelled work is given to end before its call ends without it, as abandoned.
    public var settle: Int64 = 10_000
    /// Microseconds for which work that ignores its cancellation keeps its slot.
    public var grace: Int64 = 1_000_000
    /// How many calls of tools that block may run at once, each on a thread of its own.
    public var blockingThreads = 64

    public init() {}

    /// Options as changed from the plain ones: `.with { $0.limit = 4 }`.
    public static func with(_ change: (inout TurnOptions) -> Void) -> TurnOptions {
        var options = TurnOptions()
        change(&options)
        return options
    }

    /// The strategy in effect.
    var effectiveStrategy: Strategy { parallelAllowed ? strategy : .sequential }

    /// How many calls run at once at the most; a call on a thread pool has a thread.
    var effectiveLimit: Int? {
        switch effectiveStrategy {
        case .parallel: limit.map { max($0, 1) }
        case .threads(let threads): max(min(limit ?? threads, threads), 1)
        case .sequential: 1
        }
    }
}

/// Where the calls of a turn run.
public enum Strategy: Sendable, Hashable {
    /// Side by side; tools that block on threads of their own.
    case parallel
    /// On so many threads, at most one call on each.
    case threads(Int)
    /// One after the other, in the model's order.
    case sequential

    /// The word that events use.
    public var word: String {
        switch self {
        case .parallel: "parallel"
        case .threads: "threads"
        case .sequential: "sequential"
        }
    }
}

/// What tools that name the same pool share.
public struct Pool: Sendable, Hashable {
    /// How many of their calls may run at once.
    public var limit: Int?
    /// How many of their attempts may start in an interval.
    public var rate: Event.Rate?

    public init(limit: Int? = nil, rate: Event.Rate? = nil) {
        self.limit = limit
        self.rate = rate
    }
}

/// What happens to a call whose tool needs approval.
public enum ApprovalPolicy: String, Sendable, Hashable, CaseIterable {
    /// It runs.
    case always
    /// It is denied.
    case never
    /// It waits until somebody answers.
    case ask
}
