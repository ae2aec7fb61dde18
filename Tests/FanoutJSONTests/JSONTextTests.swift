import FanoutJSON
import Testing

@Suite struct JSONTextTests {
    static let strings = [
        "", "ok", "a \"quoted\" word\nand a line", "tab\t, \u{1} and \\", "ü 😀 \u{2028}", String(repeating: "long ", count: 100),
    ]

    @Test("a string is the text in which it is written", arguments: strings)
    func string(_ string: String) {
        let kept = JSONText(string: string)
        let written = JSONText(.string(string))
        #expect(kept == written)
        #expect(written == kept)
        #expect(kept.hashValue == written.hashValue)
        #expect(kept.utf8 == written.utf8)
        #expect(kept.description == written.description)
        #expect(kept.value == .string(string))
        #expect(written.value == .string(string))
        #expect(!kept.isElided)
        #expect(kept != JSONText(string: string + "."))
    }

    @Test("what came as a string and what came as bytes are one text", arguments: [#"{"i": 1.10}"#, "[1,2]", "null", "\"ok\""])
    func text(_ text: String) throws {
        let kept = JSONText(unchecked: text)
        let bytes = JSONText(unchecked: Array(text.utf8))
        #expect(kept == bytes)
        #expect(kept.hashValue == bytes.hashValue)
        #expect(kept.description == text)
        #expect(kept.value == (try JSONValue(parsing: text)))
        #expect(!kept.isElided)
    }

    @Test("what is kept in different forms is written alike")
    func writing() {
        var writer = JSONWriter()
        for text in [JSONText(string: "a\n"), JSONText(unchecked: "1.10"), JSONText(unchecked: Array("[]".utf8)), JSONText(.bool(true))] {
            writer.text(text)
            writer.text(" ")
        }
        #expect(String(decoding: writer.bytes, as: UTF8.self) == #""a\n" 1.10 [] true "#)
    }

    @Test("only what was not taken along is elided")
    func elided() {
        #expect(JSONText.elided.isElided)
        #expect(JSONText.elided.value == .null)
        #expect(JSONText(unchecked: "").isElided)
        #expect(JSONText.elided == JSONText(unchecked: ""))
        #expect(JSONText.elided != JSONText(string: ""))
    }
}
