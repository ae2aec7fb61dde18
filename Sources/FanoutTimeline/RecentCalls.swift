/// The newest lanes of calls that were told of lately, found by the very string that bears a call's id.
///
/// Most events of a call come with the same string, one that is shared and not made anew. That it is the same is seen without a look at its bytes,
/// which may be in another processor's cache.
struct RecentCalls {
    /// What a string is made of: its bytes where they are few, else where they stand, and how many. Of two strings that are held, those that have
    /// the same are the same.
    private struct Shape: Equatable {
        private let words: (UInt64, UInt64)

        @inline(__always)
        init(_ text: String) { words = unsafeBitCast(text, to: (UInt64, UInt64).self) }

        @inline(__always)
        static func == (a: Shape, b: Shape) -> Bool { a.words == b.words }

        var slot: Int { Int(truncatingIfNeeded: ((words.0 ^ words.1) &* 0x9e37_79b9_7f4a_7c15) >> 55) }
    }

    private struct Entry {
        var shape: Shape
        var lane: Int32
        var age: UInt32
    }

    /// How many calls there must be before it is worth its memory.
    static let worthwhile = 128

    private static let size = 512
    private var entries: [Entry] = []
    /// Those that the entries tell of, held so that nothing else comes to stand where they do.
    private var held: [String] = []
    /// What was noted at another says nothing any more.
    private var age: UInt32 = 1

    @inline(__always)
    func lane(_ id: String) -> Int? {
        guard !entries.isEmpty else { return nil }
        let shape = Shape(id)
        let entry = entries[shape.slot]
        return entry.shape == shape && entry.age == age ? Int(entry.lane) : nil
    }

    mutating func note(_ id: String, _ lane: Int) {
        if entries.isEmpty {
            entries = Array(repeating: Entry(shape: Shape(""), lane: -1, age: 0), count: Self.size)
            held = Array(repeating: "", count: Self.size)
        }
        let shape = Shape(id)
        entries[shape.slot] = Entry(shape: shape, lane: Int32(lane), age: age)
        held[shape.slot] = id
    }

    /// Forgets all of them, now that one of the ids is another call's.
    mutating func removeAll() {
        age &+= 1
        guard age == 0 else { return }
        entries = []
        age = 1
    }
}
