import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

/// Several sessions in one screen: tabs, the list of all, and what each is left at.
struct ManySessionsTests {
    private static func start(_ call: String, _ name: String, turn: Int = 1) -> Event.Body {
        .callStarted(Event.CallStarted(call: call, attempt: 1, name: name, turn: turn))
    }

    private static func done(_ call: String) -> Event.Body { .callFinished(Event.CallFinished(call: call, outcome: .ok)) }

    /// Six sessions: one works, one waits for somebody, one has failed, one thinks, one idles, one is over.
    private static func scene(glyphs: Glyphs = .unicode, isReplay: Bool = false) -> Conversation {
        var scene = Conversation(isReplay: isReplay, glyphs: glyphs)
        scene.open(1, "deploy the web shop to the cluster in Frankfurt", id: "d1", source: "codex")
        scene.open(2, "write the docs", id: "d2", source: "claude-code")
        scene.open(3, nil, id: "5b1e77c0-aa", source: "my-agent")
        scene.open(4, "翻訳する", id: "d4", source: "claude-code")
        scene.open(5, "nightly", id: "d5", source: "fanout")
        scene.tell(100, in: 5, .turn(1), start("n1", "grep"))
        scene.tell(2000, in: 5, done("n1"), .over(1), .sessionFinished(Event.SessionFinished(outcome: .ok)))
        scene.tell(12_000, in: 4, .turn(1), start("t1", "read"))
        scene.tell(13_000, in: 4, done("t1"))
        scene.tell(30_000, in: 3, .turn(1), .asked(1))
        scene.tell(41_000, in: 2, .turn(1), start("w1", "edit"), start("w2", "bash"))
        scene.tell(42_000, in: 2, done("w1"), .failed("w2", "exit 1"))
        scene.tell(60_000, in: 1, .turn(1), start("p1", "plan"))
        scene.tell(61_000, in: 1, done("p1"), .wants(1, "p2", "deploy", ["service": "web"], index: 1))
        scene.tell(61_100, in: 1, .callQueued(Event.CallQueued(call: "p2", why: .approval)))
        scene.tell(62_000, .turn(1), start("c1", "grep"), start("c2", "bash"), start("c3", "bash"), start("c4", "web_fetch"))
        scene.tell(64_000, .failed("c1", "exit 2"))
        scene.now = 65_400_000
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }

    @Test("tabs under the header, and the list of all sessions", arguments: [(40, 12), (80, 24), (100, 30), (200, 60)])
    func pictures(width: Int, height: Int) {
        var scene = Self.scene()
        (scene.width, scene.height) = (width, height)
        expect(scene.frame(), is: "tabs-\(width)x\(height)")
        scene.press(.function(7))
        expect(scene.frame(), is: "sessions-\(width)x\(height)")
    }

    @Test("tabs and the list without Unicode; the keys of the list")
    func ascii() {
        var scene = Self.scene(glyphs: .ascii)
        expect(scene.frame(), is: "tabs-ascii")
        scene.press(.function(7))
        let frame = scene.frame()
        expect(frame, is: "sessions-ascii")
        let isASCII = frame.text.unicodeScalars.allSatisfy { $0.isASCII || $0.value > 0x2E80 }
        #expect(isASCII)
        scene.press("?")
        expect(scene.frame(), is: "sessions-keys")
    }

    @Test("no tabs where there is one session")
    func one() {
        var scene = Conversation()
        scene.tell(0, .turn(1), Self.start("c1", "grep"))
        #expect(scene.frame().lines[2].hasPrefix("───"))
        #expect(!scene.frame().text.contains("F7"))
        scene.press(")")
        #expect(scene.frame().text.contains("there is one session"))
    }

    @Test("the newest is shown at first; ( and ) go through the tabs, and the shown one is always among those in sight")
    func tabs() {
        var scene = Self.scene()
        scene.width = 60
        #expect(scene.frame().lines[0].contains("pack for three"))
        var shown: [String] = []
        for _ in 0..<6 {
            shown.append(String(scene.frame().lines[2].split(separator: "▸").last?.dropFirst(2).prefix(6) ?? ""))
            scene.press(")")
        }
        #expect(shown.map { $0.prefix(3) } == ["pac", "dep", "wri", "ses", "翻訳す", "nig"])
        #expect(scene.frame().text.contains("this is the last session"))
        #expect(scene.frame().lines[2].contains("+"))
        scene.press("(")
        #expect(scene.frame().lines[0].contains("翻訳する"))
    }

