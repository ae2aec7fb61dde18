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
        let sleeper = Sleeper()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                guard sleeper.begin(continuation) else { return }
                sleeper.hold(wake(at: instant) { sleeper.end(.success(())) })
            }
        } onCancel: {
            sleeper.end(.failure(CancellationError()))
        }
    }
}

/// One sleep: the alarm and the cancellation race, and the first resumes the task.
private final class Sleeper: Sendable {
    private enum State {
        case new
        case asleep(CheckedContinuation<Void, any Error>, Alarm?)
        case ended
    }

    private let state = Guarded(State.new)

    /// False where it was cancelled before it began; the task is resumed then.
    func begin(_ continuation: CheckedContinuation<Void, any Error>) -> Bool {
        let begins = state.withLock { state in
            guard case .new = state else { return false }
            state = .asleep(continuation, nil)
            return true
        }
        if !begins {
            continuation.resume(throwing: CancellationError())
        }
        return begins
    }

    func hold(_ alarm: Alarm) {
        let isOver = state.withLock { state in
            guard case .asleep(let continuation, _) = state else { return true }
            state = .asleep(continuation, alarm)
            return false
        }
        if isOver {
            alarm.cancel()
        }
    }

    func end(_ result: Result<Void, any Error>) {
        let (continuation, alarm) = state.withLock { state -> (CheckedContinuation<Void, any Error>?, Alarm?) in
            defer { state = .ended }
            guard case .asleep(let continuation, let alarm) = state else { return (nil, nil) }
            return (continuation, alarm)
        }
        if case .failure = result {
            alarm?.cancel()
        }
        continuation?.resume(with: result)
    }
}
