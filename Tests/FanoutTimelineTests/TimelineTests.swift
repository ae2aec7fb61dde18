import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

/// The figures of a list of events, worked out from its attempts alone.
func referenceFigures(_ events: [Event], turn wanted: Int? = nil, at t: Int64, isOver: Bool) -> Figures {
    var attempts: [String: [(start: Int64, end: Int64?, isMeasured: Bool)]] = [:]
    var measuredEnds: Set<String> = []
    var turns: [String: Int] = [:]
    var parents: [Int: String] = [:]
    var outcomes: [String: Event.Outcome] = [:]
    for event in events where event.t <= t {
        switch event.body {
        case .turnStarted(let body): parents[body.turn] = body.parent
        case .callRequested(let body): turns[body.call] = body.turn
        case .callStarted(let body):
            // A start that was measured stands for the one that was concluded, of the attempt that runs.
            if let last = attempts[body.call]?.last, last.end == nil, last.isMeasured != (event.approx == nil) {
                if !last.isMeasured {
                    attempts[body.call]?.removeLast()
                    attempts[body.call]?.append((event.t, nil, true))
                }
            } else {
                attempts[body.call, default: []].append((event.t, nil, event.approx == nil))
            }
        case .callRetrying(let body):
            if let last = attempts[body.call]?.indices.last { attempts[body.call]?[last].end = event.t }
        case .callFinished(let body):
            let isFirst = outcomes[body.call] == nil
            guard isFirst || event.approx == nil && !measuredEnds.contains(body.call) else { continue }
            if event.approx == nil {
                measuredEnds.insert(body.call)
            }
            if let last = attempts[body.call]?.indices.last, attempts[body.call]?[last].end == nil || !isFirst {
                attempts[body.call]?[last].end = event.t
            }
            outcomes[body.call] = body.outcome
        default: break
        }
    }
    var figures = Figures()
    let isParent = Set(parents.values)
    // A turn's children count in their parent's stead.
    func belongs(_ call: String, to turn: Int) -> Bool {
        var at = turns[call]
        var steps = 0
        while let place = at, steps < 100 {
            if place == turn { return true }
            at = parents[place].flatMap { turns[$0] }
            steps += 1
        }
        return false
    }
    var edges: [(Int64, Int)] = []
    var counted = 0
    var walls: [Int: (Int64, Int64)] = [:]
    for (call, turn) in turns where wanted.map({ belongs(call, to: $0) }) ?? true {
        let isOwn = wanted == nil || wanted == turn
        if isOwn {
            figures.calls += 1
            switch outcomes[call] {
            case .ok?: figures.ok += 1
            case .failed?: figures.failed += 1
            case .timeout?: figures.timeout += 1
            case .cancelled?: figures.cancelled += 1
            case .skipped?: figures.skipped += 1
            case .unknown?: figures.unknown += 1
            case nil: figures.unknown += isOver ? 1 : 0
            }
        }
        for attempt in attempts[call] ?? [] {
            if attempt.end == nil, !isOver, isOwn { figures.running += 1 }
            guard let end = attempt.end ?? (isOver ? nil : t) else { continue }
            if isOwn {
                figures.start = min(figures.start ?? attempt.start, attempt.start)
                figures.end = max(figures.end ?? end, end)
                let wall = walls[turn] ?? (attempt.start, end)
                walls[turn] = (min(wall.0, attempt.start), max(wall.1, end))
            }
            guard !isParent.contains(call) else { continue }
            counted += 1
            figures.sum += end - attempt.start
            if attempt.end == nil {
                edges.append((attempt.start, 1))
            } else if end > attempt.start {
                edges += [(attempt.start, 1), (end, -1)]
            }
        }
    }
    figures.peak = min(1, counted)
    var level = 0
    for edge in edges.sorted(by: { $0 < $1 }) {
        level += edge.1
        figures.peak = max(figures.peak, level)
    }
    if wanted != nil {
        figures.wall = walls.values.first.map { $0.1 - $0.0 } ?? 0
    } else {
        var reach = Int64.min
        for wall in walls.values.sorted(by: { $0 < $1 }) {
            figures.wall += max(0, wall.1 - max(wall.0, reach))
            reach = max(reach, wall.1)
        }
    }
    return figures
}

