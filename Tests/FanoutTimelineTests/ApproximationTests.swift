import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

/// Instants that were concluded, and what they do to what rests on them.
struct ApproximationTests {
    private static func fold(_ events: [Event]) -> Timeline {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for event in events {
            timeline.apply(event)
        }
        timeline.settle()
        return timeline
    }

    private static func start(
        _ t: Int64, _ attempt: Int? = nil, _ approx: Event.Approximation? = nil, call: String = "a", turn: Int? = nil
    ) -> Event {
        Event(t: t, approx: approx, .callStarted(Event.CallStarted(call: call, attempt: attempt, name: call, turn: turn)))
    }

    private static func end(
        _ t: Int64, _ approx: Event.Approximation? = nil, _ outcome: Event.Outcome = .ok, call: String = "a", run: Int64? = nil
    ) -> Event {
        var finished = Event.CallFinished(call: call, outcome: outcome)
        finished.run = run
        return Event(t: t, approx: approx, .callFinished(finished))
    }

    private static func retry(_ t: Int64) -> Event {
        Event(t: t, .callRetrying(Event.CallRetrying(call: "a", attempt: 1, error: nil, delay: nil)))
    }

    private static func attempts(_ timeline: Timeline) -> [String] {
        var found: [String] = []
        for lane in timeline.laneRange {
            timeline.forEachAttempt(of: lane, at: 100) { start, end in found.append("\(start)-\(end.map { "\($0)" } ?? "")") }
        }
        return found
    }

    @Test("a measured instant takes the place of a concluded one of the same attempt")
    func replaced() {
        let rows: [(events: [Event], attempts: [String])] = [
            ([Self.start(1, nil, .inferred), Self.start(4), Self.end(9)], ["4-9"]),
            ([Self.start(4), Self.start(6, nil, .upper), Self.end(9)], ["4-9"]),
            ([Self.start(1, 1, .lower), Self.start(4, 1), Self.end(9)], ["4-9"]),
            // Another attempt by its number, or by the retry between them.
            ([Self.start(1, 1, .inferred), Self.start(4, 2), Self.end(9)], ["1-4", "4-9"]),
            ([Self.start(1, nil, .inferred), Self.retry(3), Self.start(4), Self.end(9)], ["1-3", "4-9"]),
            // Nobody measured either: as before, another attempt.
            ([Self.start(1, nil, .arrival), Self.start(4, nil, .arrival), Self.end(9)], ["1-4", "4-9"]),
            ([Self.start(1), Self.start(4), Self.end(9)], ["1-4", "4-9"]),
            ([Self.start(1, nil, .inferred), Self.start(3), Self.start(5), Self.end(9)], ["3-5", "5-9"]),
            ([Self.start(1), Self.end(7, .upper, .unknown), Self.end(5)], ["1-5"]),
            ([Self.start(1), Self.end(5, .lower, .unknown), Self.end(7)], ["1-7"]),
            ([Self.start(1), Self.end(5, .lower), Self.end(7, .upper)], ["1-5"]),
        ]
        for row in rows {
            #expect(Self.attempts(Self.fold(row.events)) == row.attempts)
        }
        let corrected = Self.fold([Self.start(1), Self.end(7, .upper, .unknown), Self.end(5, nil, .failed)])
        #expect(corrected.lane(0).outcome == .failed)
        #expect(corrected.lane(0).approxEnd == nil)
        #expect(corrected.toolStatistics(at: 9).map(\.runs) == [[4]])
        // What comes after the end counts as if it had come before.
        for late in [
            [Self.start(1, nil, .inferred), Self.end(9), Self.start(4)], [Self.end(9), Self.start(1, nil, .lower), Self.start(4)],
        ] {
            let timeline = Self.fold(late)
            #expect(Self.attempts(timeline) == ["4-9"])
            #expect(timeline.toolStatistics(at: 9).map(\.runs) == [[5]])
        }
        // A newer bearer of the id is another call.
        let newer = Self.fold([Self.start(1), Self.end(3, .upper), Self.start(5), Self.end(8)])
        #expect(Self.attempts(newer) == ["1-3", "5-8"])
    }

