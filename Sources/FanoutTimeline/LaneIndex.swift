/// Finds the newest lane of an id.
///
/// Open addressing over eight bytes a slot: a lane's number, and half of its id's hash, so that another id's slot is passed by
/// without a look at that id.
struct LaneIndex {
    /// The hash's upper half above a lane number counted from 1; 0 is a free slot. A power of two, or none at all.
    private var slots: [UInt64] = []
    private var count = 0
    /// Calls that were told of lately; empty while the index is small.
    private var recent = RecentCalls()

    /// The newest lane stored for a hash that satisfies a condition, or nil.
    func lane(_ hash: UInt64, isSame: (Int) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
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

    /// The newest lane of a call's id, of those from one on.
    func lane(ofCall id: String, _ lanes: Segmented<Lane>, _ ids: IDStore, from first: Int) -> Int? {
        func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
            let bytes = UnsafeBufferPointer(rebasing: bytes.prefix(IDStore.longest))
            return lane(Self.hash(bytes)) { $0 >= first && ids.isSame(lanes[$0].id, bytes) }
        }
        // In place, where it can be, which it is for all but strings from elsewhere: this is asked for every event.
        if let found = id.utf8.withContiguousStorageIfAvailable(find) { return found }
        var id = id
        return id.withUTF8(find)
    }

    /// Makes a lane the newest of its id, in place of the one of those from one on that was.
    mutating func store(_ lane: Int, _ lanes: Segmented<Lane>, _ ids: IDStore, from first: Int) {
        ids.withBytes(lanes[lane].id) { bytes in
            store(lane, Self.hash(bytes)) { $0 >= first && ids.isSame(lanes[$0].id, bytes) }
        }
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
        } else {
            recent.removeAll()
        }
        slots[slot] = (hash & 0xffff_ffff_0000_0000) | UInt64(lane + 1)
    }

    /// The newest lane of a call's id, where the call was told of lately.
    @inline(__always)
    func remembered(_ id: String) -> Int? { recent.lane(id) }

    /// Has a lane found again by its id, whose newest it is.
    @inline(__always)
    mutating func remember(_ id: String, _ lane: Int) {
        if count >= RecentCalls.worthwhile { recent.note(id, lane) }
    }

    /// Forgets every lane before one.
    mutating func forget(before first: Int) {
        refill(size: slots.count, from: first)
    }

    private mutating func refill(size: Int, from first: Int) {
        let old = slots
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

    private static func lane(_ entry: UInt64) -> Int { Int(entry & 0xffff_ffff) - 1 }
}