private func fold(_ events: [Event], close: Bool = false) -> Timeline {
    var timeline = Timeline(folding: events)
    if close {
        timeline.close()
        timeline.settle()
    }
    return timeline
}

@Suite("Timeline")
struct TimelineTests {
    @Test("figures are what the attempts say, for a run that goes and for one that is over", arguments: 1...60)
    func figures(seed: Int) {
        let events = RandomSession(seed: UInt64(seed), turns: 6, calls: 6).events
        let last = events.last?.t ?? 0
        for isOver in [false, true] {
            let timeline = fold(events, close: isOver)
            for t in [last, last + 7] {
                #expect(timeline.figures(at: t) == referenceFigures(events, at: t, isOver: isOver), "session at \(t)")
                for (place, turn) in timeline.turns.enumerated() {
                    #expect(
                        timeline.figures(ofTurn: place, at: t) == referenceFigures(events, turn: turn.number, at: t, isOver: isOver),
                        "turn \(turn.number ?? 0) at \(t)")
                }
            }
        }
    }

    @Test("any instant of a run equals a fold of what had happened by then", arguments: 1...30)
    func seek(seed: Int) {
        let events = RandomSession(seed: UInt64(seed) &* 77, turns: 5, calls: 5).events
        let whole = fold(events)
        for t in stride(from: Int64(0), through: whole.last, by: 3) {
            // A call that becomes a turn's parent later is one from the start, in what is known later.
            let fresh = fold(events.filter { $0.t <= t || isTurnStart($0) })
            for lane in fresh.laneRange where fresh.lane(lane).seen <= t {
                guard let same = whole.lane(ofCall: fresh.id(of: lane)) else {
                    Issue.record("\(fresh.id(of: lane)) is missing")
                    continue
                }
                #expect(whole.state(of: same, at: t) == fresh.state(of: lane, at: t))
                var expected: [Segment] = []
                var found: [Segment] = []
                fresh.forEachSegment(of: lane, at: t) { expected.append($0) }
                whole.forEachSegment(of: same, at: t) { found.append($0) }
                #expect(found == expected, "\(fresh.id(of: lane)) at \(t)")
            }
            for place in fresh.turns.indices where fresh.turns[place].started <= t {
                #expect(whole.figures(ofTurn: place, at: t) == fresh.figures(ofTurn: place, at: t), "turn \(place) at \(t)")
            }
            #expect(whole.concurrency(from: 0, to: t + 1, count: 5) == fresh.concurrency(from: 0, to: t + 1, count: 5), "at \(t)")
        }
    }

    private func isTurnStart(_ event: Event) -> Bool {
        if case .turnStarted = event.body { true } else { false }
    }

    @Test("an id that comes again after its call ended names a new call")
    func again() {
        let timeline = fold([
            Event(t: 1, .callStarted(Event.CallStarted(call: "a", name: "x"))),
            Event(t: 2, .callFinished(Event.CallFinished(call: "a", outcome: .ok))),
            Event(t: 3, .callStarted(Event.CallStarted(call: "a", name: "y"))),
            Event(t: 5, .callFinished(Event.CallFinished(call: "a", outcome: .failed))),
        ])
        #expect(timeline.laneRange.map { timeline.name(of: $0) } == ["x", "y"])
        #expect(timeline.laneRange.map { timeline.lane($0).outcome } == [.ok, .failed])
        #expect(timeline.figures(at: 9).sum == 3)
    }

    @Test("what is missing is inferred: a call without a start, a turn without a beginning, an end that is told twice")
    func missing() {
        let timeline = fold([
            Event(t: 1, .callFinished(Event.CallFinished(call: "a", outcome: .ok))),
            Event(t: 2, .callRequested(Event.CallRequested(turn: 7, call: "b", name: "x", index: 0))),
            Event(t: 3, .callFinished(Event.CallFinished(call: "b", outcome: .failed))),
            Event(t: 4, .callFinished(Event.CallFinished(call: "b", outcome: .ok))),
        ])
        #expect(timeline.laneRange.map { timeline.state(of: $0, at: 9) } == [.ended(.ok), .ended(.failed)])
        #expect(timeline.turns.map(\.number) == [nil, 7])
        #expect(timeline.figures(at: 9).wall == 0)
    }

    @Test("the critical path goes through who freed a slot, whose result was needed, and whom it waited for")
    func criticalPath() {
        func path(_ events: [Event]) -> ([String], Int64) {
            let timeline = fold(events)
            let path = timeline.criticalPath(ofTurn: 0, at: timeline.last)
            return (path.lanes.map { timeline.id(of: $0) }, path.length)
        }
        func run(_ call: String, _ start: Int64, _ end: Int64, freedBy: String? = nil) -> [Event] {
            [
                Event(t: start, .callStarted(Event.CallStarted(call: call, attempt: 1, name: call, turn: 1, freedBy: freedBy))),
                Event(t: end, .callFinished(Event.CallFinished(call: call, outcome: .ok))),
            ]
        }
        func sorted(_ events: [Event]) -> [Event] {
            events.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
        }

        #expect(path(sorted(run("a", 0, 10) + run("b", 0, 4) + run("c", 4, 12, freedBy: "b"))) == (["b", "c"], 12))
        #expect(path(sorted(run("a", 0, 10) + run("b", 0, 4))) == (["a"], 10))
        var needs = Event.CallRequested(turn: 1, call: "c", name: "c", index: 2)
        needs.after = ["a", "b"]
        #expect(path(sorted(run("a", 0, 5) + run("b", 0, 3) + [Event(t: 1, .callRequested(needs))] + run("c", 6, 9))) == (["a", "c"], 8))
        // Nobody said who freed it: the last to end before it started.
        let queued = [
            Event(t: 1, .callRequested(Event.CallRequested(turn: 1, call: "c", name: "c", index: 2))),
            Event(t: 1, .callQueued(Event.CallQueued(call: "c", why: .limit))),
        ]
        #expect(path(sorted(run("a", 0, 9) + run("b", 0, 4) + queued + run("c", 4, 12))) == (["b", "c"], 12))
        // It merely ran later: nothing held it back.
        #expect(path(sorted(run("a", 0, 4) + run("b", 6, 12))) == (["b"], 6))
    }

    @Test("time in which nothing was under way is told apart")
    func unaccounted() {
        let timeline = fold([
            Event(t: 0, .turnStarted(Event.TurnStarted(turn: 1))), Event(t: 0, .modelStarted(Event.ModelStarted(turn: 1, request: "r"))),
            Event(t: 10, .modelFinished(Event.ModelFinished(turn: 1, request: "r", finish: .calls))),
            Event(t: 13, .callStarted(Event.CallStarted(call: "a", attempt: 1, name: "a", turn: 1))),
            Event(t: 15, .callRetrying(Event.CallRetrying(call: "a", attempt: 1, error: nil, delay: nil))),
            Event(t: 18, .callStarted(Event.CallStarted(call: "a", attempt: 2))),
            Event(t: 20, .callFinished(Event.CallFinished(call: "a", outcome: .ok))),
            Event(t: 27, .turnFinished(Event.TurnFinished(turn: 1, outcome: .ok))),
        ])
        #expect(timeline.unaccounted(ofTurn: 0, at: 27) == 10)
        #expect(timeline.unaccounted(ofTurn: 0, at: 12) == 2)
    }

    @Test("percentiles are by nearest rank")
    func percentiles() {
        let values = (1...100).map { Int64($0) }
        #expect(Percentile.nearestRank(values, 50) == 50)
        #expect(Percentile.nearestRank(values, 99) == 99)
        #expect(Percentile.nearestRank([7], 99) == 7)
        #expect(Percentile.nearestRank([1, 2, 3], 50) == 2)
        #expect(Percentile.nearestRank([], 50) == nil)
    }

    @Test("stepping goes through every change, forwards and back")
    func steps() {
        let events = RandomSession(seed: 5, turns: 8, calls: 8).events
        let timeline = fold(events)
        let instants = Set(events.compactMap { $0.body.call == nil ? nil : $0.t }).sorted()
        var forwards: [Int64] = []
        var t = Int64(-1)
        while let next = timeline.change(after: t) {
            forwards.append(next)
            t = next
        }
        var back: [Int64] = []
        t = timeline.last + 1
        while let previous = timeline.change(before: t) {
            back.append(previous)
            t = previous
        }
        #expect(forwards == instants)
        #expect(back == instants.reversed())
    }

    @Test("a turn has one parent, which is not its own work; several turns may wait for a parent that comes later")
    func parents() {
        func turn(_ number: Int, _ parent: String) -> Event {
            Event(t: 0, .turnStarted(Event.TurnStarted(turn: number, parent: parent)))
        }
        func call(_ id: String, _ turn: Int) -> Event {
            Event(t: 1, .callRequested(Event.CallRequested(turn: turn, call: id, name: nil, index: nil)))
        }
        let late = fold([turn(2, "a"), turn(3, "a"), call("a", 1)])
        #expect(late.turns.map(\.parent) == [0, 0, nil])
        #expect(late.children(of: 0) == [0, 1])
        let round = fold([call("a", 1), call("b", 2), turn(2, "a"), turn(1, "b"), turn(2, "b"), turn(1, "a")])
        #expect(round.turns.map(\.parent) == [nil, 0])
    }

    @Test("how many ran at once, looked at closely and from far away, in whatever order it was told", arguments: [false, true])
    func wideConcurrency(isLate: Bool) {
        var random = SeededGenerator(seed: 7)
        var spans: [(start: Int64, end: Int64)] = []
        var events: [Event] = []
        for number in 0..<3000 {
            let start = Int64.random(in: 0...60_000, using: &random)
            let end = start + Int64.random(in: 0...400, using: &random)
            spans.append((start, end))
            events.append(Event(t: start, .callStarted(Event.CallStarted(call: "c\(number)", attempt: 1, name: "x", turn: 1))))
            events.append(Event(t: end, .callFinished(Event.CallFinished(call: "c\(number)", outcome: .ok))))
        }
        if !isLate { events = events.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element) }
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for event in events { timeline.apply(event) }
        // What has no length is at no instant: it ends before it could overlap anything.
        let edges = spans.filter { $0.end > $0.start }.flatMap { [($0.start, 1), ($0.end, -1)] }.sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        for (from, to, count) in [(0, 61_000, 1), (0, 61_000, 7), (0, 61_000, 160), (10_000, 50_000, 3), (30_000, 30_500, 50)]
            as [(Int64, Int64, Int)]
        {
            var expected = [Int](repeating: 0, count: count)
            var level = 0
            var place = 0
            for column in 0..<count {
                let end = column == count - 1 ? to : from + Int64((Double(to - from) / Double(count) * Double(column + 1)).rounded(.up))
                if column == 0 {
                    while place < edges.count, edges[place].0 <= from {
                        level += edges[place].1
                        place += 1
                    }
                }
                expected[column] = level
                while place < edges.count, edges[place].0 < end {
                    level += edges[place].1
                    expected[column] = max(expected[column], level)
                    place += 1
                }
            }
            let found = timeline.concurrency(from: from, to: to, count: count)
            // A call without a length may count for its instant.
            #expect(zip(found, expected).allSatisfy { $0 >= $1 && $0 <= $1 + 1 }, "\(from)...\(to) in \(count)")
        }
    }

    @Test("attempts of one instant that fill many blocks are counted as one by one, in whatever order they come")
    func manyAtOnce() {
        var events: [Event] = []
        for index in 0..<1500 {
            events.append(Event(t: 5, .callStarted(Event.CallStarted(call: "a\(index)"))))
            events.append(Event(t: 9, .callFinished(Event.CallFinished(call: "a\(index)", outcome: .ok))))
            events.append(Event(t: 9, .callStarted(Event.CallStarted(call: "b\(index)"))))
        }
        let timeline = fold(events)
        #expect(timeline.concurrency(from: 0, to: 20, count: 1) == [1500])
        #expect(timeline.figures(at: 20).peak == 1500)
        #expect(timeline.change(after: 5) == 9)
    }
}
