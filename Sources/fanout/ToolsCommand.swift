internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTools
internal import FanoutView

extension ProgramCommand {
    /// Lists the tools of a file and checks it, or calls one of them.
    static let tools = ProgramCommand(
        name: "tools", operands: "[call NAME ARGUMENTS]", summary: "lists and checks the tools of a file, or calls one",
        options: [
            Option("tools", argument: "FILE", "the tools file; else fanout.json here"),
            Option("json", "the list as JSON, with everything there is to know of each tool"),
            Option("approve", argument: "WHEN", "always, never or ask: whether a call that needs approval runs (ask, on a terminal only)"),
        ]
    ) { options in
        guard let path = ToolsFile.path(options) else {
            throw UsageError("tools: name a tools file with --tools; there is no \(ToolsFile.usualPath) here")
        }
        var (file, errors) = try ToolsFile.check(path: path)
        let servers = startServers(&file, &errors, calling: options.operands.dropFirst().first)
        defer { try? servers?.stop() }
        switch options.operands.first {
        case nil:
            let list = ToolList(file)
            if options.has("json") {
                Console.print(list.json.description + "\n")
            } else {
                list.lines.forEach { Console.print($0.string + "\n") }
            }
            file.warnings.forEach { Console.complain("\(path): \($0)") }
            errors.forEach { Console.complain($0.message) }
            return errors.isEmpty ? 0 : 1
        case "call"?:
            guard (2...3).contains(options.operands.count) else {
                throw UsageError("tools call: give the name of one tool, and its arguments as JSON in quotes: tools call NAME '{…}'")
            }
            let name = options.operands[1]
            guard let tool = file.tools.first(where: { $0.name == name }) else {
                // It may be one of those that cannot be read.
                errors.forEach { Console.complain($0.message) }
                let near = file.tools.map(\.name).first { Spelling.isNear($0, name) }
                throw UsageError("tools call \(name): there is no such tool\(near.map { "; did you mean \($0)?" } ?? " in \(path)")")
            }
            let arguments = options.operands.count > 2 ? options.operands[2] : "{}"
            return try ToolTrial(tool: tool, pools: file.pools, arguments: arguments).perform(try policy(options, for: tool))
        case let other?:
            throw UsageError("tools \(other): it is `tools`, or `tools call NAME '{…}'`")
        }
    }

    /// Starts the file's servers and takes in their tools, unless the one that is called is the file's own, or the file is wrong.
    private static func startServers(_ file: inout ToolsFile, _ errors: inout [ToolsFileError], calling name: String?) -> ToolServers? {
        guard errors.isEmpty, !file.tools.contains(where: { $0.name == name }) else { return nil }
        do {
            let servers = try ToolServers.start(file, display: .plain)
            file.add(tools: servers?.tools ?? [], of: "mcp")
            return servers
        } catch {
            errors.append(error as? ToolsFileError ?? ToolsFileError(String(describing: error)))
            return nil
        }
    }

    /// Whether the call may run. Somebody at the terminal is asked; without one, what is not allowed does not happen.
    private static func policy(_ options: Options, for tool: Tool) throws -> ApprovalPolicy {
        let policy = try options.word("approve", as: ApprovalPolicy.self) ?? .ask
        guard policy == .ask, tool.traits.needsApproval else { return policy == .ask ? .always : policy }
        guard let answer = Console.ask("\(tool.name) needs approval. Run it? [y/N] ") else {
            Console.complain("\(tool.name) needs approval, and there is no terminal to ask on; --approve always runs it")
            return .never
        }
        return ["y", "yes"].contains(answer.lowercased()) ? .always : .never
    }
}

/// The tools of a file, to be looked at.
private struct ToolList {
    private let file: ToolsFile

    init(_ file: ToolsFile) {
        self.file = file
    }

    var lines: [CleanText] {
        let rows = file.tools.map { tool in
            [CleanText(tool.name), CleanText(file.kinds[tool.name] ?? ""), traits(tool), CleanText(tool.description)]
        }
        guard !rows.isEmpty else { return [] }
        let all: [[CleanText]] = [["TOOL", "KIND", "HOW IT RUNS", "DESCRIPTION"]] + rows
        let widths = (0..<3).map { column in all.map { $0[column].columns }.max() ?? 0 }
        return all.map { row in
            let padded = zip(row, widths).map { $0 + CleanText(String(repeating: " ", count: $1 - $0.columns)) }
            return (padded + [row[3]]).joined(separator: "  ")
        }
    }

    private func traits(_ tool: Tool) -> CleanText {
        let traits = tool.traits
        var words: [CleanText] = []
        if traits.readOnly { words.append("read-only") }
        if traits.repeatable { words.append("repeatable") }
        if traits.sequential { words.append("alone") }
        if traits.needsApproval { words.append("asks first") }
        if !traits.reads.isEmpty { words.append("reads " + CleanText(traits.reads.joined(separator: " "))) }
        if !traits.writes.isEmpty { words.append("writes " + CleanText(traits.writes.joined(separator: " "))) }
        if let limit = traits.limit { words.append("limit " + CleanText(limit)) }
        if let pool = traits.pool { words.append("pool " + CleanText(pool)) }
        if let rate = traits.rate { words.append(CleanText(rate.calls) + " per " + DurationText.length(rate.per)) }
        if let timeout = traits.timeout { words.append("timeout " + DurationText.length(timeout)) }
        if let timeout = traits.attemptTimeout { words.append("timeout of an attempt " + DurationText.length(timeout)) }
        return words.joined(separator: ", ")
    }

    var json: JSONValue {
        .array(
            file.tools.map { tool in
                let traits = tool.traits
                var object: JSONObject = [
                    "name": .string(tool.name), "kind": .string(file.kinds[tool.name] ?? ""), "description": .string(tool.description),
                    "read_only": .bool(traits.readOnly), "repeatable": .bool(traits.repeatable), "sequential": .bool(traits.sequential),
                    "approval": .bool(traits.needsApproval), "reads": .array(traits.reads.map(JSONValue.string)),
                    "writes": .array(traits.writes.map(JSONValue.string)), "secrets": .array(tool.redacted.map(JSONValue.string)),
                ]
                object["limit"] = traits.limit.map { .integer(Int64($0)) }
                object["pool"] = traits.pool.map(JSONValue.string)
                object["rate"] = traits.rate.map { ["calls": .integer(Int64($0.calls)), "per_us": .integer($0.per)] }
                object["timeout_us"] = traits.timeout.map(JSONValue.integer)
                object["attempt_timeout_us"] = traits.attemptTimeout.map(JSONValue.integer)
                object["parameters"] = tool.parameters
                return .object(object)
            })
    }
}
