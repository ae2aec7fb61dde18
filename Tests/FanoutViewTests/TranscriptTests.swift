import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

struct TranscriptTests {
    /// Two turns: three calls, of which one fails, and an answer that is being written.
    private static func travel(isReplay: Bool = false, glyphs: Glyphs = .unicode) -> Conversation {
        var scene = Conversation(isReplay: isReplay, glyphs: glyphs)
        scene.tell(
            0, .turn(1), .said("system", "When you need several things, ask for all of them at once.\nBe brief.", turn: 1),
            .said(
                "user", "I fly to Paris, Rome and 大阪 tomorrow. What is the weather in all three cities, and what should I pack?", turn: 1),
            .asked(1))
        scene.tell(400, .wrote(1, "The user wants three cities; they do ", .reasoning))
        scene.tell(600, .wrote(1, "not depend on each other, so I ask for all of them together.", .reasoning))
        scene.tell(900, .wrote(1, "I'll look up all three at once."))
        scene.tell(
            1200, .wants(1, "c1", "weather", ["city": "Paris"], index: 0), .wants(1, "c2", "weather", ["city": "Rome"], index: 1),
            .wants(1, "c3", "weather", ["city": "大阪"], index: 2),
            .replied(1, .calls, usage: Event.Usage(input: 812, output: 96, cached: 640)), .said("assistant", nil, turn: 1),
            .began("c1"), .began("c2"), .began("c3"))
        scene.tell(1500, .ended("c1", ["temp_c": 12, "sky": "rain"]))
        scene.tell(1900, .ended("c2", "Sunny, 21 degrees.\nNo wind."))
        scene.tell(3400, .failed("c3", "no such station: 大阪\ntry its airport"), .said("tool", nil, turn: 1), .over(1))
        scene.tell(3500, .turn(2), .asked(2))
        scene.tell(3900, .wrote(2, "Pack in layers:\n\n"))
        scene.tell(4200, .wrote(2, "- Paris: 12 degrees and rain, so take the **umbrella**.\n- Rome: sun"))
        scene.press(.function(8))
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }

    @Test("the conversation in the place of the lanes, while a reply is written", arguments: [(100, 30), (40, 12), (200, 30)])
    func streaming(width: Int, height: Int) {
        var scene = Self.travel()
        (scene.width, scene.height) = (width, height)
        expect(scene.frame(), is: "transcript-\(width)x\(height)")
    }

    @Test("the conversation without Unicode")
    func ascii() {
        var scene = Self.travel(glyphs: .ascii)
        let frame = scene.frame()
        expect(frame, is: "transcript-ascii")
        let isASCII = frame.text.unicodeScalars.allSatisfy { $0.isASCII || $0.value > 0x2E80 }
        #expect(isASCII)
    }

    @Test("at an earlier instant stands what had been said by then")
    func past() {
        var scene = Self.travel(isReplay: true)
        scene.timelines.close(source: 0)
        scene.press("F", .left, "3")
        expect(scene.frame(), is: "transcript-replay")
        #expect(!scene.frame().text.contains("Pack in layers"))
        scene.press("1")
        let text = scene.frame().text
        #expect(text.contains("they do") && !text.contains("not depend"))
        scene.press("F")
        #expect(scene.frame().text.contains("Pack in layers"))
    }

    @Test("what an attempt wrote that failed is left out, and that is said")
    func retry() {
        var scene = Conversation()
        scene.press(.function(8))
        scene.tell(0, .turn(1), .said("user", "Say it.", turn: 1), .asked(1))
        scene.tell(500, .wrote(1, "Half of a sen"))
        #expect(scene.frame().text.contains("Half of a sen"))
        scene.tell(900, .retried(1, "the connection broke off"))
        scene.now = 1_000_000
        expect(scene.frame(), is: "transcript-retry")
        scene.tell(2100, .wrote(1, "All of it."))
        scene.tell(2200, .replied(1, .length, reason: "max_tokens", usage: Event.Usage(input: 10, output: 4)), .over(1, .cut))
        expect(scene.frame(), is: "transcript-retried")
    }

