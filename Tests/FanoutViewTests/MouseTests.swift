import FanoutEvents
import FanoutJSON
import FanoutTimeline
import FanoutView
import Foundation
import Testing

/// The mouse on what the last frame showed, and the clipboard.
struct MouseTests {
    /// Three calls of one turn, the second with a long result; another session beside it where that is asked for.
    private static func scene(several: Bool = false, isReplay: Bool = false) -> Conversation {
        var scene = Conversation(isReplay: isReplay)
        if several {
            scene.open(1, "write the docs", id: "d1")
            scene.tell(1000, in: 1, .turn(1))
        }
        scene.tell(0, .turn(1))
        scene.tell(
            100, .wants(1, "c1", "grep", ["q": "TaskGroup"], index: 0), .wants(1, "c2", "read", ["path": "notes.txt"], index: 1),
            .wants(1, "c3", "bash", ["command": "make"], index: 2), .began("c1"), .began("c2"), .began("c3"))
        scene.tell(2000, .ended("c1", ["hits": 3]))
        scene.tell(4000, .ended("c2", .string((1...80).map { "line \($0)" }.joined(separator: "\n"))))
        scene.tell(6000, .failed("c3", "no rule to make target"), .over(1))
        scene.press("m")
        return scene
    }

    private static func copied(_ effects: [Dashboard.Effect]) throws -> String {
        let effect = try #require(effects.first)
        guard case .copy(let text) = effect else {
            Issue.record("\(effect) and no copy")
            return ""
        }
        return text
    }

    /// Where a text stands on the screen.
    private static func place(_ text: String, _ scene: inout Conversation) throws -> (column: Int, row: Int) {
        for (row, line) in scene.frame().lines.enumerated() {
            if let range = line.range(of: text) {
                return (line[..<range.lowerBound].count, row)
            }
        }
        Issue.record("\(text) is not on the screen:\n\(scene.frame().text)")
        throw CancellationError()
    }

    private static func mouse(_ kind: Key.Mouse.Kind, _ place: (column: Int, row: Int)) -> Key {
        .mouse(Key.Mouse(kind, column: place.column, row: place.row))
    }

    @Test("m has the terminal tell of the mouse, and again not; before that nothing comes of it")
    func toggle() throws {
        var scene = Conversation()
        scene.tell(0, .turn(1), .began("c1"))
        let lane = try Self.place("running", &scene)
        #expect(scene.press(Self.mouse(.press, lane)) == [])
        #expect(!scene.frame().text.contains("▸"))
        #expect(scene.press("m") == [.mouse(true)])
        scene.press(Self.mouse(.press, lane))
        #expect(scene.frame().lines[lane.row].hasPrefix("▸"))
        #expect(scene.press("m") == [.mouse(false)])
    }

    @Test("a click selects a lane, a double click opens its detail, and a click on a page's name shows that page")
    func lanes() throws {
        var scene = Self.scene()
        let bash = try Self.place("bash", &scene)
        scene.press(Self.mouse(.press, bash), Self.mouse(.release, bash))
        #expect(scene.frame().lines[bash.row].hasPrefix("▸"))
        #expect(!scene.frame().text.contains("Tab:"))
        scene.clock += 500_000
        scene.press(Self.mouse(.press, bash))
        #expect(!scene.frame().text.contains("Tab:"))
        scene.clock += 100_000
        scene.press(Self.mouse(.press, bash))
        #expect(scene.frame().text.contains("no rule to make target"))
        scene.press(Self.mouse(.press, try Self.place("Args", &scene)))
        #expect(scene.frame().text.contains("\"command\": \"make\""))
        scene.press(Self.mouse(.press, try Self.place("grep", &scene)))
        #expect(scene.frame().text.contains("\"q\": \"TaskGroup\""))
    }

