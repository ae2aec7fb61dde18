import Foundation
import Testing

/// `fanout import`: other programs' files as events.
struct ImportTests {
    private static let list = #"""
        {"messages":[{"role":"user","content":"Paris?"},{"role":"assistant","tool_calls":[{"id":"p","type":"function","function":{"name":"weather","arguments":"{}"}},{"id":"q","type":"function","function":{"name":"clock","arguments":"{}"}}]},{"role":"tool","tool_call_id":"p","content":"14"},{"role":"tool","tool_call_id":"q","content":"noon"}]}
        """#

    private static let checker = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("check-events").path

    @Test("says what it took a file for, and what it wrote is read as the file itself is")
    func messages() throws {
        let folder = try ProgramFolder()
        try folder.write("chat.json", Self.list)
        let run = try folder.run("import", "chat.json", "-o", "chat.fanout.jsonl")
        #expect(run.status == 0)
        #expect(run.output == "")
        #expect(run.error == "fanout: chat.json: taken for a list of messages: 1 session, 1 turn, 2 calls, 10 events\n")
        #expect(folder.contents["chat.fanout.jsonl"] == "600")
        #expect(try folder.shell("python3 '\(Self.checker)' chat.fanout.jsonl").status == 0)
        #expect(try folder.run("import", "-", input: Self.list).output.contains(#""session":"standard input""#))

        let own = try folder.run("stats", "--json", "chat.json").output
        let imported = try folder.run("stats", "--json", "chat.fanout.jsonl").output
        #expect(own.replacing("chat.json", with: "chat.fanout.jsonl") == imported)
        #expect(try folder.run("replay", "--ui", "json", "chat.json").output == folder.read("chat.fanout.jsonl"))

        let again = try folder.run("import", "chat.json", "-o", "chat.fanout.jsonl")
        #expect(again.status == 1)
        #expect(again.error.contains("it exists, and is not written over"))
    }

    @Test("events come out in the order of time, each session whole, unknown fields and types as they stood")
    func events() throws {
        let folder = try ProgramFolder()
        let text = #"""
            {"fanout":1,"session":"a","started":"2026-11-20T14:02:00.000000Z"}
            {"type":"call.finished","t":9,"call":"x","outcome":"ok","result":1.10,"mine":[1.0]}
            {"fanout":1,"session":"b","started":"2026-11-20T14:02:00.000000Z"}
            {"type":"own.thing","t":3,"z":{"y":1}}
            {"type":"call.started","t":2,"call":"x","session":"a"}

            """#
        let run = try folder.run("import", "-", input: text)
        #expect(run.status == 0)
        #expect(
            run.output == #"""
                {"fanout":1,"session":"a","started":"2026-11-20T14:02:00.000000Z"}
                {"type":"call.started","t":2,"call":"x"}
                {"type":"call.finished","t":9,"call":"x","outcome":"ok","result":1.10,"mine":[1.0]}
                {"fanout":1,"session":"b","started":"2026-11-20T14:02:00.000000Z"}
                {"type":"own.thing","t":3,"z":{"y":1}}

                """#)
        #expect(run.error == "fanout: standard input: taken for Fanout events: 2 sessions, 0 turns, 1 call, 3 events\n")
        // What was put in order stays as it is.
        #expect(try folder.run("import", "-", input: run.output).output == run.output)
    }

    @Test("gzip reads as it is, cut off or not; what is damaged is said")
    func compressed() throws {
        let folder = try ProgramFolder()
        let recording = ProgramFolder.fixture("refactor.fanout.jsonl")
        let plain = try folder.run("stats", "--json", recording).output
        // Two members in one file, as when one is appended to the other.
        let made = try folder.shell(
            "head -n 20 '\(recording)' | gzip > r.gz; tail -n +21 '\(recording)' | gzip >> r.gz; head -c 700 r.gz > cut.gz; printf '\\037\\213nonsense' > bad.gz"
        )
        #expect(made.status == 0, "\(made.error)")
        #expect(try folder.run("stats", "--json", "r.gz").output.replacing("r.gz", with: recording) == plain)
        #expect(try folder.shell("\"$FANOUT\" import - < r.gz").output == folder.run("import", recording).output)
        #expect(try folder.run("replay", "--ui", "plain", "cut.gz").status == 0)
        let bad = try folder.run("stats", "bad.gz")
        #expect(bad.status == 1)
        #expect(bad.error.hasPrefix("fanout: bad.gz: it cannot be expanded: "))
    }

    @Test(
        "what cannot be imported is named, with the remedy, and leaves nothing behind",
        arguments: [
            (["import"], "", 2, "name a file, or - for standard input"), (["import", "a", "b"], "", 2, "one file at a time"),
            (["import", "nowhere"], "", 1, "nowhere: there is no such file"),
            (["import", "-", "--from", "yaml"], "", 2, "it is one of events, claude, claude-stream, messages"),
            (["import", "-", "-o", "out"], "", 1, "no line of it could be read; it is empty"),
            (["import", "-", "-o", "out"], "nonsense\n", 1, "taken for Fanout events, and no line of it could be read: line 1: not JSON"),
            (
                ["import", "-", "-o", "out", "--from", "messages"], "{}", 1,
                "taken for a list of messages, and no line of it could be read: line 1: no list"
            ),
            (["import", "-", "-o", "out", "--strict"], "{\"type\":\"marker\",\"label\":\"a\"}\n{\n", 1, "standard input: line 2"),
            (["import", "-", "-o", "no/such/folder"], "{}", 1, "no/such/folder: No such file"),
            (["stats", "nothing.json"], "", 1, "it was taken for a list of messages, and cannot be read: line 1"),
        ])
    func badInput(arguments: [String], input: String, status: Int, says: String) throws {
        let folder = try ProgramFolder()
        try folder.write("nothing.json", "{\"messages\":1}")
        let command = arguments.map { "'\($0)'" }.joined(separator: " ")
        let run = try folder.shell("\"$FANOUT\" \(command)", input: input)
        #expect(run.status == status)
        #expect(run.error.contains(says), "\(run.error)")
        #expect(run.output == "")
        #expect(folder.contents["out"] == nil)
    }

    @Test("a full disk is said, and a reader that wants no more ends it")
    func output() throws {
        let folder = try ProgramFolder()
        try folder.write("chat.json", Self.list)
        let full = try folder.shell("\"$FANOUT\" import chat.json > /dev/full")
        #expect(full.status == 1)
        #expect(full.error.contains("the events could not be written: No space left on device"))
    }
}
