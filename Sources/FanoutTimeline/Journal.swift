/// Every change of a session's lanes in the order of time: what was running at an instant is a binary search away.
///
/// A change is eight bytes. Changes lie in blocks; a block knows the counts before it, so an instant costs the search for its
/// block and a walk through part of it. A late change is put where it belongs, and the counts behind it are corrected.
struct Journal {
    enum Kind: UInt8 {
        // In this order within an instant: an attempt that ends as another starts does not overlap it.
        case stop, ok, error, other, tick, known, start
    }

    struct Change: Equatable {
        var t: Int64
        var kind: Kind
        var lane: Int
    }

    struct Block {
        /// The instant that the entries count from.
        var base: Int64
        /// Microseconds since the base, kind, lane: 32, 3 and 29 bits; so their order is that of time.
        var entries: ContiguousArray<UInt64> = []
        var before = Counts()
        /// By how many the most that ran at one instant were more than ran before it; nil where that is not known.
        var rise: Int? = 0
    }

    private static let blockSize = 512

    var blocks: [Block] = []
    /// The counts after everything, kept so that appending costs no walk.
    private var tail = Counts()

    mutating func insert(_ change: Change) {
        if let last = blocks.last, let newest = last.entries.last, let entry = Self.entry(change, base: last.base), entry >= newest,
            last.entries.count < Self.blockSize
        {
            let place = blocks.count - 1
            blocks[place].entries.append(entry)
            tail.apply(change.kind)
            if let rise = blocks[place].rise {
                blocks[place].rise = Swift.max(rise, tail.running - blocks[place].before.running)
            }
            return
        }
        insertLate(change)
    }

    mutating func remove(_ change: Change) {
        var place = blockIndex(at: change.t)
        while place >= 0 {
            if let entry = Self.entry(change, base: blocks[place].base), let found = Self.find(entry, in: blocks[place].entries) {
                blocks[place].entries.remove(at: found)
                blocks[place].rise = nil
                tail.apply(change.kind, by: -1)
                for later in blocks.indices where later > place {
                    blocks[later].before.apply(change.kind, by: -1)
                }
                if blocks[place].entries.isEmpty {
                    blocks.remove(at: place)
                }
                return
            }
            // The same instant may reach back into an earlier block.
            place -= 1
            guard place >= 0, let last = blocks[place].entries.last, blocks[place].base + Int64(last >> 32) >= change.t else { return }
        }
    }

    private mutating func insertLate(_ change: Change) {
        guard !blocks.isEmpty else {
            return appendBlock(change)
        }
        var place = blockIndex(at: change.t)
        if place < 0 {
            // Before everything so far: a block of its own in front, after what may be forgotten.
            place = 0
            blocks.insert(Block(base: change.t, before: blocks[0].before), at: 0)
        }
        // Within an instant the order of kinds holds from block to block.
        while place > 0, blocks[place].base == change.t, let first = blocks[place].entries.first,
            let entry = Self.entry(change, base: change.t), entry < first,
            let last = blocks[place - 1].entries.last, blocks[place - 1].base + Int64(last >> 32) == change.t
        {
            place -= 1
        }
        guard let entry = Self.entry(change, base: blocks[place].base) else {
            // Too long after its block's base, and so behind all of its entries.
            blocks.insert(Block(base: change.t, before: counts(throughBlock: place)), at: place + 1)
            return put(change, Self.entry(change, base: change.t) ?? 0, in: place + 1)
        }
        if place == blocks.count - 1, blocks[place].entries.count >= Self.blockSize, entry >= blocks[place].entries.last ?? 0 {
            return appendBlock(change)
        }
        put(change, entry, in: place)
        if blocks[place].entries.count > 2 * Self.blockSize {
            split(place)
        }
    }

    private mutating func appendBlock(_ change: Change) {
        blocks.append(Block(base: change.t, before: tail))
        if blocks.count > 1 {
            // One that grew by doubling would end half empty; a short session's only block may.
            blocks[blocks.count - 1].entries.reserveCapacity(Self.blockSize)
        }
        let place = blocks.count - 1
        put(change, Self.entry(change, base: change.t) ?? 0, in: place)
        blocks[place].rise = Swift.max(0, tail.running - blocks[place].before.running)
    }

    private mutating func put(_ change: Change, _ entry: UInt64, in place: Int) {
        blocks[place].entries.insert(entry, at: Self.firstIndex(above: entry, in: blocks[place].entries))
        blocks[place].rise = nil
        tail.apply(change.kind)
        for later in blocks.indices where later > place {
            blocks[later].before.apply(change.kind)
        }
    }

    private mutating func split(_ place: Int) {
        let half = blocks[place].entries.count / 2
        let entries = blocks[place].entries
        let base = blocks[place].base
        blocks[place].entries = ContiguousArray(entries[..<half])
        let newBase = base + Int64(entries[half] >> 32)
        var block = Block(base: newBase, before: counts(throughBlock: place))
        let moved = UInt64(newBase - base) << 32
        block.entries = ContiguousArray(entries[half...].map { $0 - moved })
        block.rise = nil
        blocks[place].rise = nil
        blocks.insert(block, at: place + 1)
    }

    private func counts(throughBlock place: Int) -> Counts {
        var counts = blocks[place].before
        for entry in blocks[place].entries {
            counts.apply(Self.kind(entry))
        }
        return counts
    }
}

