internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What Claude Code's hooks call: writes down when a call was about to run, or had run.
///
/// It says nothing and always succeeds: whatever goes wrong here must not trouble the program whose hook it is.
enum HookCommand {
    /// Bytes of what a hook is told; a tool's output is in it.
    private static let longest = 64 << 20
    /// Milliseconds to wait for what it is told.
    private static let patience: Int32 = 2000

    /// Whether the program was called for this.
    static func isCalled(_ arguments: [String]) -> Bool {
        arguments.dropFirst().first == "hook" && !arguments.contains("--help") && !arguments.contains("-h")
    }

    static func run() {
        let now = Clock.now()
        guard let entry = HookEntry(input: input(), time: now) else { return }
        HookFile.append(entry)
    }

    private static func input() -> [UInt8] {
        guard isatty(0) != 1 else { return [] }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < longest {
            var ready = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
            guard poll(&ready, 1, patience) > 0 else { break }
            let count = buffer.withUnsafeMutableBytes { read(0, $0.baseAddress, $0.count) }
            guard count > 0 else { break }
            bytes.append(contentsOf: buffer[..<count])
        }
        return bytes
    }
}

extension ProgramCommand {
    /// Told of in the help; it is run before anything else of the program is.
    static let hook = ProgramCommand(
        name: "hook", operands: "", summary: "what Claude Code's hooks call, so that runs are measured",
        options: [],
        notes: """
            It reads what a hook is told on standard input, and adds a line to
            \(HookFile.directory() ?? "~/.local/state/fanout/hooks")/SESSION.jsonl: which call, and when. Nothing of what a tool was given or
            gave back is written there. `fanout watch claude --print-hooks` tells how to have it called.
            """
    ) { _ in 0 }
}

/// What to add to Claude Code's settings.
enum HookSettings {
    /// The settings, as a JSON document.
    static func json(program: String) -> String {
        let command = JSONText(.string(quoted(program) + " hook")).description
        let hooks = HookEntry.events.map { event in
            """
                "\(event)": [
                  { "matcher": "*", "hooks": [{ "type": "command", "command": \(command), "timeout": 5 }] }
                ]
            """
        }
        return "{\n  \"hooks\": {\n" + hooks.joined(separator: ",\n") + "\n  }\n}\n"
    }

    /// The path of this program, whatever it was called by.
    static var program: String {
        #if canImport(Darwin)
            let path = CommandLine.arguments.first ?? "fanout"
        #else
            let path = "/proc/self/exe"
        #endif
        guard let resolved = realpath(path, nil) else { return "fanout" }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// A path as a shell takes it for one word.
    private static func quoted(_ path: String) -> String {
        let isPlain = path.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || "/._-+".utf8.contains(byte)
        }
        return isPlain ? path : "'" + path.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
