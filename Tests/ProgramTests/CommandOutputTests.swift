import Foundation
import Testing

/// What the commands print where there is no terminal, held against each other and against a reader that shares no code with the program.
struct CommandOutputTests {
    private static let checker = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("check-events").path

    /// The numbers of a JSON object.
    private static func numbers(_ text: String) throws -> [String: Double] {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
        return object.compactMapValues { ($0 as? NSNumber)?.doubleValue }
    }

    @Test(
        "what a scenario prints, what is recorded of it, and what stats and an independent count say of it agree",
        arguments: ["weather", "stocks", "single", "claude", "travel", "orchestrator", "ordered", "clinical", "partial"])
    func scenario(name: String) throws {
        let folder = try ProgramFolder()
        let run = try folder.run("demo", name, "--latency", "0", "--ui", "json")
        #expect(run.status == 0)
        #expect(run.error == "")

        let recording = try #require(folder.recordings.first)
        #expect(folder.recordings.count == 1)
        #expect(try folder.read(recording) == run.output)
        let modes = folder.contents
        #expect([modes["state/fanout"], modes["state/fanout/sessions"], modes[recording]] == ["700", "700", "600"])

        let check = try folder.shell("python3 '\(Self.checker)' --complete --summary -", input: run.output)
        #expect(check.status == 0, "\(check.output)")
        let counted = try Self.numbers(check.output)
        let stats = try folder.run("stats", "--json", folder.file(recording))
        #expect(stats.error == "")
        let told = try Self.numbers(stats.output).filter { counted[$0.key] != nil }
        #expect(told == counted)
        #expect(counted.keys.contains("peak"))

        let again = try folder.run("replay", "--ui", "json", folder.file(recording))
        #expect(again.output == run.output)
    }

    @Test("the critical path of a session counts a turn that is the work of a call within that call's turn")
    func nestedTurns() throws {
        let folder = try ProgramFolder()
        let lines = [
            #"{"type":"turn.started","t":0,"turn":1}"#, #"{"type":"call.started","t":0,"turn":1,"call":"p","name":"agent"}"#,
            #"{"type":"turn.started","t":1000000,"turn":2,"parent":"p"}"#,
            #"{"type":"call.started","t":1000000,"turn":2,"call":"i","name":"read"}"#,
            #"{"type":"call.finished","t":4000000,"call":"i","outcome":"ok"}"#, #"{"type":"turn.finished","t":4100000,"turn":2}"#,
            #"{"type":"call.finished","t":5000000,"call":"p","outcome":"ok"}"#,
        ]
        try folder.write("nested", lines.map { $0 + "\n" }.joined())
        let stats = try folder.run("stats", "--json", "nested")
        let object = try #require(try JSONSerialization.jsonObject(with: Data(stats.output.utf8)) as? [String: Any])
        let path = try #require(object["critical_path"] as? [String: Any])
        #expect(path["us"] as? Int == 5_000_000)
        #expect(path["calls"] as? [String] == ["p"])
        let turns = try #require(object["by_turn"] as? [[String: Any]])
        #expect(turns.compactMap { ($0["critical_path"] as? [String: Any])?["us"] as? Int } == [5_000_000, 3_000_000])
    }

    @Test("a recording is told in the lines that the run was told in", arguments: ["stocks", "partial", "ordered"])
    func plainReplay(name: String) throws {
        let folder = try ProgramFolder()
        let live = try folder.run("demo", name, "--latency", "0", "--record", "kept.fanout.jsonl")
        let replay = try folder.run("replay", "kept.fanout.jsonl")
        #expect(live.status == 0)
        #expect(replay.status == 0)
        #expect(replay.output.contains("speed-up"))
        // The answer follows the live run's lines.
        #expect(live.output.hasPrefix(replay.output + "\n"))
        #expect(folder.contents["kept.fanout.jsonl"] == "600")
        #expect(folder.recordings == [])
    }

    @Test("nothing is left of a run that was not to be recorded, nor of one that could not begin")
    func noRecord() throws {
        let folder = try ProgramFolder()
        #expect(try folder.run("demo", "stocks", "--latency", "0", "--no-record", "--ui", "quiet").status == 0)
        #expect(folder.contents == [:])
        // The run's threads have only just begun, and must not get in the way of the end.
        for _ in 0..<20 {
            let refused = try folder.run("demo", "stocks", "--ui", "dashboard")
            #expect(refused.status == 2, "\(refused.error)")
        }
        #expect(folder.recordings == [])
    }

