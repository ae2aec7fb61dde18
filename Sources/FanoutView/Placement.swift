internal import FanoutEvents
package import FanoutTimeline

/// Which lanes are in sight while a run with more lanes than rows is followed, each in a place that stays its own.
///
/// What runs or asks comes first, then what waits, then what failed last, then what is newest. A lane keeps its row until its row is needed by one that
/// counts for more.
package struct Placement: Sendable, Hashable {
    /// The rank of a row whose lane waits.
    private static let waits = 3

    private var slots: [Int?] = []

    package init() {}

    package var lanes: [Int?] { slots }

    /// Adapts to what is open at an instant.
    ///
    /// - Parameters:
    ///   - isShown: Whether a lane has a row of its own at all.
    ///   - open: The lanes that have not ended, oldest first.
    ///   - recent: Other lanes in the order in which they should be seen, the most wanted first.
    ///   - pinned: A lane that keeps its row whatever becomes of it.
    package mutating func update(
        rows: Int, isShown: (Int) -> Bool = { _ in true }, open: [Int], recent: [Int], pinned: Int?, in timeline: Timeline, at t: Int64
    ) {
        slots = slots.map { $0.flatMap { timeline.laneRange.contains($0) && isShown($0) ? $0 : nil } }
        if slots.count > rows {
            // Rows vanish from the bottom; what ran there finds another place below.
            slots.removeLast(slots.count - rows)
        }
        while slots.count < rows {
            slots.append(nil)
        }
        guard rows > 0 else { return }
        var shown = Set(slots.compactMap { $0 })
        // Rows that may be given away: empty ones, then those of lanes that ended well, the oldest end first, then other ended ones; to a lane that
        // runs also those of lanes that wait.
        var free: [(slot: Int, rank: Int, ended: Int64)] = []
        for (slot, lane) in slots.enumerated() {
            guard let lane else {
                free.append((slot, 0, 0))
                continue
            }
            guard lane != pinned else { continue }
            switch timeline.state(of: lane, at: t) {
            case .hidden: free.append((slot, 0, 0))
            case .ended(let outcome): free.append((slot, outcome.isError ? 2 : 1, timeline.lane(lane).ended))
            case .announced, .waiting(nil), .waiting(.limit), .waiting(.order), .waiting(.rate), .waiting(.dependency):
                free.append((slot, Self.waits, Int64(slot)))
            case .running, .backoff, .waiting(.approval): break
            }
        }
        free.sort { ($0.rank, $0.ended, $0.slot) < ($1.rank, $1.ended, $1.slot) }
        var next = free.makeIterator()
        let hidden = free.isEmpty ? [] : open.reversed().filter { !shown.contains($0) }
        let running = hidden.filter { timeline.state(of: $0, at: t).isAtWork }
        for lane in running {
            guard let place = next.next() else { return }
            if place.rank == Self.waits, let lane = slots[place.slot] {
                shown.remove(lane)
            }
            slots[place.slot] = lane
            shown.insert(lane)
        }
        for lane in hidden where !shown.contains(lane) {
            guard let place = next.next(), place.rank < Self.waits else { return }
            slots[place.slot] = lane
            shown.insert(lane)
        }
        // What is left over shows what is recent, but takes no one's place for it.
        for lane in recent where !shown.contains(lane) {
            guard let place = next.next(), place.rank == 0 else { return }
            slots[place.slot] = lane
            shown.insert(lane)
        }
    }
}

extension LaneState {
    /// Whether an attempt goes on, another is sure to follow, or somebody is asked.
    fileprivate var isAtWork: Bool {
        switch self {
        case .running, .backoff, .waiting(.approval): true
        case .hidden, .announced, .waiting(nil), .waiting(.limit), .waiting(.order), .waiting(.rate), .waiting(.dependency), .ended: false
        }
    }
}
