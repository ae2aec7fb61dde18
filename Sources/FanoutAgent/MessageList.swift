public import FanoutJSON

/// The messages of a request, in whichever API's form, as somebody has them in a file.
public struct MessageList: Sendable {
    public var form: WireForm
    public var messages: [JSONValue]

    /// Why a text is no list of messages: a sentence.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    /// - Parameters:
    ///   - value: The messages, or a request that holds them.
    ///   - form: Nil where it is to be found by looking.
    public init(_ value: JSONValue, form: WireForm? = nil) throws(Fault) {
        guard let messages = value.array ?? (value["messages"] ?? value["input"])?.array else {
            throw Fault(description: "this holds no messages: give a list of them, or a request with `messages` or `input`")
        }
        guard messages.allSatisfy({ $0.object != nil }) else {
            throw Fault(description: "a message is an object, and not every item of this list is one")
        }
        self.messages = messages
        self.form = form ?? Self.form(of: value, messages)
    }

    /// The APIs differ in how calls and results look; a conversation without any could be each one's.
    private static func form(of value: JSONValue, _ messages: [JSONValue]) -> WireForm {
        if value["input"] != nil || messages.contains(where: { $0["call_id"] != nil || $0["type"]?.string == "function_call" }) {
            return .openAIResponses
        }
        let blocks = messages.flatMap { $0["content"]?.array ?? [] }
        let isAnthropic = blocks.contains { ["tool_use", "tool_result", "thinking"].contains($0["type"]?.string ?? "") }
        return isAnthropic || value["max_tokens"] != nil && value["system"] != nil ? .anthropicMessages : .openAIChat
    }

    /// What the API would refuse, in the order of the messages.
    public var faults: [MessageFault] { MessageRules.faults(in: messages, form: form) }

    /// How many calls it holds.
    public var calls: Int {
        messages.reduce(0) { count, message in
            switch form {
            case .openAIChat: count + (message["tool_calls"]?.array?.count ?? 0)
            case .openAIResponses: count + (message["type"]?.string?.hasSuffix("_call") == true && message["call_id"] != nil ? 1 : 0)
            case .anthropicMessages: count + (message["content"]?.array ?? []).count { $0["type"]?.string == "tool_use" }
            }
        }
    }
}
