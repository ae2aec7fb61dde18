import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

@Suite("Transport")
struct TransportTests {
    /// A minute with three chapters, notes, a caption, errors and two long silences.
    private static func scene(isReplay: Bool = true, glyphs: Glyphs = .unicode, isOver: Bool = true) -> Conversation {
        var scene = Conversation(isReplay: isReplay, glyphs: glyphs)
        func note(_ label: String, _ kind: Event.MarkerKind?, text: String? = nil, until: Int64? = nil) -> Event.Body {
            .marker(Event.Marker(label: label, kind: kind, text: text, until: until))
        }
        scene.tell(0, .turn(1), note("look around", .chapter))
        scene.tell(200, .wants(1, "a", "read_file", [:], index: 0), .wants(1, "b", "bash", [:], index: 1))
        scene.tell(500, .began("a"), .began("b"))
        scene.tell(2_500, .ended("a", ""))
        scene.tell(3_000, .failed("b", "exit 1"), .over(1))
        scene.tell(21_000, .turn(2), note("fix tests", .chapter))
        scene.tell(
            21_500,
            note(
                "why", .caption,
                text:
                    "The second test run starts only after the edit: the two bash calls share one work tree, so the engine keeps them in order while the review agent runs beside them.",
                until: 34_000_000))
        for number in 0..<6 {
            scene.tell(22_000 + Int64(number) * 700, .wants(2, "c\(number)", "grep", [:], index: number), .began("c\(number)"))
        }
        for number in 0..<6 {
            scene.tell(27_000 + Int64(number) * 900, number == 3 ? .failed("c3", "no such file") : .ended("c\(number)", ""))
        }
        scene.tell(32_000, note("日本語", nil), .over(2))
        scene.tell(58_000, .turn(3), note("the end", .chapter), .wants(3, "d", "bash", [:], index: 0), .began("d"))
        scene.tell(60_000, .ended("d", ""), .over(3))
        if isOver {
            scene.timelines.close(source: 0)
        }
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }

    /// The lowest line of the transport.
    private static func state(_ scene: inout Conversation) -> String {
        scene.frame().lines[scene.height - 2].split(separator: " ").joined(separator: " ")
    }

    private static func instant(_ scene: Conversation) -> Double {
        Double(scene.dashboard.instant(scene.timelines[0], scene.input)) / 1e6
    }

    @Test(
        "the whole session on one axis, with what was passed last in words",
        arguments: [(80, 24), (120, 40), (60, 16), (60, 24), (40, 12), (200, 60)])
    func picture(width: Int, height: Int) {
        var scene = Self.scene()
        (scene.width, scene.height) = (width, height)
        scene.press("i", "L", ">", "5")
        scene.dashboard.notice = nil
        expect(scene.frame(), is: "transport-\(width)x\(height)")
    }

    @Test("without Unicode")
    func ascii() {
        var scene = Self.scene(glyphs: .ascii)
        (scene.width, scene.height) = (80, 24)
        scene.press("i", "]", "]", "]")
        scene.dashboard.notice = nil
        let frame = scene.frame()
        expect(frame, is: "transport-ascii")
        #expect(frame.text.unicodeScalars.allSatisfy { $0.isASCII || $0.value > 0x2E80 })
    }

