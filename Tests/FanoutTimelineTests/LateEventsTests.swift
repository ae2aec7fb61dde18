import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

/// Events in whatever order they come give what they give in order.
struct LateEventsTests {
    @Test("late events are put where they belong", arguments: 1...40)
    func late(seed: Int) {
        let events = RandomSession(seed: UInt64(seed) &* 131, turns: 4, calls: 5).events
        var random = SeededGenerator(seed: UInt64(seed))
        // Each event comes up to six places late, but never before the first of its call and turn.
        var shuffled = events
        for index in shuffled.indices.dropLast() {
            let other = min(shuffled.count - 1, index + Int.random(in: 0...6, using: &random))
            if canSwap(shuffled, index, other) {
                shuffled.swapAt(index, other)
            }
        }
        let inOrder = Timeline(folding: events)
        let lateOnes = Timeline(folding: shuffled)
        let t = inOrder.last
        #expect(lateOnes.figures(at: t) == inOrder.figures(at: t))
        #expect(lateOnes.concurrency(from: 0, to: t + 1, count: 20) == inOrder.concurrency(from: 0, to: t + 1, count: 20))
        for lane in inOrder.laneRange {
            guard let same = lateOnes.lane(ofCall: inOrder.id(of: lane)) else {
                Issue.record("\(inOrder.id(of: lane)) is missing")
                continue
            }
            var expected: [Segment] = []
            var found: [Segment] = []
            inOrder.forEachSegment(of: lane, at: t) { expected.append($0) }
            lateOnes.forEachSegment(of: same, at: t) { found.append($0) }
            #expect(found == expected, "\(inOrder.id(of: lane))")
        }
    }

    /// Events of one call at one instant have no order but that of the lines, and a call's end before its beginning means another call.
    private func canSwap(_ events: [Event], _ a: Int, _ b: Int) -> Bool {
        guard a < b else { return false }
        let moved = events[a]
        for event in events[(a + 1)...b] {
            if let call = event.body.call, call == moved.body.call || call == events[b].body.call,
                event.t == moved.t || event.t == events[b].t
            {
                return false
            }
            if isTurnStart(event) || isTurnStart(moved) { return false }
            if let call = event.body.call, call == moved.body.call, case .callRequested = moved.body { return false }
            if let call = event.body.call, call == events[b].body.call, case .callRequested = event.body { return false }
        }
        return true
    }

    private func isTurnStart(_ event: Event) -> Bool {
        if case .turnStarted = event.body { true } else { false }
    }

    @Test("a request that comes after its call has begun puts the call into its turn", arguments: 1...30)
    func lateRequests(seed: Int) {
        let events = RandomSession(seed: UInt64(seed), turns: 5, calls: 6).events
        var late: [Event] = []
        var held: [(event: Event, after: Int)] = []
        for event in events {
            if case .callRequested = event.body {
                held.append((event, late.count + seed % 5))
                continue
            }
            late.append(event)
            while let first = held.first, first.after <= late.count { late.append(held.removeFirst().event) }
        }
        late += held.map(\.event)
        let (inOrder, timeline) = (Timeline(folding: events), Timeline(folding: late))
        let t = inOrder.last
        #expect(timeline.figures(at: t) == inOrder.figures(at: t))
        #expect(timeline.toolStatistics(at: t) == inOrder.toolStatistics(at: t))
        for place in inOrder.turns.indices {
            guard let number = inOrder.turns[place].number, let other = timeline.turn(numbered: number) else { continue }
            func calls(_ timeline: Timeline, _ place: Int) -> [String] { timeline.turns[place].lanes.map { timeline.id(of: Int($0)) } }
            #expect(calls(timeline, other) == calls(inOrder, place), "turn \(number)")
            for t in [t / 3, t / 2, t] {
                #expect(timeline.figures(ofTurn: other, at: t) == inOrder.figures(ofTurn: place, at: t), "turn \(number) at \(t)")
            }
        }
        #expect(timeline.rootTurns(at: t).allSatisfy { !timeline.turns[$0.turn].lanes.isEmpty || timeline.turns[$0.turn].number != nil })
    }

    @Test("what is forgotten beside calls that have left the group of no turn leaves the rest whole")
    func forgottenBesideMoved() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        func call(_ number: Int) {
            let (t, id) = (Int64(number) * 10, "call \(number)")
            timeline.apply(Event(t: t, .callStarted(Event.CallStarted(call: id, attempt: 1))))
            timeline.apply(Event(t: t + 1, .callRequested(Event.CallRequested(turn: number, call: id, name: "x", index: 0))))
            timeline.apply(Event(t: t + 5, .callFinished(Event.CallFinished(call: id, outcome: .ok))))
        }
        for number in 1...600 { call(number) }
        #expect(timeline.turns.count { $0.isEmptied } == 1)
        #expect(timeline.forget(turnsBefore: timeline.turns.endIndex) > 500)
        for number in 601...605 { call(number) }
        let t = timeline.last
        #expect(timeline.figures(at: t).calls >= 5)
        #expect(timeline.concurrency(from: 6_010, to: 6_016, count: 1) == [1])
        #expect(timeline.change(before: t) != nil)
    }
}
