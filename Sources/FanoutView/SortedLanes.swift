internal import FanoutEvents
internal import FanoutTimeline

/// Lanes in the order of a number that each has at an instant, kept in that order while time goes on.
///
/// What has ended keeps its number, so only what is new or still open is put in its place for each picture: of a million lanes hardly more than
/// of a hundred. Where time goes back, or what had ended turns out to have ended otherwise, all is put in order anew.
struct SortedLanes: Sendable {
    typealias Key = @Sendable (Int, Timeline, Int64) -> Int64

    private struct Entry: Sendable {
        var key: Int64
        var lane: Int32

        static func < (a: Entry, b: Entry) -> Bool { (a.key, a.lane) < (b.key, b.lane) }
    }

    /// Lanes that have ended; those that did so lately stand apart, so that few must be moved for each.
    private var settled = ContiguousArray<Entry>()
    private var lately: [Entry] = []
    /// Lanes that have not ended.
    private var open: [Int] = []
    /// Lanes that are not known yet, the next one last.
    private var unseen: [(seen: Int64, lane: Int)] = []
    /// Those of both kinds that stand among the settled ones: how many of all come before each.
    private var inserted: [(rank: Int, entry: Entry)] = []
    /// Lanes below this one were looked at.
    private var next = 0
    private var t = Int64.min
    private var revision: [Int] = []
    private var over: Int64?

    /// Lanes that may stand apart.
    private static let mostLately = 1024

    var count: Int { settled.count + inserted.count }

    /// Puts lanes where they belong at an instant.
    ///
    /// - Parameters:
    ///   - revision: Another number where anything but the passing of time has changed what is known of ended lanes.
    ///   - key: Of a lane; what has ended has the same for good.
    mutating func update(
        _ timeline: Timeline, at t: Int64, revision: [Int], _ arrangement: Arrangement, key: Key
    ) {
        let range = timeline.laneRange
        if t < self.t || revision != self.revision || over != timeline.over || next < range.lowerBound {
            self = SortedLanes()
            next = range.lowerBound
            (self.revision, over) = (revision, timeline.over)
        }
        self.t = t
        learn(next..<range.upperBound, timeline)
        var stillOpen: [Int] = []
        var ended: [Entry] = []
        var running: [Entry] = []
        let isOver = timeline.over.map { $0 <= t } ?? false
        for number in open {
            let lane = timeline.lane(number)
            let hasEnded = lane.ended <= t || isOver
            if !hasEnded { stillOpen.append(number) }
            guard Int(lane.turn) >= timeline.firstTurn, arrangement.passes(number, timeline, t) else { continue }
            let entry = Entry(key: key(number, timeline, t), lane: Int32(number))
            if hasEnded { ended.append(entry) } else { running.append(entry) }
        }
        open = stillOpen
        if !ended.isEmpty { settle(ended) }
        running.sort { $0 < $1 }
        insert(Self.merged(lately, running))
    }

    /// Takes up lanes that are new, and those that are known from now on.
    private mutating func learn(_ lanes: Range<Int>, _ timeline: Timeline) {
        next = lanes.upperBound
        let before = unseen.count
        for lane in lanes {
            let seen = timeline.lane(lane).seen
            if seen <= t { open.append(lane) } else { unseen.append((seen, lane)) }
        }
        if unseen.count > before { unseen.sort { $0.seen > $1.seen } }
        while let last = unseen.last, last.seen <= t {
            open.append(last.lane)
            unseen.removeLast()
        }
    }

    private mutating func settle(_ ended: [Entry]) {
        let ended = ended.sorted { $0 < $1 }
        if lately.count + ended.count <= Self.mostLately {
            lately = Self.merged(lately, ended)
        } else {
            settled = Self.merged(settled, ContiguousArray(Self.merged(lately, ended)))
            lately = []
        }
    }

    private mutating func insert(_ entries: [Entry]) {
        inserted.removeAll(keepingCapacity: true)
        var low = 0
        for (place, entry) in entries.enumerated() {
            // Each stands behind the one before it.
            low = settled.end(from: low) { $0 < entry }
            inserted.append((low + place, entry))
        }
    }

    private static func merged<List: RangeReplaceableCollection & RandomAccessCollection>(_ a: List, _ b: List) -> List
    where List.Element == Entry, List.Index == Int {
        guard !a.isEmpty else { return b }
        guard !b.isEmpty else { return a }
        var all = List()
        all.reserveCapacity(a.count + b.count)
        var (i, j) = (a.startIndex, b.startIndex)
        while i < a.endIndex, j < b.endIndex {
            if b[j] < a[i] {
                all.append(b[j])
                j += 1
            } else {
                all.append(a[i])
                i += 1
            }
        }
        all.append(contentsOf: a[i...])
        all.append(contentsOf: b[j...])
        return all
    }

    subscript(row: Int) -> Int { Int(entry(row).lane) }

    /// How many of those that were inserted come before a row.
    private func firstInserted(from row: Int) -> Int { inserted.end { $0.rank < row } }

    /// The row of a lane; nil where it has none.
    func row(of lane: Int, key: Int64) -> Int? {
        let entry = Entry(key: key, lane: Int32(clamping: lane))
        let row = (0..<count).end { self.entry($0) < entry }
        return row < count && self[row] == lane ? row : nil
    }

    private func entry(_ row: Int) -> Entry {
        let place = firstInserted(from: row)
        return place < inserted.count && inserted[place].rank == row ? inserted[place].entry : settled[row - place]
    }
}
