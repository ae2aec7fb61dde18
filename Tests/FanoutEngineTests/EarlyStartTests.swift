import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

@testable import FanoutEngine

/// Calls that start while the reply still arrives, and each way in which they must not.
@Suite("A reply that still arrives", .timeLimit(.minutes(1)))
struct EarlyStartTests {
    private static func tool(_ name: String, _ traits: ToolTraits = .with { $0.readOnly = true }) -> Tool {
        Tool(
            name: name, description: "", parameters: ["type": "object", "properties": ["n": ["type": "integer"]]], traits: traits
        ) { _, arguments in .value(arguments) }
    }

    private static let tools = [
        tool("read"),
        tool("write", .with { $0.writes = ["db"] }),
        tool("plain", ToolTraits()),
        tool(
            "asks",
            .with {
                $0.readOnly = true; $0.needsApproval = true
            }),
        tool(
            "alone",
            .with {
                $0.readOnly = true; $0.sequential = true
            }),
        tool(
            "reads_db",
            .with {
                $0.readOnly = true; $0.reads = ["db"]
            }),
    ]

    private func call(_ number: Int, _ name: String, _ arguments: String? = nil) -> ToolCall {
        ToolCall(id: "c\(number)", name: name, arguments: arguments ?? "{\"n\":\(number)}")
    }

    /// Announces and seals calls, and says which of them have ended before the reply is whole.
    private func begin(_ rig: EngineRig, _ calls: [ToolCall], _ options: TurnOptions = TurnOptions(), sealing: Set<Int>? = nil)
        -> ArrivingCalls
    {
        let arriving = rig.engine.arrive(turn: 1, options: options)
        for (place, call) in calls.enumerated() {
            arriving.announce(place, id: call.id, name: call.name)
        }
        for (place, call) in calls.enumerated() where sealing?.contains(place) ?? true {
            arriving.seal(place, call)
        }
        return arriving
    }

    private func started(_ rig: EngineRig) -> [String] {
        rig.events.compactMap { event in
            if case .callStarted(let started) = event.body { started.call } else { nil }
        }
    }