    @Test(
        "a session that is told twice, measured and concluded, is the one that was measured, in whatever order it comes", arguments: 1...40)
    func toldTwice(seed: Int) {
        var session = RandomSession(seed: UInt64(seed) &* 977, turns: 4, calls: 5)
        let once = Self.fold(session.events)
        var twice = session.toldTwice()
        var random = SeededGenerator(seed: UInt64(seed))
        for round in 0..<3 {
            let timeline = Self.fold(twice)
            let t = max(once.last, timeline.last)
            #expect(timeline.figures(at: t) == once.figures(at: t), "round \(round)")
            #expect(timeline.concurrency(from: 0, to: t + 1, count: 30) == once.concurrency(from: 0, to: t + 1, count: 30))
            #expect(timeline.precision(at: t).isMeasured)
            #expect(timeline.toolStatistics(at: t).map(\.runs) == once.toolStatistics(at: t).map(\.runs))
            for lane in once.laneRange {
                guard let same = timeline.lane(ofCall: once.id(of: lane)) else {
                    Issue.record("\(once.id(of: lane)) is missing")
                    continue
                }
                #expect(timeline.lane(same).attempts == once.lane(lane).attempts)
                #expect(timeline.state(of: same, at: t) == once.state(of: lane, at: t))
                var expected: [Segment] = []
                var found: [Segment] = []
                once.forEachSegment(of: lane, at: t) { expected.append($0) }
                timeline.forEachSegment(of: same, at: t) { found.append($0) }
                #expect(found == expected, "\(once.id(of: lane)) in round \(round)")
            }
            // The same in another order: what was concluded comes late, behind all that was measured of its call before its end.
            let concluded = twice.filter { $0.approx != nil }
            twice.removeAll { $0.approx != nil }
            for event in concluded {
                let call = event.body.call
                let first = (twice.firstIndex { $0.body.call == call } ?? 0) + 1
                let isStart = if case .callStarted = event.body { true } else { false }
                let last = isStart ? twice.lastIndex { $0.body.call == call } ?? first : twice.count
                let lastMark = twice.lastIndex { $0.body.call == call && !$0.body.isEnd }.map { $0 + 1 } ?? first
                let lowest = isStart ? first : max(first, lastMark)
                twice.insert(event, at: Int.random(in: lowest...max(lowest, last), using: &random))
            }
        }
    }

    @Test("the reference finds the same figures where a session is told twice", arguments: 1...30)
    func reference(seed: Int) {
        var session = RandomSession(seed: UInt64(seed) &* 31, turns: 4, calls: 5)
        let events = session.toldTwice()
        let timeline = Self.fold(events)
        let t = timeline.last
        #expect(timeline.figures(at: t) == referenceFigures(events, at: t, isOver: false))
    }

