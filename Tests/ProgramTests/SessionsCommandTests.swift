import Foundation
import Testing

/// What was recorded on this machine: listed, found, chosen, removed.
struct SessionsCommandTests {
    private static let folder = "state/fanout/sessions"

    /// A folder with recordings of three days, one of them long, and files that are none of ours.
    private static func shelf() throws -> ProgramFolder {
        let folder = try ProgramFolder()
        #expect(try folder.shell("mkdir -p \(Self.folder) && chmod 700 \(Self.folder)").status == 0)
        for (name, day, calls, end) in [("one", 1, 3, true), ("two", 2, 3, false), ("three", 3, 900, true)] {
            var lines = [
                #"{"fanout":1,"session":"id-\#(name)","started":"2026-0\#(day)-01T10:00:00.000000Z","title":"the \#(name) run of Zoé"}"#
            ]
            for call in 0..<calls {
                lines.append(#"{"type":"call.started","t":\#(call * 10),"call":"c\#(call)","name":"grep"}"#)
                let outcome = call == 1 ? "failed" : "ok"
                lines.append(#"{"type":"call.finished","t":\#(call * 10 + 5),"call":"c\#(call)","outcome":"\#(outcome)"}"#)
            }
            if end {
                lines.append(#"{"type":"session.finished","t":12000000,"outcome":"ok"}"#)
            }
            try folder.write("\(Self.folder)/\(name).fanout.jsonl", lines.map { $0 + "\n" }.joined())
            #expect(try folder.shell("touch -d '2026-0\(day)-01 11:00' \(Self.folder)/\(name).fanout.jsonl").status == 0)
        }
        try folder.write("\(Self.folder)/notes.txt", "mine")
        try folder.write("elsewhere.fanout.jsonl", "not in the folder")
        #expect(try folder.shell("ln -s ../../../elsewhere.fanout.jsonl \(Self.folder)/link.fanout.jsonl").status == 0)
        return folder
    }

    private static func fields(_ text: String) throws -> [[String: Any]] {
        try text.split(separator: "\n").map { try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] ?? [:] }
    }

    private static func names(_ folder: ProgramFolder) -> [String] {
        folder.contents.keys.filter { $0.hasPrefix(Self.folder + "/") }.map { String($0.dropFirst(Self.folder.count + 1)) }.sorted()
    }

    @Test("sessions are listed newest first; figures of a long one only where it is read whole")
    func list() throws {
        let folder = try Self.shelf()
        let list = try folder.run("sessions", environment: ["TZ": "UTC"])
        let rows = list.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(rows.count == 4)
        #expect(rows[0] == "WHEN TITLE KIND STATE CALLS ERRORS LENGTH SIZE PATH")
        #expect(rows[1].hasPrefix("2026-03-01 10:00 the three run of Zoé fanout ok 12.0s 1"))
        #expect(rows[2].hasPrefix("2026-02-01 10:00 the two run of Zoé fanout open 3 1 <1ms "))
        #expect(rows[3].hasPrefix("2026-01-01 10:00 the one run of Zoé fanout ok 3 1 12.0s "))
        #expect(rows[3].hasSuffix("\(Self.folder)/one.fanout.jsonl"))
        let json = try Self.fields(folder.run("sessions", "--json", "--long").output)
        #expect(json.map { $0["session"] as? String } == ["id-three", "id-two", "id-one"])
        #expect(json.map { $0["calls"] as? Int } == [900, 3, 3])
        #expect(json.map { $0["errors"] as? Int } == [1, 1, 1])
        #expect(json.map { $0["length_us"] as? Int } == [12_000_000, 25, 12_000_000])
        #expect(try Self.fields(folder.run("sessions", "--json").output).first?["calls"] == nil)
    }

    @Test("words search title, id and path, all of them, in whatever case")
    func search() throws {
        let folder = try Self.shelf()
        for (words, found) in [
            (["ZOÉ", "two"], ["id-two"]), (["ID-ONE"], ["id-one"]), (["three.fanout"], ["id-three"]), (["run", "one", "two"], []),
        ] {
            let list = try folder.shell("\"$FANOUT\" sessions --json \(words.joined(separator: " "))")
            #expect(try Self.fields(list.output).map { $0["session"] as? String } == found)
        }
        let none = try folder.run("sessions", "nothing", "such")
        #expect(none.status == 1)
        #expect(none.error.hasPrefix("fanout: no session has nothing such in it; recordings are kept in "))
        let empty = try ProgramFolder().run("sessions")
        #expect(empty.status == 0)
        #expect(empty.error.hasPrefix("fanout: nothing is recorded yet"))
    }

    @Test("nothing goes without being named, and without somebody who agrees")
    func prune() throws {
        let folder = try Self.shelf()
        let all = Self.names(folder)
        #expect(all.count == 5)
        let dry = try folder.run("sessions", "prune", "--older-than", "30d", "--dry-run")
        #expect(dry.status == 0)
        #expect(
            dry.output.split(separator: "\n").map { $0.split(separator: "/").last.map(String.init) }.dropLast() == [
                "one.fanout.jsonl", "two.fanout.jsonl", "three.fanout.jsonl",
            ])
        #expect(dry.output.contains("3 files") && dry.output.contains("would go; 0 files, 0 B would stay"))
        let refused = try folder.run("sessions", "prune", "--older-than", "30d")
        #expect(refused.status == 2)
        #expect(refused.error.contains("nobody is here to be asked, and nothing was removed"))
        #expect(Self.names(folder) == all)
        let terminal = try folder.open("sessions", "prune", "--older-than", "30d", width: 160)
        try terminal.wait(forText: "Remove them? [y/N]")
        terminal.type("n\n")
        #expect(try terminal.end() == 0)
        #expect(Self.names(folder) == all)
        // The oldest, until no more than so much is left.
        let long = try folder.read("\(Self.folder)/three.fanout.jsonl").utf8.count
        let some = try folder.run("sessions", "prune", "--larger-than", "\(long + 100)", "--yes")
        #expect(some.status == 0)
        #expect(some.output.contains("removed 2 files"), "\(some.output)")
        #expect(Self.names(folder) == ["link.fanout.jsonl", "notes.txt", "three.fanout.jsonl"])
        #expect(try folder.run("sessions", "prune", "--larger-than", "0", "--yes").status == 0)
        #expect(Self.names(folder) == ["link.fanout.jsonl", "notes.txt"])
        #expect(try folder.read("elsewhere.fanout.jsonl") == "not in the folder")
        #expect(try folder.run("sessions", "prune", "--larger-than", "0").output.hasPrefix("nothing goes: 0 files, 0 B in "))
    }

    @Test("what is being recorded is said to be, and stays")
    func recording() throws {
        let folder = try ProgramFolder()
        let header = #"{"fanout":1,"session":"live","started":"2026-01-01T10:00:00.000000Z"}"#
        let run = try folder.shell(
            """
            mkfifo go
            { echo '\(header)'; echo '{"type":"marker","t":1,"label":"x"}'; cat go; } | "$FANOUT" watch - --ui json | {
                head -2 > /dev/null
                "$FANOUT" sessions --json
                "$FANOUT" sessions prune --larger-than 0 --yes
                : > go
                cat > /dev/null
            }
            """)
        #expect(run.output.contains(#""state":"recording""#), "\(run.output) \(run.error)")
        #expect(run.output.contains("nothing goes: 1 file"))
        #expect(folder.recordings.count == 1)
        // Nobody writes it any more.
        #expect(try folder.run("sessions", "prune", "--larger-than", "0", "--yes").output.contains("removed 1 file"))
        #expect(folder.recordings == [])
    }

    @Test("sizes, ages and words that prune does not know are wrong usage")
    func usage() throws {
        let folder = try ProgramFolder()
        for (arguments, said) in [
            ("prune", "sessions prune: say what goes: --older-than 30d, --larger-than 1GB, or both"),
            ("prune --older-than 30", "--older-than 30: it takes a number with m, h, d or w, such as 30d"),
            ("prune --larger-than 1XB", "--larger-than 1XB: it takes a size such as 500MB or 1GB"),
            ("prune x --yes", "sessions prune: it takes no words; say what goes with --older-than or --larger-than"),
            ("prune --json --older-than 1d", "--json: it belongs to the list; leave out prune"),
            ("--yes", "--yes: it belongs to prune; write `fanout sessions prune --yes …`"),
        ] {
            let run = try folder.shell("\"$FANOUT\" sessions \(arguments)")
            #expect(run.status == 2)
            #expect(run.error == "fanout: \(said)\n")
        }
    }

    @Test("replay without a file asks which on a terminal, and elsewhere names some")
    func replay() throws {
        let folder = try Self.shelf()
        let piped = try folder.run("replay")
        #expect(piped.status == 2)
        #expect(piped.error.hasPrefix("fanout: replay: name a recording, such as\n"))
        #expect(
            piped.error.split(separator: "\n").dropFirst().map { $0.split(separator: "/").last.map(String.init) } == [
                "three.fanout.jsonl", "two.fanout.jsonl", "one.fanout.jsonl",
            ])
        let terminal = try folder.open("replay", "--start-paused", width: 100)
        try terminal.wait(forText: "which recording?")
        #expect(terminal.screen.lines.filter { $0.contains("run of Zoé") }.count == 3)
        // The word of the list without a screen, since it is the same length.
        #expect(terminal.screen.lines[2].contains(" LENGTH") && !terminal.screen.lines[2].contains("WALL"))
        terminal.type("j\n")
        try terminal.wait(forText: "PAUSED")
        #expect(terminal.screen.lines[0].contains("the two run of Zoé"))
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(!terminal.screen.isAlternate && terminal.takesLines && terminal.screen.unknown == [])
        let left = try folder.open("replay", width: 60)
        try left.wait(forText: "which recording?")
        left.type("q")
        #expect(try left.end() == 0)
        #expect(!left.screen.isAlternate && left.takesLines)
        let none = try ProgramFolder().run("replay")
        #expect(none.status == 2)
        #expect(none.error.contains("none is kept in"))
    }

