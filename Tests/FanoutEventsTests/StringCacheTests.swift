import FanoutTestKit
import Testing

@testable import FanoutEvents

@Suite("Strings made of bytes that come again")
struct StringCacheTests {
    @Test("each is what its bytes say, the first time and after others that are like it")
    func same() {
        var cache = StringCache()
        // Of one letter they share their first and last eight bytes; of two they differ in one place.
        let alike = (0...70).map { String(repeating: "a", count: $0) }
        let nearly = alike.flatMap { text in
            (0..<text.count).map { place in String(text.enumerated().map { $0.offset == place ? "b" : $0.element }) }
        }
        let others = ["é", "日本語日本語日本語", "👩‍👩‍👧‍👦", "a\0b", "\0", "call_0000000000000000000000001", "call_0000000000000000000000002"]
        var random = SeededGenerator(seed: 3)
        for text in (alike + nearly + others + alike + nearly).shuffled(using: &random) {
            // What follows the bytes is somebody else's, as in a parser's memory.
            let bytes = Array(text.utf8) + (0..<8).map { _ in UInt8.random(in: 0...255, using: &random) }
            let made = bytes.withUnsafeBufferPointer { cache.string(UnsafeBufferPointer(rebasing: $0.dropLast(8))) }
            #expect(made == text)
        }
    }

    @Test("bytes that are no UTF-8 are mended as everywhere")
    func mended() {
        var cache = StringCache()
        for length in [1, 7, 8, 9, 16, 17, 64, 65] {
            let broken = [UInt8](repeating: 0xff, count: length)
            let bytes = broken + [UInt8](repeating: 0x20, count: 8)
            for _ in 0..<2 {
                let made = bytes.withUnsafeBufferPointer { cache.string(UnsafeBufferPointer(rebasing: $0.dropLast(8))) }
                #expect(made == String(decoding: broken, as: UTF8.self))
            }
        }
    }
}
