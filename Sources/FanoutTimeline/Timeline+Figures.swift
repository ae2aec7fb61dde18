internal import FanoutEvents

extension Timeline {
    /// What a turn amounts to at an instant.
    ///
    /// At or after the turn's last change this costs nothing; before it, a walk through the turn's lanes.
    public func figures(ofTurn place: Int, at t: Int64) -> Figures {
        let t = Instant.held(t)
        let turn = turns[place]
        let isOver = over.map { $0 <= t } ?? false
        if t >= turn.last, !turn.hasNested, !turn.running.isStale, !isOver || turn.running.open == 0 {
            return turn.running.figures(at: t, isOver: isOver)
        }
        var sweep = Sweep(isOver: isOver, now: t)
        for lane in turn.lanes where lanes[Int(lane)].kind == .call {
            add(Int(lane), to: &sweep, isOwn: true)
        }
        var seen: Set<Int> = [place]
        addChildren(of: place, to: &sweep, &seen)
        return sweep.figures()
    }

    /// What the whole session amounts to at an instant. Its wall is the length of the union of its turns'.
    public func figures(at t: Int64) -> Figures {
        let t = Instant.held(t)
        let isOver = over.map { $0 <= t } ?? false
        var sweep = Sweep(isOver: isOver, now: t)
        var walls: [(start: Int64, end: Int64)] = []
        for place in turns.indices where place >= firstTurn {
            var own = Sweep(isOver: isOver, now: t)
            for lane in turns[place].lanes where lanes[Int(lane)].kind == .call {
                add(Int(lane), to: &sweep, isOwn: true)
                add(Int(lane), to: &own, isOwn: true)
            }
            let figures = own.figures()
            if let start = figures.start, let end = figures.end {
                walls.append((start, end))
            }
        }
        var result = sweep.figures()
        result.wall = 0
        var reach = Int64.min
        for wall in walls.sorted(by: { $0.start < $1.start }) {
            let start = max(wall.start, reach)
            result.wall += max(0, wall.end - start)
            reach = max(reach, wall.end)
        }
        return result
    }

    /// How many attempts ran at once, at the most, in each of `count` equal parts of a range.
    public func concurrency(from start: Int64, to end: Int64, count: Int) -> [Int] {
        journal.concurrency(from: start, to: end, count: count)
    }

    /// What happened in each of `count` equal parts of a range, for a picture of a whole session.
    package func overview(from start: Int64, to end: Int64, count: Int) -> [OverviewColumn] {
        journal.overview(from: start, to: end, count: count)
    }

    /// The first instant after another at which anything changed, and the last before it.
    public func change(after t: Int64) -> Int64? { journal.next(after: t)?.t }
    public func change(before t: Int64) -> Int64? { journal.last(before: t)?.t }

    /// The next lane that ended in an error, at an instant or after it, in the order of their ends; of those that end at this very instant, the ones behind `lane`.
    public func error(after t: Int64, lane: Int = -1) -> (lane: Int, t: Int64)? {
        journal.first(from: t) { $0.kind == .error && $0.lane >= firstLane && ($0.t, $0.lane) > (t, lane) }.map { ($0.lane, $0.t) }
    }

    /// The last lane that ended in an error, at an instant or before it; of those that end at this very instant, the ones ahead of `lane`.
    public func error(before t: Int64, lane: Int = .max) -> (lane: Int, t: Int64)? {
        journal.last(before: Instant.held(t) + 1) { $0.kind == .error && $0.lane >= firstLane && ($0.t, $0.lane) < (t, lane) }.map {
            ($0.lane, $0.t)
        }
    }

    /// Finds anew what came out of order, so that asking stays cheap. For the owner to call after a batch of events.
    public mutating func settle() {
        journal.settle()
        for place in turns.indices.reversed() where place >= firstTurn {
            // Late events reach back over a few turns and rarely further; an older turn is walked through when it is asked for.
            guard place >= turns.endIndex - 64 else { return }
            if turns[place].running.isStale {
                turns[place].running = resettled(place)
            }
        }
    }

    private func resettled(_ place: Int) -> RunningFigures {
        var running = RunningFigures(expectsLate: true)
        var steps: [(t: Int64, isStart: Bool, start: Int64, isCounted: Bool)] = []
        for number in turns[place].lanes where lanes[Int(number)].kind == .call {
            let lane = lanes[Int(number)]
            running.figures.calls += 1
            if lane.hasEnded {
                running.figures.count(lane.outcome)
            }
            forEachAttempt(of: Int(number), at: Instant.furthest) { start, end in
                steps.append((start, true, start, !lane.isParent))
                if let end {
                    steps.append((end, false, start, !lane.isParent))
                }
            }
        }
        steps.sort { ($0.t, $0.isStart ? 0 : 1) < ($1.t, $1.isStart ? 0 : 1) }
        for step in steps {
            if step.isStart {
                running.start(step.t, isCounted: step.isCounted)
            } else {
                running.stop(step.start, step.t, isCounted: step.isCounted)
            }
        }
        return running
    }

