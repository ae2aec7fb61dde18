import FanoutJSON
import FanoutTestKit
import Testing

@Suite("Texts that a reader expects")
struct JSONReaderTests {
    static let texts = [
        #"{"a":1}"#, #"{"b":[1,{"c":"x\ny"}],"d":"é"}"#, "{}", #"  {"a":"}{"} "#, "[1,2]", "12", #""text""#, "null", "true",
        // No JSON by themselves, though some of them with what stands before or behind.
        "", " ", #"{"a":1"#, #""b":2}"#, #"{"a":1}{"b":2}"#, #"{"a":1},"#, #"{"a":"unclosed}"#, #"closed"}"#, "]", "[", "nul", "1 2",
        "0\t\0\0\"a\":1}",
        // Read after mending.
        #"{"a":1e400}"#, #"{"a":"\ud800"}"#, #"{"a":12345678901234567890123}"#,
    ]

    /// What is said of a text that padding follows.
    private func read(_ text: UnsafeBufferPointer<UInt8>, _ reader: JSONReader) -> String {
        do {
            return "\(JSONValue(try reader.read(padded: text)))"
        } catch {
            return "\(error)"
        }
    }

    @Test("each is what it is by itself, whatever stands beside it, and where others come between", arguments: 0..<60)
    func alone(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Mostly good ones, so that there is a long way to go on.
        let texts = (0..<Int.random(in: 1...40, using: &random)).map { _ in
            let isGood = Int.random(in: 0..<20, using: &random) > 0
            return Self.texts[Int.random(in: isGood ? 0..<9 : 9..<Self.texts.count, using: &random)]
        }
        var bytes: [UInt8] = []
        var places: [Range<Int>] = []
        for text in texts {
            places.append(bytes.count..<bytes.count + text.utf8.count)
            bytes += Array(text.utf8) + [0x0A]
        }
        let count = bytes.count
        bytes += [UInt8](repeating: 0x7D, count: JSONReader.padding)
        let reader = JSONReader()
        let other = JSONReader()
        bytes.withUnsafeBufferPointer { bytes in
            reader.expect(UnsafeBufferPointer(rebasing: bytes[..<count]))
            for place in places {
                switch Int.random(in: 0..<60, using: &random) {
                case 0: continue
                case 1: #expect((try? JSONValue(reader.read(Array("[7]".utf8)))) == [7])
                default: break
                }
                let text = UnsafeBufferPointer(rebasing: bytes[place])
                let found = read(text, reader)
                let expected = Array(text) + [UInt8](repeating: 0x20, count: JSONReader.padding)
                #expect(found == expected.withUnsafeBufferPointer { read(UnsafeBufferPointer(rebasing: $0[..<text.count]), other) })
            }
        }
    }

    @Test("what is expected no more is read as anything else, though it stands where that stood")
    func over() {
        let reader = JSONReader()
        var bytes = Array("[1]\n[2]\n".utf8) + [UInt8](repeating: 0x20, count: JSONReader.padding)
        bytes.withUnsafeMutableBufferPointer { bytes in
            reader.expect(UnsafeBufferPointer(rebasing: bytes[..<8]))
            #expect(read(UnsafeBufferPointer(rebasing: bytes[0..<3]), reader) == "[1]")
            reader.expect(UnsafeBufferPointer(start: nil, count: 0))
            bytes[5] = 0x39
            #expect(read(UnsafeBufferPointer(rebasing: bytes[4..<7]), reader) == "[9]")
        }
    }
}
