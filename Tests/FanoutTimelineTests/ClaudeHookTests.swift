import FanoutEvents
import FanoutJSON
import FanoutSession
import Foundation
import Testing

@Suite("Claude Code's hooks")
struct ClaudeHookTests {
    /// A folder of its own, gone afterwards.
    final class Folder {
        let path = FileManager.default.temporaryDirectory.appending(path: "fanout-claude-\(UUID().uuidString)").path()
        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private static let call =
        #"1 assistant "message":{"id":"a","model":"m","content":[{"type":"tool_use","id":"x","name":"Bash","input":{}}],"stop_reason":"tool_use"}"#
    private static func result(_ t: Int, _ more: String = "") -> String {
        #"\#(t) user "message":{"content":[{"type":"tool_result","tool_use_id":"x","content":"fine","is_error":\#(!more.isEmpty)}]}\#(more)"#
    }
    private static let refused = #","permissionDecision":{"decision":"reject","source":"user"}"#

    /// What a hook tells of the call, a number of milliseconds after the clock of the lines began.
    private static func hook(_ event: String, _ milliseconds: Int64, call: String = "x", run: Int64? = nil) -> HookEntry {
        var entry = HookEntry(event: event, session: "s", time: 1_795_226_400_000_000 + milliseconds * 1000)
        entry.call = call
        entry.tool = "Bash"
        entry.run = run.map { $0 * 1000 }
        return entry
    }

    static let cases: [(name: String, hooks: [HookEntry], lines: [String], events: [String])] = [
        (
            "a run is measured, without what it waited for", [hook("PreToolUse", 1100), hook("PostToolUse", 4500, run: 1500)],
            [call, result(5)], ["2000 x starts", "3500 x ok ran 1500"]
        ),
        (
            "a failed run is measured as well", [hook("PreToolUse", 1100), hook("PostToolUseFailure", 4500, run: 20)], [call, result(5)],
            ["3480 x starts", "3500 x ok ran 20"]
        ),
        (
            "a call whose user is asked waits, and runs once that is answered",
            [hook("PreToolUse", 1100), hook("PermissionRequest", 1150, call: ""), hook("PostToolUse", 9000, run: 2000)],
            [call, result(10)],
            ["150 x waits approval", "6000 x starts", "8000 x ok ran 2000"]
        ),
        (
            "a call that is refused has not run", [hook("PreToolUse", 1100), hook("PermissionRequest", 1150, call: "")],
            [call, result(6, refused)], ["150 x waits approval", "5000 x denied user", "≤5000 x failed denied"]
        ),
        (
            "which of two calls a permission is asked for is not guessed",
            [hook("PreToolUse", 1100), hook("PreToolUse", 1110, call: "y"), hook("PermissionRequest", 1150, call: "")], [call, result(6)],
            ["≥100 x starts", "≤5000 x ok"]
        ),
        (
            "a hook that was not called leaves what the lines tell", [hook("PostToolUse", 1500, call: "z", run: 1)], [call, result(2)],
            ["≥0 x starts", "≤1000 x ok"]
        ),
    ]

    @Test("measure what a transcript can only bound", arguments: cases.indices)
    func measured(number: Int) throws {
        let example = Self.cases[number]
        let folder = try Folder()
        for entry in example.hooks {
            #expect(HookFile.append(entry, in: folder.path))
        }
        let run = ClaudeRun(lines: example.lines, session: ClaudeSession(hookDirectory: folder.path))
        let told = run.brief.filter { $0.contains(" x ") && !$0.contains("requested") }
        #expect(told == example.events, "\(example.name)")
    }

