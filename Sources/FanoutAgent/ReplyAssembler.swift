internal import FanoutEvents
internal import FanoutHTTP

/// Puts a streamed reply of one wire form together.
protocol ReplyAssembler {
    /// Takes the next event of the stream.
    ///
    /// - Parameter pieces: Where what it tells is added.
    /// - Throws: ``ReplyError`` where it says that the reply failed, or is none.
    mutating func take(_ event: EventStreamParser.Event, _ pieces: inout [ReplyPiece]) throws(ReplyError)

    /// The reply, once the stream has ended.
    ///
    /// - Throws: ``ReplyError`` where it ended too soon.
    mutating func reply() throws(ReplyError) -> Reply
}

extension WireForm {
    func assembler() -> any ReplyAssembler {
        switch self {
        case .openAIChat: OpenAIChatAssembler()
        case .openAIResponses: OpenAIResponsesAssembler()
        case .anthropicMessages: AnthropicAssembler()
        }
    }
}

extension EventStreamParser.Event {
    /// Whether the stream named it.
    var hasName: Bool { type != "message" }
}

extension ReplyError {
    /// The stream ended before it said that the reply was whole.
    static let cutOff = ReplyError("the connection ended before the reply was whole", kind: .connection, isTransient: true)
}
