public import FanoutJSON

/// Something that a model may call: what it is told of it, how calls of it may run, and the work itself.
public struct Tool: Sendable {
    public typealias Work = @Sendable (ToolContext, JSONValue) async throws -> ToolResult

    /// Unique among the tools of an engine.
    public var name: String
    /// For the model: what it does, and when to call it.
    public var description: String
    /// A JSON Schema, draft 2020-12, of an object. It is compiled once; defaults that it names are filled in before the work sees the arguments.
    public var parameters: JSONValue {
        // Whoever gives them has no need of those that could not be found.
        didSet { fault = nil }
    }
    public var traits: ToolTraits
    /// Paths of arguments that are secret: `api_key`, `auth.token`, `headers.*.value`. They are cut before anything is logged.
    public var redacted: [String]
    /// Does the work of one attempt. It returns the result, or throws a ``CallError``, a ``ToolFailure`` or any other error, which becomes one.
    ///
    /// When the call is cancelled or its time is up, the task is cancelled. Work that goes on regardless is abandoned: its result counts
    /// for nothing, and what it writes stays held until it returns.
    ///
    /// The calls of a turn begin on one thread one after the other, each up to where it first waits. Where one holds on to that thread for more
    /// than a millisecond, the others begin without it; what blocks, or computes for long, should say so all the same (``ToolTraits/blocks``).
    public var run: Work
    /// Why no engine can take it, where that was seen as it was made.
    var fault: String?

    public init(
        name: String, description: String, parameters: JSONValue = ["type": "object", "properties": [:]], traits: ToolTraits = ToolTraits(),
        redacted: [String] = [], run: @escaping Work
    ) {
        self.name = name
        self.description = description
        self.parameters = parameters
        self.traits = traits
        self.redacted = redacted
        self.run = run
    }
}
