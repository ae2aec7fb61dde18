internal import FanoutEvents

/// The clock of a session, and the one timer on it.
public protocol Timekeeper: Sendable {
    /// Microseconds since the session's start. It never goes back.
    func now() -> Int64

    /// Has `body` called once at that instant, or soon where it has passed, but never from within this call. It must return soon.
    func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm

    /// Where tools that do not block run best, since alarms are called there too; nil for Swift's cooperative pool.
    var workers: (any TaskExecutor)? { get }
}

extension Timekeeper {
    public var workers: (any TaskExecutor)? { nil }
}

/// Something that a timekeeper will call.
public struct Alarm: Sendable {
    private let revoke: @Sendable () -> Void

    public init(revoke: @escaping @Sendable () -> Void) { self.revoke = revoke }

    /// It is not called any more, unless that has already begun.
    public func cancel() { revoke() }
}

extension Timekeeper {
    /// Suspends the task until that instant.
    ///
    /// - Throws: `CancellationError`, at once, when the task is cancelled.
    public func sleep(until instant: Int64) async throws {
        let sleep = Guarded(Sleep())
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard sleep.begin(continuation) else { return continuation.resume(throwing: CancellationError()) }
                sleep.hold(wake(at: instant) { sleep.takeEnd().continuation?.resume() })
            }
        } onCancel: {
            let (continuation, alarm) = sleep.takeEnd()
            alarm?.cancel()
            continuation?.resume(throwing: CancellationError())
        }
    }
}

/// One sleep: the alarm and the cancellation race, and the first resumes the task.
private struct Sleep: Sendable {
    var continuation: CheckedContinuation<Void, any Error>?
    var alarm: Alarm?
    var isOver = false
}

extension Guarded<Sleep> {
    /// False where it was cancelled before it began.
    fileprivate func begin(_ continuation: CheckedContinuation<Void, any Error>) -> Bool {
        withLock { sleep in
            guard !sleep.isOver else { return false }
            sleep.continuation = continuation
            return true
        }
    }

    /// Knows the alarm, to call it off; where the sleep is over by now, it is called off at once.
    fileprivate func hold(_ alarm: Alarm) {
        let isOver = withLock { sleep in
            if !sleep.isOver {
                sleep.alarm = alarm
            }
            return sleep.isOver
        }
        if isOver {
            alarm.cancel()
        }
    }

    /// Ends it. The first who does is given whom to resume.
    fileprivate func takeEnd() -> (continuation: CheckedContinuation<Void, any Error>?, alarm: Alarm?) {
        withLock { sleep in
            let taken = (sleep.continuation, sleep.alarm)
            sleep = Sleep(isOver: true)
            return taken
        }
    }
}
