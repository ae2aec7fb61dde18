import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

@Suite("The engine", .timeLimit(.minutes(1)))
struct EngineTests {
    struct Wrong: Error, CustomStringConvertible { let description = "kaboom" }

    static let city = Tool(
        name: "weather", description: "",
        parameters: [
            "type": "object", "properties": ["city": ["type": "string"], "days": ["type": "integer", "default": 3]], "required": ["city"],
            "additionalProperties": false,
        ]
    ) { _, arguments in .value(arguments) }

    static let tools = [
        Tool.echo, city,
        Tool.of("throws") { _, _ in throw Wrong() },
        Tool.of("fails") { _, _ in throw CallError(.exitStatus, "exit 3") },
        Tool.of("gives_up") { _, _ in throw CancellationError() },
        Tool.of("pretends") { _, _ in throw CallError(.dependencyFailed, "never mind") },
        Tool.of("says_error") { _, _ in .value(["error": "no such patient"]) },
        Tool.of("text") { _, _ in .text("a \"quoted\" line\nand another") },
    ]

    @Test(
        "gives every call its result under its own id, in call order, whatever becomes of it",
        arguments: [
            ("echo", "", "ok", "{}"),
            ("echo", " \n", "ok", "{}"),
            ("echo", #"{"a":[1,2]}"#, "ok", #"{"a":[1,2]}"#),
            ("echo", #"{"a":"#, "invalid_json", #"{"error":"The arguments are not JSON: "#),
            ("nope", "{}", "unknown_tool", #"{"error":"There is no tool nope. There are: echo, weather, throws, "#),
            ("weather", #"{"city":"Tokyo"}"#, "ok", #"{"city":"Tokyo","days":3}"#),
            (
                "weather", #"{"city":5,"dayz":1}"#, "invalid_arguments",
                #"{"error":"The arguments do not fit the schema of weather: city: expected a string, got 5; dayz: expected no such field (there are: city, days), got 1.","tool":"weather"}"#
            ),
            (
                "weather", #"[1]"#, "invalid_arguments",
                #"{"error":"The arguments do not fit the schema of weather: expected an object, got [1].","tool":"weather"}"#
            ),
            ("throws", "{}", "tool_error", #"{"error":"kaboom","tool":"throws"}"#),
            ("fails", "{}", "exit_status", #"{"error":"exit 3","tool":"fails"}"#),
            ("gives_up", "{}", "tool_error", #"{"error":"It gave up as if cancelled, though nobody cancelled it.","tool":"gives_up"}"#),
            ("pretends", "{}", "tool_error", #"{"error":"never mind","tool":"pretends"}"#),
            ("says_error", "{}", "ok", #"{"error":"no such patient"}"#),
            ("text", "{}", "ok", "a \"quoted\" line\nand another"),
        ])
    func answers(_ name: String, _ arguments: String, _ outcome: String, _ text: String) async throws {
        let rig = try EngineRig(Self.tools)
        let calls = ["first", "x", "x", "last"].enumerated().map { index, id in
            (1...2).contains(index) ? ToolCall(id: id, name: name, arguments: arguments) : ToolCall(id: id, name: "echo", arguments: "{}")
        }
        let results = await rig.engine.run(turn: 1, calls: calls)
        #expect(results.map(\.id) == ["first", "x", "x", "last"])
        #expect(results.map(\.call) == ["first", "x", "x~2", "last"])
        for result in results[1...2] {
            #expect((result.error?.kind.rawValue ?? result.outcome.rawValue) == outcome)
            #expect(result.text.hasPrefix(text), "\(result.text)")
            #expect(result.isError == (outcome != "ok"))
        }
        #expect(results[0].text == "{}" && results[3].outcome == .ok)
        #expect(try rig.violations() == "")
    }

    @Test("posts what happens, in order, and only what the format asks for")
    func posts() async throws {
        let rig = try EngineRig(Self.tools)
        _ = await rig.engine.run(
            turn: 1, calls: [ToolCall(id: "a", name: "echo", arguments: "{\"x\": 1}"), ToolCall(id: "b", name: "nope", arguments: "[")],
            options: .with { $0.strategy = .sequential })
        #expect(
            rig.lines == [
                "declared echo", "turn 1 started sequential", #"a requested {"x": 1}"#, #"b requested "[""#,
                "b finished failed unknown_tool", "a started 1",
                "a finished ok", "turn 1 finished ok",
            ])
        #expect(await rig.engine.run(turn: 2, calls: []) == [])
        #expect(rig.lines.suffix(2) == ["turn 2 started parallel", "turn 2 finished ok"])
    }

    @Test("a call that hangs and ignores its end is abandoned, holds what it writes into the next turn, and is released")
    func abandons() async throws {
        let door = Door()
        let hangs = Tool.of(
            "hangs",
            .with {
                $0.timeout = 1_000_000
                $0.writes = ["db"]
            }
        ) { _, _ in
            await door.pass()
            return .text("too late")
        }
        let rig = try EngineRig([hangs, Tool.of("writes", .with { $0.writes = ["db"] }) { _, _ in .text("written") }])
        async let first = rig.engine.run(turn: 1, calls: [ToolCall(id: "h", name: "hangs", arguments: "")])
        await rig.until(1, "started 1")
        rig.clock.advance(to: 1_010_000)
        let timedOut = await first
        #expect(timedOut.map(\.outcome) == [.timeout])
        #expect(timedOut[0].text == #"{"error":"It took longer than 1 s.","tool":"hangs"}"#)

        async let second = rig.engine.run(turn: 2, calls: [ToolCall(id: "w", name: "writes", arguments: "")])
        await rig.until(1, "queued")
        door.open()
        #expect(await second.map(\.text) == ["written"])
        #expect(
            rig.lines.filter { $0.hasPrefix("h ") || $0.hasPrefix("w ") } == [
                "h requested {}", "h started 1", "h finished timeout timeout abandoned", "w requested {}", "w queued order h", "h released",
                "w started 1",
                "w finished ok",
            ])
        #expect(try rig.violations() == "")
    }

    @Test("cancelling one call, or the task that runs the turn, ends sleeping tools at once and starts no others")
    func cancels() async throws {
        let sleeps = Tool.of("sleeps") { context, _ in
            try await context.sleep(for: 60_000_000)
            return .text("slept")
        }
        let rig = try EngineRig([sleeps])
        let calls = ["a", "b", "c"].map { ToolCall(id: $0, name: "sleeps", arguments: "") }
        let turn = Task { [engine = rig.engine] in await engine.run(turn: 1, calls: calls, options: .with { $0.limit = 2 }) }
        await rig.until(2, "started 1")
        #expect(rig.engine.cancel(call: "a"))
        await rig.until(3, "started 1")
        #expect(!rig.engine.cancel(call: "a") && !rig.engine.cancel(call: "nobody"))
        turn.cancel()
        // Sleeping work has ended by itself; had it not, this would have it abandoned.
        await rig.until(3, "finished")
        let results = await turn.value
        #expect(results.map(\.outcome) == [.cancelled, .cancelled, .cancelled])
        #expect(rig.lines.last == "turn 1 finished cancelled")
        #expect(!rig.lines.contains { $0.contains("abandoned") })
        #expect(try rig.violations() == "")
    }

    @Test("a task that was cancelled before it runs a turn still gets every result")
    func cancelledBefore() async throws {
        let rig = try EngineRig([.echo])
        let door = Door()
        let turn = Task { [engine = rig.engine] in
            await door.pass()
            return await engine.run(turn: 1, calls: [ToolCall(id: "a", name: "echo", arguments: "")])
        }
        turn.cancel()
        door.open()
        #expect(await turn.value.count == 1)
        #expect(try rig.violations() == "")
    }

    @Test("approval is asked, answered from elsewhere, and remembered for a tool")
    func approves() async throws {
        let rig = try EngineRig([Tool.of("pays", .with { $0.needsApproval = true }) { _, _ in .text("paid") }])
        let calls = ["a", "b"].map { ToolCall(id: $0, name: "pays", arguments: "") }
        async let first = rig.engine.run(turn: 1, calls: calls)
        await rig.until(2, "queued approval")
        #expect(rig.engine.deny(call: "a", by: "ada"))
        #expect(rig.engine.approve(call: "b", scope: .tool, by: "ada"))
        #expect(!rig.engine.approve(call: "b"))
        #expect(await first.map(\.outcome) == [.failed, .ok])
        #expect(await rig.engine.run(turn: 2, calls: [ToolCall(id: "c", name: "pays", arguments: "")]).map(\.outcome) == [.ok])
        #expect(try rig.violations() == "")
    }

    @Test("a failed call that is tried again by hand answers under the old id")
    func retriesByHand() async throws {
        let door = Door()
        let failures = Guarded(1)
        let flaky = Tool.of("flaky") { _, _ in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            guard !fails else { throw Wrong() }
            return .text("better")
        }
        let rig = try EngineRig([
            flaky,
            Tool.of("waits") { _, _ in
                await door.pass()
                return .text("waited")
            },
        ])
        async let turn = rig.engine.run(
            turn: 1, calls: [ToolCall(id: "f", name: "flaky", arguments: ""), ToolCall(id: "w", name: "waits", arguments: "")])
        await rig.until(1, "finished failed")
        #expect(rig.engine.retry(call: "w") == nil)
        #expect(rig.engine.retry(call: "f") == "f~2")
        await rig.until(1, "finished ok")
        door.open()
        let results = await turn
        #expect(results.map(\.id) == ["f", "w"])
        #expect(results.map(\.call) == ["f~2", "w"])
        #expect(results.map(\.text) == ["better", "waited"])
        #expect(rig.engine.retry(call: "f") == nil)
        #expect(try rig.violations() == "")
    }

    @Test("attempts, back-off and Retry-After follow the clock")
    func retries() async throws {
        let traits = ToolTraits.with {
            $0.repeatable = true
            $0.retry = RetryPolicy(attempts: 3, base: 1_000_000, cap: 2_000_000)
        }
        let rig = try EngineRig(
            [
                Tool.of("busy", traits) { context, _ in
                    context.progress(done: Double(context.attempt), total: 3)
                    context.output("try \(context.attempt)\n", stream: .stderr)
                    guard context.attempt == 3 else {
                        throw ToolFailure(CallError(.connection, "busy"), retryAfter: context.attempt == 2 ? 3_600_000_000 : nil)
                    }
                    return .text("done")
                }
            ], random: 0.5)
        async let turn = rig.engine.run(turn: 1, calls: [ToolCall(id: "a", name: "busy", arguments: "")])
        await rig.until(1, "retrying")
        rig.clock.advance(to: 500_000)
        await rig.until(2, "retrying")
        rig.clock.advance(to: 2_500_000)
        #expect(await turn.map(\.text) == ["done"])
        #expect(
            rig.events.filter { $0.body.call != nil }.map { "\($0.t) \(EngineRig.line($0))" } == [
                "0 a requested {}", "0 a started 1", "0 a progress 1.0", "0 a output try 1\n", "0 a retrying in 500000",
                "500000 a started 2",
                "500000 a progress 2.0", "500000 a output try 2\n", "500000 a retrying in 2000000", "2500000 a started 3",
                "2500000 a progress 3.0",
                "2500000 a output try 3\n", "2500000 a finished ok",
            ])
        #expect(try rig.violations() == "")
    }

    @Test(
        "runs a turn under each strategy",
        arguments: [
            TurnOptions(), .with { $0.strategy = .threads(3) }, .with { $0.strategy = .sequential }, .with { $0.parallelAllowed = false },
            .with { $0.blockingThreads = 2 },
        ])
    func strategies(_ options: TurnOptions) async throws {
        let rig = try EngineRig([Tool.echo, Tool.of("blocks", .with { $0.blocks = true }) { _, arguments in .value(arguments) }])
        let calls = (0..<40).map { ToolCall(id: "c\($0)", name: $0 % 2 == 0 ? "echo" : "blocks", arguments: "{\"i\":\($0)}") }
        let results = await rig.engine.run(turn: 1, calls: calls, options: options)
        #expect(results.map(\.text) == calls.map(\.arguments))
        #expect(try rig.violations() == "")
        guard options.effectiveStrategyWord == "sequential" else { return }
        let order = rig.lines.filter { $0.contains("started 1") }
        #expect(order == (0..<40).map { "c\($0) started 1" })
    }

    @Test(
        "tools that block run side by side, more of them than there are processors",
        arguments: [TurnOptions.with { $0.strategy = .threads(12) }, TurnOptions()])
    func blocking(_ options: TurnOptions) async throws {
        let everybody = Meeting(of: 12)
        let blocks = Tool.of("blocks", .with { $0.blocks = true }) { _, _ in
            everybody.attend()
            return .text("met")
        }
        let rig = try EngineRig([blocks])
        let calls = (0..<12).map { ToolCall(id: "c\($0)", name: "blocks", arguments: "") }
        let results = await rig.engine.run(turn: 1, calls: calls, options: options)
        #expect(results.map(\.text) == calls.map { _ in "met" })
    }

    @Test("a turn's deadline gives every call a result, and the turn has failed")
    func turnDeadline() async throws {
        let door = Door()
        let rig = try EngineRig([
            Tool.of("hangs") { _, _ in
                await door.pass()
                return .text("late")
            }
        ])
        async let turn = rig.engine.run(
            turn: 1, calls: ["a", "b"].map { ToolCall(id: $0, name: "hangs", arguments: "") },
            options: .with {
                $0.limit = 1
                $0.deadline = 3_000_000
                $0.grace = .max
            })
        await rig.until(1, "started 1")
        rig.clock.advance(to: 3_010_000)
        #expect(await turn.map(\.outcome) == [.timeout, .timeout])
        #expect(rig.lines.last == "turn 1 finished failed")
        door.open()
        await rig.until(1, "released")
        #expect(try rig.violations() == "")
    }

    @Test("a turn that was begun elsewhere is left open, and what it cut off never runs")
    func begun() async throws {
        let rig = try EngineRig([.echo])
        rig.engine.begin(turn: 4, title: "four", parent: nil, options: .with { $0.limit = 2 })
        let cut = ToolCall(id: "a", name: "echo", arguments: "{}", refusal: CallError(.truncatedTurn, "The reply was cut off."))
        let results = await rig.engine.run(turn: 4, calls: [cut])
        rig.engine.finish(turn: 4, outcome: .cut)
        #expect(results.map(\.outcome) == [.skipped])
        #expect(
            rig.lines == [
                "turn 4 started parallel", "declared echo", "a requested {}", "a finished skipped truncated_turn", "turn 4 finished cut",
            ])
        #expect(try rig.violations() == "")
    }

    @Test("two tools of one name, and a schema that is none, are refused")
    func refusesTools() {
        let error = #expect(throws: ToolError.self) { try EngineRig([.echo, .echo]) }
        #expect(error?.description == "Tool echo: there are two of that name")
        let bad = Tool(name: "bad", description: "", parameters: ["type": "strin"]) { _, _ in .text("") }
        let other = #expect(throws: ToolError.self) { try EngineRig([bad]) }
        #expect(other?.description == "Tool bad: its parameters are not a JSON Schema: /type: there is no type \"strin\"")
    }
}

extension TurnOptions {
    fileprivate var effectiveStrategyWord: String { parallelAllowed ? strategy.word : "sequential" }
}
