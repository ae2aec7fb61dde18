internal import FanoutAgent
internal import FanoutJSON

/// What the model says in a scenario, written as a service would send it.
struct Script {
    /// A call that the model asks for: a tool and its arguments.
    struct Call {
        var name: String
        /// JSON, as the model writes it.
        var arguments: String

        init(_ name: String, _ arguments: JSONValue) {
            self.name = name
            self.arguments = arguments.description
        }

        /// Arguments that may be no JSON at all.
        init(_ name: String, text arguments: String) {
            self.name = name
            self.arguments = arguments
        }
    }

    private(set) var steps: [ScriptedProvider.Step] = []
    private let form: WireForm
    private let settings: ScenarioSettings
    private var calls = 0

    init(_ settings: ScenarioSettings, form: WireForm = .openAIChat) {
        self.settings = settings
        self.form = form
    }

    /// After so long the model asks for these calls.
    mutating func ask(after milliseconds: Double, saying text: String? = nil, _ calls: [Call]) {
        let first = self.calls
        self.calls += calls.count
        switch form {
        case .openAIChat:
            let list = calls.enumerated().map { place, call -> JSONValue in
                [
                    "id": .string("call_\(first + place + 1)"), "type": "function",
                    "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                ]
            }
            add(milliseconds, chat(content: text.map { .string($0) } ?? .null, calls: .array(list), finish: "tool_calls"))
        case .openAIResponses:
            let items = calls.enumerated().map { place, call -> JSONValue in
                [
                    "type": "function_call", "id": .string("fc_\(first + place + 1)"), "call_id": .string("call_\(first + place + 1)"),
                    "name": .string(call.name), "arguments": .string(call.arguments), "status": "completed",
                ]
            }
            add(milliseconds, response(text, items))
        case .anthropicMessages:
            let opening: [JSONValue] = text.map { [["type": "text", "text": .string($0)]] } ?? []
            let blocks = calls.enumerated().map { place, call -> JSONValue in
                [
                    "type": "tool_use", "id": .string("toolu_\(first + place + 1)"), "name": .string(call.name),
                    "input": JSONText(unchecked: Array(call.arguments.utf8)).value,
                ]
            }
            add(milliseconds, message(opening + blocks, stop: "tool_use"))
        }
    }

    /// After so long the model answers, and stops.
    mutating func answer(after milliseconds: Double, _ text: String) {
        switch form {
        case .openAIChat: add(milliseconds, chat(content: .string(text), calls: nil, finish: "stop"))
        case .openAIResponses: add(milliseconds, response(text, []))
        case .anthropicMessages: add(milliseconds, message([["type": "text", "text": .string(text)]], stop: "end_turn"))
        }
    }

    private mutating func add(_ milliseconds: Double, _ body: JSONValue) {
        steps.append(ScriptedProvider.Step(delay: settings.delay(milliseconds: milliseconds), body: JSONText(body)))
    }

    private func chat(content: JSONValue, calls: JSONValue?, finish: String) -> JSONValue {
        var message: JSONObject = ["role": "assistant", "content": content, "refusal": nil]
        message["tool_calls"] = calls
        return [
            "id": .string("chatcmpl-script\(steps.count + 1)"), "object": "chat.completion", "created": 1_795_228_000, "model": "scripted",
            "choices": [["index": 0, "message": .object(message), "logprobs": nil, "finish_reason": .string(finish)]],
        ]
    }

    private func response(_ text: String?, _ items: [JSONValue]) -> JSONValue {
        let said: [JSONValue] =
            text.map { text in
                [
                    [
                        "type": "message", "id": .string("msg_script\(steps.count + 1)"), "role": "assistant", "status": "completed",
                        "content": [["type": "output_text", "text": .string(text), "annotations": []]],
                    ]
                ]
            } ?? []
        return [
            "id": .string("resp_script\(steps.count + 1)"), "object": "response", "created_at": 1_795_228_000, "model": "scripted",
            "status": "completed", "output": .array(said + items),
        ]
    }

    private func message(_ blocks: [JSONValue], stop: String) -> JSONValue {
        [
            "id": .string("msg_script\(steps.count + 1)"), "type": "message", "role": "assistant", "model": "scripted",
            "content": .array(blocks),
            "stop_reason": .string(stop), "stop_sequence": nil,
        ]
    }
}
