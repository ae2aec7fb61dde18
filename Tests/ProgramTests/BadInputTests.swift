import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// What goes wrong is told in one sentence on standard error, which names the thing and the way round; nothing else is printed.
struct BadInputTests {
    private struct Case: CustomTestStringConvertible, Sendable {
        var script: String
        var status: Int
        var words: [String]

        init(_ script: String, _ status: Int, _ words: String...) {
            (self.script, self.status, self.words) = (script, status, words)
        }

        var testDescription: String { script }
    }

    private static let cases = [
        // Wrong usage.
        Case("nosuch", 2, "nosuch", "`fanout --help`"), Case("reply x", 2, "did you mean `fanout replay`?"),
        Case("demo nosuch", 2, "nosuch", "`fanout demo --list`"), Case("demo stock", 2, "did you mean stocks?"),
        Case("demo a b", 2, "one scenario"),
        Case("demo --theme nope", 2, "\"nope\"", "fanout-dark", "path"), Case("themes nope", 2, "\"nope\"", "fanout-dark"),
        Case("demo --nope", 2, "--nope", "--help"), Case("demo --strateg", 2, "--strategy WORD"),
        Case("demo --thme x", 2, "did you mean --theme?"),
        Case("demo -x", 2, "-x", "--help"), Case("demo --ascii=1", 2, "--ascii", "no argument"), Case("demo --ui", 2, "--ui KIND"),
        Case("demo --ui tv", 2, "tv", "auto, dashboard, plain, json, quiet"), Case("demo --latency -1", 2, "--latency -1", "0 to 1000"),
        Case("demo --latency fast", 2, "fast"), Case("demo --limit 0", 2, "--limit 0", "1 to 100000"),
        Case("demo --strategy x", 2, "parallel, threads"),
        Case("demo --approve x", 2, "always, never, ask"), Case("demo --fail-on x", 2, "--fail-on x", "calls"),
        Case("demo stocks --ui dashboard", 2, "TERM is not set", "--ui plain"),
        Case("race nosuch", 2, "nosuch", "`fanout demo --list`"), Case("race travle", 2, "did you mean travel?"),
        Case("race a b", 2, "one scenario or recording"), Case("race --strategies parallel", 2, "from 2 to 6"),
        Case("race --strategies x,parallel", 2, "--strategies x", "limit:N"), Case("race --strategies limit:0,parallel", 2, "limit:0"),
        Case("race --strategies parallel,parallel", 2, "twice"), Case("race stocks --strategies recorded,parallel", 2, "recording"),
        Case("race stocks --turn 1", 2, "--turn", "recordings"), Case("race good --latency 1", 2, "--latency", "scenarios"),
        Case("race good --turn 9", 2, "--turn 9", "those are 1"), Case("race good --speed 0", 2, "--speed 0"),
        Case("race stocks --ui dashboard", 2, "TERM is not set", "--ui plain"), Case("race good --ui dashboard", 2, "TERM is not set"),
        Case("race ./missing", 1, "no such file"), Case("race dir", 1, "dir", "directory"),
        Case("race mixed", 1, "mixed", "nothing to race"),
        Case("replay good --ui dashboard", 2, "TERM is not set", "--ui plain"),
        Case("replay", 2, "name a recording"), Case("replay good good", 2, "one recording"),
        Case("replay good --speed 0", 2, "--speed 0", "from 0.1 to 64, or max"),
        Case("replay good --speed 0.01", 2, "--speed 0.01", "from 0.1 to 64, or max"),
        Case("replay good --speed 65", 2, "--speed 65", "from 0.1 to 64, or max"),
        Case("replay good --seek x", 2, "--seek x", "from 0", "M:SS", "50%", "a marker's name", "no markers"),
        Case("replay good --seek 1:60", 2, "--seek 1:60", "H:MM:SS"), Case("replay good --seek 101%", 2, "--seek 101%", "percentage"),
        Case("replay good --seek -1", 2, "--seek -1", "seconds from 0"),
        Case("replay good --idle-limit 0", 2, "--idle-limit 0", "from 0.5"),
        Case("replay good --speed fast", 2, "--speed fast", "from 0.1 to 64, or max"), Case("stats", 2, "name a recording"),
        Case("watch", 2, "standard input"),
        Case("run", 2, "what the agent is to do"), Case("run a b", 2, "quotes"), Case("run hi", 2, "--model"),
        Case("run hi -m x", 2, "OPENAI_API_KEY", "--base-url"),
        // Files that are not what they should be.
        Case("replay missing", 1, "missing", "no such file", "/state/fanout/sessions"), Case("stats missing", 1, "missing", "no such file"),
        Case("replay dir", 1, "dir", "is a directory", "name a file"), Case("stats dir", 1, "dir", "directory"),
        Case("watch dir", 1, "dir", "directory"),
        Case("replay loop", 1, "loop", "symbolic links", "check the path"),
        Case("replay good/x", 1, "good/x", "Not a directory", "check the path"),
        Case("watch good/x", 1, "good/x", "Not a directory", "check the path"), Case("watch loop", 1, "loop", "symbolic links"),
        Case("replay empty", 1, "empty", "line for each event"), Case("stats empty", 1, "empty"),
        Case("replay html", 1, "html", "no line of it is a Fanout event", "line 1"),
        Case("replay binary", 1, "binary", "no line of it is a Fanout event"), Case("stats binary", 1, "binary", "no line"),
        Case("stats many", 1, "many", "no line of it is a Fanout event"), Case("replay many", 1, "many", "no line of it is a Fanout event"),
        Case("replay newer", 1, "version 2"), Case("replay mixed --strict", 1, "mixed", "line 2"),
        Case("stats mixed --strict", 1, "line 2"),
        Case("watch /dev/fd/77", 1, "/dev/fd/77", "3< <(program)"),
        Case("demo stocks --record good", 1, "good", "exists", "another file"),
        Case("demo stocks --record no/file", 1, "no/file", "--no-record"),
        Case("demo stocks --record dir", 1, "dir", "another file"), Case("themes ./html", 1, "html", "line 1"),
        Case("themes ./missing.json", 1, "missing.json", "no such file"),
        Case("run hi -m x --base-url http://127.0.0.1:9 --tools missing", 1, "missing", "no such file", "--tools"),
    ]

