import FanoutAgent
import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// Conversations over each API: streamed, continued, scripted, checked.
struct ConversationTests {
    private static func folder() throws -> ProgramFolder {
        let folder = try ProgramFolder()
        try folder.write(
            "fanout.json",
            """
            {"tools": [{"name": "greet", "description": "Greets.", "command": ["sh", "-c", "echo hello"], "read_only": true,
                        "parameters": {"type": "object"}}]}
            """)
        return folder
    }

    private static func provider(_ form: WireForm) -> String {
        switch form {
        case .openAIChat: "openai"
        case .openAIResponses: "responses"
        case .anthropicMessages: "anthropic"
        }
    }

    @Test("a run over each API, its key in a file and nowhere else, goes on where another ended", arguments: WireForm.allCases)
    func continued(_ form: WireForm) throws {
        let folder = try Self.folder()
        let server = try FakeModelServer(
            form: form, key: "sk-very-secret",
            steps: [
                .stream([form.stream(saying: nil, [SpokenCall("c1", "greet", "{}")])]),
                .stream([form.stream(saying: "It says hello.", [])]),
                .error(400, message: "You sent sk-very-secret and more.", type: "invalid_request_error"),
                .stream([form.stream(saying: "As I said: hello.", [])]),
            ])
        defer { server.stop() }
        try folder.write("key", "sk-very-secret\n")
        let options = "--provider \(Self.provider(form)) --base-url '\(server.baseURL)' --key-file key"
        let first = try folder.shell("exec \"$FANOUT\" run 'What does it say?' \(options) --model m --record first")
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output == "It says hello.\n")

        // The form and the model come from the recording.
        let refused = try folder.shell("exec \"$FANOUT\" run 'Sure?' \(options) --continue first --record second")
        #expect(refused.status == 1)
        #expect(refused.error.contains("answers 400: You sent [key] and more."))
        let again = try folder.shell("exec \"$FANOUT\" run 'Again?' \(options) --continue first --system 'Be brief.' --record third")
        #expect(again.status == 0, "\(again.error)")
        #expect(again.output == "As I said: hello.\n")
        let body = try #require(server.bodies.last)
        let messages = try #require((body["messages"] ?? body["input"])?.array)
        #expect(MessageRules.faults(in: messages, form: form) == [])
        #expect(body.description.contains("What does it say?") && body.description.contains("hello\\\"") == false)
        #expect(messages.last?["content"] == "Again?")
        #expect(body["model"] == "m")
        #expect(body.description.contains("Be brief."))