    @Test("figures that rest on concluded instants say how far they can be trusted")
    func precision() {
        func turn(_ events: [Event]) -> FiguresPrecision {
            let timeline = Self.fold([Event(t: 0, .turnStarted(Event.TurnStarted(turn: 1)))] + events)
            return timeline.precision(ofTurn: 0, at: timeline.last, path: timeline.criticalPath(ofTurn: 0, at: timeline.last))
        }
        func figures(_ wall: Precision, _ sum: Precision, _ path: Precision) -> FiguresPrecision {
            var precision = FiguresPrecision()
            (precision.wall, precision.sum, precision.criticalPath) = (wall, sum, path)
            return precision
        }
        func call(_ id: String, _ from: Int64, _ to: Int64, _ a: Event.Approximation? = nil, _ b: Event.Approximation? = nil) -> [Event] {
            [Self.start(from, nil, a, call: id, turn: 1), Self.end(to, b, call: id)]
        }
        #expect(turn(call("a", 1, 9)) == FiguresPrecision())
        #expect(turn(call("a", 1, 9, nil, .upper)) == figures(.atMost, .atMost, .atMost))
        #expect(turn(call("a", 1, 9, .upper, nil)) == figures(.atLeast, .atLeast, .atLeast))
        #expect(turn(call("a", 1, 9, .lower, .upper)) == figures(.atMost, .atMost, .atMost))
        #expect(turn(call("a", 1, 9, .upper, .upper)) == figures(.about, .about, .about))
        #expect(turn(call("a", 1, 9, .arrival, .arrival)) == figures(.about, .about, .about))
        #expect(turn(call("a", 1, 9, .order, .order)) == figures(.orderOnly, .orderOnly, .orderOnly))
        // The wall hangs on the first start and the last end alone.
        #expect(turn(call("a", 1, 9) + call("b", 2, 5, .inferred, .upper)) == figures(.measured, .about, .measured))
        #expect(turn(call("a", 1, 9) + call("b", 2, 9, nil, .upper)) == figures(.measured, .atMost, .measured))
        #expect(turn(call("a", 1, 9, nil, .upper)).speedup == .about)
        #expect(turn(call("a", 1, 9) + call("b", 2, 5, nil, .upper)).speedup == .atMost)
    }

    @Test("a session's critical path is as sure as those of its turns that are no call's work")
    func nestedPrecision() {
        let timeline = Self.fold([
            Self.start(0, call: "a", turn: 1),
            Event(t: 1, .turnStarted(Event.TurnStarted(turn: 2, parent: "a"))),
            Self.start(2, nil, .inferred, call: "b", turn: 2), Self.end(6, .upper, call: "b"), Self.end(9, call: "a"),
        ])
        #expect(timeline.precision(at: 9).criticalPath == .measured)
        #expect(timeline.precision(at: 9).sum == .about)
        #expect(timeline.precision(ofTurn: 1, at: 9, path: timeline.criticalPath(ofTurn: 1, at: 9)).criticalPath == .about)
    }

    @Test("a run time that was measured elsewhere is the lane's and its tool's; the interval stays as it was told")
    func measuredElsewhere() {
        let timeline = Self.fold([Self.start(1, nil, .inferred), Self.end(9, .upper, run: 3)])
        #expect(timeline.runTime(of: 0, at: 5) == 4)
        #expect(timeline.runTime(of: 0, at: 9) == 3)
        #expect(timeline.precision(ofRun: 0, at: 9) == .measured)
        #expect(timeline.precision(ofRun: 0, at: 5) == .about)
        #expect(timeline.toolStatistics(at: 9).map(\.runs) == [[3]])
        #expect(timeline.toolStatistics(at: 9).map(\.sum) == [3])
        #expect(timeline.toolStatistics(at: 9).map(\.precision) == [.measured])
        #expect(timeline.figures(at: 9).sum == 8)
    }

    @Test("of calls whose order alone is known, the places among their turn's can be asked for")
    func order() {
        let events = [
            Self.start(1, nil, .order, call: "a", turn: 1), Self.start(2, nil, .order, call: "b", turn: 1), Self.end(3, .order, call: "b"),
            Self.start(4, nil, .order, call: "c", turn: 1), Self.end(5, .order, call: "a"),
        ]
        let timeline = Self.fold(events)
        #expect(timeline.laneRange.allSatisfy { timeline.isOrderOnly($0, at: 5) })
        let places = timeline.orderPlaces(ofTurn: 0)
        #expect(
            timeline.laneRange.map { [places[$0]?.start, places[$0]?.end, places[$0]?.calls] } == [[1, 2, 3], [2, 1, 3], [3, nil, 3]])
        #expect(!Self.fold([Self.start(1), Self.end(3)]).isOrderOnly(0, at: 5))
    }
}

extension Event.Body {
    fileprivate var isEnd: Bool {
        if case .callFinished = self { true } else { false }
    }
}
