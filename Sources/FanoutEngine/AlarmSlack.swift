/// How much later than due an alarm may come where the thread that waited for it has a task to run.
///
/// Waking another thread for each such task, only to have it wait, would cost as much as the alarm itself. Instead another one looks a while
/// after the next alarm is due: the less often, the longer it has found all well.
struct AlarmSlack: Sendable {
    /// Nanoseconds.
    private(set) var length = Self.least

    static let least: Int64 = 10_000_000
    static let most: Int64 = 80_000_000

    /// Somebody looked, and found the next alarm waited for, or late.
    mutating func looked(foundWaiting: Bool) {
        length = foundWaiting ? min(2 * length, Self.most) : Self.least
    }
}
