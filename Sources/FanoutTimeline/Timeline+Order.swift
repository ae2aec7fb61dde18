internal import FanoutEvents

// Calls of which only the order is known.

extension Timeline {
    /// Whether nothing but the order of a lane's instants is known: what lies between them is no length of time.
    public func isOrderOnly(_ number: Int, at t: Int64) -> Bool {
        guard hasApproximations else { return false }
        let lane = lanes[number]
        if lane.attempts == 0 {
            return lane.approxStart == .order || lane.ended <= t && lane.approxEnd == .order
        }
        var isOrder = false
        forEachSpan(of: number, at: t) { span in
            isOrder = isOrder || span.approxStart == .order || span.approxEnd == .order
        }
        return isOrder
    }

    /// A call's place among those of its turn, from 1.
    public struct OrderPlace: Sendable, Hashable {
        public var start: Int
        /// Nil where it has not ended.
        public var end: Int?
        public var calls: Int
    }

    /// The places of a turn's calls in the order in which they started, and in the one in which they ended, by lane.
    public func orderPlaces(ofTurn place: Int) -> [Int: OrderPlace] {
        var starts: [(t: Int64, lane: Int)] = []
        for number in turns[place].lanes where lanes[Int(number)].kind == .call {
            var start: Int64?
            forEachSpan(of: Int(number), at: Int64.max) { start = start ?? $0.start }
            starts.append((start ?? lanes[Int(number)].seen, Int(number)))
        }
        starts.sort { ($0.t, $0.lane) < ($1.t, $1.lane) }
        var places: [Int: OrderPlace] = [:]
        for (offset, entry) in starts.enumerated() {
            places[entry.lane] = OrderPlace(start: offset + 1, end: nil, calls: starts.count)
        }
        let ended = starts.filter { lanes[$0.lane].hasEnded }.sorted { (lanes[$0.lane].ended, $0.lane) < (lanes[$1.lane].ended, $1.lane) }
        for (offset, entry) in ended.enumerated() {
            places[entry.lane]?.end = offset + 1
        }
        return places
    }
}
