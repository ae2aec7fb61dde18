import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutView
import Testing

/// What is found, folded and put in another order.
struct FindTests {
    /// Two turns: one with like calls, one with a call whose work is a turn of its own.
    private static func scene() -> Conversation {
        var scene = Conversation(glyphs: .unicode)
        scene.tell(0, .turn(1, title: "look around"))
        for place in 0..<5 {
            scene.tell(10, .wants(1, "g\(place)", place == 4 ? "bash" : "grep", ["q": .string("word \(place)")], index: place))
        }
        for place in 0..<5 { scene.tell(50 + Int64(place) * 100, .began("g\(place)")) }
        for place in 0..<4 {
            scene.tell(700 + Int64(place) * 300, .ended("g\(place)", .string("line \(place) of src/needle\(place).swift")))
        }
        scene.tell(2_500, .failed("g4", "exit 1"), .over(1))
        scene.tell(3_000, .turn(2, title: "review"), .wants(2, "t", "Task", ["prompt": "review it"], index: 0))
        scene.tell(3_010, .began("t"), .wants(2, "o", "other", ["x": 1], index: 1), .began("o"))
        scene.tell(3_100, .turnStarted(Event.TurnStarted(turn: 3, title: "the review", parent: "t")))
        scene.tell(3_200, .wants(3, "n1", "read_file", ["path": "src/needle1.swift"], index: 0), .began("n1"))
        scene.tell(3_300, .wants(3, "n2", "edit", ["path": "src/b.swift"], index: 1), .began("n2"))
        scene.tell(4_000, .ended("n1", "text"))
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) { Issue.record("\(difference)") }
    }

    private static func select(_ scene: inout Conversation, _ name: String) {
        scene.press("g")
        for _ in 0..<20 where !(scene.frame().lines.contains { $0.hasPrefix("▸") && $0.contains(name) }) { scene.press("j") }
    }

    @Test("words are found wherever they stand, and shown")
    func search() {
        var scene = Self.scene()
        scene.press("/")
        scene.type("needle1")
        expect(scene.frame(), is: "search-typing")
        scene.press(.enter)
        expect(scene.frame(), is: "search")
        #expect(scene.frame().lines.last?.contains("found in its result") == true)
        scene.press("n")
        #expect(scene.frame().lines.contains { $0.hasPrefix("▸/") && $0.contains("read_file") })
        #expect(scene.frame().lines.last?.contains("found in its arguments") == true)
        scene.press("n")
        #expect(scene.frame().lines.contains { $0.hasPrefix("▸/") && $0.contains("word 1") }, "it goes round")
        scene.press("N")
        #expect(scene.frame().lines.contains { $0.hasPrefix("▸/") && $0.contains("read_file") })
        scene.press(.escape)
        #expect(!scene.frame().text.contains("/needle1 2 lanes"))
        scene.press("/")
        scene.type("nowhere at all")
        scene.press(.enter)
        #expect(scene.frame().lines.last?.contains("\"nowhere at all\" is nowhere in these lanes") == true)
    }

    @Test("what a call came to is not found before it came to it")
    func honesty() {
        var scene = Self.scene()
        scene.press("/")
        scene.type("needle2")
        scene.press(.enter)
        #expect(scene.frame().text.contains("/needle2 1 lane"))
        scene.dashboard.playhead.hold(at: 500_000)
        #expect(scene.frame().text.contains("/needle2 0 lanes"))
    }

    @Test("like calls, the work of a call, and turns are folded, and stay so while calls come in")
    func folds() {
        var scene = Self.scene()
        Self.select(&scene, "word 2")
        scene.press("z")
        expect(scene.frame(), is: "fold-run")
        scene.press("z")
        #expect(scene.frame().text.contains("word 3"))
        Self.select(&scene, "Task")
        scene.press("z")
        expect(scene.frame(), is: "fold-call")
        scene.tell(4_100, .wants(3, "n3", "bash", ["command": "swift test"], index: 2), .began("n3"))
        let folded = scene.frame().text
        #expect(!folded.contains("swift test"))
        #expect(folded.contains("Task +3"))
        scene.press("z")
        #expect(scene.frame().text.contains("swift test"))
        Self.select(&scene, "other")
        scene.press("z")
        expect(scene.frame(), is: "fold-turn")
        scene.press("Z")
        #expect(scene.frame().text.contains("swift test"))
        scene.press("Z")
        expect(scene.frame(), is: "fold-all")
    }

    @Test("a folded turn has no bar where the axis does not reach it")
    func foldedOffTheAxis() {
        var scene = Conversation(isReplay: false)
        for turn in 0..<2 {
            let start = Int64(turn) * 60_000
            scene.tell(start, .turn(turn + 1), .wants(turn + 1, "c\(turn)", "grep", [:], index: 0), .began("c\(turn)"))
            scene.tell(start + 2_000, .failed("c\(turn)", "no"), .over(turn + 1))
        }
        scene.press("Z")
        let turns = scene.frame().lines.filter { $0.contains("+ turn") }
        #expect(turns.map { $0.contains("█") } == [false, true], "\(turns.joined(separator: "\n"))")
    }

    @Test("what is written is seen whole before how it is ended is told")
    func longEntry() {
        var scene = Self.scene()
        scene.width = 80
        scene.press("f")
        #expect(scene.frame().lines.last?.hasSuffix("tool:sql state:failed >2s text  Enter keep  Esc as before") == true)
        scene.type("tool:bash state:failed >2s")
        let line = scene.frame().lines.last
        #expect(line?.hasPrefix(" ▸ filter tool:bash state:failed >2s  ") == true)
        #expect(line?.hasSuffix("   Enter keep  Esc as before") == true)
    }

    @Test("what is looked for is taken out of its fold")
    func foundInFold() {
        var scene = Self.scene()
        scene.press("g", "Z")
        #expect(!scene.frame().text.contains("read_file"))
        scene.press("/")
        scene.type("src/b")
        scene.press(.enter)
        #expect(scene.frame().lines.contains { $0.hasPrefix("▸/") && $0.contains("edit") })
    }

    @Test("lanes stand by time, start, state and name, and the other way round")
    func orders() {
        var scene = Self.scene()
        func names(_ scene: inout Conversation) -> [String] {
            scene.frame().lines.dropFirst(4).compactMap { line in
                let words = line.split(separator: " ")
                return words.count > 3 && line.contains("│") ? String(words.first { $0.count > 2 } ?? "") : nil
            }.filter { ["grep", "bash", "Task", "other", "read_file", "edit"].contains($0) }
        }
        scene.press("s")
        expect(scene.frame(), is: "sort-time")
        #expect(names(&scene).first == "bash")
        scene.press("S")
        #expect(names(&scene).last == "bash")
        scene.press("s")
        #expect(names(&scene) == ["grep", "grep", "grep", "grep", "bash", "Task", "other", "read_file", "edit"])
        scene.press("s")
        #expect(names(&scene) == ["Task", "other", "edit", "bash", "grep", "grep", "grep", "grep", "read_file"])
        scene.press("s")
        #expect(names(&scene) == ["Task", "bash", "edit", "grep", "grep", "grep", "grep", "other", "read_file"])
        scene.press("s")
        #expect(names(&scene) == ["grep", "grep", "grep", "grep", "bash", "Task", "read_file", "edit", "other"])
        scene.press("s", "z")
        #expect(scene.frame().lines.last?.contains("are not folded") == true)
    }

    @Test("an error that a filter had left out is shown all the same")
    func errors() {
        var scene = Self.scene()
        scene.press("f")
        scene.type("tool:grep")
        scene.press(.enter, "e")
        #expect(scene.frame().lines.contains { $0.hasPrefix("▸") && $0.contains("bash") })
    }

    @Test("a zoomed axis shows where it is in the whole turn")
    func minimap() {
        var scene = Self.scene()
        Self.select(&scene, "word 2")
        scene.press("+", "+", "h", "h")
        expect(scene.frame(), is: "minimap")
    }

    @Test("the whole of a turn that goes on reaches to now")
    func minimapGoesOn() {
        var scene = Conversation()
        scene.tell(0, .turn(1, title: "a"), .wants(1, "a", "bash", [:], index: 0), .began("a"))
        scene.clock = 60_000_000
        scene.now = 60_000_000
        scene.press("+", "+")
        #expect(scene.frame().lines.contains { $0.contains("whole turn 1m") }, "\(scene.frame().text)")
    }

    @Test("whoever is asked sees the whole argument at once, and can put it away")
    func approval() {
        var scene = Self.scene()
        scene.dashboard.canControl = true
        let steps = JSONValue.array((0..<20).map { .string("rm -r build/step\($0)") })
        scene.tell(4_200, .wants(2, "w", "bash", ["steps": steps], index: 2))
        scene.tell(4_210, .callQueued(Event.CallQueued(call: "w", why: .approval)))
        expect(scene.frame(), is: "approval-argument")
        scene.press("J", "J", "J", "J")
        #expect(scene.frame().text.contains("build/step19"))
        scene.press(.escape)
        #expect(!scene.frame().text.contains("\"rm -r build"))
        #expect(scene.press("a") == [.approve("w", tool: false)])
    }
}
