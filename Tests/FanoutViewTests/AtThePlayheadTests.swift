import FanoutEvents
import FanoutJSON
import FanoutTimeline
import FanoutView
import Testing

/// What is shown at an instant is what was known then, and what a key does there is what it says.
struct AtThePlayheadTests {
    /// A recording of two calls of one tool in one turn, the second of which runs from 1 s to 9 s, and of a model's request that fails at 6 s.
    private static func recording() -> Conversation {
        var scene = Conversation(isReplay: true)
        scene.tell(0, .turn(1, title: "look"), .turn(2))
        scene.tell(500, .callAnnounced(Event.CallAnnounced(turn: 1, call: "b", name: "grep", index: 1)))
        scene.tell(1_000, .wants(1, "a", "grep", ["word": "first"], index: 0), .began("a"))
        scene.tell(3_000, .ended("a", "RESULT-A"))
        scene.tell(4_000, .wants(1, "b", "grep", ["word": "LATE-ARGUMENT"], index: 1), .asked(2), .wrote(2, "thinking"))
        scene.tell(
            5_000, .callStarted(Event.CallStarted(call: "b", attempt: 1, freedBy: "a")),
            .callOutput(Event.CallOutput(call: "b", text: "FIRST-LINE\n")))
        scene.tell(6_000, .replied(2, .error, error: CallError(.connection, "FUTURE-ERROR")))
        scene.tell(8_000, .callOutput(Event.CallOutput(call: "b", text: "SECOND-LINE\n")))
        scene.tell(9_000, .failed("b", "exit 1"), .over(1), .over(2))
        scene.tell(9_000, .sessionFinished(Event.SessionFinished(outcome: .ok)))
        scene.press(" ")
        return scene
    }

    /// Goes to an instant, selects the lane of that id, and opens a page of it.
    private static func page(_ page: Int, of id: String, at ms: Int64, in scene: inout Conversation) -> String {
        scene.press(":")
        scene.type("seek \(ms)ms")
        scene.press(.enter, .escape, .escape, "/")
        scene.type(id)
        scene.press(.enter, .escape, .enter)
        for _ in 0..<8 where !scene.frame().text.contains("[Args]") { scene.press(.tab) }
        for _ in 0..<page { scene.press(.tab) }
        return scene.frame().text
    }

    @Test("the open page follows the playhead, there and back")
    func pages() {
        var scene = Self.recording()
        let pages: [(page: Int, id: String, before: Int64, after: Int64, text: String)] = [
            (1, "a", 2_000, 3_500, "RESULT-A"), (0, "b", 3_500, 4_500, "LATE-ARGUMENT"), (3, "b", 6_000, 8_500, "SECOND-LINE"),
            (2, "b", 8_000, 9_000, "exit 1"), (2, "r2", 5_000, 7_000, "FUTURE-ERROR"), (4, "b", 2_000, 9_000, "2 runs that ended"),
            (5, "b", 4_500, 5_500, "0:05.0  let go by grep a"),
        ]
        for one in pages {
            #expect(!Self.page(one.page, of: one.id, at: one.before, in: &scene).contains(one.text), "\(one.text) too early")
            scene.press(":")
            scene.type("seek \(one.after)ms")
            scene.press(.enter)
            #expect(scene.frame().text.contains(one.text), "\(one.text): \(scene.frame().text)")
            scene.press(":")
            scene.type("seek \(one.before)ms")
            scene.press(.enter)
            #expect(!scene.frame().text.contains(one.text), "\(one.text) after going back")
        }
    }

    @Test("a recording's tab tells of the instant that is shown")
    func tab() {
        var scene = Self.recording()
        scene.open(1, "another", id: "other")
        scene.tell(10, in: 1, .turn(1))
        scene.press(":")
        scene.type("seek 2s")
        scene.press(.enter)
        let tabs = scene.frame().lines[2]
        #expect(tabs.contains("running"), "\(tabs)")
        #expect(!tabs.contains("failed"))
    }

    @Test("at its end a recording begins again with the key that pauses")
    func again() {
        var scene = Self.recording()
        scene.press("F")
        #expect(scene.frame().lines.last?.contains("Space again") == true)
        scene.press(" ")
        #expect(scene.dashboard.playhead.isPlaying)
    }

