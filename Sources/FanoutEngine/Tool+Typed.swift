internal import FanoutEvents
public import FanoutJSON

// Tools whose arguments and results are types.
extension Tool {
    /// A tool that takes its arguments as a type, and gives anything that can be encoded.
    ///
    /// What the model is told of the arguments is found by `JSONSchema.describing(_:)`: a property for each field, required unless it
    /// is optional; say what a field means with `SchemaDescribed`. An engine refuses the tool, with the reason, where that cannot be found.
    /// Arguments that do not fit end the call as `invalid_arguments`, with the place, before the work begins.
    ///
    /// A `String` goes to the model as it is, any other result as compact JSON. A result that JSON cannot say ends the call as `tool_error`, as
    /// does any error that the work throws.
    ///
    /// - Parameters:
    ///   - name: Letters, digits, `_` and `-`, at most 64: all that every API takes.
    ///   - description: For the model: what it does, and when to call it.
    ///   - readOnly: Whether it changes nothing. Then it may start while the reply that asks for it still arrives.
    ///   - parameters: The JSON Schema of the arguments, in place of the one that is found.
    ///   - traits: How calls of it may run.
    ///   - redacted: Paths of arguments that are secret.
    public init<Arguments: Decodable & SendableMetatype, Output: Encodable & SendableMetatype>(
        _ name: String, _ description: String, readOnly: Bool = false, parameters: JSONValue? = nil, traits: ToolTraits = ToolTraits(),
        redacted: [String] = [], work: @escaping @Sendable (Arguments, ToolContext) async throws -> Output
    ) {
        self.init(
            typed: name, description, readOnly: readOnly, parameters: parameters, traits: traits, redacted: redacted,
            arguments: Arguments.self
        ) { context, json in
            try Self.result(of: try await work(try Self.arguments(json, hidingValues: !redacted.isEmpty), context))
        }
    }

    /// A tool that takes its arguments as a type, and says itself what the model is sent.
    public init<Arguments: Decodable & SendableMetatype>(
        _ name: String, _ description: String, readOnly: Bool = false, parameters: JSONValue? = nil, traits: ToolTraits = ToolTraits(),
        redacted: [String] = [], work: @escaping @Sendable (Arguments, ToolContext) async throws -> ToolResult
    ) {
        self.init(
            typed: name, description, readOnly: readOnly, parameters: parameters, traits: traits, redacted: redacted,
            arguments: Arguments.self
        ) { context, json in
            try await work(try Self.arguments(json, hidingValues: !redacted.isEmpty), context)
        }
    }

    /// A tool that takes no arguments.
    public init<Output: Encodable & SendableMetatype>(
        _ name: String, _ description: String, readOnly: Bool = false, traits: ToolTraits = ToolTraits(),
        work: @escaping @Sendable (ToolContext) async throws -> Output
    ) {
        var traits = traits
        traits.readOnly = traits.readOnly || readOnly
        self.init(name: name, description: description, traits: traits) { context, _ in try Self.result(of: try await work(context)) }
    }

    private init<Arguments: Decodable>(
        typed name: String, _ description: String, readOnly: Bool, parameters: JSONValue?, traits: ToolTraits, redacted: [String],
        arguments: Arguments.Type, run: @escaping Work
    ) {
        var traits = traits
        traits.readOnly = traits.readOnly || readOnly
        self.init(name: name, description: description, traits: traits, redacted: redacted, run: run)
        if let parameters {
            self.parameters = parameters
            return
        }
        do {
            let found = try JSONSchema.describing(arguments)
            guard found["type"] == "object" || found["$ref"] != nil else {
                fault = "its arguments are of type \(arguments), which is no object in JSON; put it into a struct"
                return
            }
            self.parameters = found
        } catch {
            fault = "the schema of its arguments cannot be found: \(error)"
        }
    }

    private static func arguments<Arguments: Decodable>(_ json: JSONValue, hidingValues: Bool) throws(CallError) -> Arguments {
        do {
            return try json.decode()
        } catch {
            var mismatch = error
            if hidingValues, mismatch.isOfType {
                mismatch.reason = "it is not what the tool takes"
            }
            throw CallError(.invalidArguments, "The arguments do not fit: \(mismatch).")
        }
    }

    private static func result(of output: some Encodable) throws(CallError) -> ToolResult {
        if let text = output as? String {
            return .text(text)
        }
        do {
            return .value(try JSONValue(encoding: output))
        } catch {
            throw CallError(.toolError, "The result is not JSON: \(error).")
        }
    }
}
