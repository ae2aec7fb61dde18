internal import FanoutEvents

/// The system's monotonic clock, from the moment this is made, and threads of its own for what waits on it and runs with it.
///
/// There are as many threads as processors, and one more while somebody waits; they start as they are needed and sleep without waking while
/// nothing happens. (Swift's own pool would do for tools, but it wakes every second for as long as the program lives, and a sleep that ends on
/// one thread to go on in another costs two wakes.) A class, because it owns the threads.
public final class SystemTime: Timekeeper {
    private let origin = monotonicNanoseconds()
    private let pool = ThreadPool(limit: processors())

    public init() {}

    deinit { pool.close() }

    public var workers: (any TaskExecutor)? { pool }

    public func now() -> Int64 { (monotonicNanoseconds() - origin) / 1000 }

    public func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        // An alarm past the end of time is one that never comes.
        let (nanoseconds, overflow) = instant.multipliedReportingOverflow(by: 1000)
        return pool.wake(at: overflow ? .max : origin.later(by: nanoseconds), body)
    }
}
