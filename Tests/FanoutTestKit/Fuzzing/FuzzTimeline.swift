internal import FanoutEvents
internal import FanoutTimeline

/// Whatever comes in whatever order: figures add up, lanes are of one piece, and every instant can be asked for.
func fuzzTimeline(_ bytes: [UInt8]) -> String? {
    var maker = EventMaker(bytes)
    var timeline = Timeline(header: Header(session: "s", started: 0))
    var instants: Set<Int64> = []
    while let event = maker.next() {
        timeline.apply(event)
        instants.insert(Instant.held(event.t))
    }
    var random = SeededGenerator(seed: UInt64(bytes.count))
    let some = instants.shuffled(using: &random).prefix(12) + [timeline.last, timeline.last + 3, -Instant.furthest, Instant.furthest]
    for isOver in [false, true] {
        if isOver {
            timeline.close()
        }
        for t in some {
            if let broken = timeline.brokenFigures(at: t) ?? timeline.brokenLanes(at: t) {
                return broken + " at \(t)" + (isOver ? ", when all is over" : "")
            }
        }
        if let broken = timeline.brokenSettling(at: some) ?? timeline.brokenSteps() {
            return broken + (isOver ? ", when all is over" : "")
        }
    }
    return nil
}

extension Timeline {
    fileprivate func brokenFigures(at t: Int64) -> String? {
        if figures(at: .min) != figures(at: -Instant.furthest) || figures(at: .max) != figures(at: Instant.furthest) {
            return "the ends of time are others than the furthest instants"
        }
        let whole = figures(at: t)
        let turns = turns.indices.map { figures(ofTurn: $0, at: t) }
        for figures in [whole] + turns {
            let ended = figures.ok + figures.failed + figures.timeout + figures.cancelled + figures.skipped + figures.unknown
            if figures.waiting < 0 || figures.running < 0 || ended + figures.running + figures.waiting != figures.calls {
                return "the states of its calls do not add up to their number: \(figures)"
            }
            if figures.wall < 0 || figures.sum < 0 || figures.wall > max(t, extent.lowerBound) - extent.lowerBound {
                return "its times cannot be: \(figures)"
            }
        }
        if turns.reduce(0, { $0 + $1.calls }) != whole.calls || turns.reduce(0, { $0 + $1.errors }) != whole.errors {
            return "its turns have other calls than all of it"
        }
        let seen = laneRange.filter { lane($0).kind == .call && lane($0).seen <= t }
        let attempts = seen.reduce(0) { $0 + Int(lane($1).attempts) }
        if whole.calls != seen.count || whole.peak > attempts || turns.contains(where: { $0.peak > attempts }) {
            return "it counts calls or attempts that are not there: \(whole)"
        }
        let (work, room) = whole.wall.multipliedReportingOverflow(by: Int64(whole.peak))
        if !room, whole.sum > work {
            return "more was done at once than the peak: \(whole)"
        }
        return nil
    }

    fileprivate func brokenLanes(at t: Int64) -> String? {
        for number in laneRange {
            var last: Segment?
            var broken: String?
            forEachSegment(of: number, at: t) { segment in
                if segment.end < segment.start || segment.start < (last?.end ?? lane(number).seen) || segment.end > t {
                    broken = "a lane's stretch lies where it cannot: \(segment) after \(last.map { "\($0)" } ?? "none")"
                }
                last = segment
            }
            if let broken {
                return broken
            }
            let state = state(of: number, at: t)
            if (state == .hidden) != (t < lane(number).seen) || runTime(of: number, at: t) < 0 {
                return "a lane's state cannot be: \(state)"
            }
        }
        for place in turns.indices {
            let path = criticalPath(ofTurn: place, at: t)
            if path.length < 0 || Set(path.lanes).count != path.lanes.count || unaccounted(ofTurn: place, at: t) < 0 {
                return "its critical path or what is left beside it cannot be: \(path)"
            }
        }
        let open = openLanes(at: t)
        if open.contains(where: { !state(of: $0, at: t).isOpen }) {
            return "a lane is listed as open that is not"
        }
        return toolStatistics(at: t).contains { $0.sum < 0 || $0.errors > $0.calls } ? "a tool's figures cannot be" : nil
    }

    /// Settling finds again what was kept, and nothing else.
    fileprivate func brokenSettling(at instants: ArraySlice<Int64>) -> String? {
        var settled = self
        settled.settle()
        for t in instants {
            for place in turns.indices where settled.figures(ofTurn: place, at: t) != figures(ofTurn: place, at: t) {
                return "settled, it says \(settled.figures(ofTurn: place, at: t)) and not \(figures(ofTurn: place, at: t)) at \(t)"
            }
        }
        // One instant further back, everything is worked out from its lanes, whatever was kept.
        let end = last
        let peak = concurrency(from: extent.lowerBound - 1, to: end + 1, count: 1).first ?? 0
        let known = figures(at: end).peak
        if over == nil, max(peak, 1) != max(known, 1) {
            return "so many ran at once in the journal: \(peak), and in the lanes: \(known)"
        }
        return nil
    }

    fileprivate func brokenSteps() -> String? {
        var t = Int64.min
        var forwards: [Int64] = []
        while let next = change(after: t) {
            guard next > t else { return "a step on stays where it was, at \(t)" }
            forwards.append(next)
            t = next
        }
        t = .max
        var back: [Int64] = []
        while let next = change(before: t) {
            guard next < t else { return "a step back stays where it was, at \(t)" }
            back.append(next)
            t = next
        }
        if forwards != back.reversed() {
            return "steps back are others than those on: \(back.reversed()) and \(forwards)"
        }
        let errors = laneRange.filter { lane($0).kind == .call && lane($0).outcome.isError && lane($0).hasEnded }
        var found: [Int] = []
        var next = error(after: .min)
        while let error = next, found.count <= errors.count {
            found.append(error.lane)
            next = self.error(after: error.t, lane: error.lane)
        }
        return found.sorted() == errors ? nil : "the lanes \(errors) ended in errors, and \(found) are found"
    }
}
