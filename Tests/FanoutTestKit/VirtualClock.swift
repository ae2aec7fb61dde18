public import FanoutEngine
internal import FanoutEvents

/// A clock that stands still until a test moves it, with the timer on it.
///
/// A class, because a test and an engine share it.
public final class VirtualClock: Timekeeper, AlarmOwner {
    private struct State {
        var now: Int64 = 0
        var alarms: [UInt64: (instant: Int64, body: @Sendable () -> Void)] = [:]
        var numbers: UInt64 = 0
    }

    private let state = Guarded(State())

    public init() {}

    public func now() -> Int64 { state.withLock { $0.now } }

    public func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        let number = state.withLock { state in
            state.numbers += 1
            state.alarms[state.numbers] = (instant, body)
            return state.numbers
        }
        return Alarm(number, of: self)
    }

    public func revoke(_ alarm: UInt64) { state.withLock { $0.alarms[alarm] = nil } }

    /// When the next alarm is due.
    public var nextAlarm: Int64? { state.withLock { $0.alarms.values.map(\.instant).min() } }

    /// Moves on, and calls what comes due on the way at its own instant.
    public func advance(to instant: Int64) {
        while let body = next(by: instant) {
            body()
        }
        state.withLock { $0.now = max($0.now, instant) }
    }

    public func advance(by microseconds: Int64) { advance(to: now() + microseconds) }

    private func next(by instant: Int64) -> (@Sendable () -> Void)? {
        state.withLock { state in
            let due = state.alarms.filter { $0.value.instant <= instant }
            guard let first = due.min(by: { ($0.value.instant, $0.key) < ($1.value.instant, $1.key) }) else { return nil }
            state.alarms[first.key] = nil
            state.now = max(state.now, first.value.instant)
            return first.value.body
        }
    }
}
