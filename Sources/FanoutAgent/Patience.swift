/// How often, and after how long, a request to a model is tried again.
public struct Patience: Sendable, Hashable {
    /// All attempts, the first one included.
    public var attempts: Int
    /// Microseconds before the second attempt; each further wait is twice as long, up to ``longestBackOff``.
    public var backOff: Int64
    public var longestBackOff: Int64
    /// Microseconds. A server may ask for longer, and services have asked for an hour: then this long is waited.
    public var longestRetryAfter: Int64

    public init(attempts: Int = 4, backOff: Int64 = 500_000, longestBackOff: Int64 = 8_000_000, longestRetryAfter: Int64 = 60_000_000) {
        self.attempts = attempts
        self.backOff = backOff
        self.longestBackOff = longestBackOff
        self.longestRetryAfter = longestRetryAfter
    }

    /// Microseconds to wait after the failure of an attempt; nil where it was the last.
    ///
    /// A quarter of a back-off is left to chance, so that clients that failed together do not return together. What the server asked for is
    /// kept to.
    ///
    /// - Parameters:
    ///   - attempt: The one that failed, from 1.
    ///   - random: From 0 up to 1.
    public func delay(after error: ModelError, attempt: Int, random: Double) -> Int64? {
        guard error.isTransient, attempt < attempts else { return nil }
        if let asked = error.retryAfter, asked > 0 {
            return min(asked, longestRetryAfter)
        }
        let doublings = min(attempt - 1, 32)
        let whole = min(longestBackOff, backOff.multipliedReportingOverflow(by: 1 << Int64(doublings)).partialValue)
        return whole - Int64(Double(whole) * 0.25 * random)
    }
}
