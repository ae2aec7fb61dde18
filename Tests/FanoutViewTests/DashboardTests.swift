import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

@Suite("Dashboard")
struct DashboardTests {
    private static let score = """
        read_file |.====+
        grep      |.===================+
        web_fetch |.:::::==============================================+
        bash      |.:::=========================================================!
        sql       |.=======~===========~~======================================
        bash      |.:::::::::::::::::::::::::::::::::::::::::::::::::::::::::====
        日本語     |.=========================t
        search    |s
        """

    /// A dashboard on some timelines, with keys pressed one after the other.
    private struct Stage {
        var dashboard: Dashboard
        var timelines: Timelines
        var width = 100
        var height = 24
        var clock: Int64 = 0
        var now: Int64

        init(_ timelines: Timelines, isReplay: Bool = false, at now: Int64, glyphs: Glyphs = .unicode) {
            self.timelines = timelines
            self.now = now
            let playhead: Playhead = isReplay ? .replay(from: 0, at: 0, speed: 1, isPaused: true) : .live()
            dashboard = Dashboard(source: "a test", playhead: playhead, isReplay: isReplay, glyphs: glyphs)
        }

        var input: Dashboard.Input {
            Dashboard.Input(timelines: timelines, event: { _ in nil }, width: width, height: height, clock: clock, now: now)
        }

        mutating func frame() -> Frame { dashboard.frame(input) }

        @discardableResult
        mutating func press(_ keys: Key...) -> [Dashboard.Effect] {
            keys.flatMap { key in
                _ = frame()
                return dashboard.handle(key, input)
            }
        }

        var instant: Int64 { dashboard.instant(timelines[0], input) }
    }

    private static func timelines(_ scores: [String], spacing: Int64 = 0) -> Timelines {
        var timelines = Timelines()
        timelines.open(Header(session: "7f3c", started: 0, title: "fix failing tests"), session: 0, source: 0)
        for (index, text) in scores.enumerated() {
            for var event in Score(text, turn: index + 1).events {
                event.t += Int64(index) * spacing
                timelines.apply(event, session: 0, source: 0, place: .none)
            }
        }
        timelines.settle()
        return timelines
    }