    @Test("the axis and the track are sought on by a click and by dragging, also past their ends, and the bars stay under the hand")
    func seeking() throws {
        var scene = Self.scene()
        let axis = try Self.place("│0 ", &scene)
        let width = scene.frame().lines[axis.row].count - axis.column - 2
        let before = scene.frame().lines[axis.row]
        scene.press(Self.mouse(.press, (axis.column + 1 + width / 2, axis.row)))
        let middle = scene.dashboard.instant(scene.timelines[0], scene.input)
        #expect((2_500_000...4_500_000).contains(middle))
        #expect(scene.frame().text.contains("PAUSED"))
        #expect(scene.frame().lines[axis.row] == before)
        scene.press(Self.mouse(.drag, (0, 20)))
        #expect(scene.dashboard.instant(scene.timelines[0], scene.input) == 0)
        scene.press(Self.mouse(.drag, (500, 0)))
        #expect(scene.dashboard.instant(scene.timelines[0], scene.input) == 6_000_000)
        scene.press(Self.mouse(.release, (500, 0)), Self.mouse(.drag, (0, 20)))
        #expect(scene.dashboard.instant(scene.timelines[0], scene.input) == 6_000_000)
        // The track of the whole session, which is there by now.
        let track = try Self.place("━", &scene)
        scene.press(Self.mouse(.press, track))
        #expect(scene.dashboard.instant(scene.timelines[0], scene.input) == 0)
        scene.press(Self.mouse(.drag, (99, track.row)))
        #expect(scene.dashboard.instant(scene.timelines[0], scene.input) == 6_000_000)
    }

    @Test("the wheel moves what is under it: lanes, the detail, the conversation, the list of sessions, the keys")
    func wheel() throws {
        var scene = Self.scene(several: true)
        scene.height = 24
        scene.press(Self.mouse(.press, try Self.place("pack for", &scene)))
        let grep = try Self.place("grep", &scene)
        scene.press(Self.mouse(.wheelDown, grep), Self.mouse(.wheelDown, grep))
        #expect(scene.frame().lines[grep.row + 1].hasPrefix("▸"))
        scene.press(Self.mouse(.wheelUp, grep))
        #expect(scene.frame().lines[grep.row].hasPrefix("▸"))
        scene.press("j", .enter)
        let first = try Self.place("line 1", &scene)
        scene.press(Self.mouse(.wheelDown, first))
        #expect(try Self.place("line 4", &scene).row == first.row)
        scene.press(Self.mouse(.wheelUp, first))
        #expect(try Self.place("line 1", &scene).row == first.row)
        scene.press(.function(7))
        let docs = try Self.place("write the docs", &scene)
        scene.press(Self.mouse(.press, docs), Self.mouse(.press, docs))
        #expect(!scene.frame().text.contains("2 sessions"))
        #expect(try Self.place("▸", &scene).row == 2)
        scene.height = 14
        scene.press("?")
        #expect(scene.frame().text.contains("more below"))
        let top = scene.frame().text
        scene.press(Self.mouse(.wheelDown, (50, 6)))
        #expect(scene.frame().text != top)
        scene.press(Self.mouse(.wheelUp, (50, 6)), "j", "k")
        #expect(scene.frame().text == top)
        scene.press(Self.mouse(.press, (50, 6)))
        #expect(!scene.frame().text.contains("Keys"))
    }

    @Test("the conversation is scrolled by the wheel")
    func transcript() throws {
        var scene = Self.scene()
        scene.tell(7000, .said("assistant", (1...60).map { "said \($0)" }.joined(separator: "\n\n"), turn: 1))
        scene.press(.function(8), "g")
        let top = scene.frame().lines[3..<20]
        scene.press(Self.mouse(.wheelDown, (20, 10)))
        #expect(scene.frame().lines[3..<17] == top.dropFirst(3))
        scene.press(Self.mouse(.wheelUp, (20, 10)))
        #expect(scene.frame().lines[3..<20] == top)
    }

