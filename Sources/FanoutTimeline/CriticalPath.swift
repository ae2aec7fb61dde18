internal import FanoutEvents

/// The chain of calls that a turn's length hung on: each was let go by the end of the one before it.
public struct CriticalPath: Sendable, Hashable {
    /// In the order of time.
    public var lanes: [Int] = []
    /// Microseconds from the start of each to its end, back-off included, waiting left out.
    public var length: Int64 = 0

    public init() {}
}

extension Timeline {
    /// The critical path of a turn at an instant, found backwards from the attempt that ended last.
    ///
    /// A call was held back by another where events say so: by whom it was freed, whose result it needed, or that it waited for a
    /// limit, a resource or a rate until that other one ended. What merely ran earlier held nobody back.
    public func criticalPath(ofTurn place: Int, at t: Int64) -> CriticalPath {
        let t = Instant.held(t)
        var longest = CriticalPath()
        for lane in lastToEnd(in: place, at: t) {
            let path = chain(endingWith: lane, in: place, at: t)
            if path.length > longest.length || longest.lanes.isEmpty {
                longest = path
            }
        }
        return longest
    }

    private func chain(endingWith lane: Int, in place: Int, at t: Int64) -> CriticalPath {
        var path = CriticalPath()
        var current: Int? = lane
        var seen: Set<Int> = []
        while let lane = current, seen.insert(lane).inserted {
            guard let span = span(of: lane, at: t) else { break }
            path.lanes.append(lane)
            path.length += span.end - span.start
            current = holder(of: lane, until: span.start, in: place)
        }
        path.lanes.reverse()
        return path
    }

    /// From its first attempt's start to its end, or to the instant while it goes on.
    private func span(of lane: Int, at t: Int64) -> (start: Int64, end: Int64)? {
        var start: Int64?
        var end: Int64?
        let isOver = over.map { $0 <= t } ?? false
        forEachAttempt(of: lane, at: t) { began, ended in
            start = start ?? began
            end = ended ?? (isOver ? nil : t)
        }
        guard let start else { return nil }
        return (start, max(start, end ?? start))
    }

    /// The lanes that ended last, or all that still run; of very many only the first to start.
    private func lastToEnd(in place: Int, at t: Int64) -> [Int] {
        var end = Int64.min
        var found: [Int] = []
        for number in turns[place].lanes where lanes[Int(number)].kind == .call {
            guard let span = span(of: Int(number), at: t), span.end >= end else { continue }
            if span.end > end {
                end = span.end
                found = []
            }
            if found.count < Self.mostCandidates {
                found.append(Int(number))
            }
        }
        return found
    }

    private static var mostCandidates: Int { 64 }

    /// The call whose end let this one start.
    private func holder(of lane: Int, until start: Int64, in place: Int) -> Int? {
        if let freed = freedBy(lane), lanes[freed].ended <= start {
            return freed
        }
        let needed = dependencies(of: lane).filter { lanes[$0].ended <= start }
        if let latest = needed.max(by: { lanes[$0].ended < lanes[$1].ended }) {
            return latest
        }
        var waitedSince: Int64?
        var named: [String] = []
        forEachMark(of: lane) { mark in
            guard mark.t <= start else { return }
            switch (mark.kind, mark.why) {
            case (.queued, .limit?), (.queued, .order?), (.queued, .dependency?):
                waitedSince = waitedSince ?? mark.t
                named = mark.on == 0 ? [] : symbols.text(mark.on).split(separator: ", ").map(String.init)
            case (.queued, _), (.ready, _), (.started, _), (.retrying, _):
                break
            }
        }
        guard let waitedSince, waitedSince < start else { return nil }
        let calls = named.compactMap { self.lane(ofCall: $0) }.filter { lanes[$0].ended <= start && lanes[$0].ended >= waitedSince }
        if let latest = calls.max(by: { lanes[$0].ended < lanes[$1].ended }) {
            return latest
        }
        // It waited for a slot, and nobody said whose: the last to end before it started.
        let ended = journal.last(before: start + 1) { change in
            switch change.kind {
            case .ok, .error, .other:
                change.lane != lane && change.lane >= firstLane && Int(lanes[change.lane].turn) == place && change.t >= waitedSince
            case .stop, .tick, .known, .start: change.t < waitedSince
            }
        }
        guard let ended, ended.t >= waitedSince else { return nil }
        return ended.lane
    }
}