        for name in ["first", "second", "third"] {
            let text = try folder.read(name)
            #expect(!text.contains("sk-very-secret"))
            let check = try folder.shell("python3 '\(Self.checkEvents)' --complete \(name)")
            #expect(check.status == 0, "\(check.output)")
        }
        // What continues a conversation holds all of it.
        #expect(try folder.read("third").contains("What does it say?"))
    }

    private static let checkEvents = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("check-events").path

    @Test("a recording that ends in mid-turn is taken up with its open calls answered as interrupted")
    func interrupted() throws {
        let folder = try Self.folder()
        let form = WireForm.openAIChat
        let server = try FakeModelServer(
            form: form,
            steps: [
                .stream([form.stream(saying: nil, [SpokenCall("c1", "greet", "{}")])]), .stream([form.stream(saying: "Hello.", [])]),
                .stream([form.stream(saying: "Well.", [])]),
            ])
        defer { server.stop() }
        let options = "--base-url '\(server.baseURL)' --model m"
        #expect(try folder.shell("exec \"$FANOUT\" run 'go' \(options) --record whole").status == 0)
        let lines = try folder.read("whole").split(separator: "\n", omittingEmptySubsequences: false)
        let end = try #require(lines.firstIndex { $0.contains("\"role\":\"assistant\"") })
        try folder.write("torn", lines[...end].joined(separator: "\n") + "\n")
        let again = try folder.shell("exec \"$FANOUT\" run 'Go on.' \(options) --continue torn --no-record")
        #expect(again.status == 0, "\(again.error)")
        let messages = try #require(server.bodies.last?["messages"]?.array)
        #expect(messages.map { $0["role"]?.string } == ["system", "user", "assistant", "tool", "user"])
        #expect(messages[3]["content"]?.string?.contains("interrupted") == true)
    }

    @Test("a conversation is taken up by its session's id, by all of it or its beginning, and by no other that begins like it")
    func named() throws {
        let folder = try Self.folder()
        let form = WireForm.openAIChat
        let server = try FakeModelServer(form: form, steps: (0..<3).map { .stream([form.stream(saying: "Answer \($0).", [])]) })
        defer { server.stop() }
        let options = "--base-url '\(server.baseURL)' --model m"
        #expect(try folder.shell("exec \"$FANOUT\" run 'go' \(options)").status == 0)
        let listed = try folder.shell("exec \"$FANOUT\" sessions --json").output
        let id = try #require(JSONValue(parsing: String(listed.split(separator: "\n")[0]))["session"]?.string)
        #expect(id.count > 12)
        for (name, answer) in [(id, "Answer 1.\n"), (String(id.prefix(6)), "Answer 2.\n")] {
            let again = try folder.shell("exec \"$FANOUT\" run 'on' \(options) --continue \(name) --no-record")
            #expect(again.status == 0 && again.output == answer, "\(again.error)")
        }
        let other = try folder.shell("exec \"$FANOUT\" run 'on' \(options) --continue \(id)x --no-record")
        #expect(other.status == 1 && other.error.contains("no session of that id"), "\(other.error)")
    }

    @Test("a script stands in for a model, streamed or not, and says what is wrong with it")
    func scripted() throws {
        let folder = try Self.folder()
        try folder.write(
            "script.json",
            """
            {"form": "openai-chat", "replies": [
              {"after": "1ms", "stream": [
                {"data": {"choices": [{"index": 0, "delta": {"tool_calls": [{"index": 0, "id": "a", "type": "function", "function": {"name": "greet", "arguments": "{}"}}]}}]}},
                {"after": "1ms", "data": {"choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]}},
                {"data": "[DONE]"}]},
              {"body": {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Done."}, "finish_reason": "stop"}]}}]}
            """)
        let run = try folder.shell("exec \"$FANOUT\" run go --provider script:script.json --no-record")
        #expect(run.status == 0 && run.output == "Done.\n", "\(run.error)")
        for (text, words) in [
            ("{", "line 1"), ("{}", "form: it is missing"), (#"{"form":"x"}"#, "there is no form x"),
            (#"{"form":"openai-chat","replies":[]}"#, "at least one reply"),
            (#"{"form":"openai-chat","replies":[{"body":{}},{}]}"#, "replies[1]: a reply has a body"),
            (#"{"form":"openai-chat","replies":[{"after":5,"body":{}}]}"#, "replies[0].after: a time is text with a unit"),
        ] {
            try folder.write("bad.json", text)
            let bad = try folder.shell("exec \"$FANOUT\" run go --provider script:bad.json --no-record")
            #expect(bad.status == 1 && bad.error.contains(words), "\(bad.error)")
        }
    }

    @Test("a run that takes too long is ended, with every call answered")
    func tooLong() throws {
        let folder = try Self.folder()
        let server = try FakeModelServer(steps: [.hang])
        defer { server.stop() }
        let run = try folder.shell("exec \"$FANOUT\" run go --base-url '\(server.baseURL)' --model m --max-time 0.2 --record kept")
        #expect(run.status == 1)
        #expect(run.error.contains("the run was ended after 200 ms"))
        #expect(try folder.shell("python3 '\(Self.checkEvents)' --complete kept").output == "")
    }

    @Test(
        "what is asked for and cannot be is refused with the remedy",
        arguments: [
            ("--provider nobody --model m", "it is openai, responses, anthropic or script:FILE"),
            ("--provider anthropic --model m", "set ANTHROPIC_API_KEY or name a --key-file"),
            ("--base-url http://127.0.0.1:1/v1", "name a model with --model"),
            ("--model m --key-file nowhere", "--key-file nowhere: there is no such file"),
            ("--model m --key-file empty", "--key-file empty: it is empty"),
            ("--base-url http://127.0.0.1:1/v1 --model m --tool-choice fly", "there is no such tool; there are greet"),
            ("--base-url http://127.0.0.1:1/v1 --model m --continue nobody", "nobody: there is no such file, and no session of that id"),
            ("--base-url http://127.0.0.1:1/v1 --model m --continue fanout.json", "no line of it|holds no conversation"),
            ("--provider script:nowhere", "nowhere: there is no such file"),
        ])
    func refused(_ options: String, _ words: String) throws {
        let folder = try Self.folder()
        try folder.write("empty", "\n")
        let run = try folder.shell(
            "exec \"$FANOUT\" run go \(options) --no-record", environment: ["OPENAI_API_KEY": "", "ANTHROPIC_API_KEY": ""])
        #expect(run.status != 0)
        #expect(words.split(separator: "|").contains { run.error.contains($0) }, "\(run.error)")
    }

    @Test("a message list is held to its API's rules, and the call is named")
    func checked() throws {
        let folder = try ProgramFolder()
        let asked =
            #"{"role":"user","content":"go"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function","function":{"name":"greet","arguments":"{}"}}]}"#
        let table: [(text: String, status: Int32, words: String)] = [
            ("[\(asked)]", 1, "message 1: the call greet (c1) has no result right after it"),
            (
                "[\(asked),{\"role\":\"tool\",\"tool_call_id\":\"c1\",\"content\":\"hello\"}]", 0,
                "openai-chat, 3 messages: its one call has its result"
            ),
            (
                "{\"messages\":[\(asked),{\"role\":\"tool\",\"tool_call_id\":\"c2\",\"content\":\"hello\"}]}", 1,
                "a result for c2, which the message before does not ask for"
            ),
            (
                #"{"max_tokens":9,"system":"s","messages":[{"role":"user","content":"go"},{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"greet","input":{}}]}]}"#,
                1, "anthropic-messages would refuse it"
            ),
            (
                #"{"input":[{"role":"user","content":"go"},{"type":"function_call","call_id":"k1","name":"greet","arguments":"{}"}]}"#, 1,
                "No tool output found for function call k1"
            ),
            ("[1]", 1, "a message is an object"), ("{}", 1, "this holds no messages"), ("[", 1, "line 1"),
        ]
        for (text, status, words) in table {
            try folder.write("messages.json", text)
            let run = try folder.shell("exec \"$FANOUT\" check messages.json")
            #expect(run.status == status && (run.output + run.error).contains(words), "\(run.output)\(run.error)")
        }
        let json = try folder.shell("echo '[\(asked)]' | \"$FANOUT\" check --json -")
        #expect(try JSONValue(parsing: json.output)["faults"]?[0]?["call"] == "c1")
    }
}
