public import FanoutEvents
public import FanoutJSON

/// Something that answers requests as a model does: a service, or a script.
public protocol ModelProvider: Sendable {
    /// What it calls itself in events.
    var name: String { get }
    var form: WireForm { get }

    /// Makes one attempt. Trying again is the caller's business.
    func reply(to request: ModelRequest) async throws(ModelError) -> Reply
}

/// One request to a model.
public struct ModelRequest: Sendable {
    /// In the provider's form.
    public var body: JSONText

    public init(body: JSONText) {
        self.body = body
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
