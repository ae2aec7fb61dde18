internal import FanoutEngine
internal import FanoutJSON

extension ToolKind {
    /// `"command": ["git", "log", ["-n", "${count}"], "--", "${path}"]`: a program for each call.
    ///
    /// Each element is one argument of the program, whatever the call puts into it. One that needs an argument that is missing is left out, and
    /// an inner list as a whole; a list that is an element by itself becomes several. What a call gives may not begin with a hyphen before a
    /// `--`, unless `allow_options` is true. With `shell`, the command is one text for `/bin/sh`, in which arguments are variables: `"$path"`.
    /// `cwd` and the values of `env` are templates as well. Keys of model APIs are left out of the environment unless `env` names them.
    static let command = ToolKind(key: "command", keys: ["shell", "allow_options", "cwd", "env", "output_limit"]) {
        entry, declaration throws(ToolsFileError) in
        let isShell = try entry.flag("shell")
        var tool = CommandTool(command: isShell ? try shellCommand(entry) : try commandLine(entry, declaration))
        if isShell {
            tool.variables = try shellVariables(entry, declaration)
        }
        tool.directory = try entry.template("cwd", declaration)
        for (name, _) in try entry.object("env") ?? [:] {
            tool.environment[name] = try entry.environmentVariable(name, declaration)
        }
        tool.outputLimit = try entry.count("output_limit") ?? tool.outputLimit
        return tool.tool(
            name: declaration.name, description: declaration.description, parameters: declaration.parameters, traits: declaration.traits,
            redacted: declaration.secrets)
    }

    private static func commandLine(_ entry: ToolsFileFields, _ declaration: ToolDeclaration) throws(ToolsFileError) -> CommandLineTemplate
    {
        let shape = "a command is a list of texts: the program, then its arguments; a list among them is left out as a whole"
        guard let elements = try entry.array("command"), !elements.isEmpty else {
            throw entry.error(["command"], shape)
        }
        var groups: [CommandLineTemplate.Group] = []
        for (index, element) in elements.enumerated() {
            var group: CommandLineTemplate.Group = []
            for (inner, text) in (element.array ?? [element]).enumerated() {
                let place: [JSONPlace.Step] = ["command", .item(index)] + (element.array == nil ? [] : [.item(inner)])
                guard let text = text.string else {
                    throw entry.error(place, shape)
                }
                group.append(try entry.template(text, at: place, declaration))
            }
            groups.append(group)
        }
        guard let program = groups.first?.first, elements[0].string?.isEmpty == false else {
            throw entry.error(["command"], shape)
        }
        guard !program.hasArguments else {
            throw entry.error(["command", 0], "which program runs is not an argument's to choose; write it out")
        }
        return CommandLineTemplate(groups: groups, allowsOptions: try entry.flag("allow_options"))
    }

    /// The text goes to the shell as it stands: an argument reaches it as a variable and is never part of it.
    private static func shellCommand(_ entry: ToolsFileFields) throws(ToolsFileError) -> CommandLineTemplate {
        guard
            let text = entry.value["command"]?.string
                ?? (entry.value["command"]?.array?.count == 1 ? entry.value["command"]?[0]?.string : nil)
        else {
            throw entry.error(["command"], "with shell, a command is one text for /bin/sh; arguments are variables in it: \"$name\"")
        }
        guard !text.contains("${env:") else {
            throw entry.error(["command"], "the shell knows the environment by itself; write $NAME for ${env:NAME}")
        }
        return CommandLineTemplate(["/bin/sh", "-c", text])
    }

    /// All arguments that there may be, so that none that is missing is taken from the environment of this process.
    private static func shellVariables(_ entry: ToolsFileFields, _ declaration: ToolDeclaration) throws(ToolsFileError) -> [String] {
        for name in declaration.arguments.sorted() {
            let isName = name.utf8.allSatisfy { ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7a) || (0x30...0x39).contains($0) || $0 == 0x5f }
            // Those in capitals steer programs: PATH, IFS, LD_PRELOAD.
            guard isName, name.utf8.first.map({ !(0x30...0x39).contains($0) }) == true,
                name.utf8.contains(where: { $0 >= 0x61 && $0 <= 0x7a })
            else {
                throw entry.error(
                    ["parameters"],
                    "a shell takes the argument \(name) as a variable; call it by letters, digits and _, not all of them capitals")
            }
        }
        return declaration.arguments.sorted()
    }
}

extension ToolsFileFields {
    func environmentVariable(_ name: String, _ declaration: ToolDeclaration) throws(ToolsFileError) -> Template {
        guard let text = value["env"]?[name]?.string else {
            throw error(["env", .key(name)], "the value of an environment variable is a text")
        }
        guard !name.isEmpty, !name.contains("="), !name.utf8.contains(0) else {
            throw error(["env", .key(name)], "this is no name of an environment variable")
        }
        return try template(text, at: ["env", .key(name)], declaration)
    }
}
