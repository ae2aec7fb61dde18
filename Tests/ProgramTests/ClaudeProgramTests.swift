import FanoutJSON
import Foundation
import Testing

struct ClaudeProgramTests {
    private static let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../FanoutTimelineTests/Fixtures/claude").standardizedFileURL.path()

    @Test("the hook's command says nothing and succeeds, and keeps a line of what it was told where that is a hook's")
    func hook() throws {
        let folder = try ProgramFolder()
        let told =
            #"{"hook_event_name":"PostToolUse","session_id":"s-1","tool_use_id":"t","tool_name":"Bash","duration_ms":7,"tool_input":{"k":"secret"}}"#
        for input in ["", "garbage", "{}", #"{"hook_event_name":"PostToolUse","session_id":"../../x"}"#, told] {
            let ended = try folder.run("hook", input: input)
            #expect(ended.status == 0 && ended.output.isEmpty && ended.error.isEmpty)
        }
        #expect(try folder.run("hook", "--nonsense", input: told).status == 0)
        let kept = folder.contents.filter { $0.key.hasSuffix(".jsonl") }
        #expect(kept == ["state/fanout/hooks/s-1.jsonl": "600"])
        #expect(folder.contents["state/fanout/hooks"] == "700")
        let lines = try folder.read("state/fanout/hooks/s-1.jsonl").split(separator: "\n")
        #expect(lines.count == 2)
        let line = try JSONValue(parsing: Array(lines[0].utf8))
        #expect(line["call"]?.string == "t" && line["run_us"]?.integer == 7000 && !lines[0].contains("secret"))
    }

    @Test("the settings for hooks are printed, and nothing is changed")
    func settings() throws {
        let folder = try ProgramFolder()
        let ended = try folder.run("watch", "claude", "--print-hooks")
        #expect(ended.status == 0 && ended.error.contains("~/.claude/settings.json"))
        let hooks = try JSONValue(parsing: Array(ended.output.utf8))["hooks"]
        #expect(hooks?.object?.keys == ["PreToolUse", "PostToolUse", "PostToolUseFailure", "PermissionRequest"])
        let command = hooks?["PreToolUse"]?[0]?["hooks"]?[0]?["command"]?.string ?? ""
        #expect(command.hasPrefix("/") && command.hasSuffix("fanout hook"))
        #expect(folder.contents.keys.allSatisfy { !$0.contains("claude") && !$0.contains("hooks") })
    }

    @Test("a session is told line by line, put into events, and counted, with its agents' work")
    func read() throws {
        let folder = try ProgramFolder()
        let path = Self.fixtures + "/9e088a2c-ec35-44ce-8b64-8011731797bd.jsonl"
        let told = try folder.run("replay", "--ui", "plain", path)
        #expect(told.status == 0 && told.error.isEmpty)
        for words in ["user: Spawn agents", "sleep 1; echo sub-a", "Write #1", "denied", "No such tool available"] {
            #expect(told.output.contains(words), "\(words)")
        }
        let imported = try folder.run("import", path, "-o", "s.fanout.jsonl")
        #expect(imported.status == 0 && imported.error.contains("taken for a session of Claude Code: 1 session, 8 turns, 11 calls"))
        let (a, b) = (try folder.run("stats", "--json", path), try folder.run("stats", "--json", "s.fanout.jsonl"))
        for name in ["turns", "calls", "errors"] {
            let (x, y) = (try JSONValue(parsing: Array(a.output.utf8)), try JSONValue(parsing: Array(b.output.utf8)))
            #expect(x[name] == y[name] && x[name] != nil, "\(name)")
        }
    }

    @Test("what cannot be followed is named, with the remedy")
    func refused() throws {
        let folder = try ProgramFolder()
        for (arguments, status, words) in [
            (["watch", "claude", "--session", "abc"], 1, "no session of Claude Code begins so in"),
            (["watch", "claude", "--session", "abc", "--all"], 2, "leave one out"),
            (["watch", "x.jsonl", "--all"], 2, "`fanout watch claude --all`"),
        ] {
            let ended = try folder.shell("$FANOUT " + arguments.joined(separator: " "))
            #expect(ended.status == status && ended.error.contains(words) && ended.output.isEmpty, "\(arguments): \(ended.error)")
        }
        try folder.write("only-title.jsonl", #"{"type":"summary","summary":"x","leafUuid":"y"}"# + "\n")
        let ended = try folder.run("replay", "only-title.jsonl")
        #expect(ended.status == 1 && ended.error.contains("nothing was said yet"))
    }
}
