package import FanoutTimeline

/// What one row of the lanes shows.
package enum Row: Sendable, Hashable {
    /// A turn's heading, by its place among the timeline's turns.
    case turn(Int)
    /// A lane, and how many turns deep it is nested.
    case lane(Int, depth: Int)
    /// A turn whose lanes are folded away, the first of which stands for them.
    case foldedTurn(Int, first: Int, lanes: Int)
    /// A call whose turns are folded away, and how many lanes they have.
    case foldedCall(Int, depth: Int, lanes: Int)
    /// Calls of one tool, one after the other, in one row.
    case run([Int], depth: Int)

    /// The lane that is selected with the row.
    package var lane: Int? {
        switch self {
        case .turn: nil
        case .lane(let lane, _), .foldedTurn(_, let lane, _), .foldedCall(let lane, _, _): lane
        case .run(let lanes, _): lanes.first
        }
    }

    /// The lane that the row shows by itself.
    package var singleLane: Int? {
        switch self {
        case .lane(let lane, _), .foldedCall(let lane, _, _): lane
        case .turn, .foldedTurn, .run: nil
        }
    }

    package var depth: Int {
        switch self {
        case .turn, .foldedTurn: 0
        case .lane(_, let depth), .foldedCall(_, let depth, _), .run(_, let depth): depth
        }
    }
}