    @Test("files that are watched are told whole, each event under its own session")
    func watchFiles() throws {
        let folder = try ProgramFolder()
        let events = try ["a", "b"].map { name in
            let header = #"{"fanout":1,"session":"\#(name)","started":"2026-11-20T14:02:00.000000Z"}"#
            let call = #"{"type":"call.started","t":1,"call":"c","name":"\#(name)","arguments":{"path":"\#(name).txt"}}"#
            let end = #"{"type":"call.finished","t":5,"call":"c","outcome":"ok","result":"of \#(name)"}"#
            try folder.write(name, [header, call, end].map { $0 + "\n" }.joined())
            return (header, call, end)
        }
        // Each waits for what stands in its file, and then for more: whoever reads enough ends it.
        let watch = try folder.shell(
            #"{ "$FANOUT" watch a b --ui json; echo "status $?" >&2; } | { head -6; exec <&-; printf '%s\n' '{"type":"marker","t":9,"label":"x"}' >> a; }"#
        )
        #expect(watch.output == events.map { "\($0)\n\($1)\n\($2)\n" }.joined())
        // Nobody reads its last line: it ends by the signal, without a word.
        #expect(watch.error == "status 141\n")
    }

    @Test("events of two sources that alternate keep their sessions")
    func alternating() throws {
        let folder = try ProgramFolder()
        let lines = [
            #"{"fanout":1,"session":"a","started":"2026-11-20T14:02:00.000000Z"}"#, #"{"type":"marker","t":1,"label":"of a"}"#,
            #"{"fanout":1,"session":"b","started":"2026-11-20T14:02:00.000000Z"}"#, #"{"type":"marker","t":2,"label":"of b"}"#,
            #"{"type":"marker","t":3,"session":"a","label":"of a"}"#, #"{"type":"marker","t":4,"label":"of b"}"#,
        ]
        let text = lines.map { $0 + "\n" }.joined()
        let watch = try folder.run("watch", "-", "--ui", "json", input: text)
        #expect(watch.output == text)
        #expect(watch.status == 0)
        #expect(try folder.read(try #require(folder.recordings.first)) == text)
    }

    @Test("long names are cut in tables, so that columns stay; what took no time went to nothing")
    func longNames() throws {
        let folder = try ProgramFolder()
        let (title, tool) = (String(repeating: "title ", count: 12), String(repeating: "x", count: 500))
        let lines = [
            #"{"type":"turn.started","t":0,"turn":1,"title":"\#(title)"}"#, #"{"type":"turn.started","t":0,"turn":2,"title":"short"}"#,
            #"{"type":"call.started","t":0,"turn":1,"call":"a","name":"\#(tool)"}"#,
            #"{"type":"call.finished","t":1000000,"call":"a","outcome":"ok"}"#,
            #"{"type":"call.started","t":0,"turn":2,"call":"b","name":"y"}"#, #"{"type":"call.finished","t":0,"call":"b","outcome":"ok"}"#,
            #"{"type":"call.started","t":2,"call":"c","name":"y"}"#, #"{"type":"call.finished","t":2,"call":"c","outcome":"ok"}"#,
        ]
        try folder.write("long", lines.map { $0 + "\n" }.joined())
        let stats = try folder.run("stats", "long").output
        #expect(stats.contains("\n" + String(repeating: "x", count: 39) + "…  "), "\(stats)")
        #expect(stats.contains("\n1 title title title title title title t…  "), "\(stats)")
        for head in ["TOOL", "TURN"] {
            let table = stats.split(separator: "\n\n").first { $0.hasPrefix(head) }?.split(separator: "\n") ?? []
            #expect(table.count > 2 && Set(table.map(\.count)).count == 1, "\(stats)")
        }
        let whatif = try folder.run("whatif", "long").output
        #expect(whatif.contains("its time went to: " + String(repeating: "x", count: 39) + "… "), "\(whatif)")
        #expect(!whatif.split(separator: "\n").contains { $0.hasSuffix("went to: ") || $0.count > 160 }, "\(whatif)")
        #expect(whatif.contains("\nturn 1  title") && !whatif.contains("turn 2") && !whatif.contains("calls of no turn"), "\(whatif)")
    }