    @Test("one sentence, which names the thing and the way round", arguments: cases)
    private func badInput(bad: Case) throws {
        let folder = try ProgramFolder()
        try FileManager.default.createDirectory(atPath: folder.file("dir"), withIntermediateDirectories: false)
        try FileManager.default.createSymbolicLink(atPath: folder.file("loop"), withDestinationPath: "loop")
        try FileManager.default.copyItem(atPath: ProgramFolder.fixture("three-lanes.fanout.jsonl"), toPath: folder.file("good"))
        try folder.write("empty", "")
        try folder.write("html", "<!doctype html>\n<title>Hello</title>\n")
        try folder.write("many", String(repeating: "a line of a log\n", count: 1_000))
        try folder.write("newer", #"{"fanout":2,"session":"x","started":"2026-11-20T14:02:00Z"}"# + "\n")
        try folder.write("mixed", #"{"type":"marker","t":1,"label":"x"}"# + "\nnot an event\n")
        try Data((0..<4_096).map { UInt8(truncatingIfNeeded: $0 &* 37) }).write(to: URL(fileURLWithPath: folder.file("binary")))

        let ended = try folder.shell("\"$FANOUT\" \(bad.script)")
        #expect(ended.status == bad.status)
        #expect(ended.output == "")
        #expect(ended.error.hasPrefix("fanout: "))
        #expect(ended.error.split(separator: "\n").count == 1, "\(ended.error)")
        for word in bad.words {
            #expect(ended.error.contains(word), "\(ended.error) does not say \(word)")
        }
        #expect(folder.recordings == [])
    }

    @Test(
        "what comes from outside reaches no terminal uncleaned",
        arguments: [
            ("diff --fail-slower 10% fast slow", "evil's median"), ("themes ./theme.json", "theme \"evil\": there is no role \"rogue\""),
            ("themes ./color.json", "\"inked\" is no colour"), ("demo --theme ./color.json", "\"inked\" is no colour"),
            ("tools --tools tools.json", "evil"), ("run hi -m x --base-url http://127.0.0.1:9 --continue form", "held over evil"),
            ("replay fast --seek \"$(printf 'e\\033[2Jvil')\"", "--seek evil"), ("\"$(printf 'e\\033[2Jvil')\"", "evil"),
            ("check \"$(printf 'e\\033[2Jvil')\"", "1 message"),
        ])
    func hostile(script: String, says: String) throws {
        let folder = try ProgramFolder()
        let sequence = #"\u001b]0;pwned\u0007"#
        for (file, run) in [("fast", 100_000), ("slow", 200_000)] {
            let calls = (0..<6).map { call in
                #"{"type":"call.started","t":0,"turn":1,"call":"c\#(call)","name":"ev\#(sequence)il"}"# + "\n"
                    + #"{"type":"call.finished","t":\#(run + call),"call":"c\#(call)","outcome":"ok"}"# + "\n"
            }
            // All turns take the same, so that it is the tool which is named.
            let rest =
                #"{"type":"call.started","t":0,"turn":1,"call":"d","name":"rest"}"# + "\n"
                + #"{"type":"call.finished","t":900000,"call":"d","outcome":"ok"}"# + "\n"
            try folder.write(file, calls.joined() + rest)
        }
        try folder.write("theme.json", #"{"name": "ev\#(sequence)il", "roles": {"ro\#(sequence)gue": {}}}"#)
        try folder.write("color.json", #"{"name": "x", "roles": {"ok": {"fg": "in\#(sequence)ked"}}}"#)
        try folder.write("tools.json", #"{"tools": [], "ev\#(sequence)il": 1}"#)
        try folder.write(
            "form",
            #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z","meta":{"form":"ev\#(sequence)il"}}"# + "\n"
                + #"{"type":"message","t":0,"role":"user","text":"x","raw":{"role":"user","content":"x"}}"# + "\n")
        try folder.write("e\u{1B}[2Jvil", #"[{"role": "user", "content": "x"}]"#)

        let ended = try folder.shell("\"$FANOUT\" \(script)")
        let told = ended.output + ended.error
        #expect(told.unicodeScalars.allSatisfy { $0 == "\n" || $0.properties.generalCategory != .control }, "\(told.debugDescription)")
        #expect(told.contains(says), "\(told.debugDescription)")
        #expect(!told.contains("pwned"))
    }

    @Test("a file with lines that cannot be read is told but for them, and they are named")
    func badLines() throws {
        let folder = try ProgramFolder()
        let marker = #"{"type":"marker","t":1,"label":"here"}"#
        try folder.write("mixed", marker + "\n" + String(repeating: "x\n", count: 10) + marker + "\n")
        let replay = try folder.run("replay", "mixed")
        #expect(replay.status == 0)
        #expect(replay.output.split(separator: "\n").count == 2)
        #expect(replay.error.split(separator: "\n").count == 4)
        #expect(replay.error.contains("line 2: not JSON"))
        #expect(replay.error.hasSuffix("7 more lines could not be read and are left out\n"))

        let strict = try folder.run("watch", "--strict", "mixed")
        #expect(strict.status == 1)
        #expect(strict.output.split(separator: "\n").count == 1)
        #expect(strict.error.hasPrefix("fanout: mixed: line 2: not JSON"))

        let nothing = try folder.run("watch", "-", input: "x\ny\n")
        #expect(nothing.status == 1)
        #expect(nothing.error.contains("standard input: no line of it is a Fanout event"))
    }

    @Test("a reader that has had enough ends it without a word, and what tools run with it")
    func brokenPipe() throws {
        let folder = try ProgramFolder()
        let demo = try folder.shell(#"{ "$FANOUT" demo travel --ui json; echo "status $?" >&2; } | head -1"#)
        #expect(demo.output.split(separator: "\n").count == 1)
        #expect(demo.error == "status 141\n")

        let server = try Self.serverThatCallsTicker(folder)
        defer { server.stop() }
        let run = try folder.shell(
            "{ \"$FANOUT\" run hi -m x --base-url '\(server.baseURL)' --tools tools.json --ui json; echo \"status $?\" >&2; } | grep -m1 -o call.output; ps -o pid= -p $(cat pid)"
        )
        #expect(run.output == "call.output\n")
        #expect(run.error == "status 141\n")
    }

    @Test("a signal ends what tools run, and is the program's end", arguments: [("TERM", 143), ("HUP", 129), ("INT", 130)])
    func signals(name: String, status: Int) throws {
        let folder = try ProgramFolder()
        let server = try Self.serverThatCallsTicker(folder)
        defer { server.stop() }
        // A shell has what it starts in the background ignore INT: it is the one in front here, and the script sends the signal from behind.
        let run = try folder.shell(
            """
            echo $$ > self
            { while ! grep -q call.output kept 2>/dev/null; do sleep 0.02; done; kill -\(name) $(cat self); } &
            exec "$FANOUT" run hi -m x --base-url '\(server.baseURL)' --tools tools.json --ui quiet --record kept
            """)
        #expect(run.status == (name == "INT" ? 130 : 128 - status))
        #expect(try folder.shell("ps -o pid= -p $(cat pid)").output == "")
        #expect(try folder.read("kept").hasSuffix("\n"))
        #expect(try folder.shell("grep -c session.finished kept").output == "1\n")
    }

    /// A model that calls a tool which runs until it is ended, and leaves its process's number in a file.
    private static func serverThatCallsTicker(_ folder: ProgramFolder) throws -> FakeModelServer {
        let loop = "echo $$ > '\(folder.file("pid"))'; while echo tick; do sleep 0.05; done"
        let tools: JSONValue = [
            "tools": [
                ["name": "ticker", "description": "ticks", "parameters": ["type": "object"], "command": ["/bin/sh", "-c", .string(loop)]]
            ]
        ]
        try folder.write("tools.json", tools.description)
        let call: JSONValue = ["id": "c1", "type": "function", "function": ["name": "ticker", "arguments": "{}"]]
        return try FakeModelServer(steps: [
            .reply([
                "choices": [
                    ["index": 0, "message": ["role": "assistant", "content": nil, "tool_calls": [call]], "finish_reason": "tool_calls"]
                ]
            ])
        ])
    }

    @Test(
        "a disk that is full ends the recording, which stays whole lines, and not the run",
        .enabled(if: !Sanitizer.watchesThreads, "the sanitizer needs files beyond the limit that stands for a full disk"))
    func fullDisk() throws {
        let folder = try ProgramFolder()
        let run = try folder.shell(#"ulimit -f 8; "$FANOUT" demo travel --latency 0 --record kept.jsonl"#)
        #expect(run.status == 0)
        #expect(run.output.contains("speed-up"))
        #expect(run.error.split(separator: "\n").count == 1)
        #expect(run.error.contains("kept.jsonl: recording stopped: File too large"))
        let kept = try folder.read("kept.jsonl")
        #expect(kept.hasSuffix("\n"))
        #expect(kept.utf8.count > 3_000)
        #expect(try folder.run("stats", "kept.jsonl").status == 0)

        let printed = try folder.shell(#""$FANOUT" demo stocks --latency 0 --ui json > /dev/full"#)
        #expect(printed.status == 1)
        #expect(printed.error == "fanout: standard output: No space left on device; nothing more is written to it\n")
        #expect(folder.recordings.count == 1)

        let closed = try folder.shell(#""$FANOUT" demo stocks --latency 0 --ui json >&- 2>&-; echo $?"#)
        #expect(closed.output == "0\n")
    }

    @Test("a server that is not there, is another kind of server, or hangs up is told, and is the run's failure")
    func servers() throws {
        let folder = try ProgramFolder()
        let absent = try folder.run("run", "hi", "-m", "x", "--base-url", "http://127.0.0.1:9/v1", "--ui", "quiet", "--no-record")
        #expect(absent.status == 1)
        #expect(absent.output == "")
        #expect(
            absent.error == "fanout: cannot connect to 127.0.0.1:9; check that a server is running there and that host and port are right\n"
        )

        let answer: JSONValue = [
            "choices": [["index": 0, "message": ["role": "assistant", "content": "Good day."], "finish_reason": "stop"]]
        ]
        let server = try FakeModelServer(steps: [.reply(answer), .page])
        defer { server.stop() }
        let arguments = ["--base-url", server.baseURL, "--no-record"]
        let good = try folder.run("run", "hi", "-m", "x", arguments[0], arguments[1], arguments[2])
        #expect(good.status == 0)
        #expect(good.output == "Good day.\n")
        #expect(good.error.contains("user: hi"))

        let page = try folder.run("run", "hi", "-m", "x", arguments[0], arguments[1], arguments[2], "--ui", "quiet")
        #expect(page.status == 1)
        #expect(page.output == "")
        #expect(page.error.split(separator: "\n").count == 1)
        #expect(page.error.contains("check the base URL"), "\(page.error)")
    }
}
