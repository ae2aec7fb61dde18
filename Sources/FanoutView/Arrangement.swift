internal import FanoutEvents
package import FanoutTimeline

/// In which order lanes stand.
package enum LaneOrder: String, Sendable, CaseIterable {
    /// As the model called them, turn by turn.
    case called
    /// The longest run first.
    case time
    /// As they began.
    case start
    /// What is at work first, then what waits, then what failed.
    case state
    /// By name.
    case tool
}

/// What is folded away. A fold is known by any lane in it, so it stays one while calls come in.
package struct Folds: Sendable, Hashable {
    /// Turns of which only the heading is seen, by place.
    package var turns: Set<Int> = []
    /// Calls whose turns are not seen.
    package var calls: Set<Int> = []
    /// Lanes whose run of like calls stands in one row.
    package var runs: Set<Int> = []

    package var isEmpty: Bool { turns.isEmpty && calls.isEmpty && runs.isEmpty }

    /// Calls of one tool, one after the other, that are worth a fold.
    package static let leastRun = 3
}

/// How lanes are laid out in rows: which are left out, what is folded, in which order they stand.
package struct Arrangement: Sendable {
    package private(set) var filter: LaneFilter?
    /// Looks for each needle of the filter.
    var hunts: [TextHunt] = []
    package var order = LaneOrder.called
    package var isReversed = false
    package var folds = Folds() { didSet { foldRevision += 1 } }
    /// Grows whenever something is folded or unfolded.
    private(set) var foldRevision = 0
    /// Grows whenever another filter decides.
    private(set) var filterRevision = 0

    package init() {}

    /// Whether every lane has a row, where the model put it.
    package var isPlain: Bool { filter == nil && !isFlat && folds.isEmpty }
    /// Whether lanes of all turns stand in one order.
    package var isFlat: Bool { order != .called || isReversed }

    package func passes(_ lane: Int, _ timeline: Timeline, _ t: Int64) -> Bool {
        guard let filter else { return true }
        return filter.holds(lane, in: timeline, at: t, hunts)
    }

    /// Forgets what was found of one session, for another.
    mutating func forget() {
        folds = Folds()
        hunts = hunts.map { TextHunt($0.needle) }
    }

    /// Has everything through, or what a filter lets through.
    package mutating func use(_ filter: LaneFilter?) {
        filterRevision += 1
        guard let filter, !filter.isEmpty else {
            self.filter = nil
            hunts = []
            return
        }
        // What was looked for already need not be looked for again.
        let known = hunts
        hunts = filter.needles.map { needle in known.first { $0.needle == needle } ?? TextHunt(needle) }
        self.filter = filter
    }
}

