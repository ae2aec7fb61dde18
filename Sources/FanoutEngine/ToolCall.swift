public import FanoutEvents

// Optionals are written out for the reason that the fields of events give.

/// A call as the model asked for it.
public struct ToolCall: Sendable, Hashable {
    /// The provider's id. It may repeat.
    public var id: String
    public var name: String
    /// The arguments' JSON as the provider wrote it; an empty text means `{}`.
    public var arguments: String
    /// Set where the call must not run: it ends with this error at once. A reply that was cut off makes its calls `truncated_turn`.
    public var refusal: Optional<CallError>

    public init(id: String, name: String, arguments: String, refusal: CallError? = nil) {
        self.id = id
        self.name = name
        self.arguments = arguments
        self.refusal = refusal
    }
}

/// How a call ended, for whoever answers the model.
public struct CallResult: Sendable, Hashable {
    /// The provider's id, under which the model is answered.
    public var id: String
    /// The call's id in the session's events.
    public var call: String
    public var name: String
    public var outcome: Event.Outcome
    /// Set where the outcome is not ok.
    public var error: Optional<CallError>
    /// What the model is sent: the result, cut where it was too long; or `{"error": TEXT, "tool": NAME}`.
    public var text: String

    /// Whether the model is told that the call failed.
    public var isError: Bool { outcome != .ok }

    public init(id: String, call: String, name: String, outcome: Event.Outcome, error: CallError? = nil, text: String) {
        self.id = id
        self.call = call
        self.name = name
        self.outcome = outcome
        self.error = error
        self.text = text
    }
}