    @Test("each session keeps its own selection, zoom, detail and playhead")
    func kept() {
        var scene = Self.scene()
        scene.press("j", "j", .enter, "+", " ", .left)
        let first = scene.frame()
        #expect(first.text.contains("PAUSED"))
        scene.press(")")
        #expect(scene.frame().text.contains("deploy the web"))
        #expect(!scene.frame().text.contains("PAUSED") && !scene.frame().text.contains("Tab:"))
        scene.press("j", ")", "(")
        #expect(scene.frame().lines.contains { $0.hasPrefix("▸") && $0.contains("plan") })
        scene.press("(")
        #expect(scene.frame() == first)
        // A recording that plays waits for whoever looks away.
        var replay = Self.scene(isReplay: true)
        replay.timelines.close(source: 0)
        replay.press("F", "0", " ")
        replay.clock = 1_000_000
        let left = replay.dashboard.instant(replay.timelines[0], replay.input)
        replay.press(")")
        replay.clock = 9_000_000
        replay.press("(")
        #expect(replay.dashboard.instant(replay.timelines[0], replay.input) == left)
        replay.clock = 9_500_000
        #expect(replay.dashboard.instant(replay.timelines[0], replay.input) == left + 500_000)
    }

    @Test("the list stays in its order while one looks; Enter shows, Esc leaves, the other views can be gone to")
    func overview() {
        var scene = Self.scene()
        func names(_ scene: inout Conversation) -> [String] {
            scene.frame().lines.dropFirst(3).prefix(6).map { String($0.dropFirst(4).prefix(3)) }
        }
        scene.press(.function(7))
        let before = names(&scene)
        #expect(before == ["pac", "dep", "wri", "ses", "翻訳す", "nig"])
        scene.tell(90_000, in: 5, Self.start("n2", "late"))
        scene.open(6, "brand new", id: "d6")
        scene.tell(91_000, in: 6, Self.start("b1", "first"))
        #expect(names(&scene) == before)
        #expect(scene.frame().lines[9].contains("brand new"))
        scene.press("j", "j", .enter)
        #expect(scene.frame().lines[0].contains("write the docs"))
        scene.press(.function(7), .escape)
        #expect(scene.frame().lines[0].contains("write the docs"))
        scene.press(.function(7), .function(8))
        #expect(scene.dashboard.view == .transcript)
        scene.press(.function(7), .function(5))
        #expect(scene.dashboard.view == .lanes)
        #expect(scene.press(.function(7), "q") == [.quit])
    }

    @Test("tabs keep their places while activity flips back and forth, and what is quiet sinks behind what works")
    func order() {
        var scene = Conversation()
        scene.open(1, "second", id: "d1")
        func order(_ scene: inout Conversation) -> String {
            let line = scene.frame().lines[2]
            let words = line.split(separator: " ").map(String.init)
            return words.filter { ["pack", "second", "third"].contains($0) }.joined(separator: " ")
        }
        scene.tell(0, .turn(1), Self.start("a", "one"))
        scene.tell(1000, in: 1, .turn(1), Self.start("b", "two"))
        #expect(order(&scene) == "second pack")
        for beat in 1...5 {
            scene.tell(Int64(beat) * 2000, .callProgress(Event.CallProgress(call: "a", done: 1)))
            #expect(order(&scene) == "second pack")
            scene.tell(Int64(beat) * 2000 + 1000, in: 1, .callProgress(Event.CallProgress(call: "b", done: 1)))
            #expect(order(&scene) == "second pack")
        }
        // Now the second is quiet.
        scene.tell(20_000, .callProgress(Event.CallProgress(call: "a", done: 2)))
        #expect(order(&scene) == "second pack")
        scene.tell(21_001, .callProgress(Event.CallProgress(call: "a", done: 3)))
        #expect(order(&scene) == "pack second")
        scene.open(2, "third", id: "d2")
        scene.tell(21_500, in: 2, .turn(1), Self.start("c", "three"))
        #expect(order(&scene) == "third pack second")
    }

