import FanoutEngine
import FanoutEvents

/// A clock that stands still until a test moves it.
final class StillTime: Timekeeper {
    private struct State {
        var now: Int64 = 0
        var next = 0
        var alarms: [Int: (instant: Int64, body: @Sendable () -> Void)] = [:]
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Guarded(State())

    func now() -> Int64 { state.withLock { $0.now } }

    func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        let (id, waiter) = state.withLock { state -> (Int?, CheckedContinuation<Void, Never>?) in
            guard instant > state.now else { return (nil, nil) }
            state.next += 1
            state.alarms[state.next] = (instant, body)
            defer { state.waiter = nil }
            return (state.next, state.waiter)
        }
        guard let id else {
            // Soon, but never from within this call.
            Task { body() }
            return Alarm {}
        }
        waiter?.resume()
        return Alarm { [self] in
            state.withLock { $0.alarms[id] = nil }
        }
    }

    /// Returns once something sleeps.
    func untilSomethingSleeps() async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.alarms.isEmpty {
                    state.waiter = continuation
                }
                return !state.alarms.isEmpty
            }
            if isThere {
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
