/// Finds where each field of an object stands in its text, without decoding anything.
///
/// For texts that a parser has accepted: it relies on quotes and brackets that match.
package struct JSONFieldScanner: IteratorProtocol {
    private let text: UnsafeBufferPointer<UInt8>
    private var at: Int

    package init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        // Up to and past the opening brace; a byte order mark may stand before it.
        at = (text.firstIndex(of: 0x7b) ?? text.count) + 1
    }

    /// The bytes of the next field's name between its quotes, and of its value.
    package mutating func next() -> (key: Range<Int>, value: Range<Int>)? {
        skip { $0 <= 0x20 || $0 == 0x2c }
        guard at < text.count, text[at] == 0x22 else { return nil }
        let keyStart = at + 1
        skipString()
        let key = keyStart..<max(keyStart, at - 1)
        skip { $0 <= 0x20 || $0 == 0x3a }
        let start = at
        skipValue()
        return at > start ? (key, start..<at) : nil
    }

    private mutating func skip(while condition: (UInt8) -> Bool) {
        while at < text.count, condition(text[at]) {
            at += 1
        }
    }

    private mutating func skipString() {
        at += 1
        while at < text.count, text[at] != 0x22 {
            at += text[at] == 0x5c ? 2 : 1
        }
        at = min(at + 1, text.count)
    }

    private mutating func skipValue() {
        guard at < text.count else { return }
        switch text[at] {
        case 0x22:
            skipString()
        case 0x7b, 0x5b:
            var depth = 0
            repeat {
                switch text[at] {
                case 0x22:
                    skipString()
                    continue
                case 0x7b, 0x5b: depth += 1
                case 0x7d, 0x5d: depth -= 1
                default: break
                }
                at += 1
            } while depth > 0 && at < text.count
        default:
            skip { $0 > 0x20 && $0 != 0x2c && $0 != 0x7d && $0 != 0x5d }
        }
    }
}
