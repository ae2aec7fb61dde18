public import FanoutJSON

/// What an API would refuse in the messages of a request.
public struct MessageFault: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// A call has no result.
        case missing
        /// A result belongs to no call of the message before it.
        case extra
        /// A call has more than one result.
        case repeated
        /// A result stands where the API does not look for it.
        case misplaced
        /// Two calls have one id, where the API forbids it.
        case ambiguous
        /// A part of a message is not of the form that the API demands.
        case malformed
    }

    public var kind: Kind
    /// The message's place in the request, from 0.
    public var message: Int
    /// The id of the call concerned, and the name of its tool where it is known.
    public var call: String
    public var tool: String?
    /// What the API says.
    public var apiMessage: String

    init(_ kind: Kind, message: Int, call: String, tool: String? = nil, apiMessage: String) {
        self.kind = kind
        self.message = message
        self.call = call
        self.tool = tool
        self.apiMessage = apiMessage
    }
}

extension MessageFault: CustomStringConvertible {
    public var description: String {
        let named = tool.map { "\($0) (\(call))" } ?? call
        return switch kind {
        case .missing: "message \(message): the call \(named) has no result right after it; every call needs one, errors included"
        case .extra: "message \(message): a result for \(named), which the message before does not ask for"
        case .repeated: "message \(message): the call \(named) has more than one result"
        case .misplaced: "message \(message): the result of \(named) stands in the wrong place"
        case .ambiguous: "message \(message): two calls have the id \(call)"
        case .malformed: "message \(message): \(apiMessage)"
        }
    }
}

/// The rules by which APIs pair calls and results; a request that breaks one is refused.
public enum MessageRules {
    /// Every fault, in the order of the messages.
    ///
    /// - Parameter messages: The `messages` of a request, or its `input` items, in the API's form.
    public static func faults(in messages: [JSONValue], form: WireForm) -> [MessageFault] {
        switch form {
        case .openAIChat: openAIChat(messages)
        case .openAIResponses: openAIResponses(messages)
        case .anthropicMessages: anthropicMessages(messages)
        }
    }
}