    @Test("the picture that stays is of the session that was shown, down to its last row")
    func still() {
        var scene = Self.scene()
        for call in 0..<20 {
            scene.tell(65_000, Self.start("m\(call)", "more"))
        }
        let lines = scene.dashboard.still(scene.input).lines
        #expect(lines[2].hasPrefix("───"))
        #expect(lines.last?.contains("in flight") == true)
        #expect(lines.filter { $0.contains("● more") }.count == 20)
    }

    @Test("no size of the window breaks the list or the tabs, and none of their keys")
    func sizes() {
        var scene = Self.scene()
        let keys = (scene.dashboard.keys.groups + scene.dashboard.sessionKeys.groups).flatMap(\.entries).flatMap(\.keys).map(\.key)
        var random = SeededGenerator(seed: 5)
        for step in 0..<1000 {
            scene.width = Int.random(in: 0...140, using: &random)
            scene.height = Int.random(in: 0...45, using: &random)
            scene.clock += 10_000
            if let key = keys.randomElement(using: &random) {
                _ = scene.dashboard.handle(key, scene.input)
            }
            let frame = scene.frame()
            #expect(frame.width == scene.width && frame.height == scene.height, "step \(step)")
        }
    }
}

/// Lanes of agents that work for calls of other agents.
struct NestedLanesTests {
    /// An agent that has another do something, four deep.
    private static func scene(glyphs: Glyphs = .unicode) -> Conversation {
        var scene = Conversation(glyphs: glyphs)
        scene.tell(0, .turn(1), .wants(1, "c0", "Task", ["prompt": "review it"], index: 0), .began("c0"))
        scene.tell(10, .wants(1, "c9", "grep", ["pattern": "x"], index: 1), .began("c9"))
        let agents = ["reviewer", "searcher", "reader", "checker"]
        for (depth, agent) in agents.enumerated() {
            let turn = depth + 2
            scene.tell(
                Int64(depth + 1) * 300, agent: agent, .turnStarted(Event.TurnStarted(turn: turn, parent: "c\(depth)")),
                .wants(turn, "r\(depth)", "read_file", ["path": .string("Sources/A\(depth).swift")], index: 0), .began("r\(depth)"),
                .wants(turn, "c\(depth + 1)", depth < 3 ? "Task" : "bash", ["prompt": "more"], index: 1), .began("c\(depth + 1)"))
            scene.tell(Int64(depth + 1) * 300 + 200, agent: agent, .ended("r\(depth)", "text"))
        }
        scene.tell(2000, .ended("c9", "nothing"))
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }

    @Test("lanes of agents that work for other agents, four deep", arguments: [(40, 20), (80, 24), (100, 30), (200, 60)])
    func pictures(width: Int, height: Int) {
        var scene = Self.scene()
        (scene.width, scene.height) = (width, height)
        expect(scene.frame(), is: "nested-\(width)x\(height)")
    }

    @Test("the same without Unicode")
    func ascii() {
        var scene = Self.scene(glyphs: .ascii)
        expect(scene.frame(), is: "nested-ascii")
    }

    @Test("a lane of an agent that stands under no other says whose it is, and so does one whose parent is out of sight")
    func agents() {
        var scene = Conversation()
        scene.tell(0, agent: "solo", .turn(1), .wants(1, "c1", "bash", ["command": "ls"], index: 0), .began("c1"))
        #expect(scene.frame().text.contains("solo:bash"))
        scene.tell(1, .turn(2), .wants(2, "p", "Task", ["prompt": "x"], index: 0), .began("p"))
        scene.tell(2, agent: "helper", .turnStarted(Event.TurnStarted(turn: 3, parent: "p")))
        for call in 0..<20 {
            scene.tell(3, agent: "helper", .wants(3, "h\(call)", "read", ["path": "y"], index: call), .began("h\(call)"))
        }
        let lines = scene.frame().lines
        #expect(lines.contains { $0.contains("Task:helper") } && lines.contains { $0.contains("└ read ") })
        scene.height = 16
        #expect(scene.frame().text.contains("helper:read"))
    }
}