extension Journal {
    /// How many lanes were in which state.
    struct Counts: Equatable {
        var known = 0
        var running = 0
        var ok = 0
        var errors = 0
        var other = 0

        mutating func apply(_ kind: Kind, by step: Int = 1) {
            switch kind {
            case .known: known += step
            case .start: running += step
            case .stop: running -= step
            case .ok: ok += step
            case .error: errors += step
            case .other: other += step
            case .tick: break
            }
        }
    }

    /// The counts after everything.
    var totals: Counts { tail }

    /// The counts at an instant, everything of that instant included.
    func counts(at t: Int64) -> Counts {
        let place = blockIndex(at: t)
        guard place >= 0 else { return Counts() }
        var counts = blocks[place].before
        for entry in blocks[place].entries {
            guard blocks[place].base + Int64(entry >> 32) <= t else { break }
            counts.apply(Self.kind(entry))
        }
        return counts
    }

    /// The most attempts that ran at one instant of each of `count` equal parts of a range.
    func concurrency(from start: Int64, to end: Int64, count: Int) -> [Int] {
        guard count > 0, end > start else { return [] }
        var columns = Array(repeating: 0, count: count)
        let width = Double(end - start) / Double(count)
        var running = counts(at: start).running
        var column = 0
        columns[0] = running
        func part(_ t: Int64) -> Int { Swift.min(count - 1, Int(Double(t - start) / width)) }
        var place = Swift.max(0, blockIndex(at: start))
        while place < blocks.count, blocks[place].base <= end {
            let block = blocks[place]
            if block.base > start, let last = block.entries.last, block.base + Int64(last >> 32) < end {
                let reached = part(block.base)
                if reached == part(block.base + Int64(last >> 32)), let rise = block.rise {
                    while column < reached {
                        column += 1
                        columns[column] = running
                    }
                    columns[column] = Swift.max(columns[column], running + rise)
                    place += 1
                    running = (place < blocks.count ? blocks[place].before : tail).running
                    continue
                }
            }
            for entry in block.entries {
                let t = block.base + Int64(entry >> 32)
                guard t > start else { continue }
                guard t < end else { break }
                let kind = Self.kind(entry)
                guard kind == .start || kind == .stop else { continue }
                let reached = part(t)
                while column < reached {
                    column += 1
                    columns[column] = running
                }
                running += kind == .start ? 1 : -1
                columns[column] = Swift.max(columns[column], running)
            }
            place += 1
        }
        while column < count - 1 {
            column += 1
            columns[column] = running
        }
        return columns
    }

    /// The first change after an instant.
    func next(after t: Int64) -> Change? {
        var place = Swift.max(0, blockIndex(at: t))
        while place < blocks.count {
            for entry in blocks[place].entries where blocks[place].base + Int64(entry >> 32) > t {
                return change(entry, in: place)
            }
            place += 1
        }
        return nil
    }

    /// The first change at or after an instant that satisfies a condition.
    func first(from t: Int64, where condition: (Change) -> Bool) -> Change? {
        var place = Swift.max(0, blockIndex(at: t))
        // What happened at one instant may lie in several blocks.
        while place > 0, blocks[place].base >= t {
            place -= 1
        }
        while place < blocks.count {
            for entry in blocks[place].entries where blocks[place].base + Int64(entry >> 32) >= t {
                let change = change(entry, in: place)
                if condition(change) {
                    return change
                }
            }
            place += 1
        }
        return nil
    }

    /// The last change before an instant that satisfies a condition.
    func last(before t: Int64, where condition: (Change) -> Bool = { _ in true }) -> Change? {
        var place = blockIndex(at: t)
        while place >= 0 {
            for entry in blocks[place].entries.reversed() where blocks[place].base + Int64(entry >> 32) < t {
                let change = change(entry, in: place)
                if condition(change) {
                    return change
                }
            }
            place -= 1
        }
        return nil
    }

    /// Forgets whole blocks that end before an instant; the counts of what follows stay as they are.
    mutating func forget(before t: Int64) {
        while blocks.count > 1, blocks[1].base < t {
            blocks.removeFirst()
        }
    }

    private func change(_ entry: UInt64, in place: Int) -> Change {
        Change(t: blocks[place].base + Int64(entry >> 32), kind: Self.kind(entry), lane: Int(entry & 0x1fff_ffff))
    }

    static func kind(_ entry: UInt64) -> Kind {
        Kind(rawValue: UInt8(truncatingIfNeeded: entry >> 29) & 7) ?? .tick
    }

    private static func entry(_ change: Change, base: Int64) -> UInt64? {
        let distance = change.t &- base
        guard distance >= 0, distance <= Int64(UInt32.max) else { return nil }
        return UInt64(distance) << 32 | UInt64(change.kind.rawValue) << 29 | UInt64(truncatingIfNeeded: change.lane) & 0x1fff_ffff
    }

    /// The last block that begins at or before an instant; −1 where there is none.
    func blockIndex(at t: Int64) -> Int { blocks.end { $0.base <= t } - 1 }

    private static func firstIndex(above entry: UInt64, in entries: ContiguousArray<UInt64>) -> Int { entries.end { $0 <= entry } }

    private static func find(_ entry: UInt64, in entries: ContiguousArray<UInt64>) -> Int? {
        let place = firstIndex(above: entry, in: entries) - 1
        return place >= 0 && entries[place] == entry ? place : nil
    }
}
