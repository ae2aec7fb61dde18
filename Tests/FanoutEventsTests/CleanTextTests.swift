import FanoutEvents
import FanoutTestKit
import Testing

struct CleanTextTests {
    /// What comes in, and the one line that comes out.
    private static let hostile: [(name: String, outside: String, clean: String)] = [
        ("plain text", "swift build -c release", "swift build -c release"),
        ("letters of other scripts", "Größe, naïve, Ελλάδα, 日本語, 한국어", "Größe, naïve, Ελλάδα, 日本語, 한국어"),
        ("nothing", "", ""),
        // Controls
        ("null and friends", "a\0b\u{01}c\u{7F}d", "abcd"),
        ("line breaks and tabs", "a\nb\r\nc\td\u{0B}e\u{0C}f", "a b c d e f"),
        ("next line, line and paragraph separators", "a\u{85}b\u{2028}c\u{2029}d", "a b c d"),
        ("a carriage return that would overwrite", "rm -rf /\rls      ", "rm -rf / ls      "),
        ("backspaces that would overwrite", "evil\u{8}\u{8}\u{8}\u{8}good", "evilgood"),
        ("eight-bit controls", "a\u{80}b\u{8D}c\u{9C}d", "abcd"),
        // Sequences
        ("colours", "\u{1B}[1;31mred\u{1B}[0m", "red"),
        ("colours with colons", "\u{1B}[38:2::255:0:0mred\u{1B}[m", "red"),
        ("clearing the screen", "a\u{1B}[2J\u{1B}[Hb", "ab"),
        ("private modes", "a\u{1B}[?1049h\u{1B}[?25lb", "ab"),
        ("an eight-bit CSI", "a\u{9B}31mb", "ab"),
        ("a question for the cursor's place", "a\u{1B}[6nb", "ab"),
        ("a window title ended by a bell", "a\u{1B}]0;owned\u{7}b", "ab"),
        ("a window title ended by ST", "a\u{1B}]2;owned\u{1B}\\b", "ab"),
        ("an eight-bit OSC and ST", "a\u{9D}0;owned\u{9C}b", "ab"),
        ("the clipboard", "a\u{1B}]52;c;cm0gLXJmIC8=\u{7}b", "ab"),
        ("a link", "\u{1B}]8;;https://evil.example\u{1B}\\click\u{1B}]8;;\u{1B}\\", "click"),
        ("a status question (DECRQSS)", "a\u{1B}P$q\"p\u{1B}\\b", "ab"),
        ("a sixel picture", "a\u{1B}Pq#0;2;0;0;0~~@@\u{1B}\\b", "ab"),
        ("APC, PM and SOS", "a\u{1B}_x\u{1B}\\b\u{1B}^y\u{1B}\\c\u{1B}Xz\u{1B}\\d", "abcd"),
        ("a title of screen", "a\u{1B}kname\u{1B}\\b", "ab"),
        ("tmux's passing through", "a\u{1B}Ptmux;\u{1B}\u{1B}]52;c;eA==\u{7}\u{1B}\\b", "ab"),
        ("character sets", "a\u{1B}(0b\u{1B})Bc\u{1B}%Gd", "abcd"),
        ("two-byte sequences", "a\u{1B}cb\u{1B}7c\u{1B}=d\u{1B}Me", "abcde"),
        ("a sequence within a sequence", "a\u{1B}[3\u{1B}[1mb", "ab"),
        ("a cancelled sequence", "a\u{1B}]0;x\u{18}b", "ab"),
        ("a bell does not end a DCS", "a\u{1B}Pq\u{7}c\u{1B}\\b", "ab"),
        ("escape before a letter of another script", "a\u{1B}é", "aé"),
        ("half an escape at the end", "a\u{1B}", "a"),
        ("half a CSI at the end", "a\u{1B}[38;5", "a"),
        ("half an OSC at the end", "a\u{1B}]0;owned", "a"),
        ("half an ST at the end", "a\u{1B}]0;owned\u{1B}", "a"),
        ("half a character set at the end", "a\u{1B}(", "a"),
        ("an open string ends with its line", "a\u{1B}]0;owned\nb", "a b"),
        // Order of reading
        ("Trojan Source", "if admin\u{202E} \u{2066}// check\u{2069} \u{2066}", "if admin // check "),
        ("a file name read backwards", "photo\u{202E}gpj.exe", "photogpj.exe"),
        ("marks of direction", "a\u{200E}b\u{200F}c\u{061C}d", "abcd"),
        ("embeddings and isolates", "\u{202A}a\u{202B}b\u{202C}c\u{202D}d\u{2067}e\u{2068}f", "abcdef"),
        // What cannot be seen
        ("zero width", "pass\u{200B}word\u{FEFF}\u{2060}\u{200C}", "password"),
        ("a soft hyphen", "co\u{AD}operate", "cooperate"),
        ("tag characters", "hi\u{E0001}\u{E0041}\u{E007F}", "hi"),
        ("variation selectors", "⚠\u{FE0F}❤\u{FE0E}a\u{E0100}", "⚠❤a"),
        ("invisible letters", "a\u{3164}b\u{115F}c\u{FFA0}d", "abcd"),
        ("annotations", "\u{FFF9}a\u{FFFA}b\u{FFFB}", "ab"),
        ("noncharacters", String(decoding: [97, 0xEF, 0xBF, 0xBF, 98, 0xEF, 0xB7, 0x90, 99], as: UTF8.self), "abc"),
        // Width
        ("a joined family", "👩\u{200D}👩\u{200D}👧", "👩👩👧"),
        ("marks", "e\u{301}a\u{308}", "e\u{301}a\u{308}"),
        ("marks without a character", "\u{301}\u{302}a", "a"),
        ("far too many marks", "Z" + String(repeating: "\u{310}", count: 300) + "a", "Z\u{310}\u{310}\u{310}\u{310}a"),
        ("marks with a sequence between", "Z\u{310}\u{310}\u{310}\u{1B}[m\u{310}\u{310}", "Z\u{310}\u{310}\u{310}\u{310}"),
        ("what is not assigned", "a\u{50000}b", "a\u{FFFD}b"),
    ]

