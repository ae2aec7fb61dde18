import FanoutAgent
import FanoutTestKit
import Foundation
import Testing

/// What a Swift program embeds.
@Suite(.timeLimit(.minutes(1))) struct LibraryTests {
    static let calls = [
        SpokenCall("c1", "get_weather", #"{"city":"Paris"}"#), SpokenCall("c2", "get_weather", #"{"city":"Oslo","days":2}"#),
        SpokenCall("c3", "get_weather", #"{"town":"Rome"}"#),
    ]

    @Test("the article's example runs, in every form", arguments: WireForm.allCases)
    func example(_ form: WireForm) async throws {
        let server = try FakeModelServer(
            form: form,
            steps: [.stream([form.stream(saying: nil, Self.calls)]), .stream([form.stream(saying: "14 and -2 degrees.", [])])])
        let provider = LiveProvider(form: form, baseURL: server.baseURL)
        #expect(try await weatherReport(from: provider) == "14 and -2 degrees.")
        let first = try #require(server.bodies.first?["tools"]?[0])
        #expect(
            (first["input_schema"] ?? first["parameters"] ?? first["function"]?["parameters"]) == [
                "type": "object",
                "properties": [
                    "city": ["type": "string"],
                    "days": ["type": ["integer", "null"], "description": "How many days ahead, from 1 to 7; today without it."],
                ],
                "required": ["city"], "additionalProperties": false,
            ])
        let last = try #require(server.bodies.last)
        #expect(last.description.contains(#"{\"city\":\"Paris\",\"celsius\":14.0}"#))
        #expect(last.description.contains(#"{\"city\":\"Oslo\",\"celsius\":-2.0}"#))
        #expect(last.description.contains("do not fit the schema of get_weather"))
    }

    @Test("the article shows the example as it is compiled here")
    func article() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let example = try String(contentsOf: root.appending(path: "Tests/FanoutAgentTests/WeatherExample.swift"), encoding: .utf8)
        let article = try String(
            contentsOf: root.appending(path: "Sources/FanoutAgent/FanoutAgent.docc/AnAgentInYourProgram.md"), encoding: .utf8)
        #expect(article.contains("```swift\n\(example)```\n"))
    }

    struct Arguments: Codable {
        var count: Int8
        var note: String?
    }

    struct Refusing: Codable {
        struct Refused: Error {}
        init(from decoder: any Decoder) throws { throw Refused() }
        func encode(to encoder: any Encoder) throws {}
    }

    struct Dated: Codable {
        var when: Date
    }

    /// What the engine makes of one call of a tool.
    func run(_ tool: Tool, _ arguments: String) async throws -> CallResult {
        let time = SystemTime()
        let engine = try Engine(log: EventLog { time.now() }, time: time, tools: [tool])
        return try #require(await engine.run(turn: 1, calls: [ToolCall(id: "c", name: tool.name, arguments: arguments)]).first)
    }

    @Test("text is sent as it is, anything else as JSON; what JSON cannot say is an error of the call")
    func results() async throws {
        let text = Tool("f", "") { (arguments: Arguments, _) in "\(arguments.count) \(arguments.note ?? "-")" }
        #expect(try await run(text, #"{"count":3,"note":null}"#).text == "3 -")
        #expect(try await run(Tool("f", "") { _ in ["b": [1.5], "a": []] }, "").text == #"{"a":[],"b":[1.5]}"#)
        #expect(try await run(Tool("f", "") { (_: Arguments, _) in ToolResult.text("own") }, #"{"count":1}"#).text == "own")
        let none = try await run(Tool("f", "") { _ in Double.nan }, "{}")
        #expect(none.error == CallError(.toolError, "The result is not JSON: JSON has no number for nan."))
        let date = try await run(Tool("f", "") { _ in [Date()] }, "{}")
        #expect(date.error?.kind == .toolError && date.error?.message.contains("[0]: Date has no JSON form") == true)
    }

    @Test("arguments that do not fit end the call before the work, and say where")
    func misfits() async throws {
        let tool = Tool("f", "") { (arguments: Arguments, _) in "\(arguments.count)" }
        for (arguments, words) in [
            ("{}", "count"), (#"{"count":300}"#, "count"), (#"{"count":"1"}"#, "count"), (#"{"count":1,"notes":"x"}"#, "notes"),
        ] {
            let result = try await run(tool, arguments)
            #expect(result.error?.kind == .invalidArguments && result.error?.message.contains(words) == true, "\(result)")
        }
        let own = Tool("f", "", parameters: ["type": "object"]) { (_: Arguments, _) in "" }
        #expect(
            try await run(own, #"{"count":300}"#).error
                == CallError(
                    .invalidArguments, "The arguments do not fit: count: it must be a whole number from -128 to 127, and is a whole number."
                ))
        #expect(try await run(own, #"{"count":7}"#).outcome == .ok)
    }

    struct Unit: Codable {
        enum Scale: String, Codable { case celsius, kelvin }
        var scale: Scale
    }

    @Test("a secret argument does not come back in what its type says of it")
    func secrets() async throws {
        let tool = Tool("f", "", parameters: ["type": "object"], redacted: ["scale"]) { (_: Unit, _) in "" }
        let error = try await run(tool, #"{"scale":"hunter2"}"#).error
        #expect(error == CallError(.invalidArguments, "The arguments do not fit: scale: it is not what the tool takes."))
    }

    @Test("a type whose schema cannot be found makes no engine, and the error says what to do")
    func unprobed() {
        func refusal(_ tool: Tool) -> String {
            do {
                _ = try Agent(LiveProvider(form: .openAIChat), model: "m", tools: [tool])
                return "taken"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            refusal(Tool("f", "") { (_: Refusing, _) in "" })
                == "Tool f: the schema of its arguments cannot be found: Refusing: it takes none of the samples by which its schema is found "
                + "(Refused()); give the schema yourself, or let Refusing be SchemaDescribed with a schema")
        #expect(
            refusal(Tool("f", "") { (_: Dated, _) in "" })
                == "Tool f: the schema of its arguments cannot be found: when, of type Date: Date has no JSON form that a model knows: "
                + "take or give a String in the form of RFC 3339, or a number whose name says its unit")
        #expect(
            refusal(Tool("f", "") { (_: [Int], _) in "" })
                == "Tool f: its arguments are of type Array<Int>, which is no object in JSON; put it into a struct")
        #expect(refusal(Tool("f", "", parameters: ["type": "object"]) { (_: Refusing, _) in "" }) == "taken")
        var mended = Tool("f", "") { (_: Refusing, _) in "" }
        mended.parameters = ["type": "object"]
        #expect(refusal(mended) == "taken")
    }

    @Test("events come in order until the session is finished or the log is closed")
    func events() async throws {
        let time = SystemTime()
        let log = EventLog { time.now() }
        let events = log.events()
        for index in 0..<3000 {
            log.post(.marker(Event.Marker(label: "\(index)")))
        }
        log.post(.sessionFinished(Event.SessionFinished(outcome: .ok)))
        log.post(.marker(Event.Marker(label: "after")))
        var labels: [String] = []
        for await event in events {
            if case .marker(let marker) = event.body {
                labels.append(marker.label)
            }
        }
        #expect(labels == (0..<3000).map(String.init))
        let closed = log.events()
        log.close()
        for await _ in closed {
            Issue.record("a closed log has no events")
        }
    }

    @Test("a loop that is cancelled ends")
    func cancelledLoop() async {
        let log = EventLog { 0 }
        let events = log.events()
        let task = Task { await events.first { _ in true } }
        task.cancel()
        #expect(await task.value == nil)
    }
}