    private func addChildren(of place: Int, to sweep: inout Sweep, _ seen: inout Set<Int>) {
        guard turns[place].hasNested else { return }
        for lane in turns[place].lanes {
            for child in children(of: Int(lane)) where seen.insert(child).inserted {
                for nested in turns[child].lanes where lanes[Int(nested)].kind == .call {
                    add(Int(nested), to: &sweep, isOwn: false)
                }
                addChildren(of: child, to: &sweep, &seen)
            }
        }
    }

    private func add(_ number: Int, to sweep: inout Sweep, isOwn: Bool) {
        let lane = lanes[number]
        guard lane.seen <= sweep.now else { return }
        if isOwn {
            sweep.result.calls += 1
            if lane.ended <= sweep.now {
                sweep.result.count(lane.outcome)
            } else if sweep.isOver {
                sweep.result.unknown += 1
            }
        }
        forEachAttempt(of: number, at: sweep.now) { start, end in
            if end == nil, !sweep.isOver, isOwn {
                sweep.result.running += 1
            }
            guard end != nil || !sweep.isOver else { return }
            sweep.add(start, end, isOwn: isOwn, isCounted: !lane.isParent)
        }
    }
}

/// Attempts gathered in any order, and what they amount to.
private struct Sweep {
    let isOver: Bool
    let now: Int64
    var result = Figures()
    private var edges: [(t: Int64, step: Int)] = []
    private var counted = 0

    init(isOver: Bool, now: Int64) {
        self.isOver = isOver
        self.now = now
    }

    /// Adds an attempt; without an end it goes on.
    mutating func add(_ start: Int64, _ ended: Int64?, isOwn: Bool, isCounted: Bool) {
        let end = ended ?? now
        if isOwn {
            result.start = min(result.start ?? start, start)
            result.end = max(result.end ?? end, end)
        }
        guard isCounted else { return }
        result.sum += end - start
        counted += 1
        // One that has only just started runs all the same.
        if end > start || ended == nil {
            edges.append((start, 1))
        }
        if let ended, ended > start {
            edges.append((ended, -1))
        }
    }

    func figures() -> Figures {
        var result = result
        var level = 0
        result.peak = min(1, counted)
        for edge in edges.sorted(by: { ($0.t, $0.step) < ($1.t, $1.step) }) {
            level += edge.step
            result.peak = max(result.peak, level)
        }
        if let start = result.start, let end = result.end {
            result.wall = end - start
        }
        return result
    }
}

extension Timeline {
    /// The turns that had begun by an instant and are not the work of a call, in the order in which they became known.
    public func rootTurns(at t: Int64) -> [RootTurn] {
        var roots: [RootTurn] = []
        for turn in spans.indices where turn >= firstTurn {
            let span = spans[turn]
            guard span.started <= t, !span.hasParent else { continue }
            roots.append(RootTurn(turn: turn, lanes: span.last <= t && !span.hasNested ? Int(span.lanes) : nil))
        }
        return roots
    }

    /// All turns that had begun by an instant, each with its own lanes, in the order in which they became known.
    package func turnsBegun(by t: Int64) -> [RootTurn] {
        (max(firstTurn, spans.startIndex)..<spans.endIndex).compactMap { turn in
            let span = spans[turn]
            return span.started <= t ? RootTurn(turn: turn, lanes: span.last <= t ? Int(span.lanes) : nil) : nil
        }
    }

    /// The lanes that are known and have not ended at an instant, oldest first.
    public func openLanes(at t: Int64) -> [Int] {
        if let over, over <= t { return [] }
        if t >= last {
            return open.map { Int($0) }
        }
        var lanes: [Int] = []
        for turn in spans.indices where turn >= firstTurn && spans[turn].started <= t && spans[turn].last > t {
            for number in turns[turn].lanes where self.lanes[Int(number)].seen <= t && self.lanes[Int(number)].ended > t {
                lanes.append(Int(number))
            }
        }
        return lanes
    }

    /// Whether anything goes on at an instant, so that the picture changes by time alone.
    public func isActive(at t: Int64) -> Bool {
        if let over, over <= t { return false }
        return t >= last ? !open.isEmpty : true
    }
}