    @Test("other keys, by a configuration, are what the hints and the list of keys say, and what is pressed")
    func otherKeys() {
        var scene = Self.scene()
        let text = #"""
            {"keys": {"lanes": {"quit": "Q", "down": ["v", "Down"], "open": "o", "output": null, "theme": [], "nextPage": "w"}}}
            """#
        let (configuration, problems) = Configuration.reading(Array(text.utf8), limits: [])
        #expect(problems == [])
        scene.dashboard.use(configuration)
        scene.press("F")
        let footer = scene.frame().lines.last ?? ""
        #expect(footer.contains("Q quit") && footer.contains("v/k move") && footer.contains("o detail") && !footer.contains("theme"))
        scene.press("?")
        let keys = scene.frame().text
        for line in ["v ↓ k ↑ ", "o Esc ", "w S-Tab "] {
            #expect(keys.contains(line), "\(line)")
        }
        #expect(!keys.contains("next theme") && !keys.contains("as PgDn PgUp, "))
        #expect(scene.press("q") == [])
        scene.press("Q")
        #expect(scene.press("Q") == [.quit])
        scene.press("v", "o")
        #expect(scene.frame().text.contains("w: "))
    }

    // MARK: Copying

    @Test("the selected call goes to the clipboard as text, and as JSON as it was recorded")
    func copy() {
        var scene = Self.scene()
        #expect(scene.press("y") == [])
        #expect(scene.frame().text.contains("select a call first"))
        scene.press("g")
        let text = """
            grep #1 (c1): ok
            queue 0ms, run 1.9s, started +0.1s, ended +2.0s

            Arguments
            {
              "q": "TaskGroup"
            }

            Result
            {
              "hits": 3
            }

            """
        #expect(scene.press("y") == [.copy(text)])
        #expect(scene.frame().text.contains("copied \(text.utf8.count) B as text"))
        let json = #"{"call":"c1","name":"grep","arguments":{"q":"TaskGroup"},"outcome":"ok","run_us":1900000,"result":{"hits":3}}"#
        #expect(scene.press("Y") == [.copy(json)])
        #expect(scene.frame().text.contains("copied \(json.utf8.count) B as JSON"))
        scene.press("G")
        let failed =
            #"{"call":"c3","name":"bash","arguments":{"command":"make"},"outcome":"failed","run_us":5900000,"#
            + #""error":{"kind":"exit_status","message":"no rule to make target"}}"#
        #expect(scene.press("Y") == [.copy(failed)])
        // As it stood then.
        scene.press("g", " ", .left)
        #expect(
            scene.press("Y") == [.copy(#"{"call":"c1","name":"grep","arguments":{"q":"TaskGroup"},"state":"running","run_us":900000}"#)])
    }

    @Test("more than terminals take is cut at a line as text, and is not copied as JSON, and both are said")
    func largeCopy() throws {
        var scene = Conversation()
        let line = "é" + String(repeating: "x", count: 98) + "\n"
        scene.tell(0, .turn(1), .wants(1, "c1", "read", ["path": "big"], index: 0), .began("c1"))
        scene.tell(100, .ended("c1", .string(String(repeating: line, count: 2000))))
        scene.tell(200, .wants(1, "c2", "read", ["path": "long"], index: 1), .began("c2"))
        scene.tell(300, .ended("c2", .string(String(repeating: "é", count: 100_000))))
        scene.press("g")
        let text = try Self.copied(scene.press("y"))
        #expect(text.utf8.count <= Dashboard.longestCopy && text.utf8.count > Dashboard.longestCopy - 200 && text.hasSuffix("x\n"))
        #expect(scene.frame().text.contains("copied the first 74 kB of 202 kB"))
        #expect(scene.press("Y") == [])
        #expect(scene.frame().text.contains("204 kB of JSON are more than the 74 kB that terminals take; y copies the beginning as text"))
        scene.press("j")
        let long = try Self.copied(scene.press("y"))
        #expect(long.utf8.count <= Dashboard.longestCopy && long.contains("Result\n"))
    }
}