    @Test("a source that ends in the midst of a call is not done")
    func ended() {
        for isLoose in [true, false] {
            var scene = Conversation()
            scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0), .began("a"))
            if !isLoose { scene.tell(10, .ended("a", 1)) }
            scene.timelines.close(source: 0)
            #expect(scene.frame().lines[0].contains(isLoose ? "ENDED" : "DONE"))
            #expect(!scene.frame().lines[0].contains(isLoose ? "DONE" : "ENDED"))
        }
    }

    @Test("the playhead of a live run that was sent back plays on, also where nothing happens")
    func playsOn() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0), .began("a"))
        scene.now = 8_000_000
        scene.press(.left, " ")
        #expect(scene.frame().lines[0].contains("PLAYING"))
        #expect(scene.dashboard.nextFrame(scene.input) != nil)
        scene.clock = 2_000_000
        scene.now = 10_000_000
        #expect(scene.frame().text.contains("5.0s"))
    }

    @Test("a session that begins anew while it is paused is followed")
    func anew() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0), .began("a"))
        scene.tell(5_000, .ended("a", 1))
        scene.press(" ")
        scene.timelines.supersede(source: 0)
        scene.open(0, nil, id: "7f3c")
        scene.tell(1_000, .turn(1), .wants(1, "b", "grep", [:], index: 0), .began("b"))
        #expect(scene.frame().lines.last?.contains("began anew") == true)
        #expect(scene.frame().lines[0].contains("LIVE"))
    }

    // MARK: Asking

    @Test("nobody approves what they have not seen to its end, or what is not asked any more")
    func approval() {
        var scene = Conversation()
        scene.dashboard.canControl = true
        (scene.width, scene.height) = (80, 24)
        let lines = JSONValue.array((0..<40).map { .string("step \($0)") })
        scene.tell(0, .turn(1), .wants(1, "a", "deploy", ["steps": lines], index: 0))
        scene.tell(1_000, .callQueued(Event.CallQueued(call: "a", why: .approval)))
        #expect(scene.press("a") == [])
        #expect(scene.frame().lines.last?.contains("see its argument to the end") == true)
        #expect(scene.press("A") == [])
        for _ in 0..<12 { scene.press("J") }
        #expect(scene.frame().text.contains("step 39"))
        #expect(scene.press("a") == [.approve("a", tool: false)])
        #expect(scene.press("d") == [.deny("a")])
        scene.press("0")
        #expect(scene.frame().lines.last?.contains("a call asks for approval") == true)
        #expect(scene.press("d") == [])
        #expect(scene.frame().lines.last?.contains("a call asks now") == true)
    }

    @Test("what is asked has the room there is", arguments: [(80, 24, 8), (40, 12, 1)])
    func room(width: Int, height: Int, least: Int) {
        var scene = Conversation()
        scene.dashboard.canControl = true
        (scene.width, scene.height) = (width, height)
        let lines = JSONValue.array((0..<40).map { .string("step \($0)") })
        scene.tell(0, .turn(1), .wants(1, "a", "deploy", ["steps": lines], index: 0))
        scene.tell(1_000, .callQueued(Event.CallQueued(call: "a", why: .approval)))
        let shown = scene.frame().lines.filter { $0.contains("\"step") || $0.contains("\"steps") }
        #expect(shown.count >= least, "\(scene.frame().text)")
        #expect(scene.frame().lines.contains { $0.contains("deploy") && $0.contains("░") }, "the lane is out of sight")
    }

    // MARK: Keys

    @Test("Esc closes what was opened last")
    func escape() {
        var scene = Self.recording()
        scene.press("F", "j", .enter, "/")
        scene.type("grep")
        scene.press(.enter, .escape)
        #expect(scene.frame().text.contains("[Result]") || scene.frame().text.contains("[Error]"))
        #expect(!scene.frame().text.contains("/grep"))
        scene.press("/")
        scene.type("grep")
        scene.press(.enter, .escape, .escape, .escape)
        #expect(!scene.frame().text.contains("▸"))
    }

    @Test("a filter that cannot be understood stays to be mended")
    func wrongFilter() {
        var scene = Self.recording()
        scene.press("F", "f")
        scene.type("tool:grep state:broken")
        scene.press(.enter)
        #expect(scene.frame().lines.last?.contains("state:broken") == true)
        for _ in 0..<"state:broken".count { scene.press(.backspace) }
        scene.press(.enter)
        #expect(scene.frame().text.contains("filter tool:grep"))
    }

    @Test("a filter holds for lanes that keep their rows, too")
    func placed() {
        var scene = Conversation()
        (scene.width, scene.height) = (80, 20)
        scene.tell(0, .turn(1))
        for lane in 0..<60 {
            scene.tell(Int64(lane), .wants(1, "c\(lane)", lane % 2 == 0 ? "even" : "odd", [:], index: lane), .began("c\(lane)"))
        }
        #expect(scene.frame().text.contains("odd"))
        scene.press("f")
        scene.type("tool:even")
        scene.press(.enter)
        let lanes = scene.frame().lines.dropFirst(4).dropLast(3)
        #expect(lanes.contains { $0.contains("even") })
        #expect(!lanes.contains { $0.contains("odd") })
    }

    @Test("what a program printed takes no words unseen, and no keys that are for lanes")
    func output() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0))
        scene.dashboard.output = OutputPane()
        scene.press("o", "/", "f", "z", "j")
        #expect(scene.frame().text.contains("OUTPUT"))
        #expect(scene.press("q") == [.quit])
        scene.press(":")
        scene.type("the")
        #expect(scene.frame().lines.last?.contains("the") == true)
    }

    @Test("the picture that is left behind has all lanes that its header counts, whatever was looked at")
    func still() {
        for keys in [[], ["f", "t", "o", "o", "l", ":", "x", .enter], ["s"], ["o"]] as [[Key]] {
            var scene = Self.recording()
            scene.dashboard.output = OutputPane()
            scene.press("0")
            for key in keys { scene.press(key) }
            let picture = scene.dashboard.still(scene.input)
            #expect(picture.lines.count { $0.contains("grep") } == 2, "\(keys): \(picture.text)")
        }
    }

    // MARK: Whatever comes

    @Test("a call that has another's result says so")
    func shared() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0), .wants(1, "b", "grep", [:], index: 1), .began("a"))
        scene.tell(9, .ended("a", "found"))
        var answered = Event.CallFinished(call: "b", outcome: .ok, result: JSONText("found"))
        answered.sharedWith = "a"
        scene.tell(9, .callFinished(answered))
        scene.press("g", "j", .enter)
        let lane = scene.frame().lines.first { $0.hasPrefix("▸") } ?? ""
        #expect(lane.contains("∅ grep") && lane.contains("shared"), "\(scene.frame().text)")
        for _ in 0..<4 { scene.press(.tab) }
        #expect(scene.frame().text.contains("has the result of grep a"), "\(scene.frame().text)")
    }

    @Test("what went wrong in the work of a call is seen when it is folded")
    func foldedError() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .wants(1, "task", "agent", [:], index: 0), .began("task"))
        scene.tell(5, .turnStarted(Event.TurnStarted(turn: 2, parent: "task")), .wants(2, "x", "grep", [:], index: 0), .began("x"))
        scene.tell(9, .failed("x", "exit 1"))
        scene.press("j", "z")
        #expect(scene.frame().text.contains("agent +1 ✗1"), "\(scene.frame().text)")
    }

    @Test("lanes that all wait are folded")
    func foldedWaiting() {
        var scene = Conversation()
        scene.tell(0, .turn(1))
        for lane in 0..<3 {
            scene.tell(10, .wants(1, "c\(lane)", "grep", [:], index: lane), .callQueued(Event.CallQueued(call: "c\(lane)", why: .limit)))
        }
        scene.tell(20, .turn(2), .wants(2, "d", "grep", [:], index: 0))
        scene.press("j", "z")
        #expect(scene.frame().text.contains("3 wait"))
        scene.press("Z")
        #expect(scene.frame().text.contains("+"))
    }

    @Test("the position of a session of days fits into any window", arguments: [Int64(3600), 36_000, 450_000])
    func days(seconds: Int64) {
        for width in 40...60 {
            var scene = Conversation(isReplay: true)
            (scene.width, scene.height) = (width, 14)
            scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0), .began("a"))
            scene.tell(seconds * 1000, .ended("a", 1))
            scene.press("5", "<", "<", "i")
            #expect(scene.frame().lines.count == 14)
        }
    }

    @Test("the highest numbers that a producer can write are said and do not trap")
    func highest() throws {
        var scene = Conversation()
        scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: Int(Int32.max)), .began("a"))
        let retry = Event.Body.callRetrying(Event.CallRetrying(call: "a", attempt: .max, error: CallError(.connection, "x"), delay: .max))
        scene.tell(10, retry)
        scene.press("j", .enter)
        #expect(scene.frame().text.contains("#2147483648"))
        let line = try #require(PlainLine.line(for: Event(t: 10, retry), in: scene.timelines[0], glyphs: .unicode))
        #expect(line.string.contains("again in"))
        scene.press("y")
    }

    @Test("a conversation that is scrolled outlives what is forgotten of it")
    func forgotten() {
        var scene = Conversation()
        scene.press(.function(8))
        for turn in 1...3000 {
            let t = Int64(turn) * 10
            scene.tell(t, .turn(turn), .wants(turn, "c\(turn)", "grep", [:], index: 0), .began("c\(turn)"))
            scene.tell(t + 5, .ended("c\(turn)", "done"), .over(turn, .failed))
            if turn == 300 { scene.press("g") }
            guard turn % 500 == 0 else { continue }
            scene.timelines.forget(keeping: 100)
            #expect(scene.frame().lines.count == 30)
        }
        scene.press("x", "R", .function(5), "x")
        #expect(scene.timelines[0].firstTurn > 2000)
    }
}
