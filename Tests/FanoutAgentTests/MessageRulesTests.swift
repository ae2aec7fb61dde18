import FanoutAgent
import FanoutJSON
import Testing

@Suite struct MessageRulesTests {
    /// `A ab` is a message of the assistant that makes the calls a and b, `R a` a result of a, `T` text of the user; with Anthropic
    /// what stands together (`Rab`) is one message.
    static func messages(_ score: String, _ form: WireForm) -> [JSONValue] {
        score.split(separator: " ").map { word in
            let ids = word.dropFirst().map { JSONValue.string(String($0)) }
            switch (word.first, form) {
            case ("A", .openAIChat):
                return [
                    "role": "assistant",
                    "tool_calls": .array(ids.map { ["id": $0, "type": "function", "function": ["name": "tool", "arguments": "{}"]] }),
                ]
            case ("A", .anthropicMessages):
                return ["role": "assistant", "content": .array(ids.map { ["type": "tool_use", "id": $0, "name": "tool", "input": [:]] })]
            case ("R", .openAIChat):
                return ["role": "tool", "tool_call_id": ids.first ?? "", "content": "ok"]
            case ("R", .anthropicMessages):
                return [
                    "role": "user",
                    "content": .array(
                        ids.map {
                            $0 == "T" ? ["type": "text", "text": "hm"] : ["type": "tool_result", "tool_use_id": $0, "content": "ok"]
                        }),
                ]
            default:
                return ["role": "user", "content": "hello"]
            }
        }
    }

    struct Case: CustomTestStringConvertible {
        var form: WireForm
        var score: String
        var faults: [String]
        var testDescription: String { "\(form.rawValue): \(score)" }
    }

    static let cases: [Case] = [
        Case(form: .openAIChat, score: "T Aab Ra Rb T", faults: []),
        Case(form: .openAIChat, score: "T Aab Rb Ra", faults: []),
        // Imitators repeat ids; each occurrence is answered.
        Case(form: .openAIChat, score: "T Aaa Ra Ra", faults: []),
        Case(form: .openAIChat, score: "T Aaa Ra", faults: ["missing a 1"]),
        Case(form: .openAIChat, score: "T Aab Ra", faults: ["missing b 1"]),
        Case(form: .openAIChat, score: "T Aab Ra T Rb", faults: ["missing b 1", "extra b 4"]),
        Case(form: .openAIChat, score: "T Aa Ra Ra", faults: ["repeated a 3"]),
        Case(form: .openAIChat, score: "T Ra", faults: ["extra a 1"]),
        Case(form: .openAIChat, score: "T Aa Rb Ra", faults: ["extra b 2"]),
        Case(form: .anthropicMessages, score: "T Aab Rab", faults: []),
        Case(form: .anthropicMessages, score: "T Aab RbaT", faults: []),
        Case(form: .anthropicMessages, score: "T Aab Ra", faults: ["missing b 1"]),
        Case(form: .anthropicMessages, score: "T Aab", faults: ["missing a 1", "missing b 1"]),
        Case(form: .anthropicMessages, score: "T Aab Ra Rb", faults: ["missing b 1", "extra b 3"]),
        Case(form: .anthropicMessages, score: "T Aa RTa", faults: ["misplaced a 2"]),
        Case(form: .anthropicMessages, score: "T Aa Raa", faults: ["repeated a 2"]),
        Case(form: .anthropicMessages, score: "T Aa Ra Aa Ra", faults: ["ambiguous a 3"]),
        Case(form: .anthropicMessages, score: "T Ra", faults: ["extra a 1"]),
    ]

    @Test("what an API would refuse is found, with the call and the message", arguments: cases)
    func rules(_ example: Case) {
        let faults = MessageRules.faults(in: Self.messages(example.score, example.form), form: example.form)
        #expect(faults.map { "\($0.kind) \($0.call) \($0.message)" } == example.faults)
    }

    @Test("a fault is told in the API's words, and in ours with the tool's name")
    func words() throws {
        let chat = MessageRules.faults(in: Self.messages("T Aab Ra", .openAIChat), form: .openAIChat)
        let expected = try Fixture("openai_chat/errors.json").json["400_missing_tool_results"]?["body"]?["error"]?["message"]?.string
        #expect(chat.first?.apiMessage == expected?.replacing("call_o2", with: "b"))
        #expect(chat.first?.description.contains("tool (b)") == true)

        let messages = MessageRules.faults(in: Self.messages("T Aab Ra", .anthropicMessages), form: .anthropicMessages)
        let other = try Fixture("anthropic_messages/errors.json").json["400_missing_result"]?["body"]?["error"]?["message"]?.string
        #expect(messages.first?.apiMessage == other?.replacing("toolu_o2", with: "b"))
    }
}