    private func expect(_ frame: Frame, is name: String, _ comment: Comment? = nil) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }

    @Test("a live run, with everything a lane can be", arguments: [(40, 12), (80, 24), (100, 24), (200, 30)])
    func live(width: Int, height: Int) {
        var stage = Stage(Self.timelines([Self.score]), at: 6_400_000)
        (stage.width, stage.height) = (width, height)
        expect(stage.frame(), is: "live-\(width)x\(height)")
    }

    @Test("without Unicode")
    func ascii() {
        var stage = Stage(Self.timelines([Self.score]), at: 6_400_000, glyphs: .ascii)
        let frame = stage.frame()
        expect(frame, is: "live-ascii")
        let isASCII = frame.text.unicodeScalars.allSatisfy { $0.isASCII || $0.value > 0x2E80 }
        #expect(isASCII)
    }

    @Test("turns that follow each other stand under headings on one axis")
    func turns() {
        let calls = "weather|=====+\ntime|===+\nnews|=======+"
        var stage = Stage(
            Self.timelines(["weather|=====+\ntime|     ===+\nnews|        =======+", calls, calls], spacing: 2_500_000), at: 5_700_000)
        stage.timelines.close(source: 0)
        expect(stage.frame(), is: "turns")
    }

    @Test("the selected call's detail")
    func detail() {
        var stage = Stage(Self.timelines([Self.score]), at: 6_400_000)
        stage.height = 30
        stage.press("j", "j", "j", "j", "j", .enter, .tab, .tab)
        expect(stage.frame(), is: "detail")
        stage.press(.escape)
        #expect(!stage.frame().text.contains("Tab:"))
    }

    @Test("the keys, over the screen, and away with any of them")
    func keys() {
        var stage = Stage(Self.timelines([Self.score]), at: 6_400_000)
        (stage.width, stage.height) = (120, 40)
        stage.press("?")
        expect(stage.frame(), is: "keys")
        stage.press("j")
        #expect(!stage.frame().text.contains("Keys"))
    }

    @Test("a recording goes to any instant and steps from change to change")
    func replay() {
        var stage = Stage(Self.timelines([Self.score]), isReplay: true, at: 0)
        stage.timelines.close(source: 0)
        #expect(stage.instant == 0)
        stage.press(".")
        #expect(stage.instant == 100_000)
        stage.press(".", ".")
        #expect(stage.instant == 500_000)
        stage.press(",")
        #expect(stage.instant == 400_000)
        stage.press("5")
        #expect(stage.instant == 3_050_000)
        expect(stage.frame(), is: "replay-middle")
        stage.press(.right)
        #expect(stage.instant == 6_100_000)
        stage.press(.left)
        #expect(stage.instant == 1_100_000)
        stage.press(" ")
        stage.clock = 2_000_000
        #expect(stage.instant == 3_100_000)
        stage.press(">")
        stage.clock = 3_000_000
        #expect(stage.instant == 5_100_000)
        stage.clock = 30_000_000
        #expect(stage.instant == 6_100_000)
        #expect(stage.dashboard.nextFrame(stage.input) == nil)
        stage.press("F")
        #expect(stage.instant == 6_100_000)
    }

    @Test("a live run is paused, looked back at, and followed again")
    func pause() {
        var stage = Stage(Self.timelines([Self.score]), at: 7_000_000)
        #expect(stage.instant == 7_000_000)
        stage.press(" ")
        stage.now = 9_000_000
        #expect(stage.instant == 7_000_000)
        #expect(stage.dashboard.nextFrame(stage.input) == nil)
        stage.press(.left)
        #expect(stage.instant == 2_000_000)
        stage.press("F")
        #expect(stage.instant == 9_000_000)
    }

    @Test("a live run goes back from now, however long ago its last event is")
    func longAgo() {
        var stage = Stage(Self.timelines(["grep|==="]), at: 60_000_000)
        stage.press(.left)
        #expect(stage.instant == 55_000_000)
        #expect(stage.frame().text.contains("0:55.0 / 1:00.0"))
        stage.press(.left, .right, .right)
        #expect(stage.instant == 60_000_000)
        stage.press("5")
        #expect(stage.instant == 30_000_000)
    }

    @Test("a session that failed or was cancelled is not said to be done")
    func endings() {
        for (outcome, word) in [(Event.SessionOutcome.ok, "✓ DONE"), (.failed, "✗ FAILED"), (.cancelled, "⊘ CANCELLED")] {
            var stage = Stage(Self.timelines(["grep|===+"]), at: 900_000)
            stage.timelines.apply(
                Event(t: 400_000, .sessionFinished(Event.SessionFinished(outcome: outcome))), session: 0, source: 0, place: .none)
            #expect(stage.frame().lines[0].hasPrefix(" fanout  \(word)  fix failing tests"))
        }
    }

    @Test("half a page up ends at the first lane, not at the heading above it")
    func topHeading() {
        let calls = (0..<12).map { "tool\($0)|=+" }.joined(separator: "\n")
        var stage = Stage(Self.timelines([calls, calls], spacing: 1_000_000), at: 2_000_000)
        for height in 16...30 {
            stage.height = height
            stage.press("g", .control("d"), .control("u"))
            #expect(stage.frame().lines.contains { $0.hasPrefix("▸ ✓ tool0 ") }, "\(height)")
        }
    }

    @Test("labels of the axis keep apart, however far into a session")
    func ticks() {
        for start in [0, 3_600, 36_000, 360_000, 3_600_000, 36_000_000] as [Int64] {
            for span in [1_000, 90_000, 5_000_000, 40_000_000, 7_200_000_000] as [Int64] {
                let ticks = Axis(start: start * 1_000_000, span: span, columns: 60).ticks
                #expect(!ticks.isEmpty)
                for (tick, next) in zip(ticks, ticks.dropFirst()) {
                    #expect(tick.column + tick.label.columns < next.column, "\(start) s, \(span) µs: \(tick.label)")
                }
            }
        }
    }

    @Test("nothing moves by itself while nothing goes on")
    func idle() {
        var stage = Stage(Self.timelines(["grep|===+"]), at: 60_000_000)
        _ = stage.frame()
        #expect(stage.instant == 300_000)
        #expect(stage.dashboard.nextFrame(stage.input) == nil)
        var running = Stage(Self.timelines(["grep|==="]), at: 1_000_000)
        _ = running.frame()
        #expect(running.dashboard.nextFrame(running.input) != nil)
    }

    @Test("with more lanes than rows, what runs and what failed stays in sight, each in its place")
    func placement() {
        let many = (0..<60).map { "tool\($0)|" + ($0 % 20 == 7 ? "==!" : $0 % 3 == 0 ? "=======" : "===+") }.joined(separator: "\n")
        var stage = Stage(Self.timelines([many]), at: 650_000)
        stage.height = 30
        let before = stage.frame().lines
        for tool in stride(from: 0, to: 60, by: 3) where tool % 20 != 7 {
            #expect(before.contains { $0.contains("tool\(tool) ") }, "tool\(tool) runs and is not seen")
        }
        var later = Score("more|=====", turn: 1).events
        later.removeFirst()
        for event in later {
            if case .callRequested(var body) = event.body {
                body.call = "z1"
                stage.timelines.apply(Event(t: 660_000, .callRequested(body)), session: 0, source: 0, place: .none)
            }
        }
        stage.timelines.apply(
            Event(t: 660_000, .callStarted(Event.CallStarted(call: "z1", attempt: 1))), session: 0, source: 0, place: .none)
        stage.now = 670_000
        let after = stage.frame().lines
        #expect(after.contains { $0.contains("more ") })
        for (old, new) in zip(before, after).dropFirst(4) where old.contains("● tool") {
            #expect(new.hasPrefix(String(old.prefix(20))), "\(old) moved")
        }
    }

    @Test("with more lanes waiting than there are rows, the one that runs is in sight all the same")
    func runningAmongWaiting() {
        let score = (["first|=========="] + (1..<20).map { "later\($0)|.........." }).joined(separator: "\n")
        var stage = Stage(Self.timelines([score]), at: 500_000)
        stage.height = 12
        let lines = stage.frame().lines
        #expect(lines.contains { $0.contains("● first") }, "\(lines.joined(separator: "\n"))")
        #expect(lines.contains { $0.contains("later19") })
    }

    @Test("keys ask for what they say")
    func effects() {
        var stage = Stage(Self.timelines(["grep|===", "bash|==="]), at: 300_000)
        stage.dashboard.canControl = true
        #expect(stage.press("q") == [.quit])
        #expect(stage.press("T") == [.nextTheme])
        #expect(stage.press("X") == [.cancelTurn])
        #expect(stage.press("x") == [])
        #expect(stage.press("j", "x") == [.cancelCall("c1")])
        #expect(stage.press("a") == [])
        stage.timelines.apply(
            Event(t: 0, .callQueued(Event.CallQueued(call: "w", why: .approval))), session: 0, source: 0, place: .none)
        #expect(stage.press("a") == [.approve("w", tool: false)])
        #expect(stage.press("A") == [.approve("w", tool: true)])
        #expect(stage.press("d") == [.deny("w")])
        expect(stage.frame(), is: "approval")
        stage.dashboard.canControl = false
        #expect(stage.press("X") == [])
    }

    @Test("no size of the window breaks it, and none of its keys")
    func sizes() {
        var stage = Stage(Self.timelines([Self.score, Self.score], spacing: 3_000_000), at: 9_400_000)
        stage.dashboard.canControl = true
        let keys = stage.dashboard.keys.groups.flatMap(\.entries).flatMap(\.keys).map(\.key)
        var random = SeededGenerator(seed: 3)
        for step in 0..<1500 {
            stage.width = Int.random(in: 0...140, using: &random)
            stage.height = Int.random(in: 0...45, using: &random)
            stage.clock += 10_000
            if let key = keys.randomElement(using: &random) {
                _ = stage.dashboard.handle(key, stage.input)
            }
            let frame = stage.frame()
            #expect(frame.width == stage.width && frame.height == stage.height, "step \(step)")
        }
    }

    /// Whether a value has a timeline in it, at whatever depth.
    private static func holdsTimeline(_ value: Any) -> Bool {
        value is Timeline || value is Timelines || Mirror(reflecting: value).children.contains { holdsTimeline($0.value) }
    }

    @Test("nothing of a timeline is kept from one frame to the next: what comes then would have to copy what it adds to")
    func keepsNoTimeline() {
        var stage = Stage(Self.timelines([Self.score, Self.score], spacing: 3_000_000), at: 9_400_000)
        #expect(Self.holdsTimeline(["rows": RowList(stage.timelines[0], at: 0)]))
        stage.height = 40
        let walks: [[Key]] = [
            [], ["j", "j", .enter], [.tab, .tab], [.escape, "s"], ["s", "s"], ["S", "z"], ["Z"], ["/", "g", .enter], ["n"], ["}"],
            [.function(6)], [.function(7)], [.escape, .function(8)], ["j", "G"], [.function(5), "?"],
        ]
        for keys in walks {
            for key in keys {
                stage.press(key)
            }
            _ = stage.frame()
            #expect(!Self.holdsTimeline(stage.dashboard), "after \(keys)")
        }
    }

    @Test("before anything comes, it says what it waits for")
    func waiting() {
        var stage = Stage(Timelines(), at: 0)
        stage.width = 80
        expect(stage.frame(), is: "waiting")
    }

    @Test("the picture that stays is as tall as the run")
    func still() {
        var stage = Stage(Self.timelines(["grep|===+\nbash|=====!"]), at: 900_000)
        stage.timelines.close(source: 0)
        expect(stage.dashboard.still(stage.input), is: "still")
    }
}