/// The rows of a timeline at an instant; where nothing is left out or folded they are counted without being listed.
///
/// Turns that are the work of a call stand under that call; all others one after the other, each under a heading where there are
/// several. In another order than that of the calls there are no headings and nothing is nested.
///
/// It is made where it is used and not kept: while it is there its timeline is shared, and an event would have to copy what it adds to.
package struct RowList: Sendable {
    struct Part: Sendable {
        /// Of the turn at its top.
        var turn: Int
        var first: Int
        var count: Int
        /// Nil where all of its lanes have rows, which need not be listed before they are seen.
        var rows: [Row]?
    }

    let timeline: Timeline
    let t: Int64
    private(set) var parts: [Part] = []
    /// Where lanes of all turns stand in the order of a number.
    private var sorted: (lanes: SortedLanes, key: SortedLanes.Key)?
    package private(set) var count = 0
    package let hasHeadings: Bool
    /// Lanes that are left out by a filter have no row; all others have one, or are folded into one.
    let arrangement: Arrangement

    static let deepest = 8

    package init(_ timeline: Timeline, at t: Int64) {
        var cache = RowCache()
        self.init(timeline, at: t, Arrangement(), &cache)
    }

    /// - Parameter cache: What was found for the picture before this one.
    package init(_ timeline: Timeline, at t: Int64, _ arrangement: Arrangement, _ cache: inout RowCache) {
        self.timeline = timeline
        self.t = t
        self.arrangement = arrangement
        cache.meet(timeline, arrangement)
        sorted = cache.sorted(timeline, t, arrangement)
        if let sorted {
            hasHeadings = false
            count = sorted.lanes.count
            return
        }
        let isFlat = arrangement.isFlat
        let turns = isFlat ? timeline.turnsBegun(by: t) : timeline.rootTurns(at: t)
        hasHeadings = turns.count > 1 && !isFlat
        parts.reserveCapacity(turns.count)
        for root in turns {
            let rows = cache.rows(root, timeline, t, arrangement, hasHeading: hasHeadings)
            let lanes = root.lanes ?? Self.count(root.turn, in: timeline, at: t, depth: isFlat ? Self.deepest : 0)
            let size = rows?.count ?? lanes + (hasHeadings ? 1 : 0)
            guard size > 0 else { continue }
            parts.append(Part(turn: root.turn, first: count, count: size, rows: rows))
            count += size
        }
    }

    /// The rows from one on, as many as there are up to a limit.
    package func rows(from first: Int, limit: Int) -> [Row] {
        let first = max(0, min(first, count))
        let end = min(count, first + max(0, limit))
        guard arrangement.isReversed else { return upright(first..<end) }
        return upright(count - end..<count - first).reversed()
    }

    /// Rows of the order that is not turned round.
    private func upright(_ range: Range<Int>) -> [Row] {
        if let sorted { return range.map { .lane(sorted.lanes[$0], depth: 0) } }
        var rows: [Row] = []
        let low = parts.end { $0.first + $0.count <= range.lowerBound }
        for part in parts[low...] {
            guard rows.count < range.count else { break }
            let skip = max(0, range.lowerBound - part.first)
            rows += list(part, skip: skip, limit: range.count - rows.count)
        }
        return rows
    }

    /// The row of a lane, or the one that it is folded into; nil where it is not shown at this instant.
    package func index(of lane: Int) -> Int? {
        guard timeline.laneRange.contains(lane), timeline.lane(lane).seen <= t else { return nil }
        return place(of: lane).map { arrangement.isReversed ? count - 1 - $0 : $0 }
    }

    private func place(of lane: Int) -> Int? {
        if let sorted { return sorted.lanes.row(of: lane, key: sorted.key(lane, timeline, t)) }
        guard let part = part(of: lane) else { return nil }
        if part.rows == nil, isPlain(timeline.turns[part.turn]) {
            let place = timeline.turns[part.turn].lanes.firstIndex(of: Int32(clamping: lane))
            return place.map { part.first + (hasHeadings ? 1 : 0) + $0 }
        }
        let rows = list(part, skip: 0, limit: part.count)
        let place =
            rows.firstIndex { $0.lane == lane }
            ?? rows.firstIndex { row in
                switch row {
                case .foldedTurn: true
                case .foldedCall(let call, _, _): timeline.isWork(lane, of: call)
                case .run(let lanes, _): lanes.contains(lane)
                case .turn, .lane: false
                }
            }
        return place.map { part.first + $0 }
    }

    private func part(of lane: Int) -> Part? {
        let top = arrangement.isFlat ? Int(timeline.lane(lane).turn) : timeline.rootTurn(of: lane)
        // In the order of turns.
        let low = parts.end { $0.turn < top }
        return low < parts.count && parts[low].turn == top ? parts[low] : nil
    }

    /// Those of some lanes that have a row of their own, in their order.
    package func shown(among lanes: [Int]) -> [Int] {
        guard !arrangement.isPlain else { return lanes }
        var known: [Int: Set<Int>] = [:]
        if sorted != nil { return lanes.filter { index(of: $0) != nil } }
        return lanes.filter { lane in
            guard let part = part(of: lane) else { return false }
            guard let rows = part.rows else { return true }
            let own = known[part.turn] ?? Set(rows.compactMap(\.singleLane))
            known[part.turn] = own
            return own.contains(lane)
        }
    }

    /// The next row, going round, that stands for a lane of which something is so; and that lane.
    func firstRow(from current: Int, step: Int, where holds: (Int) -> Bool) -> (row: Int, lane: Int?)? {
        let chunk = 256
        var passed = 0
        while passed < count {
            let size = min(chunk, count - passed)
            // Up to the end of the list or back to its beginning; then from the other side.
            let place = step > 0 ? (current + 1 + passed) % count : (current - 1 - passed + 2 * count) % count
            let few = step > 0 ? min(size, count - place) : min(size, place + 1)
            let first = step > 0 ? place : place - few + 1
            let listed = Array(rows(from: first, limit: few).enumerated())
            for (offset, row) in step > 0 ? listed : listed.reversed() {
                if let lane = row.singleLane {
                    if holds(lane) { return (first + offset, lane) }
                } else if let lane = lanes(of: row).first(where: holds) {
                    return (first + offset, lane)
                }
            }
            passed += few
        }
        return nil
    }

    /// The lanes that a row stands for.
    package func lanes(of row: Row) -> [Int] { arrangement.lanes(of: row, timeline, t) }

    /// The row at which a turn begins, and the turn of a row.
    package func firstRow(ofTurn turn: Int) -> Int? { arrangement.isFlat ? nil : parts.first { $0.turn == turn }?.first }
    package func turn(ofRow row: Int) -> Int? { arrangement.isFlat ? nil : parts.last { $0.first <= row }?.turn }
    package var turns: [Int] { arrangement.isFlat ? [] : parts.map(\.turn) }

    private func list(_ part: Part, skip: Int, limit: Int) -> [Row] {
        if let listed = part.rows {
            return Array(listed.dropFirst(skip).prefix(limit))
        }
        var rows: [Row] = []
        var skip = skip
        if hasHeadings {
            if skip > 0 {
                skip -= 1
            } else {
                rows.append(.turn(part.turn))
            }
        }
        append(part.turn, depth: 0, &skip, limit, &rows)
        return rows
    }

    /// Whether each lane of a turn is one row, in its order.
    private func isPlain(_ turn: Turn) -> Bool { turn.last <= t && (!turn.hasNested || arrangement.isFlat) }

    private func append(_ turn: Int, depth: Int, _ skip: inout Int, _ limit: Int, _ rows: inout [Row]) {
        guard !isPlain(timeline.turns[turn]) else {
            let lanes = timeline.turns[turn].lanes
            rows += lanes.dropFirst(skip).prefix(limit - rows.count).map { .lane(Int($0), depth: depth) }
            skip = max(0, skip - lanes.count)
            return
        }
        for number in timeline.turns[turn].lanes {
            guard rows.count < limit else { return }
            let lane = timeline.lane(Int(number))
            guard lane.seen <= t else { continue }
            if skip > 0 {
                skip -= 1
            } else {
                rows.append(.lane(Int(number), depth: depth))
            }
            guard lane.isParent, depth < Self.deepest, !arrangement.isFlat else { continue }
            for child in timeline.children(of: Int(number)) {
                append(child, depth: depth + 1, &skip, limit, &rows)
            }
        }
    }

    static func count(_ turn: Int, in timeline: Timeline, at t: Int64, depth: Int) -> Int {
        let own = timeline.turns[turn]
        if own.last <= t, !own.hasNested {
            return own.lanes.count
        }
        return own.lanes.reduce(0) { count, number in
            let lane = timeline.lane(Int(number))
            guard lane.seen <= t else { return count }
            guard lane.isParent, depth < deepest else { return count + 1 }
            return timeline.children(of: Int(number)).reduce(count + 1) { $0 + Self.count($1, in: timeline, at: t, depth: depth + 1) }
        }
    }
}

