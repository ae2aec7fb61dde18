internal import FanoutEvents
internal import FanoutTimeline

// What is folded away, and in which order lanes stand.
extension Dashboard {
    /// The rows at an instant, as they are arranged.
    mutating func rowList(_ timeline: Timeline, _ t: Int64) -> RowList { RowList(timeline, at: t, arrangement, &rowCache) }

    /// Folds what the selected row is part of, the nearest first, or opens what is folded in it.
    mutating func fold(_ timeline: Timeline, _ t: Int64) {
        guard !arrangement.isFlat else {
            notice =
                "lanes by " + CleanText(arrangement.order.words) + " are not folded" + remedy(.sort, "goes to the next order")
            return
        }
        let rows = rowList(timeline, t)
        guard let lane = selection, let place = rows.index(of: lane), let row = rows.rows(from: place, limit: 1).first else {
            notice = "select a lane first"
            return
        }
        switch row {
        case .turn: break
        case .foldedTurn(let turn, _, _): arrangement.folds.turns.remove(turn)
        case .foldedCall(let call, _, _): arrangement.folds.calls.remove(call)
        case .run(let lanes, _): arrangement.folds.runs.subtract(lanes)
        case .lane(let lane, let depth):
            if timeline.lane(lane).isParent, !timeline.children(of: lane).isEmpty {
                arrangement.folds.calls.insert(lane)
            } else if let run = run(around: lane, timeline, t) {
                arrangement.folds.runs.insert(run[0])
                selection = run[0]
            } else if depth > 0, let parent = timeline.turns[Int(timeline.lane(lane).turn)].parent {
                arrangement.folds.calls.insert(parent)
                selection = parent
            } else if rows.hasHeadings {
                let turn = timeline.rootTurn(of: lane)
                arrangement.folds.turns.insert(turn)
                selection = rows.rows(from: rows.firstRow(ofTurn: turn) ?? 0, limit: 2).compactMap(\.lane).first
            } else {
                notice = "nothing here can be folded"
            }
        }
    }

    /// Opens all folds, or folds all there is where there are none.
    mutating func foldAll(_ timeline: Timeline, _ t: Int64) {
        guard !arrangement.isFlat else { return fold(timeline, t) }
        guard arrangement.folds.isEmpty else {
            arrangement.folds = Folds()
            return
        }
        var folds = Folds()
        let rows = rowList(timeline, t)
        for turn in timeline.turns.indices where turn >= timeline.firstTurn && timeline.turns[turn].started <= t {
            if rows.hasHeadings, timeline.turns[turn].parent == nil { folds.turns.insert(turn) }
            let lanes = shown(ofTurn: turn, timeline, t)
            var place = 0
            while place < lanes.count {
                if timeline.lane(lanes[place]).isParent { folds.calls.insert(lanes[place]) }
                let run = timeline.likeCalls(lanes, from: place)
                if run.count >= Folds.leastRun { folds.runs.insert(lanes[place]) }
                place = run.upperBound
            }
        }
        guard !folds.isEmpty else {
            notice = "nothing here can be folded"
            return
        }
        arrangement.folds = folds
        // What is selected goes on being seen, in the row that it is folded into.
        let folded = rowList(timeline, t)
        if let lane = selection, let place = folded.index(of: lane) {
            selection = folded.rows(from: place, limit: 1).first?.lane ?? lane
        }
    }

    /// Opens whatever a lane is folded into.
    mutating func unfold(around lane: Int, _ timeline: Timeline, _ t: Int64) {
        guard !arrangement.folds.isEmpty, timeline.laneRange.contains(lane) else { return }
        arrangement.folds.turns.remove(timeline.rootTurn(of: lane))
        arrangement.folds.calls = arrangement.folds.calls.filter { !timeline.isWork(lane, of: $0) }
        run(around: lane, timeline, t).map { arrangement.folds.runs.subtract($0) }
    }

    /// The lanes of a turn that have rows, or would have them.
    private func shown(ofTurn turn: Int, _ timeline: Timeline, _ t: Int64) -> [Int] {
        timeline.turns[turn].lanes.map { Int($0) }.filter { timeline.lane($0).seen <= t && arrangement.passes($0, timeline, t) }
    }

    /// The calls of one tool that stand side by side, where they are enough for a fold.
    private func run(around lane: Int, _ timeline: Timeline, _ t: Int64) -> [Int]? {
        let lanes = shown(ofTurn: Int(timeline.lane(lane).turn), timeline, t)
        var place = 0
        while place < lanes.count {
            let run = timeline.likeCalls(lanes, from: place)
            if lanes[run].contains(lane) { return run.count >= Folds.leastRun ? Array(lanes[run]) : nil }
            place = run.upperBound
        }
        return nil
    }

    // MARK: Order

    mutating func sort() {
        let orders = LaneOrder.allCases
        let place = orders.firstIndex(of: arrangement.order) ?? 0
        sort(by: orders[(place + 1) % orders.count], isReversed: false)
    }

    mutating func sort(by order: LaneOrder, isReversed: Bool) {
        arrangement.order = order
        arrangement.isReversed = isReversed
        rearrange()
    }

    mutating func reverse() {
        arrangement.isReversed.toggle()
        rearrange()
    }

    private mutating func rearrange() {
        usesPlacement = false
        top = 0
        notice = arrangement.isFlat ? nil : "in the order of the calls"
    }
}
