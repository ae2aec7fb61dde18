/// Finds where each item of an array stands in its text, without decoding anything.
///
/// For texts that a parser has accepted: it relies on quotes and brackets that match.
package struct JSONItemScanner: IteratorProtocol {
    private let text: UnsafeBufferPointer<UInt8>
    private var at: Int

    package init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        at = (text.firstIndex(of: 0x5b) ?? text.count) + 1
    }

    /// The bytes of the next item.
    package mutating func next() -> Range<Int>? {
        while at < text.count, text[at] <= 0x20 || text[at] == 0x2c {
            at += 1
        }
        guard at < text.count, text[at] != 0x5d else { return nil }
        let start = at
        var end = at
        var depth = 0
        while at < text.count {
            switch text[at] {
            case 0x22:
                at += 1
                while at < text.count, text[at] != 0x22 {
                    at += text[at] == 0x5c ? 2 : 1
                }
            case 0x7b, 0x5b:
                depth += 1
            case 0x7d, 0x5d:
                guard depth > 0 else { return start..<end }
                depth -= 1
            case 0x2c where depth == 0:
                return start..<end
            case 0...0x20:
                at += 1
                continue
            default:
                break
            }
            at = min(at + 1, text.count)
            end = at
        }
        return start..<end
    }
}
