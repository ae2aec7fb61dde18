import FanoutEvents
import FanoutJSON
import FanoutSession
import Testing

/// Writes down what a reader hands on, a few words a line.
private struct Told: EventReceiver {
    var lines: [String] = []
    var instants: [Int64] = []
    var approximations: Set<String> = []

    mutating func open(_ header: Header, session: Int) { lines.append("session \(header.session) \"\(header.title ?? "")\"") }

    mutating func take(_ event: Event, session: Int, offset: Int64) {
        instants.append(event.t)
        approximations.insert(event.approx?.rawValue ?? "measured")
        let line =
            switch event.body {
            case .turnStarted(let body): "turn \(body.turn)"
            case .message(let body): "\(body.role): \(body.text ?? "-") \(body.turn.map { "in \($0)" } ?? "")"
            case .callRequested(let body):
                "ask \(body.call) \(body.name ?? "?") \(body.arguments?.description ?? "-") \(body.id.map { "for \($0)" } ?? "")"
            case .callStarted: "start"
            case .callFinished(let body):
                "\(body.outcome.rawValue) \(body.call) \(body.result?.description ?? "-") \(body.error.map { "\($0.kind.rawValue) \($0.message)" } ?? "")"
            case .turnFinished(let body): "end \(body.turn)"
            default: "other"
            }
        lines.append(line)
    }

    mutating func report(_ problem: EventProblem) { lines.append("\(problem)") }

    var text: String { lines.map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: "\n") }
}

@Suite("Lists of messages")
struct MessageListTests {
    private static func told(_ text: String, pieces: Int = .max) -> Told {
        let parser = StreamFormat.messages.parser(EventReader.Options(session: "list"))
        var told = Told()
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { bytes in
            var at = 0
            while at < bytes.count {
                let next = min(bytes.count, at + min(pieces, bytes.count))
                parser.read(UnsafeRawBufferPointer(rebasing: bytes[at..<next]), arrival: .later(0), into: &told)
                at = next
            }
        }
        parser.finish(arrival: .later(0), into: &told)
        return told
    }

    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var text: String
        var told: String
    }

    static let cases = [
        Case(
            testDescription: "a line of fine-tuning data: results come in another order than the calls",
            text: #"""
                {"messages":[{"role":"user","content":"Paris and Oslo?"},{"role":"assistant","tool_calls":[{"id":"p","type":"function","function":{"name":"weather","arguments":"{\"city\":\"Paris\"}"}},{"id":"o","type":"function","function":{"name":"weather","arguments":"Oslo"}}]},{"role":"tool","tool_call_id":"o","content":"-2"},{"role":"tool","tool_call_id":"p","content":[{"type":"text","text":"14"}]},{"role":"assistant","content":"Cold."}]}
                """#,
            told: #"""
                session list "Paris and Oslo?"
                user: Paris and Oslo?
                turn 1
                assistant: - in 1
                ask p weather {"city":"Paris"}
                start
                ask o weather "Oslo"
                start
                ok o "-2"
                ok p [{"type":"text","text":"14"}]
                end 1
                assistant: Cold.
                """#),
        Case(
            testDescription: "each line is a conversation of its own, and one that cannot be read costs no other",
            text: #"""
                {"messages":[{"role":"user","content":"a"}]}
                {"other":1}
                {"messages":[{"role":"user","content":"b\nand more"}]}
                """#,
            told: #"""
                session list "a"
                user: a
                line 2: no list of messages
                session list-2 "b"
                user: b
                and more
                """#),
        Case(
            testDescription: "a document over several lines, with blocks of calls and an error",
            text: #"""
                {
                  "system": "Be brief.",
                  "messages": [
                    {"role": "assistant", "content": [
                      {"type": "text", "text": "Looking."}, {"type": "tool_use", "id": "a", "name": "now", "input": {}}]},
                    {"role": "user", "content": [
                      {"type": "tool_result", "tool_use_id": "a", "content": "no clock", "is_error": true}, {"type": "text", "text": "Well?"}]}
                  ]
                }
                """#,
            told: #"""
                session list "Well?"
                turn 1
                assistant: Looking. in 1
                ask a now {}
                start
                failed a "no clock" tool_error no clock
                end 1
                user: Well?
                """#),
        Case(
            testDescription: "items of calls, an id twice, a call that nobody answers, an answer that nobody asked for",
            text: #"""
                {"input":[{"type":"function_call","call_id":"c","name":"f","arguments":""},{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},{"type":"function_call_output","call_id":"c","output":"1"},{"role":"assistant","content":"Hm."},{"type":"function_call_output","call_id":"z","output":"2"}]}
                """#,
            told: #"""
                session list ""
                turn 1
                ask c f {}
                start
                ask c~2 f {} for c
                start
                ok c "1"
                assistant: Hm.
                ok z "2"
                """#),
        Case(
            testDescription: "what Fanout itself tells a model of a call that failed; and a custom and an old-fashioned call",
            text: #"""
                [{"role":"assistant","content":null,"tool_calls":[{"id":"k","type":"custom","custom":{"name":"sh","input":"ls"}}]},{"role":"tool","tool_call_id":"k","content":"{\"error\":\"exit 2\",\"tool\":\"sh\"}"},{"role":"assistant","content":null,"function_call":{"name":"old","arguments":"{}"}},{"role":"function","name":"old","content":"yes"}]
                """#,
            told: #"""
                session list ""
                turn 1
                assistant: - in 1
                ask k sh "ls"
                start
                failed k "{\"error\":\"exit 2\",\"tool\":\"sh\"}" tool_error {"error":"exit 2","tool":"sh"}
                end 1
                turn 2
                assistant: - in 2
                ask call_2_1 old {}
                start
                ok call_2_1 "yes"
                end 2
                """#),
        Case(
            testDescription: "what is cut off is said, and is no conversation", text: #"{"messages":[{"role":"user","content":"a"}"#,
            told: "line 1: not JSON: it ends in the middle of a value, at byte 43"),
    ]

    @Test("calls, results, errors and texts come out in their order", arguments: cases)
    func order(list: Case) {
        let whole = Self.told(list.text)
        #expect(whole.text == list.told)
        #expect(Self.told(list.text, pieces: 1).text == whole.text)
        // Nobody measured anything.
        #expect(whole.approximations.isSubset(of: ["order"]))
        #expect(whole.instants == whole.instants.sorted())
    }

    @Test(
        "a stream's beginning tells what it is",
        arguments: [
            (#"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z"}"#, "events"), (#"{"type":"call.started","call":"a"}"#, "events"),
            ("\n\nnonsense\n{\"type\":\"marker\",\"label\":\"x\"}", "events"), ("nonsense", "events"), ("", "events"),
            (#"{"messages":[]}"#, "messages"), (#"[{"role":"user","content":"a"}]"#, "messages"),
            (#"{"model":"m","input":[{"role":"user","content":"a"}]}"#, "messages"), ("{\n  \"messages\": [\n", "messages"),
            ("[\n  {\n    \"role\": \"user\"", "messages"),
        ])
    func recognition(text: String, format: String) {
        Array(text.utf8).withUnsafeBytes { bytes in
            #expect(StreamFormat.recognize(bytes, isWhole: true)?.rawValue == format)
        }
        // Before its first line is whole, nothing is known.
        Array(text.utf8.prefix(5)).withUnsafeBytes { bytes in
            #expect(StreamFormat.recognize(bytes, isWhole: false) == nil)
        }
    }
}
