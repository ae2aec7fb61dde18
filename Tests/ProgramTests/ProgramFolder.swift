import CSystem
import Foundation

/// A folder of its own in which the program runs: its home, its recordings, its files. It goes with the value.
///
/// A class, because the folder must be removed.
final class ProgramFolder {
    let path: String

    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    init() throws {
        var template = Array("/tmp/fanout-program-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(description: "no folder in /tmp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    // MARK: Files

    func file(_ name: String) -> String { "\(path)/\(name)" }

    func read(_ name: String) throws -> String {
        try String(decoding: Data(contentsOf: URL(fileURLWithPath: file(name))), as: UTF8.self)
    }

    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: file(name)))
        return file(name)
    }

    func append(_ name: String, _ text: String) throws {
        let handle = FileHandle(forWritingAtPath: file(name))
        _ = try? handle?.seekToEnd()
        try handle?.write(contentsOf: Data(text.utf8))
        try handle?.close()
    }

    /// What lies in the folder, its sub-folders included, with modes such as `600`.
    var contents: [String: String] {
        var found: [String: String] = [:]
        for name in FileManager.default.enumerator(atPath: path)?.allObjects as? [String] ?? [] {
            var status = stat()
            stat(file(name), &status)
            found[name] = String(status.st_mode & 0o777, radix: 8)
        }
        return found
    }

    /// The recordings that the program kept by itself.
    var recordings: [String] { contents.keys.filter { $0.hasPrefix("state/") && $0.hasSuffix(".fanout.jsonl") } }

    /// A file that lies beside these tests.
    static func fixture(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures/\(name)").path
    }

    // MARK: Running

    private var environment: [String: String] {
        [
            "HOME": path, "XDG_STATE_HOME": file("state"), "XDG_CONFIG_HOME": file("config"), "TMPDIR": path, "LC_ALL": "C.UTF-8",
            "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "OPENAI_API_KEY": "", "OPENAI_BASE_URL": "",
        ]
    }

    /// Runs the program without any terminal until it ends.
    func run(_ arguments: String..., input: String = "", environment more: [String: String] = [:]) throws -> EndedProgram {
        try EndedProgram(
            [try PseudoTerminal.program("fanout")] + arguments, in: path, input: input, environment: environment.merging(more) { $1 })
    }

    /// Runs a shell script, in which `$FANOUT` is the program.
    func shell(_ script: String, input: String = "", environment more: [String: String] = [:]) throws -> EndedProgram {
        var variables = environment.merging(more) { $1 }
        variables["FANOUT"] = try PseudoTerminal.program("fanout")
        return try EndedProgram(["/bin/sh", "-c", script], in: path, input: input, environment: variables)
    }

    /// Starts the program in a terminal of its own.
    func open(
        _ arguments: String..., width: Int = 80, height: Int = 24, input: Int32? = nil, environment more: [String: String] = [:]
    ) throws -> PseudoTerminal {
        try PseudoTerminal(
            [try PseudoTerminal.program("fanout")] + arguments, width: width, height: height, environment: environment.merging(more) { $1 },
            input: input)
    }

    /// Starts a shell script in a terminal of its own; `$FANOUT` is the program.
    func openShell(_ script: String, width: Int = 80, height: Int = 24, options: [String] = []) throws -> PseudoTerminal {
        var variables = environment
        variables["FANOUT"] = try PseudoTerminal.program("fanout")
        return try PseudoTerminal(
            ["/bin/sh"] + options + ["-c", "cd '\(path)'\n" + script], width: width, height: height, environment: variables)
    }
}
