import FanoutAgent
import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentTests {
    let session = Session()

    static let add = Tool(
        name: "add", description: "Adds.",
        parameters: ["type": "object", "properties": ["a": ["type": "integer"], "b": ["type": "integer"]], "required": ["a", "b"]]
    ) { _, arguments in
        .value(.integer((arguments["a"]?.integer ?? 0) + (arguments["b"]?.integer ?? 0)))
    }

    static let login = Tool(name: "login", description: "Signs in.", redacted: ["password"]) { _, _ in .text("welcome") }

    static let never = Tool(name: "never", description: "Never ends.") { context, _ in
        context.progress(message: "begun")
        try await context.sleep(for: 1_000_000_000)
        return .text("")
    }

    func engine() throws -> Engine {
        try Engine(log: session.log, time: session.time, tools: [Self.add, Self.login, Self.never])
    }

    func scripted(_ bodies: [JSONValue], change: (inout AgentOptions) -> Void = { _ in }) throws -> (Agent, ScriptedProvider) {
        let provider = ScriptedProvider(
            form: .openAIChat, steps: bodies.map { ScriptedProvider.Step(body: JSONText($0)) }, time: session.time)
        var options = AgentOptions(model: "m", system: "Be brief.")
        change(&options)
        return (Agent(engine: try engine(), provider: provider, options: options, random: { 0 }), provider)
    }

    /// What follows the prompt in the last request: for each message its role, and what a result says.
    func sent(_ provider: ScriptedProvider) -> [String] {
        (provider.requests.last?.value["messages"]?.array ?? []).dropFirst(2).map { message in
            let role = message["role"]?.string ?? ""
            return role == "tool" ? "\(message["tool_call_id"]?.string ?? ""): \(message["content"]?.string ?? "")" : role
        }
    }

    @Test("a conversation of two turns over HTTP: calls run, results go back in order, the answer comes")
    func live() async throws {
        let server = try FakeModelServer(
            key: "sk-secret",
            steps: [
                .reply(Chat.calls([("c1", "add", #"{"a":1,"b":2}"#), ("c2", "nothing", "{}"), ("c3", "add", #"{"a":"x","b":1}"#)])),
                .reply(Chat.answer("It is 3.")),
            ])
        let provider = LiveProvider(form: .openAIChat, baseURL: server.baseURL, key: "sk-secret")
        let agent = Agent(engine: try engine(), provider: provider, options: AgentOptions(model: "m"))
        let answer = await agent.run("What is 1 + 2?")
        #expect(answer.text == "It is 3." && answer.outcome == .ok && answer.error == nil)
        #expect(answer.callErrors == 2)
        let messages = try #require(server.bodies.last?["messages"]?.array)
        #expect(messages.map { $0["tool_call_id"]?.string } == [nil, nil, "c1", "c2", "c3"])
        #expect(messages[2]["content"] == "3")
        #expect(messages[3]["content"]?.string?.contains(#""tool":"nothing""#) == true)
        #expect(messages[4]["content"]?.string?.contains("a: expected a whole number") == true)
        #expect(server.bodies.first?["tools"]?.array?.count == 3)
        #expect(server.left == 0)
        #expect(try session.violations() == "")
        #expect(!session.events.contains { "\($0)".contains("sk-secret") })
    }

    @Test("the same conversation over Anthropic Messages: results in one message, failures marked")
    func liveAnthropic() async throws {
        func block(_ id: String, _ name: String, _ input: JSONValue) -> JSONValue {
            ["type": "tool_use", "id": .string(id), "name": .string(name), "input": input]
        }
        let server = try FakeModelServer(
            form: .anthropicMessages, key: "sk-secret",
            steps: [
                .reply([
                    "content": [
                        ["type": "text", "text": "Let me see."], block("t1", "add", ["a": 1, "b": 2]), block("t2", "nothing", [:]),
                    ],
                    "stop_reason": "tool_use",
                ]),
                .reply(["content": [["type": "text", "text": "It is 3."]], "stop_reason": "end_turn"]),
            ])
        let provider = LiveProvider(form: .anthropicMessages, baseURL: server.baseURL, key: "sk-secret")
        let agent = Agent(engine: try engine(), provider: provider, options: AgentOptions(model: "m", system: "Be brief."))
        let answer = await agent.run("What is 1 + 2?")
        #expect(answer.text == "It is 3." && answer.outcome == .ok && answer.error == nil)
        let body = try #require(server.bodies.last)
        #expect(body["system"] == "Be brief." && body["messages"]?.array?.count == 3)
        let results = body["messages"]?[2]?["content"]
        #expect(results?[0] == ["type": "tool_result", "tool_use_id": "t1", "content": "3"])
        #expect(results?[1]?["tool_use_id"] == "t2" && results?[1]?["is_error"] == true)
        #expect(try session.violations() == "")
    }

    @Test("everything that happens is posted, in order, and the messages suffice to go on")
    func events() async throws {
        let (agent, provider) = try scripted([Chat.calls([("c1", "add", #"{"a":1,"b":2}"#)]), Chat.answer("3")])
        _ = await agent.run("1 + 2?")
        #expect(
            session.events.map(\.body.brief).filter { !$0.hasPrefix("declared") } == [
                "turn 1", "message system", "message user", "model", "model calls", "message assistant", "requested c1", "started c1",
                "finished c1 ok",
                "message tool", "turn 1 ok", "turn 2", "model", "text 3", "model stop", "message assistant", "turn 2 ok", "session ok",
            ])
        let raw = session.events.compactMap { event -> JSONText? in
            guard case .message(let message) = event.body else { return nil }
            return message.raw
        }
        let last = try #require(provider.requests.last?.value["messages"]?.array)
        #expect(raw.dropLast().map(\.value) == Array(last.dropFirst()))

        var again = Conversation(form: .openAIChat, messages: raw)
        again.ask("And 2 + 2?")
        #expect(again.faults == [] && again.messages.count == 5)
        #expect(try session.violations() == "")
    }

    @Test("a repeated id is answered for each of its occurrences")
    func repeatedIDs() async throws {
        let (agent, provider) = try scripted([
            Chat.calls([("x", "add", #"{"a":1,"b":1}"#), ("x", "add", #"{"a":2,"b":2}"#)]),
            Chat.calls([("x", "add", #"{"a":3,"b":3}"#)]),
            Chat.answer("done"),
        ])
        #expect(await agent.run("go").text == "done")
        #expect(sent(provider) == ["assistant", "x: 2", "x: 4", "assistant", "x: 6"])
    }

    @Test("a reply that was cut off runs nothing, and the model is told and may ask again", arguments: ["length", "tool_calls"])
    func cutOff(_ finish: String) async throws {
        let (agent, provider) = try scripted([
            Chat.calls([("c1", "add", #"{"a":1,"b":1}"#), ("c2", "add", #"{"a":2,"#)], finish: finish),
            Chat.calls([("c3", "add", #"{"a":1,"b":1}"#)]),
            Chat.answer("2"),
        ])
        let answer = await agent.run("go")
        #expect(answer.text == "2" && answer.outcome == .ok)
        let cut = #"{"error":"the reply was"#
        #expect(sent(provider).map { $0.prefix(27) } == ["assistant", "c1: \(cut)", "c2: \(cut)", "assistant", "c3: 2"])
        #expect(session.events.map(\.body.brief).contains("turn 1 cut"))
        #expect(!session.events.map(\.body.brief).contains("started c1"))
        #expect(try session.violations() == "")
    }

    struct Ending: CustomTestStringConvertible {
        var bodies: [JSONValue]
        var text: String
        var outcome: Event.SessionOutcome
        var said: String?
        var testDescription: String { said ?? text }
    }

    static let one = [(id: "c", name: "add", arguments: #"{"a":1,"b":1}"#)]

    static let endingCases: [Ending] = [
        Ending(
            bodies: [Chat.answer("half an ans", finish: "length")], text: "half an ans", outcome: .failed, said: "the answer was cut off"),
        Ending(
            bodies: [Chat.calls(one, finish: "length"), Chat.calls(one, finish: "length")], text: "", outcome: .failed,
            said: "the model's replies are cut off"),
        Ending(
            bodies: [Chat.calls(one, finish: "content_filter")], text: "", outcome: .failed, said: "the provider's filter ended the reply"),
        Ending(
            bodies: [Chat.calls(one, finish: "tired")], text: "", outcome: .failed,
            said: "not known here (tired), so none of its calls was run"),
        Ending(bodies: [Chat.answer("fine", finish: "tired")], text: "fine", outcome: .ok, said: "a reason that is not known here: tired"),
        Ending(
            bodies: [["choices": [["message": ["content": nil, "refusal": "I won't."], "finish_reason": "stop"]]]], text: "I won't.",
            outcome: .ok),
        Ending(bodies: [], text: "", outcome: .failed, said: "asked for one more"),
    ]

    @Test("however a reply ends, the session ends with a reason, and nothing runs that should not", arguments: endingCases)
    func endings(_ ending: Ending) async throws {
        let (agent, _) = try scripted(ending.bodies)
        let answer = await agent.run("go")
        #expect(answer.text == ending.text)
        #expect(answer.outcome == ending.outcome)
        let said = answer.error?.message ?? answer.note ?? ""
        #expect(said.contains(ending.said ?? ""))
        #expect(!session.events.contains { $0.body.brief.hasPrefix("started") })
        #expect(try session.violations() == "")
    }

    @Test("a model that never stops asking is stopped")
    func tooManyTurns() async throws {
        let (agent, _) = try scripted([Chat.calls(Self.one), Chat.calls(Self.one)]) { $0.mostTurns = 2 }
        let answer = await agent.run("go")
        #expect(answer.outcome == .failed && answer.error?.kind == .tooManyTurns)
        #expect(try session.violations() == "")
    }

    @Test("a request that fails for a while is tried again after a wait, and the wait is posted")
    func retries() async throws {
        let server = try FakeModelServer(steps: [
            .error(429, message: "Slow down.", headers: ["retry-after": "2"]), .error(500, message: "Oops."),
            .reply(Chat.answer("at last")),
        ])
        let agent = Agent(
            engine: try engine(), provider: LiveProvider(form: .openAIChat, baseURL: server.baseURL), options: AgentOptions(model: "m"),
            random: { 0 })
        let run = Task { await agent.run("go") }
        await session.time.until()
        session.time.advance(by: 2_000_000)
        await session.time.until()
        session.time.advance(by: 1_000_000)
        #expect(await run.value.text == "at last")
        let retries = session.events.compactMap { event -> (Int64?, String?)? in
            guard case .modelRetrying(let retry) = event.body else { return nil }
            return (retry.delay, retry.error?.message)
        }
        #expect(retries.map(\.0) == [2_000_000, 1_000_000])
        #expect(retries.first?.1?.contains("Slow down.") == true)
        #expect(try session.violations() == "")
    }

    @Test("a cancelled run ends its calls, and its session as cancelled")
    func cancelled() async throws {
        let (agent, provider) = try scripted([
            Chat.calls([("c1", "never", "{}"), ("c2", "add", #"{"a":1,"b":1}"#)]), Chat.answer("unreached"),
        ])
        let begun = AsyncStream<Void>.makeStream()
        let watcher = session.log.reader { begun.continuation.yield() }
        let run = Task { await agent.run("go") }
        var hasBegun = false
        for await _ in begun.stream {
            hasBegun = hasBegun || watcher.take().events.contains { $0.body.brief == "progress c1" }
            if hasBegun {
                break
            }
        }
        run.cancel()
        let answer = await run.value
        #expect(answer.outcome == .cancelled)
        #expect(provider.requests.count == 1)
        #expect(session.events.map(\.body.brief).suffix(2) == ["turn 1 cancelled", "session cancelled"])
        #expect(session.events.map(\.body.brief).contains("finished c1 cancelled"))
        #expect(try session.violations() == "")
    }

    @Test("secrets in arguments reach the tool and the model, and no event")
    func secrets() async throws {
        let (agent, provider) = try scripted([Chat.calls([("c1", "login", #"{"user":"me","password":"hunter2"}"#)]), Chat.answer("in")])
        #expect(await agent.run("sign in").text == "in")
        #expect(provider.requests.last?.description.contains("hunter2") == true)
        #expect(!session.events.contains { "\($0)".contains("hunter2") })
        var writer = EventWriter()
        for event in session.events {
            writer.write(event)
        }
        #expect(!String(decoding: writer.bytes, as: UTF8.self).contains("hunter2"))
    }

    @Test("where parallel calls are off, the API is told")
    func parallelSwitch() async throws {
        let (agent, provider) = try scripted([Chat.answer("ok")]) { $0.turn.parallelAllowed = false }
        _ = await agent.run("go")
        #expect(provider.requests.first?.value["parallel_tool_calls"] == false)
    }
}
