import Foundation
import Testing

/// The user's settings and themes, at the start and while the program runs.
struct SettingsTests {
    private static let recording = ProgramFolder.fixture("three-lanes.fanout.jsonl")

    private static func settings(_ text: String, in folder: ProgramFolder) throws {
        try FileManager.default.createDirectory(atPath: folder.file("config/fanout/themes"), withIntermediateDirectories: true)
        try folder.write("config/fanout/config.json", text)
    }

    private static func replay(_ folder: ProgramFolder, _ more: String...) throws -> PseudoTerminal {
        let terminal = try folder.open("replay", "--start-paused", recording, width: 140, height: 24)
        try terminal.wait(forText: "0:00.0 / 0:04.0")
        return terminal
    }

    @Test("keys and theme are taken up when the file is saved, in whatever way; what is wrong is said, and the last good ones stay")
    func takenUp() throws {
        let folder = try ProgramFolder()
        let terminal = try Self.replay(folder)
        try Self.settings(#"{"keys": {"lanes": {"down": ["w", "Down"]}}}"#, in: folder)
        try terminal.wait(forText: "config.json is taken up")
        terminal.type("w")
        try terminal.wait(for: "the selection") { $0.lines.contains { $0.hasPrefix("▸") } && $0.lines.last?.contains("w/k move") == true }
        // Half a file, and then the rest of it.
        try folder.write("config/fanout/config.json", "{\"theme\": \"mono\",\n \"keys\": {\"lanes\":")
        try terminal.wait(forText: "config.json line 2: it ends in the middle of a value")
        terminal.type("j")
        try folder.append("config/fanout/config.json", " {\"open\": \"v\"}}}")
        try terminal.wait(forText: "config.json is taken up")
        terminal.type("v")
        try terminal.wait(forText: "Tab:")
        // As editors save.
        try folder.write("config/fanout/new", "{\"keys\": {\"lanes\": {\"open\": \"Entr\"}}}")
        #expect(rename(folder.file("config/fanout/new"), folder.file("config/fanout/config.json")) == 0)
        try terminal.wait(forText: "keys.lanes.open: there is no key \"Entr\"; did you mean Enter?")
        terminal.type("\u{1B}")
        try terminal.wait(for: "the detail closed") { !$0.lines.contains { $0.contains("Tab:") } }
        terminal.type("v")
        try terminal.wait(forText: "Tab:")
        try FileManager.default.removeItem(atPath: folder.file("config/fanout/config.json"))
        try terminal.wait(forText: "config.json is gone; what is built in holds")
        terminal.type("\u{1B}")
        try terminal.wait(forText: "Enter detail")
        terminal.type("v\r")
        try terminal.wait(forText: "Tab page")
        try folder.write("config/fanout/config.json", #"{"keys": {"lanes": {"quit": "Q"}}}"#)
        try terminal.wait(forText: "is taken up")
        terminal.type("qQ")
        #expect(try terminal.end() == 0)
    }

    @Test("a theme is taken up when its file, or one that it rests on, is saved")
    func themes() throws {
        let folder = try ProgramFolder()
        try Self.settings(#"{"theme": "mine"}"#, in: folder)
        try folder.write("config/fanout/themes/mine.json", #"{"inherits": "base", "roles": {"title": {"fg": 201}}}"#)
        try folder.write("config/fanout/themes/base.json", #"{"roles": {"muted": {"fg": 202}}}"#)
        let terminal = try Self.replay(folder)
        func wait(forColour number: Int) throws {
            let bytes = Array("38;5;\(number)".utf8)
            try terminal.wait(for: "colour \(number)") { _ in terminal.output.suffix(20_000).contains(bytes) }
        }
        try wait(forColour: 201)
        try wait(forColour: 202)
        try folder.write("config/fanout/themes/base.json", #"{"roles": {"muted": {"fg": 203}}}"#)
        try terminal.wait(forText: "theme mine is taken up")
        try wait(forColour: 203)
        try folder.write("config/fanout/themes/mine.json", "{\"inherits\": \"base\", \"roles\":\n{\"title\": {\"fg\": \"pnk\"}}}")
        try terminal.wait(forText: "themes/mine.json line 2: title.fg: \"pnk\" is no colour")
        try folder.write("config/fanout/themes/mine.json", "{\"roles\": {\"title\": {\"fg\": 204}}}")
        try terminal.wait(forText: "theme mine is taken up")
        try wait(forColour: 204)
        try FileManager.default.removeItem(atPath: folder.file("config/fanout/themes/mine.json"))
        try terminal.wait(forText: "there is no theme \"mine\"")
        try folder.write("config/fanout/themes/mine.json", "{\"roles\": {\"title\": {\"fg\": 205}}}")
        try wait(forColour: 205)
        terminal.type("q")
        #expect(try terminal.end() == 0)
    }

    @Test("a written command takes a theme, the user's own too; what there is not is said, and the last good one stays")
    func writtenThemes() throws {
        let folder = try ProgramFolder()
        try Self.settings(#"{"limits": {"idle-limit": 1.5}}"#, in: folder)
        try folder.write("config/fanout/themes/mine.json", #"{"roles": {"title": {"fg": 201}}}"#)
        try folder.write("config/fanout/themes/broken.json", #"{"roles": {"title": {"fg": "pnk"}}}"#)
        let terminal = try Self.replay(folder)
        try terminal.wait(forText: "idle > 1.5s skipped")
        func colours(since count: Int) -> Bool {
            let sent = terminal.output.dropFirst(count)
            return sent.contains(Array("38;5;".utf8)) || sent.contains(Array("\u{1B}[3".utf8) + Array("1m".utf8))
        }
        #expect(colours(since: 0))
        terminal.type(":theme mono\r")
        try terminal.wait(forText: "theme mono")
        try terminal.wait(for: "the whole screen") { !$0.isUpdating }
        let mono = terminal.output.count
        terminal.type("?")
        try terminal.wait(forText: "do something by its name")
        #expect(!colours(since: mono))
        terminal.type("?:theme mi\t")
        try terminal.wait(forText: ": theme mine ")
        terminal.type("\r")
        try terminal.wait(for: "colour 201") { _ in terminal.output.dropFirst(mono).contains(Array("38;5;201".utf8)) }
        try folder.write("config/fanout/themes/mine.json", #"{"roles": {"title": {"fg": 202}}}"#)
        try terminal.wait(forText: "theme mine is taken up")
        try terminal.wait(for: "colour 202") { _ in terminal.output.dropFirst(mono).contains(Array("38;5;202".utf8)) }
        terminal.type(":theme mone\r")
        try terminal.wait(forText: "there is no theme \"mone\"; did you mean mono?")
        terminal.type("\u{15}theme broken\r")
        try terminal.wait(forText: "title.fg: \"pnk\" is no colour")
        try terminal.wait(for: "the line open") { $0.lines.last?.contains(": theme broken") == true }
        terminal.type("\u{1B}")
        try terminal.wait(forText: "? help")
        // What comes next goes on from the one that was taken; the user's own has its place in the round by now.
        terminal.type(":theme mono\rTT")
        try terminal.wait(forText: "theme terminal-16")
        terminal.type(":q\r")
        #expect(try terminal.end() == 0)
    }

    @Test("a race and the list of recordings take up keys and themes while they are seen")
    func elsewhere() throws {
        let folder = try ProgramFolder()
        let race = try folder.open("race", Self.recording, "--speed", "10", width: 100, height: 24)
        try race.wait(forText: "r run again")
        try Self.settings(#"{"theme": "mono", "keys": {"race": {"again": "w", "pause": null}, "recordings": {"quit": "Q"}}}"#, in: folder)
        try race.wait(forText: "config.json is taken up")
        race.type("?")
        try race.wait(for: "the keys") { $0.lines.contains { $0.contains("w   ") && $0.contains("run again") } }
        race.type("?")
        try race.wait(forText: "w run again")
        race.type("q")
        #expect(try race.end() == 0)

        #expect(try folder.run("demo", "stocks", "--latency", "0", "--ui", "quiet").status == 0)
        let list = try folder.open("replay", width: 100, height: 24)
        try list.wait(forText: "Q quit")
        try Self.settings(#"{"theme": "mono", "keys": {"recordings": {"quit": "W"}}}"#, in: folder)
        try list.wait(forText: "config.json is taken up")
        list.type("j")
        try list.wait(forText: "W quit")
        list.type("W")
        #expect(try list.end() == 0)
    }

    @Test("an ill-made file never ends the program: it is said in a line, on the screen and without one, and by doctor in full")
    func illMade() throws {
        let folder = try ProgramFolder()
        try Self.settings("{\"theme\": \"nope\", \"limits\": {\"limit\": 0},\n\"keys\": {\"lanes\": {\"quit\": null}}}", in: folder)
        let plain = try folder.run("demo", "stocks", "--latency", "0")
        #expect(plain.status == 0)
        let complaints = plain.error.split(separator: "\n").filter { $0.contains("config.json") }
        #expect(
            complaints.count == 1
                && complaints[0].contains("config.json line 1: limits: \"limit\" takes a whole number from 1 to 100000 (and 2 more:"))
        let terminal = try Self.replay(folder)
        try terminal.wait(forText: "config.json line 1: limits: \"limit\" takes")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        let doctor = try folder.run("doctor")
        #expect(doctor.status == 1)
        let lines = doctor.output.split(separator: "\n").filter { $0.hasPrefix("configuration") }
        #expect(lines.count == 3, "\(doctor.output)")
        #expect(lines.last?.contains("line 1: there is no theme \"nope\"") == true)
        let missing = try folder.run("doctor", "--config", "elsewhere.json")
        #expect(missing.status == 1 && missing.output.contains("elsewhere.json: there is no such file; check the path"))
    }

    @Test("the command line counts for more than the file, and the file for more than NO_COLOR")
    func order() throws {
        let folder = try ProgramFolder()
        try Self.settings(#"{"theme": "okabe-ito-dark", "limits": {"limit": 1}}"#, in: folder)
        func limits(_ more: String...) throws -> Bool {
            let run = try folder.shell("exec \"$FANOUT\" demo stocks --latency 0 --ui json --no-record " + more.joined(separator: " "))
            #expect(run.status == 0 && run.error == "", "\(run.error)")
            return run.output.contains(#""limit":1"#)
        }
        #expect(try limits())
        #expect(try !limits("--limit", "2"))
        try Self.settings(#"{"theme": "okabe-ito-dark", "limits": {"max-turns": 7, "keep": 999}}"#, in: folder)
        let watch = try folder.run("watch", "-", "--ui", "quiet")
        #expect(watch.error.contains("limits: \"keep\" takes a whole number from 1000 to 100000000"), "\(watch.error)")
        let screen = try folder.open("replay", "--start-paused", Self.recording, environment: ["NO_COLOR": "1"])
        try screen.wait(for: "colours") { _ in screen.output.contains(Array("38;5;".utf8)) }
        let mono = try folder.open("replay", "--start-paused", "--theme", "mono", Self.recording)
        try mono.wait(forText: "0:00.0 / 0:04.0")
        #expect(!mono.output.contains(Array("38;5;".utf8)))
    }

    @Test("the README's configuration is one, and `doctor --keys` prints all of them")
    func readme() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../README.md")
        let readme = String(decoding: try Data(contentsOf: root), as: UTF8.self)
        let section = try #require(readme.components(separatedBy: "## Configuration\n").dropFirst().first)
        let example = try #require(section.components(separatedBy: "```json\n").dropFirst().first?.components(separatedBy: "```").first)
        let folder = try ProgramFolder()
        try Self.settings(example, in: folder)
        let doctor = try folder.run("doctor")
        #expect(doctor.output.contains("configuration       yes  " + folder.file("config/fanout/config.json")), "\(doctor.output)")
        let keys = try folder.run("doctor", "--keys")
        #expect(keys.output.contains("\"nextError\": [\"e\",\"^N\"]"), "\(keys.output)")
        try Self.settings(keys.output, in: folder)
        #expect(try folder.run("doctor", "--keys").output == keys.output)
    }

    @Test("the mouse selects, seeks and opens, a call is copied, and the terminal is given back")
    func mouseAndCopy() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("replay", "--start-paused", "--seek", "4", Self.recording, width: 100, height: 24)
        try terminal.wait(forText: "0:04.0 / 0:04.0")
        terminal.type("m")
        try terminal.wait(for: "the modes") { $0.mouseModes.count == 3 }
        let row = try #require(terminal.screen.lines.firstIndex { $0.hasPrefix("  ✓") })
        terminal.type("\u{1B}[<0;10;\(row + 1)M\u{1B}[<0;10;\(row + 1)m\u{1B}[<0;10;\(row + 1)M")
        try terminal.wait(for: "the detail") { $0.lines[row].hasPrefix("▸") && $0.lines.contains { $0.contains("Tab:") } }
        terminal.type("Y")
        try terminal.wait(forText: " as JSON")
        let copied = try #require(terminal.screen.clipboard.last.flatMap { Data(base64Encoded: $0) })
        let object = try #require(JSONSerialization.jsonObject(with: copied) as? [String: Any])
        #expect(object["outcome"] as? String == "ok" && object["run_us"] is Int && object["name"] is String)
        let track = try #require(terminal.screen.lines.firstIndex { $0.contains("━━━") })
        let start = try #require(terminal.screen.lines[track].firstIndex(of: "━"))
        let column = terminal.screen.lines[track].distance(from: terminal.screen.lines[track].startIndex, to: start)
        terminal.type("\u{1B}[<0;\(column + 1);\(track + 1)M")
        try terminal.wait(forText: "0:00.0 / 0:04.0")
        terminal.type("\u{1B}[<32;99;\(track + 1)M\u{1B}[<0;99;\(track + 1)m")
        try terminal.wait(forText: "0:04.0 / 0:04.0")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.screen.mouseModes == [] && terminal.takesLines)
    }
}