    @Test("a whole call of a read-only tool runs, and ends, before the rest is there; its result stands in its place")
    func startsEarly() async throws {
        let rig = try EngineRig(Self.tools)
        let arriving = begin(rig, [call(1, "read"), call(2, "read")], sealing: [0])
        await rig.until(1, "finished ok")
        #expect(
            rig.lines == [
                "other", "other", "declared read", "c1 requested {\"n\":1}", "c1 started 1", "c1 finished ok",
            ])
        let results = await arriving.finish([call(1, "read"), call(2, "read"), call(3, "plain")])
        #expect(results.map(\.id) == ["c1", "c2", "c3"])
        #expect(results.map(\.text) == ["{\"n\":1}", "{\"n\":2}", "{\"n\":3}"])
        #expect(try rig.violations() == "")
    }

    @Test(
        "what may change something, asks first or must be alone waits for the whole reply",
        arguments: ["write", "plain", "asks", "alone"])
    func waitsForTheWhole(_ name: String) async throws {
        let rig = try EngineRig(Self.tools)
        let arriving = begin(rig, [call(1, name), call(2, "plain")], .with { $0.approval = .always })
        #expect(started(rig) == [])
        let results = await arriving.finish([call(1, name), call(2, "plain")])
        #expect(results.map(\.outcome) == [.ok, .ok])
        #expect(try rig.violations() == "")
    }

    @Test("a call waits for those before it to be whole, and for a writer of what it reads to have run")
    func keepsOrder() async throws {
        let rig = try EngineRig(Self.tools)
        let calls = [call(1, "read"), call(2, "write"), call(3, "reads_db"), call(4, "read")]
        let arriving = begin(rig, calls, sealing: [1, 2, 3])
        #expect(started(rig) == [], "the first is not whole")
        arriving.seal(0, calls[0])
        await rig.until(2, "finished ok")
        #expect(started(rig) == ["c1", "c4"], "the reader of db comes after its writer, which waits for the whole reply")
        let results = await arriving.finish(calls)
        #expect(results.map(\.outcome) == [.ok, .ok, .ok, .ok])
        #expect(started(rig) == ["c1", "c4", "c2", "c3"])
        #expect(try rig.violations() == "")
    }

    @Test("nothing starts early where that is switched off, and nothing that may refer to others, nor what follows it")
    func switchedOffAndReferences() async throws {
        let off = try EngineRig(Self.tools)
        let first = begin(off, [call(1, "read")], .with { $0.startsEarly = false })
        #expect(started(off) == [])
        #expect(await first.finish([call(1, "read")]).map(\.outcome) == [.ok])
        #expect(try off.violations() == "")

        let rig = try EngineRig(Self.tools)
        let calls = [call(1, "read", "{\"n\": \"$ref:#3.n\"}"), call(2, "read"), call(3, "read")]
        let second = begin(rig, calls, .with { $0.references = true })
        #expect(started(rig) == [])
        #expect(await second.finish(calls).map(\.outcome) == [.ok, .ok, .ok])
        #expect(started(rig) == ["c2", "c3", "c1"])
        #expect(try rig.violations() == "")
    }

    @Test("arguments that cannot be read or do not fit end with the reply, not before")
    func badArguments() async throws {
        let rig = try EngineRig(Self.tools)
        let calls = [call(1, "read", "{\"n\":"), call(2, "read", "{\"n\":\"x\"}"), call(3, "nothing")]
        let arriving = begin(rig, calls)
        #expect(!rig.lines.contains { $0.contains("finished") || $0.contains("started") })
        let results = await arriving.finish(calls)
        #expect(results.map(\.error?.kind) == [.invalidJSON, .invalidArguments, .unknownTool])
        #expect(try rig.violations() == "")
    }

    @Test("of a reply that was cut off only what had started counts, and the last call never")
    func cutOff() async throws {
        let rig = try EngineRig(Self.tools)
        let calls = [call(1, "read"), call(2, "write"), call(3, "read", "{\"n\":3")]
        let arriving = begin(rig, calls, sealing: [0, 1])
        await rig.until(1, "finished ok")
        let results = await arriving.finish(calls, refusal: CallError(.truncatedTurn, "it was cut off"))
        #expect(results.map(\.outcome) == [.ok, .skipped, .skipped])
        #expect(started(rig) == ["c1"])
        #expect(try rig.violations() == "")
    }

    @Test("where the reply ends with other words than it began with, those of the end are run and answered")
    func changedInTheEnd() async throws {
        let rig = try EngineRig(Self.tools)
        let arriving = begin(rig, [call(1, "read"), call(2, "read"), call(3, "read")])
        await rig.until(3, "finished ok")
        let results = await arriving.finish([call(1, "read", "{ \"n\": 1 }"), call(2, "read", "{\"n\":22}"), call(9, "read")])
        #expect(results.map(\.id) == ["c1", "c2", "c9"])
        #expect(results.map(\.text) == ["{\"n\":1}", "{\"n\":22}", "{\"n\":9}"])
        #expect(started(rig) == ["c1", "c2", "c3", "c2~2", "c9"])
        #expect(try rig.violations() == "")
    }

    @Test("a call that was announced and never asked for is skipped")
    func vanished() async throws {
        let rig = try EngineRig(Self.tools)
        let arriving = begin(rig, [call(1, "read"), call(2, "plain"), call(3, "plain")], sealing: [0])
        let results = await arriving.finish([call(1, "read")])
        #expect(results.map(\.id) == ["c1"])
        #expect(
            rig.lines.filter { $0.contains("skipped") } == ["c2 finished skipped truncated_turn", "c3 finished skipped truncated_turn"])
        #expect(try rig.violations() == "")
    }

    @Test("a reply that breaks off leaves nothing open, and the ids of the next one are new")
    func brokenOff() async throws {
        let rig = try EngineRig(
            Self.tools + [
                Tool.of("hangs", .with { $0.readOnly = true }) { context, _ in
                    try await context.sleep(until: .max)
                    return .text("never")
                }
            ])
        let arriving = begin(rig, [call(1, "read"), call(2, "hangs"), call(3, "write"), call(4, "read")], sealing: [0, 1, 2])
        await rig.until(1, "finished ok")
        await arriving.breakOff(CallError(.connection, "the stream stopped"))
        let results = await rig.engine.run(turn: 1, calls: [call(1, "read")])
        #expect(results.map(\.call) == ["c1~2"])
        #expect(
            rig.lines.filter { $0.contains("finished") && !$0.hasPrefix("turn ") } == [
                "c1 finished ok", "c4 finished skipped truncated_turn", "c3 finished cancelled cancelled",
                "c2 finished cancelled cancelled",
                "c1~2 finished ok",
            ])
        #expect(try rig.violations() == "")
    }

    @Test("limits and rates hold across what started early and what did not")
    func limit() async throws {
        let running = Guarded((now: 0, most: 0))
        let tool = Tool.of("counts", .with { $0.readOnly = true }) { _, _ in
            running.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            running.withLock { $0.now -= 1 }
            return .text("done")
        }
        let rig = try EngineRig([tool])
        let calls = (1...50).map { call($0, "counts") }
        let arriving = begin(rig, Array(calls.prefix(30)), .with { $0.limit = 2 })
        let results = await arriving.finish(calls)
        #expect(results.map(\.outcome) == Array(repeating: .ok, count: 50))
        #expect(running.withLock { $0.most } <= 2)
        #expect(try rig.violations() == "")
    }

    @Test("each result is sent in the share that is its, however early it came")
    func shares() async throws {
        let long = Tool.of("long", .with { $0.readOnly = true }) { _, _ in .text(String(repeating: "x", count: 1000)) }
        let rig = try EngineRig([long])
        let calls = (1...4).map { call($0, "long") }
        let arriving = begin(rig, Array(calls.prefix(2)), .with { $0.resultSumLimit = 800 })
        await rig.until(2, "finished ok")
        let results = await arriving.finish(calls)
        #expect(results.map { $0.text.utf8.count } == [200, 200, 200, 200])
    }

    @Test("a turn that is cancelled while its reply arrives cancels what comes later too")
    func cancelledMeanwhile() async throws {
        let rig = try EngineRig(Self.tools)
        let calls = [call(1, "write"), call(2, "read")]
        let arriving = begin(rig, calls, sealing: [0])
        rig.engine.cancelTurn(1)
        let results = await arriving.finish(calls)
        #expect(results.map(\.outcome) == [.cancelled, .cancelled])
        #expect(try rig.violations() == "")

        // Also where nothing is open at that moment.
        let later = try EngineRig(Self.tools)
        let announced = begin(later, calls, sealing: [])
        later.engine.cancelTurn(1)
        #expect(await announced.finish(calls).map(\.outcome) == [.cancelled, .cancelled])
        #expect(started(later) == [])
        #expect(try later.violations() == "")
    }
}
