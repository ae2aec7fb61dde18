import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

/// Lanes whose instants nobody measured, beside such that were.
struct ApproximateLanesTests {
    private static func start(_ call: String, _ name: String, turn: Int = 1) -> Event.Body {
        .callStarted(Event.CallStarted(call: call, attempt: 1, name: name, turn: turn))
    }

    private static func end(_ call: String, _ outcome: Event.Outcome = .ok, run: Int64? = nil) -> Event.Body {
        var finished = Event.CallFinished(call: call, outcome: outcome)
        finished.run = run
        return .callFinished(finished)
    }

    /// Every way of not knowing, one lane each.
    private static func bounds(glyphs: Glyphs = .unicode) -> Conversation {
        var scene = Conversation(glyphs: glyphs)
        scene.tell(0, .turn(1))
        scene.tell(200, start("c1", "measured"))
        scene.tell(300, approx: .inferred, start("c2", "from_message"))
        scene.tell(400, approx: .lower, start("c3", "not_before"))
        scene.tell(500, start("c4", "with_run_time"))
        scene.tell(600, approx: .arrival, start("c5", "as_told"))
        scene.tell(700, approx: .upper, start("c6", "not_after"))
        scene.tell(3000, end("c1"))
        scene.tell(3400, approx: .upper, end("c2"))
        scene.tell(3600, approx: .upper, end("c3", .failed))
        scene.tell(4200, approx: .upper, end("c4", run: 1_900_000))
        scene.tell(4400, approx: .arrival, end("c5"))
        scene.tell(5000, end("c6"))
        scene.tell(5100, start("c7", "still_runs"))
        scene.tell(5900, .turn(2))
        return scene
    }

    /// Calls of which a file tells no instants at all.
    private static func order(glyphs: Glyphs = .unicode) -> Conversation {
        var scene = Conversation(glyphs: glyphs)
        scene.tell(1, approx: .order, .wants(1, "c1", "read_file", ["path": "Sources/Executor.swift"], index: 0))
        scene.tell(2, approx: .order, .wants(1, "c2", "grep", ["pattern": "TaskGroup"], index: 1))
        scene.tell(3, approx: .order, start("c1", "read_file"))
        scene.tell(4, approx: .order, start("c2", "grep"))
        scene.tell(5, approx: .order, end("c2"))
        scene.tell(6, approx: .order, start("c3", "bash"))
        scene.tell(7, approx: .order, .failed("c1", "no such file"))
        scene.tell(8, approx: .order, end("c3"))
        scene.tell(9, approx: .order, start("c4", "web_search"))
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }

    @Test(
        "lanes with instants that were concluded, and lanes of which only the order is known",
        arguments: [(40, 12), (80, 24), (100, 30), (200, 60)])
    func pictures(width: Int, height: Int) {
        for (name, scene) in [("approximate", Self.bounds()), ("order", Self.order())] {
            var scene = scene
            (scene.width, scene.height) = (width, height)
            expect(scene.frame(), is: "\(name)-\(width)x\(height)")
        }
    }

    @Test("the same without Unicode")
    func ascii() {
        for (name, scene) in [("approximate-ascii", Self.bounds(glyphs: .ascii)), ("order-ascii", Self.order(glyphs: .ascii))] {
            var scene = scene
            let frame = scene.frame()
            expect(frame, is: name)
            let isASCII = frame.text.unicodeScalars.allSatisfy { $0.isASCII }
            #expect(isASCII)
        }
    }

    @Test("the detail says in words what is known of a call's instants")
    func words() {
        var scene = Self.bounds()
        scene.width = 130
        let expected = [
            ["run 2.8s", "started +0.2s", "ended +3.0s"],
            ["run ~3.1s", "started inferred, about +0.3s", "ended no later than +3.4s"],
            ["run ≤3.2s", "started no earlier than +0.4s", "ended no later than +3.6s"],
            ["run 1.9s measured where it ran", "started +0.5s", "ended no later than +4.2s"],
            ["run ~3.8s", "started told of at +0.6s", "ended told of at +4.4s"],
            ["run ≥4.3s", "started no later than +0.7s", "ended +5.0s"],
        ]
        scene.press("g", .enter)
        for words in expected {
            let text = scene.frame().lines.map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: "\n")
            for word in words {
                #expect(text.contains(word), "\(word) in\n\(text)")
            }
            scene.press("j")
        }
        var ordered = Self.order()
        ordered.press("g", .enter)
        let text = ordered.frame().lines.map { $0.split(separator: " ").joined(separator: " ") }.joined(separator: "\n")
        #expect(text.contains("only the order is known started 1st of 4 ended 2nd"), "\(text)")
        ordered.press(.tab, .tab, .tab)
        #expect(ordered.frame().text.contains("attempt 1 starts (only the order is known)"))
        ordered.press(.backTab)
        #expect(ordered.frame().text.contains("of some only the order is known: these mean nothing"))
    }

    @Test("the picture that stays and plain lines mark what was not measured too")
    func elsewhere() {
        var scene = Self.bounds()
        scene.timelines.close(source: 0)
        let still = scene.dashboard.still(scene.input).text
        #expect(still.contains("sum ~") && still.contains("≤3.2s") && still.contains("≥4.3s"), "\(still)")
        let line = PlainLine.line(
            for: Event(t: 3_600_000, approx: .upper, Self.end("c3", .failed)), in: scene.timelines[0], glyphs: .unicode)
        #expect(line?.string.contains("≤3.2s") == true)
    }
}