    @Test("Claude Code's sessions are listed beside ours; none of them is ever removed, but what hooks measured of old ones is")
    func claude() throws {
        let folder = try ProgramFolder()
        let id = "1f5b0ac1-8289-4974-bf56-a4bd700c6e1a"
        let line =
            #"{"type":"user","uuid":"u1","timestamp":"2026-01-02T10:00:00.000Z","cwd":"/home/dev","message":{"role":"user","content":"Run the checks"}}"#
        #expect(try folder.shell("mkdir -p .claude/projects/-home-dev state/fanout/hooks").status == 0)
        try folder.write(".claude/projects/-home-dev/\(id).jsonl", line + "\n")
        try folder.write("state/fanout/hooks/\(id).jsonl", "{}\n")
        #expect(try folder.shell("touch -d '2026-01-02 11:00' .claude/projects/-home-dev/* state/fanout/hooks/*").status == 0)
        let list = try Self.fields(folder.run("sessions", "--json", "checks").output)
        #expect(list.map { $0["kind"] as? String } == ["claude"])
        #expect(list.map { $0["title"] as? String } == ["Run the checks"])
        #expect(list.map { $0["session"] as? String } == [id])
        let pruned = try folder.run("sessions", "prune", "--older-than", "1d", "--yes")
        #expect(pruned.output.contains("what hooks measured"), "\(pruned.output)")
        #expect(pruned.output.contains("removed 1 file"))
        #expect(folder.contents[".claude/projects/-home-dev/\(id).jsonl"] != nil)
        #expect(folder.contents["state/fanout/hooks/\(id).jsonl"] == nil)
    }
}