    @Test("are followed while a call is open, and correct what was told of it")
    func live() throws {
        let folder = try Folder()
        let session = ClaudeSession(hookDirectory: folder.path)
        let parser = ClaudeParser(.transcript, EventReader.Options(), session: session)
        var run = ClaudeRun([])
        func read(_ line: String?) {
            let bytes = Array((line.map { ClaudeRun.whole([$0]) } ?? "").utf8)
            bytes.withUnsafeBytes { parser.read($0, arrival: .live(0), into: &run) }
        }
        read(Self.call)
        HookFile.append(Self.hook("PreToolUse", 1100), in: folder.path)
        HookFile.append(Self.hook("PermissionRequest", 1150, call: ""), in: folder.path)
        read(nil)
        #expect(run.brief.last == "150 x waits approval")
        HookFile.append(Self.hook("PostToolUse", 9000, run: 2000), in: folder.path)
        // The id of its line is another than that of the first.
        read(Self.result(10).replacingOccurrences(of: "10 user ", with: #"10 user "uuid":"second","#))
        #expect(run.brief.suffix(2) == ["6000 x starts", "8000 x ok ran 2000"])
    }

    @Test("the real program's hooks are understood, and nothing but names and times is kept")
    func recorded() throws {
        let folder = try Folder()
        var kept = 0
        for line in try ClaudeRun.fixture("hooks-stdin.jsonl").split(separator: 0x0a) {
            let wrapped = try JSONValue(parsing: Array(line))
            let input = Array((wrapped["stdin"] ?? .null).description.utf8)
            let time = Int64((Double(wrapped["received_at_unix"]?.string ?? "") ?? 0) * 1_000_000)
            guard let entry = HookEntry(input: input, time: time) else { continue }
            #expect(HookFile.append(entry, in: folder.path))
            kept += 1
        }
        // Two for each of seven calls.
        #expect(kept == 14)
        let file = folder.path + "/c7e019d4-5659-4d56-8989-9b551a8605a0.jsonl"
        let text = try String(contentsOfFile: file, encoding: .utf8)
        #expect(text.split(separator: "\n").count == 14)
        #expect(!text.contains("alpha") && !text.contains("command") && !text.contains("home"))
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test(
        "what is no hook, or names a session that could be a path, is written nowhere",
        arguments: [
            "", "{", "[]", #"{"hook_event_name":"PreToolUse"}"#, #"{"hook_event_name":"Stop","session_id":"s"}"#,
            #"{"hook_event_name":"PreToolUse","session_id":"../s"}"#, #"{"hook_event_name":"PreToolUse","session_id":"a/b"}"#,
            #"{"hook_event_name":"PreToolUse","session_id":""}"#, #"{"hook_event_name":"PreToolUse","session_id":"a\u0000b"}"#,
            #"{"hook_event_name":"PreToolUse","session_id":"\#(String(repeating: "a", count: 200))"}"#,
        ])
    func hostile(input: String) throws {
        #expect(HookEntry(input: Array(input.utf8), time: 0) == nil)
    }

    @Test("files of sessions that are gone are pruned, and no others")
    func prune() throws {
        let folder = try Folder()
        for name in ["old.jsonl", "new.jsonl", "other.txt"] {
            try Data("x".utf8).write(to: URL(filePath: folder.path + "/" + name))
        }
        let past = Date(timeIntervalSince1970: 1_000_000)
        for name in ["old.jsonl", "other.txt"] {
            try FileManager.default.setAttributes([.modificationDate: past], ofItemAtPath: folder.path + "/" + name)
        }
        let entries = HookFile.entries(in: folder.path)
        #expect(entries.map(\.session) == ["new", "old"])
        #expect(entries.map { $0.changed < 2_000_000_000_000 } == [false, true])
        // One that a hook writes to after it was listed stays.
        var written = entries[0]
        written.size += 1
        #expect(HookFile.remove(written, in: folder.path) == .changed)
        var elsewhere = entries[1]
        elsewhere.path = folder.path + "/other.txt"
        #expect(HookFile.remove(elsewhere, in: folder.path) == .changed)
        #expect(HookFile.remove(entries[1], in: folder.path) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["new.jsonl", "other.txt"])
    }
}
