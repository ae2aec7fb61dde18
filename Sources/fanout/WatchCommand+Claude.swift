internal import FanoutIngest
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

// Which sessions `watch claude` follows, and how their runs come to be measured.

extension ProgramCommand {
    static let claudeOptions = [
        Option("all", "claude: the sessions of every directory that were written to within the last day"),
        Option("session", argument: "ID", "claude: the one whose id begins so"),
        Option("print-hooks", "claude: prints the settings by which runs are measured, and changes nothing"),
    ]

    static func claudeScope(_ options: Options) throws -> ClaudeSource.Scope {
        for option in ["all", "session"] where options.has(option) && !options.operands.contains("claude") {
            throw UsageError("--\(option): it says which sessions of Claude Code to follow; write `fanout watch claude --\(option)`")
        }
        if let id = options.value("session") {
            guard !options.has("all") else {
                throw UsageError("--all --session: the one follows every session, the other a single one; leave one out")
            }
            return .file(try session(beginning: id))
        }
        return options.has("all") ? .all : .directory(directory())
    }

    private static func session(beginning id: String) throws -> String {
        let found = ClaudeProjects().sessions().filter { $0.id.hasPrefix(id) }
        guard let first = found.first, !id.isEmpty else {
            let places = ClaudeProjects().roots.joined(separator: " or ")
            throw SessionError(
                .missing, "--session \(id): no session of Claude Code begins so in \(places.isEmpty ? "any place; set HOME" : places)")
        }
        guard found.count == 1 else {
            let ids = found.prefix(4).map(\.id).joined(separator: ", ")
            throw SessionError(.missing, "--session \(id): \(found.count) sessions begin so (\(ids)); give more of the id")
        }
        return first.path
    }

    private static func directory() -> String {
        guard let path = getcwd(nil, 0) else { return "." }
        defer { free(path) }
        return String(cString: path)
    }

    static func printHooks(_ options: Options) -> Int32 {
        Console.print(HookSettings.json(program: HookSettings.program))
        Console.tell(
            """
            Put this into the settings of Claude Code: ~/.claude/settings.json for all its sessions, .claude/settings.json in a project for
            those of it. Where there are hooks already, add these beside them. They write down when calls ran, into
            \(HookFile.directory() ?? "~/.local/state/fanout/hooks"), and never what a tool was given or gave back.

            """)
        return 0
    }
}
