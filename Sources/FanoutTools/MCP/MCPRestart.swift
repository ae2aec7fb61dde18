/// When a server that has ended may be started anew: the more often it failed in a row, the later, and at some time not at all.
struct MCPRestart: Sendable, Hashable {
    enum Decision: Sendable, Hashable {
        case start
        /// Not before this instant.
        case wait(until: Int64)
        /// It failed so often.
        case giveUp(after: Int)
    }

    /// Starts in a row that came to nothing, after which no other is tried.
    static let most = 5
    private static let base: Int64 = 250_000

    private var failures = 0
    private var last: Int64 = 0

    /// - Parameter hasWorked: Whether it had answered a call since it was started.
    mutating func ended(hasWorked: Bool, now: Int64) {
        failures = hasWorked ? 1 : failures + 1
        last = now
    }

    /// The first failure costs no wait: most crashes are the call's doing, and the next call is another.
    func decide(now: Int64) -> Decision {
        guard failures < Self.most else { return .giveUp(after: failures) }
        guard failures > 1 else { return .start }
        let due = last + Self.base << Int64(failures - 2)
        return now >= due ? .start : .wait(until: due)
    }
}
