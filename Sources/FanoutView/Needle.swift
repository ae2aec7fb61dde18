internal import FanoutEvents

/// Words that are looked for in texts: small letters stand for both kinds, a capital for itself.
package struct Needle: Sendable, Hashable {
    package let text: String
    /// The bytes as they are compared.
    private let bytes: [UInt8]
    private let isExact: Bool
    private let isASCII: Bool

    /// Nil of nothing but spaces.
    package init?(_ text: String) {
        guard text.contains(where: { !$0.isWhitespace }) else { return nil }
        self.text = text
        bytes = Array(text.utf8)
        isExact = text.contains(where: \.isUppercase)
        isASCII = bytes.allSatisfy { $0 < 0x80 }
    }

    package func occurs(in text: String) -> Bool { offset(in: text) != nil }

    /// The byte at which it first occurs.
    package func offset(in text: String) -> Int? {
        // Letters beyond ASCII may be longer or shorter in the other case; where they are not, bytes still say where.
        guard isExact || isASCII else { return Self.offset(of: bytes, in: Array(text.lowercased().utf8)[...], isExact: true) }
        var text = text
        return text.withUTF8 { offset(in: $0) }
    }

    /// The byte at which it first occurs in UTF-8.
    package func offset(in utf8: UnsafeBufferPointer<UInt8>) -> Int? {
        guard isExact || isASCII else { return offset(in: String(decoding: utf8, as: UTF8.self)) }
        return Self.offset(of: bytes, in: utf8, isExact: isExact)
    }

    private static func offset(of needle: [UInt8], in hay: some RandomAccessCollection<UInt8>, isExact: Bool) -> Int? {
        hay.withContiguousStorageIfAvailable { offset(of: needle, in: $0, isExact: isExact) } ?? nil
    }

    private static func offset(of needle: [UInt8], in hay: UnsafeBufferPointer<UInt8>, isExact: Bool) -> Int? {
        guard let first = needle.first, hay.count >= needle.count else { return nil }
        return needle.withUnsafeBufferPointer { needle in
            var start = 0
            let last = hay.count - needle.count
            while start <= last {
                var length = 0
                if isExact {
                    while length < needle.count, hay[start + length] == needle[length] { length += 1 }
                } else if hay[start].small == first {
                    while length < needle.count, hay[start + length].small == needle[length] { length += 1 }
                }
                if length == needle.count { return start }
                start += 1
            }
            return nil
        }
    }

    /// Columns of a text, as it stands on the screen, that it covers.
    func columns(in text: CleanText) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var rest = text.string[...]
        var passed = 0
        while let offset = offset(in: String(rest)) {
            let start = rest.utf8.index(rest.startIndex, offsetBy: offset, limitedBy: rest.endIndex) ?? rest.endIndex
            let end = rest.utf8.index(start, offsetBy: bytes.count, limitedBy: rest.endIndex) ?? rest.endIndex
            let before = passed + CleanText(String(rest[..<start])).columns
            let covered = max(1, CleanText(String(rest[start..<end])).columns)
            ranges.append(before..<before + covered)
            passed = before + covered
            rest = rest[end...]
        }
        return ranges
    }
}

extension UInt8 {
    /// The small letter of an ASCII capital; anything else as it is.
    fileprivate var small: UInt8 { self &- 0x41 < 26 ? self | 0x20 : self }
}
