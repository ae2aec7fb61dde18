internal import FanoutEvents
internal import FanoutJSON

/// A tool as the engine keeps it: its schema compiled, its secrets known. A class, because every call holds its tool.
final class EngineTool: Sendable {
    /// Its place among the engine's.
    let place: Int
    let tool: Tool
    let schema: JSONSchema
    let redaction: Redaction

    init(_ tool: Tool, place: Int) throws(ToolError) {
        self.place = place
        self.tool = tool
        if let fault = tool.fault {
            throw ToolError(tool: tool.name, reason: fault)
        }
        do {
            schema = try JSONSchema(tool.parameters)
        } catch {
            throw ToolError(tool: tool.name, reason: "its parameters are not a JSON Schema: \(error)")
        }
        redaction = Redaction(tool.redacted)
    }

    /// The arguments with defaults filled in.
    ///
    /// - Throws: `invalid_arguments`, naming each place, what was expected and what came.
    func completed(_ arguments: JSONValue) throws(CallError) -> JSONValue {
        let arguments = schema.fillingDefaults(in: arguments)
        let violations = schema.violations(of: arguments)
        guard !violations.isEmpty else { return arguments }
        let texts = violations.map { violation in
            var violation = violation
            if !redaction.allows(violation) {
                violation.found = nil
            }
            return violation.description
        }
        throw CallError(.invalidArguments, "The arguments do not fit the schema of \(tool.name): \(texts.joined(separator: "; ")).")
    }

    var declaration: Event.ToolDeclared {
        let traits = tool.traits
        var declared = Event.ToolDeclared(name: tool.name)
        declared.reads = traits.reads
        declared.writes = traits.writes
        declared.sequential = traits.sequential
        declared.readOnly = traits.readOnly
        declared.repeatable = traits.repeatable
        declared.pool = traits.pool
        declared.limit = traits.limit
        declared.rate = traits.rate
        declared.timeout = traits.timeout
        return declared
    }
}
