/// Finds which of a few known words some bytes are, with one probe and two comparisons.
///
/// For words of at most sixteen bytes: the first eight, the last eight and the length tell any two apart.
struct WordTable<Word: RawRepresentable & CaseIterable & Sendable>: Sendable where Word.RawValue == String {
    private struct Entry {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        var length = 0
        var word: Word?
    }

    private var entries: [Entry]
    private let mask: Int

    init() {
        var size = 8
        while size < 4 * Word.allCases.count {
            size *= 2
        }
        mask = size - 1
        entries = Array(repeating: Entry(), count: size)
        for word in Word.allCases {
            var text = word.rawValue
            // Padded, since `ends` reads eight bytes.
            text += "\0\0\0\0\0\0\0\0"
            text.withUTF8 { bytes in
                let name = UnsafeBufferPointer(rebasing: bytes.dropLast(8))
                precondition(name.count <= 16, "a word of the format is longer than the table tells apart")
                let (head, tail) = Self.ends(name)
                var slot = Self.hash(head, tail, name.count) & mask
                while entries[slot].word != nil {
                    slot = (slot + 1) & mask
                }
                entries[slot] = Entry(head: head, tail: tail, length: name.count, word: word)
            }
        }
    }

    /// The word that these bytes are. Eight bytes from each must be readable, as in simdjson's buffers.
    func word(_ bytes: UnsafeBufferPointer<UInt8>) -> Word? {
        guard bytes.count <= 16 else { return nil }
        let (head, tail) = Self.ends(bytes)
        var slot = Self.hash(head, tail, bytes.count) & mask
        while let word = entries[slot].word {
            if entries[slot].head == head, entries[slot].tail == tail, entries[slot].length == bytes.count {
                return word
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    private static func ends(_ bytes: UnsafeBufferPointer<UInt8>) -> (head: UInt64, tail: UInt64) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return (0, 0) }
        let raw = UnsafeRawPointer(start)
        let head = UInt64(littleEndian: raw.loadUnaligned(as: UInt64.self))
        if bytes.count >= 8 {
            return (head, UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)))
        }
        return (head & (1 << (UInt64(bytes.count) * 8) - 1), 0)
    }

    private static func hash(_ head: UInt64, _ tail: UInt64, _ length: Int) -> Int {
        let mixed = (head ^ (tail &* 0x9e37_79b9_7f4a_7c15) ^ UInt64(length)) &* 0xff51_afd7_ed55_8ccd
        return Int(truncatingIfNeeded: mixed >> 48)
    }
}
