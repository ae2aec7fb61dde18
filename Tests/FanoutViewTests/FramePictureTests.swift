import FanoutEvents
import FanoutView
import Testing

/// A frame outside the terminal: as coloured lines and as a picture.
struct FramePictureTests {
    private static let library = ThemeLibrary(folder: "/themes") { path in
        path == "/themes/x.json"
            ? Array(
                ##"{"roles": {"fg": {}, "ok": {"fg": "#00ff00"}, "failed": {"fg": 9, "bold": true}, "selection.bg": {"bg": 17}}}"##
                    .utf8)
            : nil
    }

    private static func frame() -> Frame {
        var frame = Frame(width: 16, height: 3)
        frame.put("a<b", x: 1, y: 0, role: .ok)
        frame.put("日e\u{301}", x: 6, y: 0, role: .failed)
        frame.put(Glyphs.unicode.eighths[3], x: 2, y: 1, role: .ok, reversed: true)
        frame.select(row: 1, x: 0..<4)
        return frame
    }

    @Test(
        "lines carry their colours and end in the terminal's own",
        arguments: [
            (ColorDepth.indexed, [" \u{1B}[0;38;5;46ma<b\u{1B}[0m  \u{1B}[0;1;38;5;9m日e\u{301}\u{1B}[0m"]),
            (.direct, [" \u{1B}[0;38;2;0;255;0ma<b\u{1B}[0m  \u{1B}[0;1;38;2;255;0;0m日e\u{301}\u{1B}[0m"]),
            (.sixteen, [" \u{1B}[0;92ma<b\u{1B}[0m  \u{1B}[0;1;91m日e\u{301}\u{1B}[0m"]),
            (.eight, [" \u{1B}[0;1;32ma<b\u{1B}[0m  \u{1B}[0;1;31m日e\u{301}\u{1B}[0m"]),
            (.none, [" a<b  \u{1B}[0;1m日e\u{301}\u{1B}[0m"]),
        ])
    func ansi(depth: ColorDepth, expected: [String]) throws {
        let lines = Self.frame().ansiLines(theme: try Self.library.theme("x"), depth: depth)
        #expect(lines.count == 3)
        #expect(lines[0] == expected[0])
        #expect(lines[2] == "")
    }

    @Test("the selection is coloured to its end")
    func selection() throws {
        let lines = Self.frame().ansiLines(theme: try Self.library.theme("x"), depth: .indexed)
        #expect(lines[1] == "\u{1B}[0;38;5;255;48;5;17m  \u{1B}[0;7;38;5;46;48;5;17m▌\u{1B}[0;38;5;255;48;5;17m \u{1B}[0m")
    }

    @Test("a picture draws text as text, blocks as shapes, and escapes what XML must not see")
    func svg() throws {
        let svg = Self.frame().svg(theme: try Self.library.theme("x"))
        let parts = svg.split(separator: "\n").filter { $0.hasPrefix("<text") || $0.hasPrefix("<rect x") }
        #expect(
            parts == [
                ##"<text x="8.4" y="13.32" textLength="25.2" fill="#00ff00">a&lt;b</text>"##,
                ##"<text x="50.4" y="13.32" textLength="25.2" fill="#ff0000" font-weight="bold">日é</text>"##,
                ##"<rect x="0" y="18" width="16.8" height="18" fill="#00005f"/>"##,
                ##"<rect x="16.8" y="18" width="8.4" height="18" fill="#00005f"/>"##,
                ##"<rect x="21" y="19.8" width="4.2" height="14.4" fill="#00ff00"/>"##,
                ##"<rect x="25.2" y="18" width="8.4" height="18" fill="#00005f"/>"##,
            ])
    }
}
