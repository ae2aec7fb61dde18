/// Finds the newest lane of an id.
///
/// Open addressing over eight bytes a slot: a lane's number, and half of its id's hash, so that another id's slot is passed by
/// without a look at that id.
struct LaneIndex {
    /// The hash's upper half above a lane number counted from 1; 0 is a free slot. A power of two, or none at all.
    private var slots: [UInt64] = []
    private var count = 0
    /// Some of the lanes that were stored last, as in `slots`, each in the one place its hash has here: what is asked for is mostly one of
    /// them, and of a large index every other look is one at memory far away. Empty while the index is small.
    private var recent: [UInt64] = []
    private static let recentSize = 2048

    /// The newest lane stored for a hash that satisfies a condition, or nil.
    func lane(_ hash: UInt64, isSame: (Int) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
        if !recent.isEmpty {
            let entry = recent[Self.recentPlace(hash)]
            if entry != 0, entry >> 32 == hash >> 32, isSame(Self.lane(entry)) {
                return Self.lane(entry)
            }
        }
        let mask = slots.count - 1
        var slot = Self.start(hash) & mask
        while slots[slot] != 0 {
            if slots[slot] >> 32 == hash >> 32, isSame(Self.lane(slots[slot])) {
                return Self.lane(slots[slot])
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Makes a lane the newest of its id, in place of the one that was.
    mutating func store(_ lane: Int, _ hash: UInt64, isSame: (Int) -> Bool) {
        if count * 4 >= slots.count * 3 {
            refill(size: max(64, slots.count * 2), from: 0)
        }
        let mask = slots.count - 1
        var slot = Self.start(hash) & mask
        while slots[slot] != 0, !(slots[slot] >> 32 == hash >> 32 && isSame(Self.lane(slots[slot]))) {
            slot = (slot + 1) & mask
        }
        if slots[slot] == 0 {
            count += 1
        }
        let entry = (hash & 0xffff_ffff_0000_0000) | UInt64(lane + 1)
        slots[slot] = entry
        if !recent.isEmpty {
            recent[Self.recentPlace(hash)] = entry
        }
    }

    /// Forgets every lane before one.
    mutating func forget(before first: Int) {
        refill(size: slots.count, from: first)
    }

    private mutating func refill(size: Int, from first: Int) {
        let old = slots
        // Anew, so that it names no lane that is forgotten.
        recent = size > 4 * Self.recentSize ? Array(repeating: 0, count: Self.recentSize) : []
        slots = Array(repeating: 0, count: size)
        count = 0
        let mask = size - 1
        for entry in old where entry != 0 && Self.lane(entry) >= first {
            var slot = Self.start(entry) & mask
            while slots[slot] != 0 {
                slot = (slot + 1) & mask
            }
            slots[slot] = entry
            count += 1
        }
    }

    /// The hash of an id's bytes: as a ``Fingerprint``, but that the last eight bytes are taken together where there are as many. It is asked for
    /// every event, and stands in no file.
    static func hash(_ id: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard id.count >= 8, let start = id.baseAddress else { return Fingerprint.of(id) }
        let raw = UnsafeRawPointer(start)
        var hash = 0xcbf2_9ce4_8422_2325 ^ UInt64(id.count)
        func mix(_ word: UInt64) {
            hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 32
        }
        for at in stride(from: 0, through: id.count - 8, by: 8) {
            mix(raw.loadUnaligned(fromByteOffset: at, as: UInt64.self))
        }
        if id.count & 7 != 0 {
            mix(raw.loadUnaligned(fromByteOffset: id.count - 8, as: UInt64.self))
        }
        return hash &* 0xbf58_476d_1ce4_e5b9
    }

    /// Where the search for a hash begins, by its upper half alone: that is what a slot keeps.
    private static func start(_ hash: UInt64) -> Int { Int(truncatingIfNeeded: hash >> 32) }

    private static func recentPlace(_ hash: UInt64) -> Int { start(hash) & (recentSize - 1) }

    private static func lane(_ entry: UInt64) -> Int { Int(entry & 0xffff_ffff) - 1 }
}