/// What was found of rows for one picture, for the next.
package struct RowCache: Sendable {
    private struct Found: Sendable {
        var version: Int
        var t: Int64
        /// Whether time alone changes nothing of it.
        var isSettled: Bool
        var hits: Int
        var hasHeading: Bool
        var isFlat: Bool
        var over: Int64?
        var rows: [Row]
    }

    private var filterRevision = -1
    private var foldRevision = -1
    private var generation = -1
    private var version = -1
    private var turns: [Int: Found] = [:]
    /// Those before it are forgotten.
    private var firstTurn = 0
    /// Turns in which something is folded, without those that are folded themselves.
    private var folded: Set<Int> = []
    /// Each order that was looked at: somebody who goes from one to the next comes back.
    private var sorted: [LaneOrder: SortedLanes] = [:]
    /// The names of lanes below ``named``, each with its place among them.
    private var names: [String: Int64] = [:]
    private var named = 0
    private var namedCorrections = 0

    package init() {}

    mutating func meet(_ timeline: Timeline, _ arrangement: Arrangement) {
        if filterRevision != arrangement.filterRevision || generation != timeline.generation {
            self = RowCache()
            (filterRevision, generation) = (arrangement.filterRevision, timeline.generation)
        }
        if foldRevision != arrangement.foldRevision {
            (turns, version, foldRevision) = ([:], -1, arrangement.foldRevision)
        }
        guard version != timeline.version else { return }
        version = timeline.version
        if timeline.firstTurn > firstTurn {
            firstTurn = timeline.firstTurn
            turns = turns.filter { $0.key >= firstTurn }
        }
        // Whose work a turn is may become known late.
        let lanes = arrangement.folds.calls.union(arrangement.folds.runs)
        folded = Set(lanes.filter(timeline.laneRange.contains).map(timeline.rootTurn(of:)))
    }

    /// The rows of a turn, with those of the work of its calls where rows are nested; nil where all its lanes have one.
    mutating func rows(_ root: RootTurn, _ timeline: Timeline, _ t: Int64, _ arrangement: Arrangement, hasHeading: Bool) -> [Row]? {
        let isFlat = arrangement.isFlat
        let isFolded = hasHeading && arrangement.folds.turns.contains(root.turn)
        if arrangement.filter == nil {
            if isFlat { return nil }
            if isFolded {
                let count = root.lanes ?? RowList.count(root.turn, in: timeline, at: t, depth: 0)
                let first = timeline.turns[root.turn].lanes.first { timeline.lane(Int($0)).seen <= t }
                return first.map { [.foldedTurn(root.turn, first: Int($0), lanes: count)] } ?? []
            }
            guard folded.contains(root.turn) else { return nil }
        }
        let turn = timeline.turns[root.turn]
        let hits = arrangement.hunts.reduce(0) { $0 &+ (turn.hasNested ? $1.revision : $1.found[root.turn] ?? 0) }
        // Of turns that hang together no one number tells whether any has changed.
        let version = turn.hasNested && !isFlat ? timeline.version : turn.version
        if let found = turns[root.turn], found.version == version, found.hits == hits, found.hasHeading == hasHeading,
            found.isFlat == isFlat, found.over == timeline.over, found.t == t || found.isSettled && t >= found.t
        {
            return found.rows
        }
        var arranger = Arranger(isFlat: isFlat)
        var rows = arranger.rows(root.turn, depth: 0, timeline, t, arrangement)
        if isFolded {
            rows = arranger.first.map { [.foldedTurn(root.turn, first: $0, lanes: arranger.lanes)] } ?? []
        } else if hasHeading, !rows.isEmpty {
            rows.insert(.turn(root.turn), at: 0)
        }
        turns[root.turn] = Found(
            version: version, t: t, isSettled: arranger.isSettled, hits: hits, hasHeading: hasHeading, isFlat: isFlat, over: timeline.over,
            rows: rows)
        return rows
    }

    /// What lanes are ordered by, where that is a number; lanes that come to the same stand as they became known.
    private mutating func key(_ order: LaneOrder, _ timeline: Timeline) -> SortedLanes.Key? {
        switch order {
        case .called: return nil
        case .time: return { lane, timeline, t in -timeline.runTime(of: lane, at: t) }
        case .start: return { lane, timeline, t in timeline.firstStart(of: lane, at: t) ?? timeline.lane(lane).seen }
        case .state: return { lane, timeline, t in timeline.state(of: lane, at: t).pressure }
        case .tool:
            learnNames(timeline)
            let names = names
            // What has no name stands behind what has.
            return { lane, timeline, _ in names[timeline.name(of: lane)] ?? .max }
        }
    }

    /// Gives each name that a lane bears its place among all of them.
    private mutating func learnNames(_ timeline: Timeline) {
        if namedCorrections != timeline.corrections {
            (names, named, namedCorrections) = ([:], 0, timeline.corrections)
        }
        let count = names.count
        for lane in max(named, timeline.laneRange.lowerBound)..<max(named, timeline.laneRange.upperBound) {
            let name = timeline.name(of: lane)
            if !name.isEmpty, names[name] == nil { names[name] = 0 }
        }
        named = timeline.laneRange.upperBound
        guard names.count > count else { return }
        for (rank, name) in names.keys.sorted().enumerated() { names[name] = Int64(rank) }
    }

    /// All lanes that pass in the order of a number, and the number that each has; nil where they stand as they were called.
    mutating func sorted(_ timeline: Timeline, _ t: Int64, _ arrangement: Arrangement) -> (lanes: SortedLanes, key: SortedLanes.Key)? {
        guard let key = key(arrangement.order, timeline) else { return nil }
        let hits = arrangement.hunts.reduce(0) { $0 &+ $1.revision }
        let revision = [hits, arrangement.order == .tool ? names.count : 0]
        sorted[arrangement.order, default: SortedLanes()].update(timeline, at: t, revision: revision, arrangement, key: key)
        return sorted[arrangement.order].map { ($0, key) }
    }
}

