public import FanoutEvents

/// What the time of a turn went to.
public struct TimeSpent: Sendable, Hashable {
    public enum Purpose: Sendable, Hashable {
        /// A request to the model.
        case model
        /// Attempts of this tool on the critical path.
        case tool(String)
        case backoff
        /// What a call of the critical path waited for while nothing else of it ran: a person's answer, a rate.
        case waiting(Event.Wait)
        /// Nothing that was recorded.
        case unaccounted
    }

    public struct Part: Sendable, Hashable {
        public var purpose: Purpose
        /// Microseconds.
        public var time: Int64
    }

    /// Why a call of the critical path did not start when it was asked for.
    public struct Hold: Sendable, Hashable {
        public var why: Event.Wait
        /// The resource, pool or calls, in the words of the event; empty where nobody said.
        public var on: String
        /// Microseconds.
        public var time: Int64
    }

    /// The greatest first; together they are as long as the turn.
    public var parts: [Part] = []
    /// The greatest first. They lie within parts: while a call waits, the one that it waits for runs.
    public var holds: [Hold] = []
}

extension Timeline {
    /// What a turn's time went to, from its start to its last change.
    public func timeSpent(ofTurn place: Int) -> TimeSpent {
        let turn = turns[place]
        var spans: [(start: Int64, end: Int64, purpose: TimeSpent.Purpose)] = []
        var waits = spans
        let path = criticalPath(ofTurn: place, at: last)
        var holds: [TimeSpent.Hold] = []
        for number in path.lanes {
            forEachSegment(of: number, at: last) { segment in
                switch segment.kind {
                case .attempt: spans.append((segment.start, segment.end, .tool(title(of: number))))
                case .backoff: spans.append((segment.start, segment.end, .backoff))
                case .waiting(let why?): waits.append((segment.start, segment.end, .waiting(why)))
                case .announced, .waiting, .held: break
                }
            }
            holds += self.holds(of: number)
        }
        for number in turn.lanes where lanes[Int(number)].kind == .model {
            forEachSegment(of: Int(number), at: last) { segment in
                if segment.end > segment.start {
                    spans.append((segment.start, segment.end, .model))
                }
            }
        }
        let end = turn.hasFinished ? max(turn.finished, turn.last) : turn.last
        return TimeSpent(parts: Self.divided(turn.started..<max(turn.started, end), among: spans + waits), holds: Self.summed(holds))
    }

    /// Divides a stretch of time among spans; where several lie over each other the first counts.
    private static func divided(
        _ stretch: Range<Int64>, among spans: [(start: Int64, end: Int64, purpose: TimeSpent.Purpose)]
    ) -> [TimeSpent.Part] {
        var times: [TimeSpent.Purpose: Int64] = [:]
        let edges = Set(spans.flatMap { [$0.start, $0.end] } + [stretch.lowerBound, stretch.upperBound])
            .filter { (stretch.lowerBound...stretch.upperBound).contains($0) }.sorted()
        for (start, end) in zip(edges, edges.dropFirst()) {
            let purpose = spans.first { $0.start <= start && $0.end >= end }?.purpose ?? .unaccounted
            times[purpose, default: 0] += end - start
        }
        return times.map { TimeSpent.Part(purpose: $0.key, time: $0.value) }.sorted { ($1.time, $0.word) < ($0.time, $1.word) }
    }

    /// What kept a call from its first attempt, one stretch after the other.
    private func holds(of lane: Int) -> [TimeSpent.Hold] {
        var holds: [TimeSpent.Hold] = []
        var current: (why: Event.Wait, on: Symbols.Symbol, since: Int64)?
        var hasStarted = false
        forEachMark(of: lane) { mark in
            guard !hasStarted else { return }
            if let held = current, mark.t > held.since {
                holds.append(TimeSpent.Hold(why: held.why, on: held.on == 0 ? "" : symbols.text(held.on), time: mark.t - held.since))
            }
            current = mark.kind == .queued ? mark.why.map { ($0, mark.on, mark.t) } : nil
            hasStarted = mark.kind == .started
        }
        return holds
    }

    private static func summed(_ holds: [TimeSpent.Hold]) -> [TimeSpent.Hold] {
        var sums: [TimeSpent.Hold] = []
        for hold in holds {
            if let place = sums.firstIndex(where: { $0.why == hold.why && $0.on == hold.on }) {
                sums[place].time += hold.time
            } else {
                sums.append(hold)
            }
        }
        return sums.sorted { ($1.time, $0.on) < ($0.time, $1.on) }
    }
}

extension TimeSpent.Part {
    /// What it is called: `model`, a tool's name, `back-off`, `waiting (rate)`, `unaccounted`.
    public var word: String {
        switch purpose {
        case .model: "model"
        case .tool(let name): name
        case .backoff: "back-off"
        case .waiting(let why): "waiting (\(why.rawValue))"
        case .unaccounted: "unaccounted"
        }
    }
}
