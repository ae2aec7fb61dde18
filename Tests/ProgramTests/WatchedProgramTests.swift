import Foundation
import Testing

/// Programs that `watch` starts.
struct WatchedProgramTests {
    private static let event = #"printf '{"type":"call.started","call":"%s","name":"%s"}\n'"#

    /// What a shell says of how a command ended, beside how the program ends.
    @Test(
        "it ends as the command ended, and tells what the command and all that it started wrote",
        arguments: [
            (#"SAY a hash >> "$FANOUT_EVENTS"; exit 7"#, 7, ["hash"]),
            (#"(SAY a one; SAY b two) >> "$FANOUT_EVENTS""#, 0, ["one", "two"]),
            (#"SAY a sub >> "$FANOUT_EVENTS" & wait; kill -KILL $$"#, 137, ["sub"]),
            (#"SAY a cut >> "$FANOUT_EVENTS"; printf '{"ty' >> "$FANOUT_EVENTS""#, 0, ["cut"]),
        ])
    func status(script: String, expected: Int, tools: [String]) throws {
        let folder = try ProgramFolder()
        let run = try folder.run(
            "watch", "--ui", "plain", "--", "sh", "-c", script.replacingOccurrences(of: "SAY", with: Self.event))
        #expect(run.status == expected)
        #expect(
            run.output.split(separator: "\n").map { $0.split(separator: " ").dropFirst().joined(separator: " ") }
                == tools.map { "● \($0) started" })
        #expect(run.error.contains("torn: the stream ended in the middle of it") == tools.contains("cut"))
        // Nothing of it is left but the recording.
        #expect(folder.contents.keys.filter { !$0.hasPrefix("state") } == [])
        #expect(folder.recordings.count == 1)
    }

    @Test("lines of several processes at once stay whole, however long they are")
    func processes() throws {
        let folder = try ProgramFolder()
        try folder.write(
            "many.py",
            """
            import json, os, sys
            for worker in range(8):
                if os.fork() == 0:
                    for n in range(50):
                        with open(os.environ["FANOUT_EVENTS"], "a") as events:
                            text = str(worker) * 20000
                            events.write(json.dumps({"type": "call.output", "call": f"{worker}", "text": text}) + "\\n")
                    os._exit(0)
            for worker in range(8): os.wait()
            """)
        let run = try folder.run("watch", "--ui", "json", "--no-record", "--", "python3", "many.py")
        #expect(run.status == 0)
        #expect(run.error == "")
        let lines = run.output.split(separator: "\n")
        #expect(lines.filter { $0.contains("call.output") }.count == 400)
    }

    @Test(
        "what the command prints goes where it does no harm, and its input is ours",
        arguments: [("plain", "", "out heard\nerr\n"), ("json", "", "out heard\nerr\n"), ("quiet", "out heard\n", "err\n")])
    func streams(ui: String, output: String, error: String) throws {
        let folder = try ProgramFolder()
        let run = try folder.run(
            "watch", "--ui", ui, "--no-record", "--", "sh", "-c", "read a; echo out $a; echo err >&2", input: "heard\n")
        #expect(run.output == output)
        #expect(run.error == error + "fanout: sh: it is done, and wrote no event to FANOUT_EVENTS; see `fanout watch --help`\n")
        #expect(run.status == 0)
    }

    @Test("a command that is not there or cannot be run, and one that is not named, are told as a shell tells them")
    func absent() throws {
        let folder = try ProgramFolder()
        try folder.write("text", "hello\n")
        for (arguments, status, error) in [
            (["no-such-program"], 127, "no-such-program: there is no such program along PATH; install it, or give its path"),
            (["./absent"], 127, "./absent: there is no such program; check its path, and that what its #! line names is there"),
            (["./text"], 126, "./text: it may not be executed; is it a program, and is its x bit set (chmod +x)?"),
            ([], 2, "--: name a command after it, as in `fanout watch -- python3 agent.py`"),
        ] {
            let run = try folder.shell(#""$FANOUT" watch --ui plain -- "# + arguments.joined(separator: " "))
            #expect(run.status == status)
            #expect(run.error == "fanout: \(error)\n")
        }
        let blind = try folder.shell(#""$FANOUT" watch --ui dashboard -- touch started; ls"#)
        #expect(blind.error == "fanout: standard output is no terminal that can draw; use --ui plain\n")
        #expect(!blind.output.contains("started"))
        #expect(folder.recordings == [])
    }

    @Test("who writes over the file in place of appending to it is told, once")
    func writtenOver() throws {
        let folder = try ProgramFolder()
        // One for each wait: a reader of the next one could meet the writer of the last one before it has closed.
        for number in 1...3 {
            #expect(mkfifo(folder.file("go\(number)"), 0o600) == 0)
        }
        let terminal = try folder.open(
            "watch", "--", "sh", "-c",
            "\(Self.event) a first > $FANOUT_EVENTS; read x < \(folder.file("go1")); : > $FANOUT_EVENTS; read x < \(folder.file("go2")); \(Self.event) b second > $FANOUT_EVENTS; read x < \(folder.file("go3"))",
            width: 120)
        try terminal.wait(forText: "● first")
        try folder.append("go1", "\n")
        try terminal.wait(forText: "FANOUT_EVENTS was written over while it was read; append to it")
        try folder.append("go2", "\n")
        try terminal.wait(forText: "● second")
        terminal.type("q")
        #expect(try terminal.end() == 143)
    }

    @Test("its lanes are drawn, what it prints is under a key, cleaned, and quitting ends it and all that it started")
    func dashboard() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open(
            "watch", "--", "sh", "-c",
            #"\#(Self.event) a hash >> $FANOUT_EVENTS; printf 'said \033]0;evil\007 this\n'; echo wrong >&2; sleep 1000 & echo child $!; wait"#,
            width: 100)
        try terminal.wait(forText: "● hash")
        terminal.type("o")
        try terminal.wait(forText: "child ")
        #expect(terminal.screen.lines.contains("  said  this"))
        #expect(terminal.screen.lines.contains("│ wrong"))
        #expect(terminal.screen.lines[0].hasSuffix("3 lines"))
        let line = try #require(terminal.screen.lines.first { $0.hasPrefix("  child ") })
        let child = try #require(pid_t(line.split(separator: " ")[1]))
        terminal.type("o")
        try terminal.wait(forText: "● hash")
        terminal.type("q")
        #expect(try terminal.end() == 143)
        // It is gone, or waits for somebody to ask how it ended.
        let state = try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8).split(separator: ")").last?.first { $0 != " " }
        #expect(state == nil || state == "Z")
        #expect(!terminal.screen.isAlternate)
        #expect(folder.contents.keys.filter { !$0.hasPrefix("state") } == [])
    }

    @Test("Ctrl-C reaches it; one that does not end is ended by the next")
    func interrupt() throws {
        let folder = try ProgramFolder()
        let kind = try folder.open(
            "watch", "--", "sh", "-c",
            #"trap 'echo ended kindly; exit 3' INT; \#(Self.event) a hash >> $FANOUT_EVENTS; while :; do sleep 0.1; done"#,
            width: 100)
        try kind.wait(forText: "● hash")
        kind.type("\u{3}")
        try kind.wait(forText: "exit 3")
        kind.type("o")
        try kind.wait(forText: "ended kindly")
        kind.type("q")
        #expect(try kind.end() == 3)

        let stubborn = try folder.open(
            "watch", "--", "sh", "-c", #"trap '' INT; \#(Self.event) a hash >> $FANOUT_EVENTS; sleep 1000"#, width: 100)
        try stubborn.wait(forText: "● hash")
        stubborn.type("\u{3}")
        try stubborn.wait(forText: "Ctrl-C once more to end it")
        stubborn.type("\u{3}")
        #expect(try stubborn.end() == 130)
        #expect(!stubborn.screen.isAlternate)
    }
}