/// Lists the rows of one turn with everything under it.
///
/// The timeline is handed from call to call and never held: a copy of it would cost more than the lane that is looked at.
private struct Arranger {
    /// Whether each turn has its own lanes alone, none of them folded.
    let isFlat: Bool
    /// Lanes that passed, and the first of them.
    var lanes = 0
    var first: Int?
    var isSettled = true

    /// A lane that passes, or has something under it that does.
    private struct Member {
        var lane: Int
        var under: [Row]
        /// Lanes under it that pass.
        var lanes: Int
        var passes: Bool
    }

    mutating func rows(_ turn: Int, depth: Int, _ timeline: Timeline, _ t: Int64, _ arrangement: Arrangement) -> [Row] {
        var members: [Member] = []
        for number in timeline.turns[turn].lanes {
            let own = Int(number)
            let lane = timeline.lane(own)
            guard lane.seen <= t else {
                isSettled = false
                continue
            }
            if lane.ended > t { isSettled = isSettled && timeline.over.map { $0 <= t } ?? false }
            let passes = arrangement.passes(own, timeline, t)
            if passes {
                lanes += 1
                first = first ?? own
            }
            let before = lanes
            var under: [Row] = []
            if lane.isParent, depth < RowList.deepest, !isFlat {
                for child in timeline.children(of: own) { under += rows(child, depth: depth + 1, timeline, t, arrangement) }
            }
            guard passes || !under.isEmpty else { continue }
            members.append(Member(lane: own, under: under, lanes: lanes - before, passes: passes))
        }
        return Self.fold(members, depth, timeline, isFlat ? Folds() : arrangement.folds)
    }

    private static func fold(_ members: [Member], _ depth: Int, _ timeline: Timeline, _ folds: Folds) -> [Row] {
        guard !folds.runs.isEmpty || !folds.calls.isEmpty else {
            var rows: [Row] = []
            for member in members {
                rows.append(.lane(member.lane, depth: depth))
                rows += member.under
            }
            return rows
        }
        var rows: [Row] = []
        let lanes = members.map(\.lane)
        var place = 0
        while place < members.count {
            let run = folds.runs.isEmpty ? place..<place + 1 : timeline.likeCalls(lanes, from: place)
            if run.count > 1, lanes[run].contains(where: folds.runs.contains) {
                rows.append(.run(Array(lanes[run]), depth: depth))
            } else {
                for member in members[run] {
                    if !member.under.isEmpty, folds.calls.contains(member.lane) {
                        rows.append(.foldedCall(member.lane, depth: depth, lanes: member.lanes))
                    } else {
                        rows.append(.lane(member.lane, depth: depth))
                        rows += member.under
                    }
                }
            }
            place = run.upperBound
        }
        return rows
    }
}

extension Timeline {
    /// From one of some lanes on, the calls of the same tool that stand side by side.
    func likeCalls(_ lanes: [Int], from first: Int) -> Range<Int> {
        let kind = lane(lanes[first])
        guard kind.kind == .call, !kind.isParent else { return first..<first + 1 }
        let name = name(of: lanes[first])
        var end = first + 1
        while end < lanes.count, lane(lanes[end]).kind == .call, !lane(lanes[end]).isParent, self.name(of: lanes[end]) == name { end += 1 }
        return first..<end
    }
}

extension LaneState {
    /// The more an eye should see it, the smaller.
    fileprivate var pressure: Int64 {
        switch self {
        case .waiting(.approval): 0
        case .running, .backoff: 1
        case .announced, .waiting(nil), .waiting(.limit), .waiting(.order), .waiting(.rate), .waiting(.dependency): 2
        case .ended(.failed), .ended(.timeout): 3
        case .ended(.cancelled), .ended(.skipped), .ended(.unknown): 4
        case .ended(.ok): 5
        case .hidden: 6
        }
    }
}
