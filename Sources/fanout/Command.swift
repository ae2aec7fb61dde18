/// One of the program's commands: its options, what the help says, and what it does.
struct ProgramCommand: Sendable {
    var name: String
    /// What follows the name on the command line.
    var operands: String
    var summary: String
    var options: [Option]
    /// What else the help tells, after the options.
    var notes = ""
    /// Returns the exit status.
    var run: @Sendable (Options) throws -> Int32

    static let all: [ProgramCommand] = [
        demo, run, watch, replay, race, sessions, stats, diff, whatif, advise, importing, tools, check, doctor, themes, hook,
    ]

    var help: String {
        var text = "usage: fanout \(name) [OPTION…]\(operands.isEmpty ? "" : " " + operands)\n\n\(summary)\n\n"
        let lines = (options + Self.common).map { option in
            let short = option.short.map { "-\($0), " } ?? "    "
            return (short + "--" + option.name + (option.argument.map { " " + $0 } ?? ""), option.help)
        }
        let width = lines.map(\.0.count).max() ?? 0
        for (left, right) in lines {
            text += "  " + left + String(repeating: " ", count: width - left.count + 2) + right + "\n"
        }
        return notes.isEmpty ? text : text + "\n" + notes + "\n"
    }

    /// What every command takes.
    static let common = [
        Option("help", short: "h", "says this"),
        Option("version", "says which version this is"),
    ]

    /// How what happens is shown.
    static let display = [
        Option("ui", argument: "KIND", "auto, dashboard, plain (a line per event), json (the events) or quiet"),
        Option("theme", argument: "NAME|FILE", "the colours; `fanout themes` lists them"),
        Settings.option,
        Option("ascii", "no character beyond ASCII"),
    ]

    /// What becomes of the events.
    static let recording = [
        Option("record", argument: "FILE", "records to this file, which must not exist"),
        Option("no-record", "records nothing; else runs are kept under XDG_STATE_HOME"),
        Option("keep", argument: "CALLS", "holds about so many calls of a session, 1000 at least; older turns stay in the recording only"),
    ]

    /// How many calls of a session are held; nil for all of them.
    static func kept(_ options: Options) throws(UsageError) -> Int? { try options.integer("keep", in: 1000...100_000_000) }
}
