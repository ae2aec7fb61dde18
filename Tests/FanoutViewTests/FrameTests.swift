import FanoutEvents
import FanoutView
import Testing

struct FrameTests {
    @Test("text, glyphs, roles and looks stand where they were put")
    func picture() {
        var frame = Frame(width: 24, height: 3)
        let glyphs = Glyphs.unicode
        frame.put(glyphs.failed, x: 0, y: 0, role: .failed)
        let used = frame.put("bash 日本", x: 2, y: 0, role: .title)
        frame.fill(12..<15, y: 0, with: glyphs.full, role: .barRun)
        frame.put(glyphs.eighths[2], x: 15, y: 0, role: .barRun, reversed: true)
        frame.put("cafe\u{301} bar", x: 2, y: 1, width: 5, role: .muted)
        frame.select(row: 1, x: 0..<9)
        #expect(used == 9)
        #expect(frame.lines == ["✗ bash 日本 ███▍", "  cafe\u{301}…", ""])
        // A wide character stands in two cells; in the text it is one.
        #expect(frame.roleLines == ["f TTTTTTTTT RRRR", "  mmmmm", ""])
        #expect(frame.lookLines == ["               r", "sssssssss", ""])
    }

    @Test(
        "text is cut to every width, wide characters never in half",
        arguments: [
            ("abcdef", Frame.Overflow.ellipsis, ["", "…", "a…", "ab…", "abc…", "abcd…", "abcdef", "abcdef"]),
            ("abcdef", .cut, ["", "a", "ab", "abc", "abcd", "abcde", "abcdef", "abcdef"]),
            ("日本語", .ellipsis, ["", "…", "…", "日…", "日…", "日本…", "日本語", "日本語"]),
            ("日本語", .cut, ["", "", "日", "日", "日本", "日本", "日本語", "日本語"]),
            ("e\u{301}日x", .ellipsis, ["", "…", "e\u{301}…", "e\u{301}…", "e\u{301}日x", "e\u{301}日x"]),
            ("👩👧", .ellipsis, ["", "…", "…", "👩…", "👩👧"]),
        ] as [(String, Frame.Overflow, [String])])
    func clipping(text: String, overflow: Frame.Overflow, expected: [String]) {
        for (width, expected) in expected.enumerated() {
            var limited = Frame(width: 12, height: 1)
            let used = limited.put(CleanText(text), x: 1, y: 0, width: width, role: .text, overflow: overflow)
            #expect(limited.lines == [expected.isEmpty ? "" : " " + expected], "width \(width)")
            #expect(used == CleanText(expected).columns, "width \(width)")
            // The grid's edge is a limit like any other.
            var narrow = Frame(width: width, height: 1)
            narrow.put(CleanText(text), x: 0, y: 0, role: .text, overflow: overflow)
            #expect(narrow.lines == [expected], "width \(width)")
        }
    }

    @Test(
        "what lies left of the grid is cut off",
        arguments: [(-1, "bcdef"), (-5, "f"), (-6, ""), (-100, ""), (Int.min, ""), (Int.max, ""), (3, "   abcdef")])
    func leftOfTheGrid(x: Int, expected: String) {
        var frame = Frame(width: 10, height: 1)
        frame.put("abcdef", x: x, y: 0, role: .text)
        #expect(frame.lines == [expected])
    }

    @Test("a wide character that loses one half loses the other")
    func wideHalves() {
        func written(_ write: (inout Frame) -> Void) -> String {
            var frame = Frame(width: 6, height: 1)
            frame.put("日本語", x: 0, y: 0, role: .text)
            write(&frame)
            return frame.lines[0]
        }
        #expect(written { $0.put("x", x: 0, y: 0, role: .text) } == "x 本語")
        #expect(written { $0.put("x", x: 1, y: 0, role: .text) } == " x本語")
        #expect(written { $0.put(CleanText("文"), x: 1, y: 0, role: .text) } == " 文 語")
        #expect(written { $0.put(CleanText("文"), x: -1, y: 0, role: .text) } == "  本語")
        #expect(written { $0.fill(3..<5, y: 0, with: "│", role: .axis) } == "日 ││")
    }

    @Test("coordinates outside the grid change nothing")
    func outside() {
        var frame = Frame(width: 4, height: 2)
        for (x, y) in [(-1, 0), (4, 0), (0, -1), (0, 2), (.max, .max), (.min, .min)] {
            frame.put(Glyphs.unicode.ok, x: x, y: y, role: .ok)
            frame.put("日本", x: x == -1 ? -9 : x, y: y, role: .ok)
            #expect(frame[x, y] == .blank)
        }
        frame.fill(-10 ..< -2, y: 0, with: "x", role: .ok)
        frame.fill(4..<99, y: 1, with: "x", role: .ok)
        frame.select(row: 7)
        frame.blank(x: -3..<0, y: -3..<9)
        #expect(frame == Frame(width: 4, height: 2))
        #expect(Frame(width: -3, height: 5).lines == ["", "", "", "", ""])
    }

    @Test("frames that look alike are equal, whichever way they were written")
    func equality() {
        var first = Frame(width: 4, height: 1)
        first.put("e\u{301}a\u{308}", x: 0, y: 0, role: .text)
        var second = Frame(width: 4, height: 1)
        second.put("a\u{308}", x: 1, y: 0, role: .text)
        second.put("e\u{301}", x: 0, y: 0, role: .text)
        #expect(first == second)
        second.put("e\u{302}", x: 0, y: 0, role: .text)
        #expect(first != second)
    }

    @Test("an ASCII frame cuts with an ASCII sign")
    func asciiEllipsis() {
        var frame = Frame(width: 4, height: 1, glyphs: .ascii)
        frame.put("abcdef", x: 0, y: 0, role: .text)
        #expect(frame.lines == ["abc~"])
    }

    @Test("every role has a name and a letter of its own")
    func roles() {
        #expect(Set(Role.allCases.map(\.name)).count == Role.allCases.count)
        #expect(Set(Role.allCases.map(\.letter)).count == Role.allCases.count)
        #expect(Role.allCases.allSatisfy { Role(name: $0.name) == $0 })
    }
}
