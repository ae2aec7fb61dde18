internal import FanoutEngine
internal import FanoutJSON

// What requests of several APIs write alike.
extension JSONWriter {
    /// The tools of a request and how they may be called, as OpenAI's two APIs want it; nothing where there are none.
    ///
    /// - Parameter naming: How the choice of one tool is written.
    mutating func openAITools(_ options: RequestOptions, definition: (Tool) -> JSONText, naming: (String) -> JSONValue) {
        guard !options.tools.isEmpty else { return }
        text(",\"tools\":[")
        list(options.tools.map(definition))
        text("]")
        let choice: JSONValue? =
            switch options.toolChoice {
            case .auto: nil
            case .none: "none"
            case .required: "required"
            case .tool(let name): naming(name)
            }
        if let choice {
            text(",\"tool_choice\":")
            value(choice)
        }
        // On by default, and refused by some servers where it says nothing new.
        if !options.allowsParallelCalls {
            text(",\"parallel_tool_calls\":false")
        }
    }

    /// A tool's name, its description, and the schema of its arguments under that key.
    mutating func definition(of tool: Tool, schemaKey: String) {
        text("\"name\":")
        string(tool.name)
        if !tool.description.isEmpty {
            text(",\"description\":")
            string(tool.description)
        }
        text(",")
        string(schemaKey)
        text(":")
        value(tool.parameters)
    }
}