    @Test("the detail of a model's lane tells of failed attempts, how the reply ended and what it took")
    func detail() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .asked(1), .wrote(1, "Half of a sen"))
        scene.tell(100, .retried(1, "the connection broke off"))
        scene.tell(200, .wrote(1, "All of it."), .replied(1, .length, reason: "max_tokens", usage: Event.Usage(input: 10, output: 4)))
        scene.press("j", .enter)
        #expect(scene.frame().text.contains("[attempt 1 failed: the connection broke off; what stands above does not count]"))
        #expect(scene.frame().text.contains("All of it."))
        scene.press(.backTab, .backTab)
        let text = scene.frame().text
        #expect(text.contains("finish  length (max_tokens)") && text.contains("input  10 tokens") && text.contains("output  4 tokens"))
    }

    @Test("refusals, filters and errors are told as what they are")
    func ends() {
        var scene = Conversation()
        scene.press(.function(8))
        scene.tell(0, .turn(1), .said("user", "Do something bad.", turn: 1), .asked(1), .wrote(1, "I will not.", .refusal))
        scene.tell(100, .replied(1, .refused, reason: "refusal"), .over(1))
        scene.tell(200, .turn(2), .asked(2))
        scene.tell(300, .replied(2, .error, error: CallError(.connection, "answers 500: the disk is on fire")), .over(2, .failed))
        scene.tell(400, .turn(3), .asked(3), .replied(3, .filtered, reason: "content_filter"), .over(3, .cancelled))
        expect(scene.frame(), is: "transcript-ends")
    }

    @Test("messages that are all there is are shown: those of no turn, and a reply that did not come in pieces")
    func messages() {
        var scene = Conversation()
        scene.press(.function(8))
        scene.tell(0, .said("system", "Be brief."), .said("user", "What is it?"), .said("assistant", "It is a house."))
        scene.tell(10, .turn(1), .said("user", "Whose?", turn: 1), .said("assistant", "Nobody's.", turn: 1))
        scene.tell(20, .wants(1, "c1", "look", [:], index: 0), .began("c1"))
        let words = scene.said().map { row in row.split { " ─".contains($0) }.joined(separator: " ") }
        #expect(
            words.filter { !$0.isEmpty } == [
                "system Be brief.", "│ What is it?", "It is a house.", "│ Whose?", "turn 1 0:00.0", "Nobody's.", "● look running 0ms",
            ])
    }

    @Test("it follows the end, holds still where it was scrolled to, and follows again at the end")
    func scrolling() {
        var scene = Conversation()
        (scene.width, scene.height) = (60, 15)
        scene.press(.function(8))
        scene.tell(0, .turn(1), .said("user", "Count.", turn: 1), .asked(1))
        for number in 1...100 {
            scene.tell(Int64(number), .wrote(1, "line \(number)\n"))
        }
        #expect(scene.said().contains("   line 100"))
        #expect(scene.said().first == "   line 92")
        scene.press("k", "k")
        #expect(scene.said().first == "   line 90")
        scene.tell(200, .wrote(1, "line 101\n"))
        #expect(scene.said().first == "   line 90")
        scene.press("j")
        #expect(scene.said().first == "   line 91")
        scene.press(.pageUp)
        #expect(scene.said().first == "   line 83")
        scene.press("g")
        #expect(scene.said().prefix(2) == [" │ Count.", ""])
        #expect(scene.said()[2].hasPrefix(" turn 1 ──"))
        #expect(scene.frame().text.contains("↓ more"))
        scene.press("k", .pageUp)
        #expect(scene.said().first == " │ Count.")
        scene.press("G")
        #expect(scene.said().contains("   line 101"))
        scene.tell(201, .wrote(1, "line 102\n"))
        #expect(scene.said().contains("   line 102"))
        scene.press("k", "j")
        scene.tell(202, .wrote(1, "line 103\n"))
        #expect(scene.said().contains("   line 103"))
        scene.press(.escape)
        #expect(scene.frame().text.contains("in flight"))
    }

    @Test("turns are gone through one by one, and the keys are those of the transcript")
    func turns() {
        var scene = Self.travel()
        (scene.width, scene.height) = (100, 14)
        scene.press("g", "}")
        #expect(scene.said().contains { $0.hasPrefix(" turn 2") })
        scene.press("g")
        #expect(!scene.said().contains { $0.hasPrefix(" turn 2") })
        scene.press("G", "{")
        #expect(scene.said().first?.hasPrefix(" system") == true)
        (scene.width, scene.height) = (120, 40)
        scene.press("?")
        expect(scene.frame(), is: "transcript-keys")
    }

    @Test("a list's items hang, words are kept whole where they fit, and what is wide or marked stays whole")
    func wrapping() {
        var scene = Conversation()
        (scene.width, scene.height) = (40, 20)
        scene.press(.function(8))
        let text =
            "- an item that is longer than one row of it\n12. so is this one, with numbers\n    code(that, is, indented, and, long)\n"
            + "日本語の文章はどこで折り返してもよいのだ\n" + String(repeating: "e\u{301}", count: 40) + "\n" + String(repeating: "x", count: 40)
        scene.tell(0, .turn(1), .asked(1), .wrote(1, text))
        #expect(
            scene.said().dropFirst().prefix(12) == [
                "   - an item that is longer than one", "     row of it", "   12. so is this one, with numbers",
                "       code(that, is, indented, and,",
                "       long)", "   日本語の文章はどこで折り返してもよ", "   いのだ", "   " + String(repeating: "e\u{301}", count: 35),
                "   " + String(repeating: "e\u{301}", count: 5), "   " + String(repeating: "x", count: 35), "   xxxxx",
                " ● writing · claude-sonnet · 0ms",
            ])
    }

    @Test("text flows into the same rows however it is cut into pieces", arguments: [1, 2, 3, 7])
    func pieces(size: Int) {
        let text =
            "\n\nFirst,  a wide 日本語の文章 line that has to be broken somewhere.\r\n\r\n   indented e\u{301}e\u{301}\n\n\n- end\u{1B}[31mred\u{7}\n\n"
        var whole = Conversation()
        var cut = Conversation()
        for scene in [true, false] {
            var told = Conversation()
            told.width = 40
            told.press(.function(8))
            told.tell(0, .turn(1), .asked(1))
            let scalars = Array(text.unicodeScalars)
            for start in stride(from: 0, to: scalars.count, by: scene ? scalars.count : size) {
                var piece = String.UnicodeScalarView()
                piece.append(contentsOf: scalars[start..<min(scalars.count, start + (scene ? scalars.count : size))])
                told.tell(1, .wrote(1, String(piece)))
                _ = told.frame()
            }
            if scene { whole = told } else { cut = told }
        }
        #expect(whole.said() == cut.said())
        #expect(whole.said().contains { $0.contains("日本語") })
    }

    @Test("what comes from outside cannot reach the terminal")
    func hostile() {
        let nasty = "a\u{1B}]0;title\u{7}b\u{1B}[2Jc\u{202E}d\u{9B}31me\u{0}f\u{200B}\u{E0041}\r\nnext\u{8}\u{8}line"
        var scene = Conversation()
        scene.press(.function(8))
        scene.tell(
            0, .turn(1, title: nasty), .said("system", nasty, turn: 1), .said(nasty, nasty, turn: 1), .said("user", nasty, turn: 1),
            .asked(1),
            .wrote(1, nasty), .wrote(1, nasty, .reasoning), .wrote(1, nasty, .refusal), .retried(1, nasty), .wrote(1, nasty))
        scene.tell(
            5, .wants(1, "c", nasty, ["x": .string(nasty)], index: 0), .began("c"), .failed("c", nasty),
            .replied(1, .error, reason: nasty, error: CallError(.connection, nasty)), .over(1, .failed))
        for (width, height) in [(100, 30), (40, 12)] {
            (scene.width, scene.height) = (width, height)
            for scalar in scene.frame().text.unicodeScalars where scalar != "\n" {
                #expect(scalar.columns >= 0 && !(0x202A...0x202E).contains(scalar.value) && scalar.value != 0x200B, "\(scalar.value)")
            }
        }
    }

    @Test("no size, key or order of events breaks it")
    func sizes() {
        var scene = Self.travel()
        let keys = KeyMap.transcript.groups.flatMap(\.entries).flatMap(\.keys).map(\.key).filter {
            ![.escape, .function(5), "M", ":"].contains($0)
        }
        var random = SeededGenerator(seed: 5)
        for step in 0..<1500 {
            scene.width = Int.random(in: 0...140, using: &random)
            scene.height = Int.random(in: 0...45, using: &random)
            scene.clock += 10_000
            if step % 40 == 0 {
                scene.tell(
                    Int64.random(in: 0...6000, using: &random), .wrote(2, "more \(step)\n"), .said("user", "loose \(step)"),
                    .wrote(1, "late \(step)", .reasoning))
            }
            if let key = keys.randomElement(using: &random) {
                _ = scene.dashboard.handle(key, scene.input)
            }
            let frame = scene.frame()
            #expect(frame.width == scene.width && frame.height == scene.height, "step \(step)")
        }
        // What was laid out on the way is what is laid out afresh.
        (scene.width, scene.height) = (100, 40)
        // The first key may do no more than close the list of keys.
        scene.press(.function(8), .function(8), "F", "G")
        let grown = scene.said()
        var fresh = scene
        fresh.dashboard = Dashboard(source: "a test", playhead: .live(), isReplay: false)
        fresh.press(.function(8))
        #expect(fresh.said() == grown)
    }

    @Test("a long reply is read once, and a frame of it costs no reading")
    func reads() {
        var scene = Conversation()
        scene.press(.function(8))
        scene.tell(0, .turn(1), .asked(1))
        for number in 1...10_000 {
            scene.tell(Int64(number), .wrote(1, "piece \(number) of a reply that is long\n"))
        }
        _ = scene.frame()
        #expect(scene.reads.count < 10_010)
        let before = scene.reads.count
        scene.press("k", .pageUp, "g", "G")
        _ = scene.frame()
        #expect(scene.reads.count == before)
        scene.tell(10_001, .wrote(1, "one more\n"))
        #expect(scene.said().contains("   one more"))
        #expect(scene.reads.count == before + 1)
    }

    @Test("of a long session only what is seen is read")
    func readsWhatIsSeen() {
        var scene = Conversation()
        scene.press(.function(8))
        for turn in 1...2000 {
            scene.tell(Int64(turn * 10), .turn(turn), .said("user", "question \(turn)", turn: turn), .asked(turn))
            scene.tell(Int64(turn * 10 + 5), .wrote(turn, "answer \(turn)"), .replied(turn, .stop), .over(turn))
        }
        #expect(scene.said().contains("   answer 2000"))
        scene.press("g")
        #expect(scene.said().contains("   answer 1"))
        #expect(scene.reads.count < 100)
    }
}
