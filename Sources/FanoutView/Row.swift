package import FanoutTimeline

/// What one row of the lanes shows.
package enum Row: Sendable, Hashable {
    /// A turn's heading, by its place among the timeline's turns.
    case turn(Int)
    /// A lane, and how many turns deep it is nested.
    case lane(Int, depth: Int)

    package var lane: Int? {
        if case .lane(let lane, _) = self { return lane }
        return nil
    }
}

/// The rows of a timeline at an instant, counted without being listed.
///
/// Turns that are the work of a call stand under that call; all others one after the other, each under a heading where there are
/// several.
package struct RowList: Sendable {
    private struct Part {
        var turn: Int
        var first: Int
        var count: Int
    }

    private let timeline: Timeline
    private let t: Int64
    private var parts: [Part] = []
    package private(set) var count = 0
    package let hasHeadings: Bool

    private static let deepest = 8

    package init(_ timeline: Timeline, at t: Int64) {
        self.timeline = timeline
        self.t = t
        let roots = timeline.rootTurns(at: t)
        hasHeadings = roots.count > 1
        parts.reserveCapacity(roots.count)
        for root in roots {
            let lanes = root.lanes ?? Self.count(root.turn, in: timeline, at: t, depth: 0)
            let rows = lanes + (hasHeadings ? 1 : 0)
            guard rows > 0 else { continue }
            parts.append(Part(turn: root.turn, first: count, count: rows))
            count += rows
        }
    }

    /// The rows from one on, as many as there are up to a limit.
    package func rows(from first: Int, limit: Int) -> [Row] {
        var rows: [Row] = []
        guard limit > 0 else { return rows }
        var low = 0
        var high = parts.count
        while low < high {
            let middle = (low + high) / 2
            if parts[middle].first + parts[middle].count <= first {
                low = middle + 1
            } else {
                high = middle
            }
        }
        for part in parts[low...] {
            guard rows.count < limit else { break }
            let skip = max(0, first - part.first)
            rows += list(part.turn, skip: skip, limit: limit - rows.count)
        }
        return rows
    }

    /// The row of a lane; nil where it is not shown at this instant.
    package func index(of lane: Int) -> Int? {
        guard timeline.laneRange.contains(lane) else { return nil }
        var top = Int(timeline.lane(lane).turn)
        var depth = 0
        while let parent = timeline.turns[top].parent, depth < Self.deepest {
            top = Int(timeline.lane(parent).turn)
            depth += 1
        }
        guard let part = parts.first(where: { $0.turn == top }) else { return nil }
        return list(top, skip: 0, limit: part.count).firstIndex { $0.lane == lane }.map { part.first + $0 }
    }

    /// The row at which a turn begins, and the turn of a row.
    package func firstRow(ofTurn turn: Int) -> Int? { parts.first { $0.turn == turn }?.first }
    package func turn(ofRow row: Int) -> Int? { parts.last { $0.first <= row }?.turn }
    package var turns: [Int] { parts.map(\.turn) }

    private func list(_ turn: Int, skip: Int, limit: Int) -> [Row] {
        var rows: [Row] = []
        var skip = skip
        if hasHeadings {
            if skip > 0 {
                skip -= 1
            } else {
                rows.append(.turn(turn))
            }
        }
        append(turn, depth: 0, &skip, limit, &rows)
        return rows
    }

    private func append(_ turn: Int, depth: Int, _ skip: inout Int, _ limit: Int, _ rows: inout [Row]) {
        for number in timeline.turns[turn].lanes {
            guard rows.count < limit else { return }
            let lane = timeline.lane(Int(number))
            guard lane.seen <= t else { continue }
            if skip > 0 {
                skip -= 1
            } else {
                rows.append(.lane(Int(number), depth: depth))
            }
            guard lane.isParent, depth < Self.deepest else { continue }
            for child in timeline.children(of: Int(number)) {
                append(child, depth: depth + 1, &skip, limit, &rows)
            }
        }
    }

    private static func count(_ turn: Int, in timeline: Timeline, at t: Int64, depth: Int) -> Int {
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
