// A whole session in a few columns.

extension Journal {
    /// Finds anew what late changes left unknown, so that an overview stays cheap.
    mutating func settle() {
        for place in blocks.indices where blocks[place].rise == nil {
            blocks[place].rise = rise(of: blocks[place])
        }
    }

    private func rise(of block: Block) -> Int {
        var running = 0
        var most = 0
        for entry in block.entries {
            switch Self.kind(entry) {
            case .start: running += 1
            case .stop: running -= 1
            case .ok, .error, .other, .tick, .known: break
            }
            most = max(most, running)
        }
        return most
    }

    /// The most attempts at one instant, and whether any call ended in an error, in each of `count` equal parts of a range, its ends included.
    ///
    /// Of blocks that lie within a part only their sums are looked at, so a long session costs hardly more than a short one.
    func overview(from start: Int64, to end: Int64, count: Int) -> [OverviewColumn] {
        guard count > 0, end > start else { return [] }
        var columns = Array(repeating: OverviewColumn(), count: count)
        let width = Double(end - start) / Double(count)
        func column(_ t: Int64) -> Int { max(0, min(count - 1, Int(Double(t - start) / width))) }
        var place = max(0, blockIndex(at: start))
        // What happened at one instant may lie in several blocks.
        while place > 0, blocks.indices.contains(place), blocks[place].base >= start {
            place -= 1
        }
        var reached = 0
        var running = counts(at: start - 1).running
        columns[0].running = running
        func reach(_ wanted: Int) {
            while reached < wanted {
                reached += 1
                columns[reached].running = running
            }
        }
        while place < blocks.count, blocks[place].base <= end {
            let block = blocks[place]
            let after = place + 1 < blocks.count ? blocks[place + 1].before : totals
            let last = block.base + Int64((block.entries.last ?? 0) >> 32)
            place += 1
            running = block.before.running
            if block.base >= start, last <= end, column(block.base) == column(last), let rise = block.rise {
                reach(column(last))
                columns[reached].running = max(columns[reached].running, running + rise)
                columns[reached].hasError = columns[reached].hasError || after.errors > block.before.errors
                running = after.running
                continue
            }
            for entry in block.entries {
                let t = block.base + Int64(entry >> 32)
                guard t <= end else { break }
                let kind = Self.kind(entry)
                running += kind == .start ? 1 : kind == .stop ? -1 : 0
                guard t >= start else { continue }
                if kind == .error {
                    columns[column(t)].hasError = true
                } else if kind == .start || kind == .stop {
                    if reached < column(t) {
                        // Up to here it was as before this change.
                        let now = running
                        running -= kind == .start ? 1 : -1
                        reach(column(t))
                        running = now
                    }
                    columns[reached].running = max(columns[reached].running, running)
                }
            }
        }
        reach(count - 1)
        return columns
    }
}

/// What happened in one part of a session.
package struct OverviewColumn: Sendable, Hashable {
    /// The most attempts that ran at one instant.
    package var running = 0
    package var hasError = false
}
