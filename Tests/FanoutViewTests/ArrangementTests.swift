import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

/// Rows that are kept up from picture to picture, against rows that are worked out anew.
struct ArrangementTests {
    private static let filters = [
        "", "state:running", "state:open -tool:bash", "tool:grep", "state:error", ">3us", "turn:1-3", "state:queued,ok",
    ]

    private static func arrangement(_ filter: String, _ variant: Int) throws -> Arrangement {
        var arrangement = Arrangement()
        arrangement.use(try LaneFilter(filter))
        switch variant {
        case 1: arrangement.folds.runs = [1, 4, 9]
        case 2: arrangement.folds.turns = [0, 2]
        case 3: arrangement.folds.calls = [0, 1, 2, 3]
        case 4: arrangement.order = .time
        case 5: (arrangement.order, arrangement.isReversed) = (.state, true)
        case 6: arrangement.order = .tool
        case 7: (arrangement.order, arrangement.isReversed) = (.start, true)
        case 8: (arrangement.order, arrangement.isReversed) = (.called, true)
        default: break
        }
        return arrangement
    }

    private static func rows(_ list: RowList) -> [Row] { list.rows(from: 0, limit: list.count + 1) }

    /// The lanes that pass, by the words of the filter alone, in any order.
    private static func passing(_ arrangement: Arrangement, _ timeline: Timeline, _ t: Int64) -> Set<Int> {
        Set(timeline.laneRange.filter { timeline.lane($0).seen <= t && arrangement.passes($0, timeline, t) })
    }

    @Test("rows stay right while events arrive, late ones too, and while the playhead moves", arguments: 1...6)
    func keptUp(seed: Int) throws {
        var session = RandomSession(seed: UInt64(seed), turns: 4, calls: 5)
        let events = (seed % 2 == 0 ? session.toldTwice() : session.events).comingLate
        try #require(zip(events, events.dropFirst()).contains { $0.t > $1.t }, "nothing comes late")
        let end = events.map(\.t).max() ?? 0
        for filter in Self.filters {
            for variant in 0...8 {
                let arrangement = try Self.arrangement(filter, variant)
                var timelines = Timelines()
                timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
                var cache = RowCache()
                // Time goes on whatever comes late; now and then the playhead is taken elsewhere.
                var now: Int64 = 0
                for (count, event) in events.enumerated() {
                    now = max(now, event.t)
                    timelines.apply(event, session: 0, source: 0, place: .none)
                    let instants = count % 17 == 16 ? [now, now + 2, end / 3, end, now] : [now]
                    for t in instants {
                        try compare(timelines[0], t, arrangement, &cache, "\(filter), variant \(variant), event \(count)")
                    }
                }
                timelines.close(source: 0)
                for t in [now, end / 2, end] {
                    try compare(timelines[0], t, arrangement, &cache, "\(filter), variant \(variant), over")
                }
            }
        }
    }

    @Test("an order that was left is right when one comes back to it", arguments: 1...6)
    func cameBack(seed: Int) throws {
        let events = RandomSession(seed: UInt64(seed), turns: 4, calls: 6).events
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        var cache = RowCache()
        var arrangement = Arrangement()
        for (count, event) in events.enumerated() {
            timelines.apply(event, session: 0, source: 0, place: .none)
            arrangement.order = LaneOrder.allCases[count % LaneOrder.allCases.count]
            arrangement.isReversed = count % 3 == 0
            if count % 13 == 12 { arrangement.folds.turns = arrangement.folds.turns.isEmpty ? [0] : [] }
            if count % 29 == 28 { arrangement.use(try LaneFilter(Self.filters[count % Self.filters.count])) }
            try compare(timelines[0], event.t, arrangement, &cache, "event \(count)")
        }
    }

    private func compare(_ timeline: Timeline, _ t: Int64, _ arrangement: Arrangement, _ cache: inout RowCache, _ what: String) throws {
        var fresh = RowCache()
        let kept = RowList(timeline, at: t, arrangement, &cache)
        let rows = Self.rows(kept)
        try #require(rows == Self.rows(RowList(timeline, at: t, arrangement, &fresh)), "\(what), at \(t)")
        try #require(rows.count == kept.count)
        try check(kept, rows, arrangement, timeline, t)
    }

    /// Every lane that passes is in exactly one row, and knows which.
    private func check(_ list: RowList, _ rows: [Row], _ arrangement: Arrangement, _ timeline: Timeline, _ t: Int64) throws {
        let passing = Self.passing(arrangement, timeline, t)
        let stands = rows.enumerated().flatMap { place, row in list.lanes(of: row).map { (place, $0) } }
        let counted = Dictionary(grouping: stands, by: \.1)
        try #require(counted.values.allSatisfy { $0.count == 1 }, "a lane has two rows")
        try #require(passing.isSubset(of: counted.keys), "a lane has no row")
        for (place, lane) in stands where passing.contains(lane) {
            let row = try #require(list.index(of: lane))
            try #require(row == place)
        }
    }

    @Test("whatever was looked at may be forgotten while it is looked at")
    func forgotten() {
        var scene = Conversation()
        scene.height = 24
        scene.press("/")
        scene.type("tool7")
        scene.press(.enter, "z", "e")
        let keys: [Key] = [
            "j", "k", "{", "}", "z", "Z", "s", "n", .enter, .function(6), .function(8), .function(5), "g", "G", .escape, "F", "+",
        ]
        for turn in 1...600 {
            let t = Int64(turn) * 100
            scene.tell(t, .turn(turn, title: "turn \(turn)"))
            for index in 0..<4 {
                let id = "\(turn)-\(index)"
                scene.tell(t + 10, .wants(turn, id, "tool\(turn % 9)", ["n": .integer(Int64(turn))], index: index), .began(id))
                scene.tell(t + 50, index == 3 ? .failed(id, "exit 1") : .ended(id, "done"))
            }
            scene.tell(t + 60, .over(turn))
            scene.press(keys[turn % keys.count])
            scene.timelines.forget(keeping: 100)
            scene.press(keys[(turn * 7) % keys.count])
        }
        #expect(scene.timelines[0].laneRange.count <= 200)
        #expect(scene.frame().lines.count == 24)
    }
}