extension Arrangement {
    /// The lanes that a row stands for at an instant.
    func lanes(of row: Row, _ timeline: Timeline, _ t: Int64) -> [Int] {
        switch row {
        case .turn: []
        case .lane(let lane, _): [lane]
        case .run(let lanes, _): lanes
        case .foldedTurn(let turn, _, _): lanes(under: turn, depth: 0, timeline, t)
        case .foldedCall(let lane, let depth, _):
            [lane] + timeline.children(of: lane).flatMap { lanes(under: $0, depth: depth + 1, timeline, t) }
        }
    }

    private func lanes(under turn: Int, depth: Int, _ timeline: Timeline, _ t: Int64) -> [Int] {
        timeline.turns[turn].lanes.flatMap { number -> [Int] in
            let lane = timeline.lane(Int(number))
            guard lane.seen <= t else { return [] }
            let own = passes(Int(number), timeline, t) ? [Int(number)] : []
            guard lane.isParent, depth < RowList.deepest else { return own }
            return own + timeline.children(of: Int(number)).flatMap { lanes(under: $0, depth: depth + 1, timeline, t) }
        }
    }
}

extension Timeline {
    /// The turn, not itself the work of a call, under which a lane stands.
    func rootTurn(of lane: Int) -> Int { rootTurn(above: Int(self.lane(lane).turn)) }

    /// The turn, not itself the work of a call, under which a turn stands.
    func rootTurn(above turn: Int) -> Int {
        var top = turn
        var depth = 0
        while let parent = turns[top].parent, depth < RowList.deepest {
            top = Int(self.lane(parent).turn)
            depth += 1
        }
        return top
    }

    /// Whether a lane is part of the work of a call, at any depth.
    func isWork(_ lane: Int, of call: Int) -> Bool {
        var turn = Int(self.lane(lane).turn)
        var depth = 0
        while let parent = turns[turn].parent, depth < RowList.deepest {
            if parent == call { return true }
            turn = Int(self.lane(parent).turn)
            depth += 1
        }
        return false
    }
}
