import FanoutEngine
import FanoutEvents

/// A clock that stands still until a test moves it.
final class StillTime: Timekeeper, AlarmOwner {
    private struct State {
        var now: Int64 = 0
        var next: UInt64 = 0
        var alarms: [UInt64: (instant: Int64, body: @Sendable () -> Void)] = [:]
        var waiter: (count: Int, continuation: CheckedContinuation<Void, Never>)?
    }

    private let state = Guarded(State())

    func now() -> Int64 { state.withLock { $0.now } }

    func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        let (id, waiter) = state.withLock { state -> (UInt64?, CheckedContinuation<Void, Never>?) in
            guard instant > state.now else { return (nil, nil) }
            state.next += 1
            state.alarms[state.next] = (instant, body)
            guard let waiter = state.waiter, state.alarms.count >= waiter.count else { return (state.next, nil) }
            state.waiter = nil
            return (state.next, waiter.continuation)
        }
        guard let id else {
            // Soon, but never from within this call.
            Task { body() }
            return Alarm(0, of: self)
        }
        waiter?.resume()
        return Alarm(id, of: self)
    }

    func revoke(_ alarm: UInt64) { state.withLock { $0.alarms[alarm] = nil } }

    /// Returns once so many sleep.
    func until(sleepers count: Int = 1) async {
        await withCheckedContinuation { continuation in
            let areThere = state.withLock { state in
                if state.alarms.count < count {
                    state.waiter = (count, continuation)
                }
                return state.alarms.count >= count
            }
            if areThere {
                continuation.resume()
            }
        }
    }

    func advance(by microseconds: Int64) {
        let due = state.withLock { state in
            state.now += microseconds
            let due = state.alarms.filter { $0.value.instant <= state.now }
            for id in due.keys {
                state.alarms[id] = nil
            }
            return due.sorted { $0.value.instant < $1.value.instant }.map(\.value.body)
        }
        for body in due {
            body()
        }
    }
}
