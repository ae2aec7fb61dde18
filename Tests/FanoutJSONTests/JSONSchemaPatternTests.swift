import FanoutJSON
import Testing

@Suite("A pattern") struct JSONSchemaPatternTests {
    /// A pattern, texts that it fits, and texts that it does not.
    static let patterns: [(String, fits: [String], others: [String])] = [
        ("", ["", "a"], []),
        ("a|bc|", ["", "x"], []),
        ("^(a|bc)d?$", ["a", "bcd"], ["", "ab", "d"]),
        ("^a{2}b{1,}c{0,2}$", ["aab", "aabbcc"], ["ab", "aa", "aabccc"]),
        ("^a{x}$", ["a{x}"], ["a"]),
        ("^(?:ab)*?c+?$", ["c", "ababcc"], ["abab"]),
        ("^[a-c\\d_-]+$", ["b7_-"], ["d", ""]),
        ("^[^a-z]$", ["A", "é"], ["a", ""]),
        ("^[]$", [], ["", "a"]),
        ("^[^]$", ["\n", "a"], [""]),
        ("^[\\w-.]$", ["-", ".", "w"], ["/"]),
        ("^.$", ["é", "😀"], ["\n", "\u{2028}", "ab"]),
        ("\\bcat\\b", ["a cat sat", "cat"], ["concat", "cats"]),
        ("a\\Bt", ["at"], ["a t"]),
        ("^\\s\\S$", ["\u{a0}x", "\u{feff}x"], ["xx"]),
        ("^\\d\\D\\W$", ["5a!"], ["٥a!"]),
        ("^\\x41\\u0042\\u{43}\\cJ\\t$", ["ABC\n\t"], ["ABC"]),
        ("^\\uD83D\\uDE00$", ["😀"], ["x"]),
        ("^\\p{L}+\\P{L}$", ["Zürich5"], ["5", "ab"]),
        ("^\\p{Lu}[\\p{gc=Nd}_]$", ["A٥", "A_"], ["a5"]),
        ("^(?=.*[A-Z])(?=.*\\d).{8,}$", ["Passw0rdX"], ["password1", "Sh0rt"]),
        ("^(?!.*admin).*$", ["user"], ["the admin"]),
        ("(?<=\\$)\\d+(?!\\d|\\.)", ["costs $42"], ["42", "$"]),
        ("(?<!a|bb)c", ["c", "bc"], ["ac", "bbc"]),
        ("^(?<year>\\d{4})-(?P<month>\\d\\d)$", ["2026-11"], ["26-11"]),
        ("\\A[\\b\\]]\\Z", ["\u{8}", "]"], ["b"]),
        ("^(a*)*$", ["", "aaa"], ["b"]),
        ("^(|a){3,}$", ["", "aaaa"], ["b"]),
        ("^a.{0,300}z$", ["a" + String(repeating: "-", count: 300) + "z"], ["a" + String(repeating: "-", count: 301) + "z"]),
    ]

    @Test("fits what it should and nothing else", arguments: patterns)
    func fits(_ pattern: String, _ fitting: [String], _ others: [String]) throws {
        let schema = try JSONSchema(["pattern": .string(pattern)])
        #expect(schema.warnings.isEmpty)
        for text in fitting {
            #expect(schema.violations(of: .string(text)).isEmpty, "\(text)")
        }
        for text in others {
            #expect(!schema.violations(of: .string(text)).isEmpty, "\(text)")
        }
    }

    @Test(
        "that is none is refused, and it is said why",
        arguments: [
            ("a)", "a ) closes nothing"), ("(a", "a ( is not closed"), ("[a", "a [ is not closed"), ("*a", "a * repeats nothing"),
            ("a**", "a * repeats nothing"), ("a{3,2}", "{3,2} asks for more than it allows"), ("[z-a]", "the range z-a runs backwards"),
            ("a\\", "it ends in a backslash"), ("\\xg1", "\\x and \\u want hexadecimal digits"), ("\\u{110000}", "\\u{…} is no character"),
            ("\\p", "\\p wants a property: \\p{L}"), ("(?<a b>c)", "a group's name holds  "),
            ("((a{100}){100}){100}", "it is too large: repetitions are counted out, to 10000 steps at the most"),
            (String(repeating: "(", count: 500), "its groups nest more than 100 deep"),
        ])
    func refuses(_ pattern: String, _ reason: String) {
        let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(["pattern": .string(pattern)]) }
        #expect(error?.reason.hasSuffix("is not a regular expression: \(reason)") == true, "\(error?.reason ?? "")")
    }

    @Test("that only other engines know is named", arguments: ["(a)\\1", "\\k<a>", "(?i)a", "(?>a)", "a++", "\\p{Script=Greek}"])
    func unsupported(_ pattern: String) throws {
        #expect(try JSONSchema(["pattern": .string(pattern)]).warnings.count == 1)
    }
}
