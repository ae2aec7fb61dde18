public import FanoutEvents
public import FanoutJSON

/// Something that answers requests as a model does: a service, or a script.
public protocol ModelProvider: Sendable {
    /// What it calls itself in events.
    var name: String { get }
    var form: WireForm { get }

    /// Makes one attempt. Trying again is the caller's business.
    ///
    /// - Parameter receive: Is told, in order, what arrives before the reply is whole, where it is streamed.
    func reply(to request: ModelRequest, _ receive: @escaping @Sendable ([ReplyPiece]) -> Void) async throws(ModelError) -> Reply
}

extension ModelProvider {
    /// Makes one attempt, whose reply is looked at only when it is whole.
    public func reply(to request: ModelRequest) async throws(ModelError) -> Reply { try await reply(to: request) { _ in } }
}

/// One request to a model.
public struct ModelRequest: Sendable {
    /// In the provider's form.
    public var body: JSONText
    /// Whether it asks for the reply in pieces.
    public var isStreamed: Bool

    public init(body: JSONText, isStreamed: Bool = false) {
        self.body = body
        self.isStreamed = isStreamed
    }
}

/// Why an attempt brought no reply.
public struct ModelError: Error, Sendable, Hashable {
    /// What is shown and recorded: the provider's own words where it had some.
    public var error: CallError
    /// Whether the same request may well succeed later.
    public var isTransient: Bool
    /// Microseconds that the server asks to wait.
    public var retryAfter: Int64?

    public init(_ error: CallError, isTransient: Bool = false, retryAfter: Int64? = nil) {
        self.error = error
        self.isTransient = isTransient
        self.retryAfter = retryAfter
    }

    static let cancelled = ModelError(CallError(.cancelled, "the request was cancelled"))
}
