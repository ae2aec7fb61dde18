/// The system's monotonic clock, from the moment this is made, and one thread that sleeps on it for everybody.
///
/// The thread starts with the first alarm, and sleeps without waking while there is none. A class, because it owns the thread.
public final class TimerThread: Timekeeper {
    private struct State {
        var alarms = InstantHeap<UInt64>()
        /// What is to be called, of alarms that were not cancelled.
        var bodies: [UInt64: @Sendable () -> Void] = [:]
        var numbers: UInt64 = 0
        var isRunning = false
        var isClosed = false
    }

    private let origin = monotonicNanoseconds()
    private let state = Monitor(State())

    public init() {}

    deinit {
        state.withLock { $0.isClosed = true }
        state.broadcast()
    }

    public func now() -> Int64 { (monotonicNanoseconds() - origin) / 1000 }

    public func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        let (number, isFirst, mustStart) = state.withLock { state in
            state.numbers += 1
            let number = state.numbers
            let isFirst = state.alarms.first.map { instant < $0.instant } ?? true
            state.alarms.insert(number, at: instant)
            state.bodies[number] = body
            let mustStart = !state.isRunning
            state.isRunning = true
            return (number, isFirst, mustStart)
        }
        if mustStart {
            start()
        } else if isFirst {
            state.signal()
        }
        let state = state
        return Alarm {
            state.withLock { state in
                state.bodies[number] = nil
                // Cancelled alarms go when they come up, or when there are too many of them.
                if state.alarms.count > 2 * state.bodies.count + 64 {
                    let bodies = state.bodies
                    state.alarms.keep { bodies[$0] != nil }
                }
            }
        }
    }

    private func start() {
        let (state, origin) = (state, origin)
        let started = startThread {
            while let body = Self.next(state, origin) {
                body()
            }
        }
        precondition(started, "The system has no thread left for the timer.")
    }

    /// Waits for the next alarm; nil once the timer is gone.
    private static func next(_ state: Monitor<State>, _ origin: Int64) -> (@Sendable () -> Void)? {
        state.wait { state in
            while let first = state.alarms.first {
                guard let body = state.bodies[first.element] else {
                    state.alarms.removeFirst()
                    continue
                }
                if state.isClosed {
                    return .done(nil)
                }
                // An alarm past the end of time is one that never comes.
                let (nanoseconds, overflow) = first.instant.multipliedReportingOverflow(by: 1000)
                let due = overflow ? .max : origin.later(by: nanoseconds)
                guard due <= monotonicNanoseconds() else { return due == .max ? .wait : .waitUntil(due) }
                state.alarms.removeFirst()
                state.bodies[first.element] = nil
                return .done(body)
            }
            return state.isClosed ? .done(nil) : .wait
        }
    }
}
