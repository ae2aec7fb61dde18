import FanoutAgent
import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// `fanout run` against a model of the test's own, with tools that are shell scripts, in a folder of its own.
///
/// A class, because the server must be stopped.
final class AgentScene {
    /// A tool whose work is a shell script, which finds its arguments in its standard input.
    struct ScriptTool {
        var name: String
        var script: String
        var needsApproval = false
    }

    let folder: ProgramFolder
    let server: FakeModelServer

    init(tools: [ScriptTool] = [], key: String? = nil, steps: [FakeModelServer.Step]) throws {
        folder = try ProgramFolder()
        server = try FakeModelServer(key: key, steps: steps)
        let entries = tools.map { tool -> JSONValue in
            [
                "name": .string(tool.name), "description": "runs a script", "approval": .bool(tool.needsApproval), "timeout": 40,
                "parameters": ["type": "object"], "command": ["/bin/sh", "-c", .string(tool.script)],
            ]
        }
        try folder.write("tools.json", (["tools": .array(entries)] as JSONValue).description)
    }

    deinit {
        server.stop()
    }

    // MARK: What the model says

    /// A call as the model asks for it: its argument `path`, if it has one, is what its lane shows.
    static func call(_ id: String, _ name: String, _ path: String? = nil) -> JSONValue {
        let arguments = path.map { "{\"path\":\"\($0)\"}" } ?? "{}"
        return ["id": .string(id), "type": "function", "function": ["name": .string(name), "arguments": .string(arguments)]]
    }

    static func asks(for calls: JSONValue...) -> JSONValue {
        [
            "choices": [
                ["index": 0, "message": ["role": "assistant", "content": nil, "tool_calls": .array(calls)], "finish_reason": "tool_calls"]
            ]
        ]
    }

    static func says(_ text: String) -> JSONValue {
        ["choices": [["index": 0, "message": ["role": "assistant", "content": .string(text)], "finish_reason": "stop"]]]
    }

    // MARK: The program

    private func script(_ options: String) -> String {
        "exec \"$FANOUT\" run 'do it' --model m --base-url '\(server.baseURL)' --tools tools.json --record kept \(options)"
    }

    /// Runs it without a terminal.
    func run(_ options: String = "", environment: [String: String] = [:]) throws -> EndedProgram {
        try folder.shell(script(options), environment: environment)
    }

    /// Starts it in a terminal.
    func open(_ options: String = "") throws -> PseudoTerminal {
        try folder.openShell(script(options), width: 100)
    }

    // MARK: What came of it

    /// The results that the model was sent last with a request, by the ids that it gave, in the order of the messages.
    func results(inRequest number: Int) throws -> [String] {
        let bodies = server.bodies
        try #require(bodies.indices.contains(number), "\(bodies.count) requests came")
        let messages = bodies[number]["messages"]?.array ?? []
        let asked = messages.lastIndex { $0["role"]?.string == "assistant" } ?? messages.endIndex
        return messages[asked...].dropFirst().map { message in
            "\(message["tool_call_id"]?.string ?? "no id"): \(message["content"]?.string ?? "no text")"
        }
    }

    /// The recorded events of a type.
    func events(_ type: String) throws -> [JSONValue] {
        try folder.read("kept").split(separator: "\n").map { try JSONValue(parsing: String($0)) }.filter { $0["type"]?.string == type }
    }

    /// Each decision that was recorded, as `CALL DECISION by WHOM, SCOPE`.
    func decisions() throws -> [String] {
        try events("call.decided").map { event in
            let by = event["by"]?.string.map { " by \($0)" } ?? ""
            let scope = event["scope"]?.string.map { ", \($0)" } ?? ""
            return "\(event["call"]?.string ?? "no call") \(event["decision"]?.string ?? "nothing")\(by)\(scope)"
        }
    }

    /// Holds the recording against the definition of the events, and returns its numbers.
    @discardableResult
    func check() throws -> JSONValue {
        let checker = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("check-events").path
        let check = try folder.shell("python3 '\(checker)' --complete --summary kept")
        #expect(check.status == 0, "\(check.output)\(check.error)")
        return try JSONValue(parsing: check.output)
    }

    /// Waits until a tool has written a file, and returns its first line.
    func wait(forFile name: String) throws -> String {
        try folder.shell("until [ -s \(name) ]; do sleep 0.02; done; head -1 \(name)").output.trimmingCharacters(in: .newlines)
    }

    /// The processes of a group that have not ended. What was sent KILL ends a little later.
    func processes(inGroup group: String) throws -> String {
        try folder.shell(
            """
            for try in $(seq 100); do
                left=$(ps -e -o pgid=,stat=,args= | awk '$1 == \(group) && $2 !~ /^Z/')
                [ -z "$left" ] && exit
                sleep 0.02
            done
            echo "$left"
            """
        ).output
    }
}

extension PseudoTerminal {
    /// Waits for a row of the screen, blanks between words taken for one.
    func wait(forRow words: String) throws {
        try wait(for: "\"\(words)\"") { $0.hasRow(words) }
    }
}

extension ScreenModel {
    /// Whether a row has these words, blanks between words taken for one.
    func hasRow(_ words: String) -> Bool {
        lines.contains { $0.split(separator: " ").joined(separator: " ").contains(words) }
    }
}
