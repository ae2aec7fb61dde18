import FanoutJSON
import Testing

@Suite struct RawJSONTests {
    static let texts = [
        "[]", "{}", "[ 1 , 2 ]", #"{"a": [1, {"b": "x]y"}, []], "c": {"d": "}{"}}"#, #"[[], [[]], {"a": []}, "\\", "\"", "[", ","]"#,
        #" { "a" : 1.10 , "b" : [ 1e5 , -0.50 ] } "#, #"[""]"#, "null", "1.50", "\"text\"",
    ]

    @Test("parts come out as they were written, without the space between them", arguments: texts)
    func parts(_ text: String) throws {
        let raw = try RawJSON(parsing: Array(text.utf8))
        #expect(raw.value == (try JSONValue(parsing: text)))
        #expect(raw.items.map(\.value) == (raw.value.array ?? []))
        for (key, value) in raw.value.object ?? [:] {
            #expect(raw[key]?.value == value)
        }
    }

    @Test("a number keeps its spelling")
    func spelling() throws {
        let raw = try RawJSON(parsing: Array(#" { "a" : [ 1.10 , 12345678901234567890 ] } "#.utf8))
        #expect(raw["a"]?.items.first?.json.description == "1.10")
        #expect(try RawJSON(parsing: Array(#"{"a": 1.10}"#.utf8)).json.description == #"{"a":1.10}"#)
    }
}
