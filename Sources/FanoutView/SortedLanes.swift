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

    private var watch = LaneWatch()
    /// Lanes that have ended; those that did so lately stand apart, so that few must be moved for each.
    private var settled: [Entry] = []
    private var lately: [Entry] = []
    /// Those that go on, and those that ended lately, stand among the settled ones: how many of all come before each.
    private var inserted: [(rank: Int, entry: Entry)] = []
    private var revision: [Int] = []

    /// Lanes that may stand apart.
    private static let mostLately = 1024

    var count: Int { settled.count + inserted.count }

    /// Puts lanes where they belong at an instant.
    ///
    /// - Parameters:
    ///   - revision: Another number where lanes that have ended have another key, or others of them pass.
    ///   - key: Of a lane; what has ended has the same for good.
    mutating func update(_ timeline: Timeline, at t: Int64, revision: [Int], _ arrangement: Arrangement, key: Key) {
        if revision != self.revision {
            self = SortedLanes()
            self.revision = revision
        }
        let look = watch.look(at: timeline, t)
        if look.isAnew { (settled, lately) = ([], []) }
        func entries(_ lanes: [Int]) -> [Entry] {
            var entries: [Entry] = []
            for lane in lanes where arrangement.passes(lane, timeline, t) {
                entries.append(Entry(key: key(lane, timeline, t), lane: Int32(lane)))
            }
            entries.sortStably { Int64($0.lane) }
            entries.sortStably(by: \.key)
            return entries
        }
        settle(entries(look.ended))
        insert(lately.merged(with: entries(watch.open), by: <))
    }

    private mutating func settle(_ ended: [Entry]) {
        lately = lately.merged(with: ended, by: <)
        guard lately.count > Self.mostLately else { return }
        settled = settled.merged(with: lately, by: <)
        lately = []
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
