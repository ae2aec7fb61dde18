import FanoutEngine
import FanoutEvents
import FanoutTestKit
import Testing

@Suite("Sleep", .timeLimit(.minutes(1)))
struct SleepTests {
    private let clock = VirtualClock()

    @Test("it ends when its time has come, and not before")
    func ends() async throws {
        let (clock, isOver) = (clock, Guarded(false))
        let sleeper = Task {
            try await clock.sleep(until: 100)
            isOver.withLock { $0 = true }
        }
        while clock.nextAlarm == nil { await Task.yield() }
        clock.advance(to: 99)
        #expect(!isOver.withLock { $0 } && clock.nextAlarm == 100)
        clock.advance(to: 100)
        try await sleeper.value
        #expect(isOver.withLock { $0 } && clock.nextAlarm == nil)
    }

    @Test("who is cancelled is woken at once, and its alarm is called off")
    func cancelled() async {
        let clock = clock
        let sleeper = Task { try await clock.sleep(until: 100) }
        while clock.nextAlarm == nil { await Task.yield() }
        sleeper.cancel()
        await #expect(throws: CancellationError.self) { try await sleeper.value }
        #expect(clock.nextAlarm == nil)
    }

    @Test("who is cancelled before does not sleep at all, and who is cancelled after slept to the end")
    func beforeAndAfter() async throws {
        let clock = clock
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(until: 100)
        }
        await #expect(throws: CancellationError.self) { try await early.value }
        #expect(clock.nextAlarm == nil)

        let late = Task { try await clock.sleep(until: 100) }
        while clock.nextAlarm == nil { await Task.yield() }
        clock.advance(to: 100)
        late.cancel()
        try await late.value
    }

    @Test("where the alarm and a cancellation come together, the sleeper is woken once")
    func race() async {
        let time = SystemTime()
        for round in 0..<40 {
            let sleepers = (0..<50).map { number in
                Task { try await time.sleep(until: time.now() + Int64(round * 3 + number)) }
            }
            for sleeper in sleepers {
                sleeper.cancel()
            }
            for sleeper in sleepers {
                // Woken twice, it would crash; woken never, this would not return.
                _ = await sleeper.result
            }
        }
    }
}
