public import FanoutEngine
public import FanoutEvents
public import FanoutJSON

/// The form in which a model's API wants requests and gives replies.
public enum WireForm: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's Chat Completions, and every server that imitates it.
    case openAIChat = "openai-chat"
    /// Anthropic's Messages.
    case anthropicMessages = "anthropic-messages"
}

/// What a request asks for beside its messages.
public struct RequestOptions: Sendable {
    public var model: String
    public var tools: [Tool]
    /// Whether one reply may ask for several calls. The API is told where it may not.
    public var allowsParallelCalls: Bool
    /// Tokens; nil leaves it to the server, where the API allows that.
    public var longestReply: Int?

    public init(model: String, tools: [Tool] = [], allowsParallelCalls: Bool = true, longestReply: Int? = nil) {
        self.model = model
        self.tools = tools
        self.allowsParallelCalls = allowsParallelCalls
        self.longestReply = longestReply
    }
}

/// What the model answered, out of the API's form.
public struct Reply: Sendable {
    public var text = ""
    /// What it says in place of an answer.
    public var refusal: String?
    public var reasoning: String?
    /// In the order in which it asked for them.
    public var calls: [ToolCall] = []
    public var finish: Event.Finish
    /// The API's own word for ``finish``.
    public var reason: String?
    public var usage: Event.Usage?
    /// The model that answered, where the reply names it.
    public var model: String?
    /// The message that goes back with the next request, as it came; nil where there is nothing to send back.
    public var message: JSONText?

    public init(finish: Event.Finish) {
        self.finish = finish
    }
}

/// What a server sent in place of a reply.
public struct ReplyError: Error, Sendable, Hashable {
    /// A sentence.
    public var message: String

    public init(_ message: String) {
        self.message = message
    }
}

extension WireForm {
    /// Reads the body of a reply that was not streamed.
    ///
    /// - Throws: ``ReplyError`` where it is not one: with the provider's own words where it holds an error.
    public func reply(from body: [UInt8]) throws(ReplyError) -> Reply {
        let reader = JSONReader()
        let root: JSONElement
        do {
            root = try reader.read(body)
        } catch {
            throw ReplyError("the reply is not JSON: \(error)")
        }
        if let error = root.field("error"),
            let message = errorMessage(in: ["error": JSONValue(error), "message": JSONValue(root.field("message"))])
        {
            throw ReplyError(message)
        }
        let raw = RawJSON(body, readAs: root, by: reader)
        return switch self {
        case .openAIChat: try OpenAIChat.reply(from: root, raw)
        case .anthropicMessages: try AnthropicMessages.reply(from: root, raw)
        }
    }

    /// The provider's own words in the body of a refused request; nil where there are none.
    public func errorMessage(in body: JSONValue) -> String? {
        guard let error = body["error"], !error.isNull else { return nil }
        // Imitators send a plain string, or the fields without the envelope.
        return error["message"]?.string ?? error.string ?? body["message"]?.string
    }

    /// The body of a request that continues from these messages.
    func request(system: String?, messages: [JSONText], options: RequestOptions) -> JSONText {
        switch self {
        case .openAIChat: OpenAIChat.request(system: system, messages: messages, options: options)
        case .anthropicMessages: AnthropicMessages.request(system: system, messages: messages, options: options)
        }
    }

    /// A reply's message as it may be recorded: without the arguments of calls that may hold secrets.
    func recorded(_ message: JSONText, secretTools: Set<String>) -> JSONText {
        switch self {
        case .openAIChat: OpenAIChat.recorded(message, secretTools: secretTools)
        case .anthropicMessages: AnthropicMessages.recorded(message, secretTools: secretTools)
        }
    }

    /// A message of the user.
    func message(fromUser text: String) -> JSONText {
        JSONText(["role": "user", "content": .string(text)])
    }

    /// The messages that answer the calls of a reply, in call order.
    func messages(answering results: [CallAnswer]) -> [JSONText] {
        guard !results.isEmpty else { return [] }
        return switch self {
        case .openAIChat: results.map(OpenAIChat.message(for:))
        case .anthropicMessages: [AnthropicMessages.message(for: results)]
        }
    }
}

/// One call's result in the words that the model is sent.
public struct CallAnswer: Sendable, Hashable {
    /// The provider's own id of the call.
    public var id: String
    public var text: String
    public var isError: Bool

    public init(id: String, text: String, isError: Bool) {
        self.id = id
        self.text = text
        self.isError = isError
    }
}

extension JSONValue {
    /// Null where there is none.
    init(_ element: JSONElement?) {
        self = element.map { JSONValue($0) } ?? .null
    }
}
