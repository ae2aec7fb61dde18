public import FanoutEvents
public import FanoutJSON

/// What a tool's work gave.
public enum ToolResult: Sendable, Hashable {
    /// Text that the model is sent as it is.
    case text(String)
    /// A value that the model is sent as compact JSON.
    case json(JSONText)

    /// The value as it would be written.
    public static func value(_ value: JSONValue) -> ToolResult { .json(JSONText(value)) }

    /// As it is recorded, and as others refer to it.
    var json: JSONText {
        switch self {
        case .text(let text): JSONText(string: text)
        // Elided bytes are no value.
        case .json(let json): json.isElided ? JSONText(.null) : json
        }
    }

    /// As the model is sent it.
    var text: String {
        switch self {
        case .text(let text): text
        case .json: json.description
        }
    }
}

/// How a tool says more of a failure than a ``CallError`` does.
public struct ToolFailure: Error, Sendable, Hashable {
    public var error: CallError
    /// Microseconds after which whoever failed asks to be tried again, as of HTTP's `Retry-After`.
    public var retryAfter: Int64?
    /// Trying again cannot help.
    public var isFinal: Bool

    public init(_ error: CallError, retryAfter: Int64? = nil, isFinal: Bool = false) {
        self.error = error
        self.retryAfter = retryAfter
        self.isFinal = isFinal
    }
}