    @Test("under the conversation as under the lanes, and on a live run only while it looks back")
    func elsewhere() {
        var scene = Self.scene(isReplay: false, isOver: false)
        scene.width = 140
        #expect(!scene.frame().text.contains("━"))
        scene.press(" ", "5")
        #expect(
            Self.state(&scene).hasPrefix(
                "‖ 0:30.0 / 1:00.0 speed 1x idle > 2s: 2 gaps, 40.0s loop off chapter 2/3 \"fix tests\" marker 3/5 \"why\""))
        scene.press(.function(8))
        #expect(Self.state(&scene).hasPrefix("‖ 0:30.0 / 1:00.0"))
        scene.press("F")
        #expect(!scene.frame().text.contains("━"))
    }

    /// Everything in SCREENS' row of keys for the playhead, one after the other.
    private static let keys: [(keys: [Key], instant: Double, said: String)] = [
        ([.right], 5, "0:05.0 / 1:00.0"), ([.left, .left], 0, "0:00.0"), ([.shiftRight, .shiftRight], 12, "0:12.0"), ([.shiftLeft], 6, ""),
        (["0"], 0, ""), (["1"], 6, ""), (["2"], 12, ""), (["3"], 18, ""), (["4"], 24, ""), (["6"], 36, ""), (["7"], 42, ""),
        (["8"], 48, ""), (["9"], 54, ""), (["5"], 30, ""), (["."], 30.6, ""), ([",", ","], 28.8, ""), (["["], 21.5, "chapter 2/3"),
        (["["], 21, "chapter 2/3 \"fix tests\""), (["["], 0, "chapter 1/3 \"look around\""),
        (["]", "]", "]"], 32, "marker 4/5 \"日本語\""), (["]"], 58, "chapter 3/3 \"the end\""), ([">"], 58, "speed 2x"),
        (["<", "<"], 58, "speed 0.5x"), ([.backspace], 58, "speed 1x"), ([">", ">", ">", ">", ">", ">"], 58, "speed 64x"),
        ([">"], 58, "speed max"), ([.backspace], 58, "speed 1x"), (["i"], 58, "idle > 2s skipped: 2 gaps, 40.0s"),
        (["i"], 58, "idle > 2s: 2 gaps, 40.0s"), (["L"], 58, "loop on"), (["L"], 58, "loop off"),
    ]

    @Test("every key of the playhead does what it says, in a recording and on a live run alike", arguments: [true, false])
    func playheadKeys(isReplay: Bool) {
        var scene = Self.scene(isReplay: isReplay, isOver: isReplay)
        scene.width = 140
        scene.press(" ", "0")
        for step in Self.keys {
            for key in step.keys {
                scene.press(key)
            }
            #expect(Self.instant(scene) == step.instant, "\(step)")
            #expect(Self.state(&scene).contains(step.said), "\(step): \(Self.state(&scene))")
        }
        scene.press(" ")
        scene.clock += 500_000
        #expect(Self.instant(scene) == 58.5)
        scene.press(" ")
        scene.clock += 500_000
        #expect(Self.instant(scene) == 58.5)
        // What goes on is recorded and folded all the same, and F goes to its end.
        scene.tell(61_000, .turn(4))
        scene.press("F")
        #expect(Self.instant(scene) == (isReplay ? 60 : 61))
    }

    @Test("a marker of one's own is set at the playhead, live as well, renamed and removed")
    func ownMarkers() {
        for isReplay in [true, false] {
            var scene = Self.scene(isReplay: isReplay, isOver: isReplay)
            if isReplay {
                scene.press("1", "9", " ")
                scene.clock = 250_000
            }
            let t: Int64 = isReplay ? 54_250_000 : 60_000_000
            #expect(scene.press("M") == [])
            // The name takes its time; the instant is that of the key.
            scene.clock += 3_000_000
            scene.type("here  it is")
            #expect(scene.frame().lines.last?.contains("marker here  it is") == true)
            #expect(scene.frame().lines.last?.hasSuffix("Enter set  Esc leave") == true)
            let set = OwnMarker(t: t, label: "here  it is")
            #expect(scene.press(.enter) == [.mark(.set(set))])
            #expect(scene.frame().lines.last?.contains("marked: here  it is") == true)
            scene.press("0", "]", "]", "]", "]")
            #expect(Self.instant(scene) == (isReplay ? 54.25 : 58))
            if !isReplay { scene.press("]") }
            #expect(Self.state(&scene).contains(isReplay ? "marker 5/6 \"here it is\"" : "marker 6/6 \"here it is\""))
            #expect(scene.press("M") == [])
            #expect(scene.frame().lines.last?.hasSuffix("Enter rename, empty: remove  Esc leave") == true)
            scene.press(.control("u"), "x", .escape)
            #expect(scene.dashboard.transport.markers.all == [set])
            scene.press("M", .control("u"), "x")
            #expect(scene.press(.enter) == [.mark(.rename(set, to: "x"))])
            #expect(scene.dashboard.transport.markers.all == [OwnMarker(t: t, label: "x")])
            scene.press("M", .backspace)
            #expect(scene.press(.enter) == [.mark(.remove(OwnMarker(t: t, label: "x")))])
            #expect(scene.dashboard.transport.markers.all == [])
            // A new one without a name is none.
            #expect(scene.press("M", .enter) == [])
            #expect(scene.dashboard.transport.markers.all == [])
        }
    }

    @Test("markers are of the session in which they were set")
    func severalSessions() {
        var scene = Self.scene(isOver: false)
        scene.open(1, "another", id: "other")
        scene.tell(0, in: 1, .turn(1))
        scene.tell(9_000, in: 1, .turn(2))
        scene.press("5", ")", "9", "M")
        scene.type("second")
        #expect(scene.press(.enter) == [.mark(.set(OwnMarker(session: "other", t: 8_100_000, label: "second")))])
        #expect(Self.state(&scene).contains("marker 1/1 \"second\""))
        scene.press("(")
        #expect(!Self.state(&scene).contains("second"))
    }

    @Test("a caption stands above the bar while it holds, wrapped and cleaned; c puts it away")
    func captions() {
        var scene = Self.scene()
        (scene.width, scene.height) = (100, 30)
        scene.press("4")
        expect(scene.frame(), is: "transport-caption")
        let lanes = scene.frame().lines.prefix(15)
        scene.press("6")
        #expect(!scene.frame().text.contains("Caption"))
        #expect(!Self.state(&scene).contains("why"))
        scene.press("4", "c")
        #expect(!scene.frame().text.contains("Caption"))
        #expect(Self.state(&scene).contains("marker 3/5 \"why\""))
        scene.press("c")
        #expect(scene.frame().lines.prefix(15) == lanes)
        scene.height = 16
        #expect(scene.frame().lines[12].hasPrefix(" Caption  The second test run"))
        #expect(scene.frame().lines[12].hasSuffix("…"))

        var hostile = Conversation(isReplay: true)
        hostile.tell(0, .marker(Event.Marker(label: "x", kind: .caption, text: "one\u{1B}[31m\ntwo\u{202E} three")))
        #expect(hostile.frame().text.contains(" Caption  one two three"))
        var none = Conversation(isReplay: true)
        none.tell(0, .turn(1))
        none.press("c")
        #expect(none.frame().text.contains("this session has no captions"))
    }

    @Test("an idle stretch is played for two seconds, which is said, and then left; the playhead does not move when that is switched")
    func idle() {
        var scene = Self.scene(isOver: false)
        scene.press("0", "i", " ")
        scene.clock = 4_000_000
        #expect(Self.instant(scene) == 4)
        #expect(Self.state(&scene).contains("skips 16.0s"))
        scene.clock = 5_500_000
        #expect(Self.instant(scene) == 21.5)
        #expect(!Self.state(&scene).contains("skips"))
        scene.press("i")
        scene.clock = 6_000_000
        #expect(Self.instant(scene) == 22)
        // An event that comes late into the stretch that is played leaves the playhead where it is.
        scene.press("0", "i")
        scene.clock = 10_000_000
        #expect(Self.instant(scene) == 4)
        scene.tell(3_500, .marker(Event.Marker(label: "late")))
        _ = scene.frame()
        #expect(Self.instant(scene) == 4)
        scene.clock = 11_500_000
        #expect(Self.instant(scene) == 5.5)
        scene.clock = 12_000_000
        #expect(Self.instant(scene) == 21.5)
    }

    @Test("a loop wakes once to begin again, and without it nothing wakes at the end")
    func loop() {
        var scene = Self.scene()
        scene.press("9", "L", " ")
        scene.clock = 6_250_000
        _ = scene.frame()
        #expect(Self.instant(scene) == 60)
        #expect(scene.dashboard.nextFrame(scene.input) == 750_000)
        scene.clock = 7_500_000
        #expect(Self.instant(scene) == 0.5)
        scene.clock = 67_500_000
        scene.press("L")
        #expect(Self.instant(scene) == 60)
        #expect(scene.dashboard.nextFrame(scene.input) == nil)
    }
}
