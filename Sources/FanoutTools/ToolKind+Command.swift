internal import FanoutEngine
internal import FanoutJSON

extension ToolKind {
    /// `"command": ["./grep.py"]`: a program for each call.
    static let command = ToolKind(key: "command", keys: ["cwd", "env", "output_limit"]) { entry, declaration throws(ToolsFileError) in
        let command = try entry.texts("command")
        guard let program = command.first, !program.isEmpty else {
            throw entry.error(["command"], "a command is a list of texts: the program, then its arguments")
        }
        var tool = CommandTool(command: command)
        tool.directory = try entry.text("cwd")
        for (key, value) in try entry.object("env") ?? [:] {
            guard let text = value.string else {
                throw entry.error(["env", .key(key)], "the value of an environment variable is a text")
            }
            tool.environment[key] = text
        }
        tool.outputLimit = try entry.count("output_limit") ?? tool.outputLimit
        return tool.tool(
            name: declaration.name, description: declaration.description, parameters: declaration.parameters, traits: declaration.traits,
            redacted: declaration.secrets)
    }
}