    @Test(
        "one of a thing is one",
        arguments: [
            ("stats one", "1 call   1 error\n"), ("stats one", "one: 1 line could not be read and is left out; the first: "),
            ("check messages", "1 message: it has no calls"), ("race one", "1 of 1 call done, 1 err"), ("race one", ", 1 call\n"),
        ])
    func singular(script: String, says: String) throws {
        let folder = try ProgramFolder()
        let lines = [
            #"{"type":"call.started","t":0,"turn":1,"call":"a","name":"x"}"#,
            #"{"type":"call.finished","t":1000000,"call":"a","outcome":"failed"}"#, "no event",
        ]
        try folder.write("one", lines.map { $0 + "\n" }.joined())
        try folder.write("messages", #"[{"role": "user", "content": "x"}]"#)
        let told = try folder.shell("\"$FANOUT\" \(script)")
        #expect((told.output + told.error).contains(says), "\(told.output)\(told.error)")
    }

    @Test("stamps count from the session's start, whatever comes late")
    func stamps() throws {
        let folder = try ProgramFolder()
        let lines = [
            #"{"fanout":1,"session":"a","started":"2026-11-20T14:02:00.000000Z"}"#, #"{"type":"marker","t":2000000,"label":"two"}"#,
            #"{"type":"marker","t":-1000000,"label":"before"}"#, #"{"type":"marker","t":3000000,"label":"three"}"#,
        ]
        try folder.write("late", lines.map { $0 + "\n" }.joined())
        let told = try folder.run("replay", "late", "--ui", "plain").output
        #expect(told == "  0:02.0  ◆ two\n -0:01.0  ◆ before\n  0:03.0  ◆ three\n")
    }

    @Test("lines that several sessions share say whose they are; those of one do not")
    func labelledLines() throws {
        let folder = try ProgramFolder()
        func header(_ session: String, _ title: String) -> String {
            #"{"fanout":1,"session":"\#(session)","started":"2026-11-20T14:02:00.000000Z"\#(title)}"#
        }
        let long = #","title":"de\u001b[2Jploy everything to everywhere""#
        let lines = [
            header("a", #","title":"short""#), #"{"type":"marker","t":1,"label":"of a"}"#, header("b", long),
            #"{"type":"marker","t":2,"label":"of b"}"#, header("c", long), #"{"type":"marker","t":3,"label":"of c"}"#,
            header("0123456789", ""), #"{"type":"marker","t":4,"label":"of d"}"#, #"{"type":"marker","t":5,"session":"a","label":"of a"}"#,
        ]
        let told = try folder.run("watch", "-", "--ui", "plain", "--no-record", input: lines.map { $0 + "\n" }.joined())
        #expect(
            told.output == """
                  0:00.0  ◆ of a
                deploy everythi…  0:00.0  ◆ of b
                deploy every… #3  0:00.0  ◆ of c
                session 01234567  0:00.0  ◆ of d
                short             0:00.0  ◆ of a

                """)
    }

    @Test("another program's events are told as they come: ten lines of Python without a package are enough")
    func producer() throws {
        let folder = try ProgramFolder()
        try folder.write("some.txt", "abc")
        let watch = try folder.shell(
            "python3 '\(ProgramFolder.fixture("producer.py"))' some.txt missing.txt | \"$FANOUT\" watch - --ui json | tee events | \"$FANOUT\" watch -"
        )
        #expect(watch.error == "")
        let lines = watch.output.split(separator: "\n").map {
            $0.drop { $0 == " " }.split(separator: " ").dropFirst().prefix(3).joined(separator: " ")
        }
        #expect(
            lines.sorted() == [
                "● resolve started", "● sha256 started", "● sha256 started", "✓ resolve ok", "✓ sha256 ok", "✗ sha256 failed",
            ])
        #expect(watch.output.contains("No such file or directory: 'missing.txt'"))
        // What was really worked out: the hash of "abc", as FIPS 180-2 gives it, and the address of this machine.
        let events = try folder.read("events")
        #expect(events.contains("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
        #expect(events.contains("\"127.0.0.1\""))
    }

    @Test("every cut of a recording opens again, up to its last whole line")
    func cuts() throws {
        let folder = try ProgramFolder()
        let whole = Array(try String(contentsOfFile: ProgramFolder.fixture("three-lanes.fanout.jsonl"), encoding: .utf8).utf8)
        let header = try #require(whole.firstIndex(of: 0x0A))
        var expected: [Int] = []
        for end in (header + 1)...whole.count {
            try folder.write("cut\(end)", String(decoding: whole[..<end], as: UTF8.self))
            // A line that is whole but for its newline counts.
            let kept = end < whole.count && whole[end] == 0x0A ? end : (whole[..<end].lastIndex(of: 0x0A) ?? 0)
            expected.append(
                String(decoding: whole[..<kept], as: UTF8.self).split(separator: "\n").filter { $0.contains("call.requested") }.count)
        }
        let stats = try folder.shell("\"$FANOUT\" stats --json $(ls cut* | sort -V)")
        #expect(stats.status == 0)
        let calls = try stats.output.split(separator: "\n").map { Int(try Self.numbers(String($0))["calls"] ?? -1) }
        #expect(calls == expected)
        let complaints = stats.error.split(separator: "\n")
        #expect(complaints.allSatisfy { $0.hasSuffix("torn: the stream ended in the middle of it") })
        #expect(complaints.count > 900)
        let strict = try folder.run("stats", "--strict", "cut\(whole.count - 5)")
        #expect(strict.status == 1)
    }
}