    @Test("hostile text comes out as one harmless line", arguments: hostile.map(\.name).indices)
    func hostileText(index: Int) {
        let (name, outside, clean) = Self.hostile[index]
        // Scalar by scalar: as characters, "e" with an accent equals "é".
        #expect(Array(CleanText(outside).string.unicodeScalars) == Array(clean.unicodeScalars), "\(name)")
        #expect(CleanTextPromises.broken(by: outside) == nil, "\(name)")
    }

    @Test("every cut of a hostile text keeps the promises")
    func cuts() {
        for (name, outside, _) in Self.hostile {
            let bytes = Array(outside.utf8)
            for cut in bytes.indices {
                #expect(CleanTextPromises.broken(by: bytes[..<cut]) == nil, "\(name), first \(cut) bytes")
                #expect(CleanTextPromises.broken(by: bytes[cut...]) == nil, "\(name), from byte \(cut)")
            }
        }
    }

    @Test("random bytes, most of them dangerous, keep the promises")
    func randomBytes() {
        let pieces: [[UInt8]] = [
            [0x1B], [0x9B], [0xC2, 0x9B], [0xC2, 0x9D], [0x5B], [0x5D], [0x5C], [0x07], [0x0A], [0x0D], [0x00], [0x18], [0x41], [0x3B],
            [0x20],
            [0xCC, 0x90], [0xE2, 0x80, 0xAE], [0xF0, 0x9F, 0x91, 0xA9], [0xE2, 0x80, 0x8D], [0xFF], [0xF3, 0xA0, 0x81, 0x81], [0xE6, 0x97],
        ]
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0..<24, using: &generator)).flatMap { _ in pieces.randomElement(using: &generator) ?? [] }
            #expect(CleanTextPromises.broken(by: bytes) == nil, "\(bytes)")
        }
    }

    @Test(
        "lines keep their breaks, and tabs reach to the next stop",
        arguments: [
            ("", []),
            ("one", ["one"]),
            ("one\ntwo\r\nthree\n", ["one", "two", "three"]),
            ("one\n\ntwo\n\n", ["one", "", "two", ""]),
            ("\tif x {\n\t\treturn\n日\tx", ["    if x {", "        return", "日  x"]),
            ("10%\r50%\r100%\n", ["10%", "50%", "100%"]),
            ("\u{1B}]0;open\nnext\n\u{301}mark", ["", "next", "mark"]),
        ] as [(String, [String])])
    func lines(outside: String, expected: [String]) {
        #expect(CleanText.lines(of: outside).map(\.string) == expected)
    }

    @Test("a literal is cleaned like anything else")
    func literal() {
        let text: CleanText = "a\u{1B}[31mb\u{202E}"
        #expect(text.string == "ab")
        #expect((text + "\u{7}c").string == "abc")
        #expect([text, "c"].joined(separator: ", ").string == "ab, c")
    }

    @Test(
        "columns are counted as a terminal does",
        arguments: [
            ("", 0), ("abc", 3), ("日本", 4), ("e\u{301}", 1), ("👩\u{200D}👧", 4), ("━●│▏░✓↷", 7), ("한국", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
        ])
    func columns(outside: String, expected: Int) {
        #expect(CleanText(outside).columns == expected)
    }
}

/// SplitMix64: the same numbers at every run.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
