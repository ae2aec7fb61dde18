import FanoutEvents
import Testing

@testable import FanoutEngine

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

@Suite(.timeLimit(.minutes(1))) struct SystemTimeTests {
    @Test("an alarm is called while tasks hold every thread there is for them")
    func alarmAmongHeldThreads() async {
        let pool = ThreadPool(limit: 3)
        defer { pool.close() }
        let gate = Gate()
        // They end only once the alarm was called, on the clock as it is: where it waits for a thread of theirs, this never ends.
        async let tasks: Void = withTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask(executorPreference: pool) { gate.wait() }
            }
        }
        _ = pool.wake(at: monotonicNanoseconds() + 1_000_000) { gate.open() }
        await tasks
    }

    @Test("alarms from many tasks are called once each, and none before its time")
    func everyAlarmOnce() async throws {
        let time = SystemTime()
        let called = Guarded((all: 0, early: 0))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<2000 {
                group.addTask(executorPreference: time.workers) {
                    let due = time.now() + Int64(number % 37) * 100
                    try await time.sleep(until: due)
                    let now = time.now()
                    called.withLock { called in
                        called.all += 1
                        called.early += now < due ? 1 : 0
                    }
                }
            }
            try await group.waitForAll()
        }
        let (all, early) = called.withLock { ($0.all, $0.early) }
        #expect(all == 2000)
        #expect(early == 0)
    }

    @Test("a sooner alarm overtakes those that are waited for")
    func soonerAlarm() async {
        let time = SystemTime()
        let called = Guarded<[String]>([])
        _ = time.wake(at: .max) { called.withLock { $0.append("end of time") } }
        let later = time.wake(at: time.now() + 3_600_000_000) { called.withLock { $0.append("in an hour") } }
        await withCheckedContinuation { continuation in
            _ = time.wake(at: time.now() + 2000) {
                called.withLock { $0.append("sooner") }
                continuation.resume()
            }
        }
        later.cancel()
        #expect(called.withLock { $0 } == ["sooner"])
    }

    @Test("what an alarm's body holds is let go once it was called, though nothing follows")
    func bodyIsLetGo() async {
        /// Says when it goes.
        final class Held: Sendable {
            let gone: CheckedContinuation<Void, Never>

            init(_ gone: CheckedContinuation<Void, Never>) { self.gone = gone }
            deinit { gone.resume() }
        }
        let pool = ThreadPool(limit: 1)
        defer { pool.close() }
        await withCheckedContinuation { continuation in
            let held = Held(continuation)
            _ = pool.wake(at: 0) { withExtendedLifetime(held) {} }
        }
    }

    @Test("no more tasks run at once than the pool has threads for, and all of them run")
    func limit() async {
        let pool = ThreadPool(limit: 2)
        defer { pool.close() }
        let running = Guarded((now: 0, most: 0, all: 0))
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<200 {
                group.addTask(executorPreference: pool) {
                    running.withLock { state in
                        state.now += 1
                        state.most = max(state.most, state.now)
                    }
                    sched_yield()
                    running.withLock { state in
                        state.now -= 1
                        state.all += 1
                    }
                }
            }
        }
        let (most, all) = running.withLock { ($0.most, $0.all) }
        #expect(most <= 2)
        #expect(all == 200)
    }

    @Test("alarms are looked after the less often, the longer all is well, and at once more often when one is late")
    func slack() {
        var slack = AlarmSlack()
        let lengths = [true, true, true, true, true, false, true].map { foundWaiting -> Int64 in
            slack.looked(foundWaiting: foundWaiting)
            return slack.length / 1_000_000
        }
        #expect(lengths == [20, 40, 80, 80, 80, 10, 20])
    }

    /// Threads wait at it until it is opened.
    private final class Gate: Sendable {
        private let state = Monitor(false)

        func wait() {
            state.wait { $0 ? .done(()) : .wait() }
        }

        func open() {
            state.withLock { $0 = true }
            state.broadcast()
        }
    }
}
