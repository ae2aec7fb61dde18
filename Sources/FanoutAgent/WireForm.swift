public import FanoutEngine
public import FanoutEvents
public import FanoutJSON

/// The form in which a model's API wants requests and gives replies.
public enum WireForm: String, Sendable, Hashable, CaseIterable {
    /// OpenAI's Chat Completions, and every server that imitates it.
    case openAIChat = "openai-chat"
    case openAIResponses = "openai-responses"
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
    public var toolChoice = ToolChoice.auto
    /// Whether the reply is wanted in pieces as the model writes it.
    public var isStreamed = false
    /// Whether the server is asked to keep the conversation, so that only what is new is sent. Where the API cannot, it makes no difference.
    public var keepsState = false
    /// Whether the server is asked to hold the model to the tools' schemas; those must then be of the kind that it can.
    public var isStrict = false

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
    /// What goes back with the next request, as it came: one message, or the items of the API that has items.
    public var messages: [JSONText] = []
    /// By which a server that keeps the conversation knows the reply.
    public var responseID: String?

    public init(finish: Event.Finish) {
        self.finish = finish
    }
}

/// What a server sent in place of a reply.
public struct ReplyError: Error, Sendable, Hashable {
    /// A sentence.
    public var message: String
    public var kind: CallError.Kind
    /// Whether the same request may well succeed later.
    public var isTransient: Bool

    public init(_ message: String, kind: CallError.Kind = .badReply, isTransient: Bool = false) {
        self.message = message
        self.kind = kind
        self.isTransient = isTransient
    }

    /// An error that a provider sent in place of a reply, or in the middle of one.
    static func provider(_ body: JSONValue, form: WireForm) -> ReplyError {
        let error = body["error"] ?? body
        let words = [error["type"]?.string, error["code"]?.string].compactMap(\.self)
        let message = form.errorMessage(in: body) ?? error["message"]?.string ?? words.first ?? "the provider sent an error without words"
        let isOverloaded = words.contains {
            ["overloaded_error", "server_error", "api_error", "timeout_error", "internal_error"].contains($0)
        }
        let isLimited = words.contains { ["rate_limit_error", "rate_limit_exceeded"].contains($0) }
        return ReplyError(
            message, kind: isLimited ? .rateLimited : isOverloaded ? .serverError : .badReply, isTransient: isOverloaded || isLimited)
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
            var failure = ReplyError.provider(JSONValue(root), form: self)
            failure.message = message
            throw failure
        }
        let raw = RawJSON(body, readAs: root, by: reader)
        return switch self {
        case .openAIChat: try OpenAIChat.reply(from: root, raw)
        case .openAIResponses: try OpenAIResponses.reply(from: raw)
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
    ///
    /// - Parameter previous: What the server keeps, after which they come.
    func request(system: String?, messages: [JSONText], previous: String? = nil, options: RequestOptions) -> JSONText {
        switch self {
        case .openAIChat: OpenAIChat.request(system: system, messages: messages, options: options)
        case .openAIResponses: OpenAIResponses.request(system: system, items: messages, previous: previous, options: options)
        case .anthropicMessages: AnthropicMessages.request(system: system, messages: messages, options: options)
        }
    }

    /// A reply's message as it may be recorded: without the arguments of calls that may hold secrets.
    func recorded(_ message: JSONText, secretTools: Set<String>) -> JSONText {
        switch self {
        case .openAIChat: OpenAIChat.recorded(message, secretTools: secretTools)
        case .openAIResponses: OpenAIResponses.recorded(message, secretTools: secretTools)
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
        case .openAIResponses: results.map(OpenAIResponses.item(for:))
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
