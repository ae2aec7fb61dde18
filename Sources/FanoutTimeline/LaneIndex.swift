/// Finds the newest lane of an id.
///
/// Open addressing over lane numbers alone: four bytes a slot, where a dictionary of strings would take sixty.
struct LaneIndex {
    /// Lane numbers from 1; 0 is a free slot. A power of two, or none at all.
    private var slots: [UInt32] = []
    private var count = 0

    /// The newest lane stored for these bytes, or nil.
    func lane(_ hash: UInt64, isSame: (Int) -> Bool) -> Int? {
        guard !slots.isEmpty else { return nil }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash >> 20) & mask
        while slots[slot] != 0 {
            let lane = Int(slots[slot] - 1)
            if isSame(lane) {
                return lane
            }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Makes a lane the newest of its id.
    mutating func store(_ lane: Int, _ hash: UInt64, isSame: (Int) -> Bool, rehash: (Int) -> UInt64) {
        if count * 2 >= slots.count {
            grow(rehash)
        }
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash >> 20) & mask
        while slots[slot] != 0, !isSame(Int(slots[slot] - 1)) {
            slot = (slot + 1) & mask
        }
        if slots[slot] == 0 {
            count += 1
        }
        slots[slot] = UInt32(truncatingIfNeeded: lane + 1)
    }

    /// Forgets every lane before one.
    mutating func forget(before first: Int, rehash: (Int) -> UInt64) {
        refill(size: slots.count, from: first, rehash)
    }

    private mutating func grow(_ rehash: (Int) -> UInt64) {
        refill(size: max(64, slots.count * 2), from: 0, rehash)
    }

    private mutating func refill(size: Int, from first: Int, _ rehash: (Int) -> UInt64) {
        let old = slots
        slots = Array(repeating: 0, count: size)
        count = 0
        let mask = size - 1
        for entry in old where entry != 0 && Int(entry - 1) >= first {
            var slot = Int(truncatingIfNeeded: rehash(Int(entry - 1)) >> 20) & mask
            while slots[slot] != 0 {
                slot = (slot + 1) & mask
            }
            slots[slot] = entry
            count += 1
        }
    }
}
