import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

@testable import FanoutEngine

/// On the system's clock and its threads, where the calls of a turn are begun one after the other.
@Suite("The calls of a turn that one thread begins", .timeLimit(.minutes(1)))
struct StartLineTests {
    private static func calls(_ names: [String]) -> [ToolCall] {
        names.enumerated().map { ToolCall(id: "c\($0)", name: $1, arguments: #"{"i":\#($0)}"#) }
    }

    /// A session on the system's clock, and all that it posts.
    private struct Session {
        let time = SystemTime()
        let log: EventLog
        let queue: EventQueue
        let engine: Engine

        init(_ tools: [Tool]) throws {
            log = EventLog { [time] in time.now() }
            queue = log.reader(limit: .max)
            engine = try Engine(log: log, time: time, tools: tools)
        }

        func violations() throws -> String {
            log.post(.sessionFinished(Event.SessionFinished(outcome: .ok)))
            return try CheckEvents.violations(in: Array(queue.take().events))
        }
    }

    @Test("work that holds on to its thread keeps no other from beginning", arguments: [2, 200])
    func heldUp(_ count: Int) async throws {
        // The first and the last end only once both are there.
        let meeting = Meeting(of: 2)
        let session = try Session([
            .echo,
            .of("meets") { _, _ in
                meeting.attend(); return .text("met")
            },
        ])
        let names = ["meets"] + Array(repeating: "echo", count: count - 2) + ["meets"]
        let results = await session.engine.run(turn: 1, calls: Self.calls(names))
        #expect(results.map(\.id) == (0..<count).map { "c\($0)" })
        #expect(results.map(\.text) == ["met"] + (1..<count - 1).map { #"{"i":\#($0)}"# } + ["met"])
        #expect(try session.violations() == "")
    }

    @Test("work that ends at once, waits, fails and blocks is answered in call order, and told of as the format asks")
    func mixed() async throws {
        let session = try Session([
            .echo,
            .of("sleeps") { context, arguments in
                try await context.sleep(for: 100)
                return .value(arguments)
            },
            .of("fails") { _, _ in throw CallError(.exitStatus, "exit 3") },
            .of("blocks", .with { $0.blocks = true }) { _, arguments in .value(arguments) },
        ])
        let names = (0..<2000).map { ["echo", "sleeps", "fails", "blocks", "echo", "echo"][$0 % 6] }
        let results = await session.engine.run(turn: 1, calls: Self.calls(names))
        #expect(results.map(\.id) == (0..<2000).map { "c\($0)" })
        #expect(zip(names, results).allSatisfy { name, result in (name == "fails") == result.isError })
        #expect(zip(0..., results).allSatisfy { index, result in result.isError || result.text == #"{"i":\#(index)}"# })
        #expect(try session.violations() == "")
    }

    /// A clock that stands, and one thread: a line is begun from end to end, and nobody relieves it.
    private final class OneThread: Timekeeper {
        let clock = VirtualClock()
        let pool = ThreadPool(limit: 1)
        var workers: (any TaskExecutor)? { pool }

        func now() -> Int64 { clock.now() }
        func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm { clock.wake(at: instant, body) }
    }

    @Test("what its own turn cancels while the line moves ends at once, and what has not begun by then does nothing")
    func cancelled() async throws {
        let time = OneThread()
        defer { time.pool.close() }
        let log = EventLog { time.now() }
        let queue = log.reader(limit: .max)
        let begun = Guarded(0)
        let running = Guarded<Engine?>(nil)
        let engine = try Engine(
            log: log, time: time,
            tools: [
                .of("sleeps") { context, _ in
                    begun.withLock { $0 += 1 }
                    try await context.sleep(until: .max)
                    return .text("slept")
                },
                .of("cancels") { context, _ in
                    running.withLock { $0 }?.cancelTurn(context.turn)
                    return .text("cancelled")
                },
            ])
        running.withLock { $0 = engine }
        let half = Array(repeating: "sleeps", count: 250)
        let results = await engine.run(turn: 1, calls: Self.calls(half + ["cancels"] + half))
        running.withLock { $0 = nil }
        #expect(results.count == 501)
        #expect(results.allSatisfy { $0.outcome == .cancelled })
        #expect(begun.withLock { $0 } == 250)
        log.post(.sessionFinished(Event.SessionFinished(outcome: .ok)))
        #expect(try CheckEvents.violations(in: Array(queue.take().events)) == "")
    }
}
