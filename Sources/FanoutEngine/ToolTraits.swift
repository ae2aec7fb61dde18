public import FanoutEvents

/// How calls of a tool may run: all that the decision what to start needs to know of it.
public struct ToolTraits: Sendable, Hashable {
    /// Resources that it reads; calls that only read one share it.
    public var reads: [String] = []
    /// Resources that it writes; a writer has one alone. Calls that conflict keep the model's order.
    public var writes: [String] = []
    /// It runs alone, in its place in the model's order: a write on everything.
    public var sequential = false
    /// It changes nothing.
    public var readOnly = false
    /// Running it again does no harm, so a failed attempt may be retried.
    public var repeatable = false
    /// Names the pool whose limit and rate it shares with other tools.
    public var pool: String?
    /// How many calls of it may run at once.
    public var limit: Int?
    /// How many attempts of it may start in an interval.
    public var rate: Event.Rate?
    /// Microseconds from the start of a call's first attempt to its end, retries and back-off included.
    public var timeout: Int64?
    /// Microseconds that one attempt may take.
    public var attemptTimeout: Int64?
    /// Counts where the tool is ``repeatable``.
    public var retry = RetryPolicy()
    /// A person or the policy is asked before it runs.
    public var needsApproval = false
    /// Its work holds on to its thread, so it never runs on the cooperative pool.
    public var blocks = false

    public init() {}

    /// Whether a call may run while the reply that asks for it still arrives, and may yet break off.
    var startsEarly: Bool { readOnly && writes.isEmpty && !sequential && !needsApproval }

    /// Traits as changed from the plain ones: `.with { $0.readOnly = true }`.
    public static func with(_ change: (inout ToolTraits) -> Void) -> ToolTraits {
        var traits = ToolTraits()
        change(&traits)
        return traits
    }
}

/// When a failed attempt is followed by another: exponential back-off with full jitter.
///
/// The delay before attempt n+1 is drawn evenly from nothing to `base` × 2ⁿ⁻¹, at most `cap`
/// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). A failure that says when to come back is obeyed, up to `cap`.
public struct RetryPolicy: Sendable, Hashable {
    /// How often it is tried in all.
    public var attempts: Int
    /// Microseconds.
    public var base: Int64
    /// Microseconds.
    public var cap: Int64

    public init(attempts: Int = 3, base: Int64 = 200_000, cap: Int64 = 10_000_000) {
        self.attempts = attempts
        self.base = base
        self.cap = cap
    }

    /// Microseconds from the failure of `attempt` (from 1) to the next.
    ///
    /// - Parameters:
    ///   - retryAfter: What the failure asked for, in microseconds.
    ///   - random: 0 up to 1.
    public func delay(after attempt: Int, retryAfter: Int64?, random: Double) -> Int64 {
        let doublings = min(max(attempt, 1) - 1, 62)
        let (grown, overflow) = max(base, 0).multipliedReportingOverflow(by: 1 << Int64(doublings))
        let ceiling = overflow ? cap : min(grown, cap)
        let drawn = Int64(Double(ceiling) * min(max(random, 0), 1))
        return max(drawn, min(retryAfter ?? 0, cap), 0)
    }
}
