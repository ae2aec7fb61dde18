internal import FanoutEvents
internal import Synchronization

/// The clock of a session, and the one timer on it. An object, since everybody in the session has the same.
public protocol Timekeeper: AnyObject, Sendable {
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
    private let number: UInt64
    private let owner: any AlarmOwner

    /// - Parameter number: What the owner knows it by.
    public init(_ number: UInt64, of owner: any AlarmOwner) {
        self.number = number
        self.owner = owner
    }

    /// It is not called any more, unless that has already begun.
    public func cancel() { owner.revoke(number) }
}

/// Who will call alarms.
public protocol AlarmOwner: AnyObject, Sendable {
    /// The alarm of that number is not called any more. It may have been called, and its number never comes again.
    func revoke(_ alarm: UInt64)
}

extension Timekeeper {
    /// Suspends the task until that instant.
    ///
    /// - Throws: `CancellationError`, at once, when the task is cancelled.
    public func sleep(until instant: Int64) async throws {
        let sleep = Sleep()
        try await withTaskCancellationHandler {
            #if DEBUG
                try await withCheckedThrowingContinuation { begin(sleep, $0, until: instant) }
            #else
                try await withUnsafeThrowingContinuation { begin(sleep, $0, until: instant) }
            #endif
        } onCancel: {
            sleep.cancel()
        }
    }

    private func begin(_ sleep: Sleep, _ continuation: Sleep.Continuation, until instant: Int64) {
        guard sleep.begin(continuation) else { return continuation.resume(throwing: CancellationError()) }
        sleep.hold(wake(at: instant) { sleep.end() })
    }
}

/// One sleep: the alarm and a cancellation race, and the first of them resumes the task.
///
/// Without a lock, and with a continuation that nobody counts the uses of, since sleeps end by the thousand.
// Why unchecked: continuation and alarm are written once, before the stage that says so, and read by those alone who find that stage reached.
private final class Sleep: @unchecked Sendable {
    #if DEBUG
        // Counted; and ThreadSanitizer, which does not see what comes before an uncounted one's resume, has nothing to report.
        typealias Continuation = CheckedContinuation<Void, any Error>
    #else
        typealias Continuation = UnsafeContinuation<Void, any Error>
    #endif

    @exclusivity(unchecked) private var continuation: Continuation?
    @exclusivity(unchecked) private var alarm: Alarm?
    private let stages = Atomic<UInt8>(0)

    private enum Stage {
        /// There is a task to resume.
        static let begun: UInt8 = 1
        /// There is an alarm to call off.
        static let alarmed: UInt8 = 2
        /// Somebody resumes the task, or it never slept.
        static let over: UInt8 = 4
    }

    /// Reaches a stage, and tells which were reached before.
    private func reach(_ stage: UInt8) -> UInt8 { stages.bitwiseOr(stage, ordering: .acquiringAndReleasing).oldValue }

    /// False where it was cancelled before it began.
    func begin(_ continuation: Continuation) -> Bool {
        self.continuation = continuation
        return reach(Stage.begun) & Stage.over == 0
    }

    /// Knows the alarm, to call it off; where it was cancelled by now, it is called off at once.
    func hold(_ alarm: Alarm) {
        self.alarm = alarm
        if reach(Stage.alarmed) & Stage.over != 0 {
            alarm.cancel()
        }
    }

    /// Its time has come.
    func end() {
        guard reach(Stage.over) & (Stage.begun | Stage.over) == Stage.begun else { return }
        continuation?.resume()
    }

    func cancel() {
        let before = reach(Stage.over)
        if before & Stage.alarmed != 0 {
            alarm?.cancel()
        }
        guard before & (Stage.begun | Stage.over) == Stage.begun else { return }
        continuation?.resume(throwing: CancellationError())
    }
}
