import FanoutAgent
import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

/// An agent whose model streams its replies over HTTP, with whatever can happen to a stream.
@Suite(.timeLimit(.minutes(1))) struct StreamedAgentTests {
    let session = Session(clock: SystemTime())

    static let look = Tool(
        name: "look", description: "Looks.", parameters: ["type": "object", "properties": ["at": ["type": "string"]], "required": ["at"]],
        traits: .with { $0.readOnly = true }
    ) { _, arguments in .text("seen \(arguments["at"]?.string ?? "")") }

    static let change = Tool(name: "change", description: "Changes.") { _, _ in .text("changed") }

    func agent(_ server: FakeModelServer, _ form: WireForm, _ tune: (inout AgentOptions) -> Void = { _ in }) throws -> Agent {
        var options = AgentOptions(model: "m", system: "Be brief.")
        tune(&options)
        return Agent(
            engine: try Engine(log: session.log, time: session.clock, tools: [Self.look, Self.change]),
            provider: LiveProvider(form: form, baseURL: server.baseURL, key: "sk-secret"), options: options, random: { 0 })
    }

    static let calls = [
        SpokenCall("c1", "look", #"{"at":"a"}"#), SpokenCall("c2", "change", "{}"), SpokenCall("c3", "look", #"{"at":"é"}"#),
    ]

    static let results = ["c1: seen a", "c2: changed", "c3: seen é"]

    /// The results that the last request brings back, in order.
    func sent(_ server: FakeModelServer) -> [String] {
        guard let body = server.bodies.last, let messages = (body["messages"] ?? body["input"])?.array else { return [] }
        return messages.flatMap { message -> [String] in
            if let id = (message["tool_call_id"] ?? message["call_id"])?.string,
                let text = (message["content"] ?? message["output"])?.string
            {
                return ["\(id): \(text)"]
            }
            return (message["content"]?.array ?? []).compactMap { block in
                block["tool_use_id"]?.string.map { "\($0): \(block["content"]?.string ?? "")" }
            }
        }
    }

    @Test("a conversation of two streamed turns, each byte by itself, in every form", arguments: WireForm.allCases)
    func twoTurns(_ form: WireForm) async throws {
        let first = form.stream(saying: "Let me see.", Self.calls)
        let server = try FakeModelServer(
            form: form, key: "sk-secret", steps: [.stream(first.map { [$0] }), .stream([form.stream(saying: "Done, é.", [])])])
        let answer = try await agent(server, form).run("go")
        #expect(answer.text == "Done, é." && answer.outcome == .ok && answer.error == nil && answer.callErrors == 0)
        #expect(sent(server) == Self.results)
        #expect(server.left == 0)
        #expect(try session.violations() == "")
        let text = session.events.compactMap { event -> String? in
            if case .modelOutput(let output) = event.body, output.kind == .text { output.text } else { nil }
        }
        #expect(text.joined() == "Let me see.Done, é.")
    }

    @Test("a server that does not stream, though asked to, is understood all the same", arguments: WireForm.allCases)
    func notStreamed(_ form: WireForm) async throws {
        let server = try FakeModelServer(form: form, steps: [.reply(form.whole(saying: "Plain.", []))])
        let answer = try await agent(server, form).run("go")
        #expect(answer.text == "Plain." && answer.outcome == .ok)
        #expect(server.bodies.first?["stream"] == true)
        let still = try FakeModelServer(form: form, steps: [.reply(form.whole(saying: "Plain.", []))])
        #expect(try await agent(still, form) { $0.isStreamed = false }.run("go").text == "Plain.")
        #expect(still.bodies.first?["stream"] == nil)
    }

    @Test("a stream that breaks off, at any of its events, is asked for again, and nothing is left open", arguments: WireForm.allCases)
    func brokenStreams(_ form: WireForm) async throws {
        let whole = form.stream(saying: "Let me see.", Self.calls)
        let events = whole.split(separator: [0x0a, 0x0a])
        var steps: [FakeModelServer.Step] = []
        for count in stride(from: 1, to: events.count, by: 3).prefix(6) {
            let part = Array(events.prefix(count).joined(separator: [0x0a, 0x0a]))
            steps.append(.stream([part], ending: count % 2 == 0 ? .cut : .whole))
        }
        let attempts = steps.count + 1
        let server = try FakeModelServer(form: form, steps: steps + [.stream([whole]), .stream([form.stream(saying: "Done.", [])])])
        let answer = try await agent(server, form) { $0.patience = Patience(attempts: attempts, backOff: 1, longestBackOff: 1) }.run("go")
        #expect(answer.text == "Done." && answer.outcome == .ok)
        #expect(sent(server) == Self.results)
        #expect(try session.violations() == "")
        let retries = session.events.count { if case .modelRetrying = $0.body { true } else { false } }
        #expect(retries == attempts - 1)
    }

    @Test("an overload in mid-stream is waited out; a final error is told in the provider's words")
    func errorsInMidStream() async throws {
        let form = WireForm.anthropicMessages
        let begin = String(decoding: form.stream(saying: "Let me", [SpokenCall("c1", "look", #"{"at":"a"}"#)]), as: UTF8.self)
            .split(separator: "event: message_delta")[0]
        func failing(_ type: String, _ message: String) -> [UInt8] {
            Array((begin + "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"\(type)\",\"message\":\"\(message)\"}}\n\n").utf8)
        }
        let server = try FakeModelServer(
            form: form,
            steps: [
                .error(529, message: "Overloaded", type: "overloaded_error"), .stream([failing("overloaded_error", "Overloaded")]),
                .error(429, message: "Slow down", type: "rate_limit_error", headers: ["retry-after": "1"]),
                .stream([failing("invalid_request_error", "prompt is too long")]),
            ])
        let answer = try await agent(server, form) {
            $0.patience = Patience(attempts: 9, backOff: 1, longestBackOff: 1, longestRetryAfter: 1)
        }.run("go")
        #expect(answer.outcome == .failed)
        #expect(answer.error?.message.hasSuffix("prompt is too long") == true)
        #expect(server.left == 0)
        #expect(try session.violations() == "")
    }

    @Test("a read-only call runs while the stream stands still after it; cancelling ends stream and calls")
    func earlyOverHTTP() async throws {
        let form = WireForm.openAIChat
        let whole = form.stream(saying: nil, Self.calls)
        let events = whole.split(separator: [0x0a, 0x0a])
        let part = Array(events.prefix(5).joined(separator: [0x0a, 0x0a])) + [0x0a, 0x0a]
        let server = try FakeModelServer(form: form, steps: [.stream([part], ending: .stall)])
        let agent = try agent(server, form)
        let task = Task { await agent.run("go") }
        await session.until {
            $0.contains { if case .callFinished(let end) = $0.body { end.call == "c1" && end.outcome == .ok } else { false } }
        }
        task.cancel()
        let answer = await task.value
        #expect(answer.outcome == .cancelled)
        #expect(try session.violations() == "")
        server.stop()
    }

    @Test("of a reply that was cut off the calls that ran count, and the model is told of the others", arguments: WireForm.allCases)
    func cutOff(_ form: WireForm) async throws {
        let server = try FakeModelServer(
            form: form,
            steps: [.stream([form.stream(saying: nil, Self.calls, isCut: true)]), .stream([form.stream(saying: "Done.", [])])])
        let answer = try await agent(server, form).run("go")
        #expect(answer.text == "Done." && answer.outcome == .ok)
        let results = sent(server)
        #expect(results.map { String($0.prefix(3)) } == ["c1:", "c2:", "c3:"])
        #expect(results[1].contains("cut off") && results[2].contains("cut off"))
        #expect(try session.violations() == "")
    }

    @Test("a call that was cut off in its arguments never runs, also where the server calls the reply whole")
    func cutOffArguments() async throws {
        let form = WireForm.openAIChat
        let server = try FakeModelServer(
            form: form,
            steps: [
                .stream([form.stream(saying: nil, [SpokenCall("c1", "look", #"{"at":"a"#)])]), .stream([form.stream(saying: "Done.", [])]),
            ])
        #expect(try await agent(server, form).run("go").text == "Done.")
        #expect(sent(server)[0].contains("cut off"))
        #expect(!session.events.contains { if case .callStarted = $0.body { true } else { false } })
        #expect(try session.violations() == "")
    }

    @Test("what is no stream is told: a page, nothing, an endless line", arguments: WireForm.allCases)
    func nonsense(_ form: WireForm) async throws {
        let table: [(FakeModelServer.Step, String)] = [
            (.page, "web page"), (.bytes([], type: "text/event-stream"), "before the reply was whole|no message_start"),
            (.bytes(Array("data: {}\n\n".utf8), type: "text/event-stream"), "before the reply was whole|no message_start"),
            (.bytes(Array("[]".utf8), type: "application/json"), "does not speak"),
        ]
        for (step, words) in table {
            let server = try FakeModelServer(form: form, steps: [step])
            let answer = try await agent(server, form) { $0.patience = Patience(attempts: 1) }.run("go")
            #expect(answer.outcome == .failed)
            #expect(words.split(separator: "|").contains { answer.error?.message.contains($0) == true }, "\(answer.error?.message ?? "")")
        }
    }

    @Test("the first request says what must be called, and those after it leave the model free")
    func toolChoice() async throws {
        let form = WireForm.openAIChat
        let server = try FakeModelServer(
            form: form, steps: [.stream([form.stream(saying: nil, Self.calls)]), .stream([form.stream(saying: "Done.", [])])])
        _ = try await agent(server, form) { $0.toolChoice = .required }.run("go")
        #expect(server.bodies.map { $0["tool_choice"]?.string } == ["required", nil])
    }

    @Test("where the server keeps the conversation only what is new is sent, and the results are complete")
    func stateful() async throws {
        let form = WireForm.openAIResponses
        let server = try FakeModelServer(
            form: form, steps: [.stream([form.stream(saying: nil, Self.calls)]), .stream([form.stream(saying: "Done.", [])])])
        #expect(try await agent(server, form) { $0.keepsState = true }.run("go").text == "Done.")
        let last = try #require(server.bodies.last)
        #expect(last["previous_response_id"] == "resp_1")
        #expect(last["input"]?.array?.count == 3)
        #expect(sent(server) == Self.results)
    }
}
