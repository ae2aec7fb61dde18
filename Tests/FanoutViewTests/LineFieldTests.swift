import FanoutEvents
import FanoutView
import Testing

struct LineFieldTests {
    private static func typed(_ keys: [Key]) -> (field: LineField, last: LineField.Answer) {
        var field = LineField()
        var last = LineField.Answer.goesOn
        for key in keys {
            last = field.handle(key)
        }
        return (field, last)
    }

    private static func keys(_ text: String) -> [Key] { text.unicodeScalars.map { .character($0) } }

    @Test(
        "keys edit the line",
        arguments: [
            ([.left, .left, "x"], "hx|ey"), ([.home, "x"], "x|hey"), ([.home, .delete], "|ey"), ([.left, .backspace], "h|y"),
            ([.control("u")], "|"), ([.home, .control("k")], "|"), ([" ", "y", "o", " ", .control("w")], "hey |"),
            ([.home, .right, .right, .end, "!"], "hey!|"), (["e", .character("\u{301}"), .left], "hey|e\u{301}"),
            (["e", .character("\u{301}"), .backspace], "hey|"), (["日", .left, .left, .delete], "he|日"),
            ([.home, .left, .backspace], "|hey"), ([.character("\u{1}"), .character("\u{9B}"), .tab, .up], "hey|"),
        ] as [([Key], String)])
    func editing(keys: [Key], expected: String) {
        let (field, last) = Self.typed(Self.keys("hey") + keys)
        #expect(field.before + "|" + field.after == expected)
        #expect(last == .goesOn)
    }

    @Test("Enter sends what was written, and nothing where there is nothing; Esc leaves")
    func ending() {
        #expect(Self.typed(Self.keys("why?") + [.enter]).last == .send("why?"))
        #expect(Self.typed(Self.keys("  ") + [.enter]).last == .leave)
        #expect(Self.typed(Self.keys("why?") + [.escape]).last == .leave)
    }

    @Test("a line break in what is pasted is a space, and sends nothing")
    func pasting() {
        let pasted = Self.typed([.pasteBegins] + Self.keys("a") + [.enter] + Self.keys("b") + [.tab] + Self.keys("c") + [.pasteEnds])
        #expect(pasted.last == .goesOn)
        #expect(pasted.field.text == "a b c")
    }

    @Test("a line longer than its room shows the part with the cursor")
    func room() {
        var field = Self.typed(Self.keys("日本語 and more")).field
        #expect(field.visible(columns: 20).text == "日本語 and more")
        #expect(field.visible(columns: 20).cursor == 15)
        #expect(field.visible(columns: 8).text == "nd more")
        #expect(field.visible(columns: 8).cursor == 7)
        _ = field.handle(.home)
        #expect(field.visible(columns: 5).text == "日本")
        #expect(field.visible(columns: 5).cursor == 0)
    }

    @Test("p opens the line when the run has stopped, says that it is busy before, and what is pasted elsewhere is no command")
    func dashboard() {
        var scene = Conversation()
        scene.tell(0, .turn(1), .asked(1))
        scene.dashboard.canControl = true
        scene.press("p")
        #expect(scene.frame().lines.last?.contains("nobody here to ask") == true)
        scene.dashboard.followUps = .busy
        scene.press("p")
        #expect(scene.frame().lines.last?.contains("still at work") == true)
        scene.tell(5, .replied(1, .stop), .over(1))
        scene.dashboard.followUps = .awaited(after: .ok)
        #expect(scene.press(.pasteBegins, "q", "p", .enter, .pasteEnds) == [])
        #expect(scene.frame().lines.last?.contains("not taken for keys") == true)
        scene.press("j")
        #expect(scene.frame().lines[0].contains("✓ DONE, waits for you"))
        #expect(scene.frame().lines.last?.hasPrefix(" p ask") == true)
        scene.press("p")
        scene.type("quit? 日本")
        #expect(scene.frame().lines.last?.hasPrefix(" ▸ ask quit? 日本") == true)
        #expect(scene.press(.enter) == [.ask("quit? 日本")])
        #expect(scene.dashboard.followUps == .busy)
        scene.dashboard.followUps = .awaited(after: .failed)
        scene.press("p", "x", .escape)
        #expect(scene.frame().lines[0].contains("✗ FAILED, waits for you"))
    }
}
