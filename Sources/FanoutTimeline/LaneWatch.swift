/// Tells lanes that have ended since the last look from those that go on, so that figures of a million lanes need not be worked out anew for each
/// picture.
///
/// What is known of a lane that has ended stays as it is, but for corrections, after which all of them are told once more.
package struct LaneWatch: Sendable {
    /// What a look found.
    package struct Look: Sendable {
        /// Whether lanes that were told before are told again: whatever was made of them is void.
        package var isAnew = false
        /// Lanes that have ended, by an end of their own or with the session, and were not told since the last look that was anew.
        package var ended: [Int] = []
    }

    /// Lanes that are known and go on.
    package private(set) var open: [Int] = []
    /// Lanes that are not known yet, the next one last.
    private var unseen: [(seen: Int64, lane: Int)] = []
    /// Lanes below this one were looked at.
    private var next = 0
    private var t = Int64.min
    private var past: Past?

    /// Another one where the past was another.
    private struct Past: Sendable, Equatable {
        var generation: Int
        var corrections: Int
        var firstTurn: Int
        var over: Int64?
    }

    package init() {}

    /// Looks at a timeline as it stood at an instant.
    package mutating func look(at timeline: borrowing Timeline, _ t: Int64) -> Look {
        let past = Past(
            generation: timeline.generation, corrections: timeline.corrections, firstTurn: timeline.firstTurn, over: timeline.over)
        var look = Look()
        if t < self.t || past != self.past {
            self = LaneWatch()
            next = timeline.firstLane
            self.past = past
            look.isAnew = true
        }
        self.t = t
        let isOver = timeline.over.map { $0 <= t } ?? false
        var open: [Int] = []
        func sort(_ lane: Int) {
            if timeline.lanes[lane].ended <= t || isOver { look.ended.append(lane) } else { open.append(lane) }
        }
        for lane in self.open { sort(lane) }
        let known = unseen.count
        for lane in next..<max(next, timeline.lanes.endIndex) where Int(timeline.lanes[lane].turn) >= timeline.firstTurn {
            let seen = timeline.lanes[lane].seen
            if seen <= t { sort(lane) } else { unseen.append((seen, lane)) }
        }
        next = timeline.lanes.endIndex
        if unseen.count > known { unseen.sort { $0.seen > $1.seen } }
        while let last = unseen.last, last.seen <= t {
            sort(last.lane)
            unseen.removeLast()
        }
        self.open = open
        return look
    }
}
