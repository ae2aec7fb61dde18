import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

@Suite("Forgetting")
struct ForgettingTests {
    @Test("what is kept is as it was, and what is forgotten can be heard of again")
    func kept() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for turn in 1...3000 {
            let start = Int64(turn) * 1000
            timeline.apply(Event(t: start, .turnStarted(Event.TurnStarted(turn: turn))))
            for index in 0..<4 {
                let call = "call \(turn) of some length \(index)"
                timeline.apply(Event(t: start, .callRequested(Event.CallRequested(turn: turn, call: call, name: "tool", index: index))))
                timeline.apply(Event(t: start + 10, .callStarted(Event.CallStarted(call: call, attempt: 1))))
                timeline.apply(
                    Event(t: start + 500, .callOutput(Event.CallOutput(call: call, text: ""))), at: Place(source: 0, offset: start))
                if turn < 3000 {
                    timeline.apply(Event(t: start + 600, .callFinished(Event.CallFinished(call: call, outcome: .ok))))
                }
            }
        }
        let whole = timeline
        #expect(timeline.forget(turnsBefore: 2500) == 2500)
        #expect(timeline.laneRange.lowerBound > 8000)
        for t in stride(from: Int64(2_501_000), through: whole.last + 5, by: 7919) {
            for turn in [2500, 2700, 2999] {
                #expect(timeline.figures(ofTurn: turn, at: t) == whole.figures(ofTurn: turn, at: t))
            }
            #expect(timeline.concurrency(from: t, to: t + 5000, count: 9) == whole.concurrency(from: t, to: t + 5000, count: 9))
        }
        guard let lane = timeline.lane(ofCall: "call 2600 of some length 2"), let same = whole.lane(ofCall: "call 2600 of some length 2")
        else {
            Issue.record("a kept call is not found")
            return
        }
        #expect(lane == same)
        #expect(timeline.outputs(of: lane, most: 9) == whole.outputs(of: same, most: 9))
        #expect(timeline.lane(ofCall: "call 7 of some length 2") == nil)
        timeline.apply(Event(t: 7_000_000, .callStarted(Event.CallStarted(call: "call 7 of some length 2", attempt: 1, turn: 7))))
        #expect(timeline.lane(ofCall: "call 7 of some length 2") != nil)
    }

    @Test("however much comes, about so many lanes are held, and the newest are as they were", arguments: [true, false])
    func keeping(hasTurns: Bool) throws {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        var whole = Timeline(header: Header(session: "s", started: 0))
        var mostTurns = 0
        for turn in 1...4000 {
            let start = Int64(turn) * 1000
            for index in 0..<5 {
                let call = "call \(turn) \(index)"
                for event in [
                    Event(t: start, .callStarted(Event.CallStarted(call: call, attempt: 1, name: "tool", turn: hasTurns ? turn : nil))),
                    Event(t: start + 300 + Int64(index), .callFinished(Event.CallFinished(call: call, outcome: .ok))),
                ] {
                    timelines.apply(event, session: 0, source: 0, place: .none)
                    whole.apply(event)
                }
            }
            timelines.forget(keeping: 1000)
            mostTurns = max(mostTurns, timelines[0].turns.count)
            try #require(timelines[0].laneRange.count <= 1250 + 600)
        }
        let kept = timelines[0]
        #expect(mostTurns < (hasTurns ? 1500 : 50))
        #expect(kept.laneRange.count >= 1000 / 2)
        #expect(kept.namedTurns == whole.namedTurns)
        #expect(
            kept.toolStatistics(at: kept.last)[0].runs.count == kept.laneRange.filter { Int(kept.lane($0).turn) >= kept.firstTurn }.count)
        for number in 3950...4000 {
            let lane = try #require(kept.lane(ofCall: "call \(number) 3"))
            let same = try #require(whole.lane(ofCall: "call \(number) 3"))
            #expect(lane == same)
            #expect(kept.state(of: lane, at: whole.last) == .ended(.ok))
            #expect(kept.turns[Int(kept.lane(lane).turn)].number == (hasTurns ? number : nil))
        }
        let t = whole.last - 200_000
        #expect(kept.concurrency(from: t, to: whole.last, count: 50) == whole.concurrency(from: t, to: whole.last, count: 50))
    }

    @Test("a turn with an open lane, or with a lane that a kept turn is the work of, stays")
    func needed() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        func call(_ id: String, turn: Int, ends: Bool) {
            timeline.apply(Event(t: Int64(turn), .callStarted(Event.CallStarted(call: id, attempt: 1, name: "x", turn: turn))))
            if ends {
                timeline.apply(Event(t: Int64(turn), .callFinished(Event.CallFinished(call: id, outcome: .ok))))
            }
        }
        call("a", turn: 1, ends: true)
        call("parent", turn: 2, ends: true)
        call("open", turn: 3, ends: false)
        timeline.apply(Event(t: 4, .turnStarted(Event.TurnStarted(turn: 4, parent: "parent"))))
        #expect(timeline.forget(turnsBefore: 3) == 1)
        #expect(timeline.forget(turnsBefore: 9) == 1)
        timeline.apply(Event(t: 5, .callFinished(Event.CallFinished(call: "open", outcome: .ok))))
        #expect(timeline.forget(turnsBefore: 9) == 4)
        #expect(timeline.turns.count == 4)
    }

    @Test("what is forgotten unevenly leaves nothing that points to it")
    func uneven() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        func finish(_ call: String, _ t: Int64) {
            timeline.apply(Event(t: t, .callFinished(Event.CallFinished(call: call, outcome: .failed))))
        }
        // Few marks at first and many later; turns that lie among each other; each call let go by the one before.
        for number in 0..<6000 {
            let t = Int64(number) * 10
            let turn = number / 100 * 2 + (number % 2 == 0 ? 1 : 4)
            let call = "call \(number)"
            timeline.apply(Event(t: t, .callRequested(Event.CallRequested(turn: turn, call: call, name: "x", index: nil))))
            for _ in 0..<(number < 4500 ? 1 : 20) {
                timeline.apply(Event(t: t, .callQueued(Event.CallQueued(call: call, why: .limit))))
            }
            timeline.apply(Event(t: t + 5, .callStarted(Event.CallStarted(call: call, freedBy: "call \(number - 1)"))))
            finish(call, t + 9)
        }
        timeline.apply(Event(t: 60_000, .callStarted(Event.CallStarted(call: "loose"))))
        finish("loose", 60_001)
        for wanted in [2, 60, 90, 100, 115, 10_000] {
            timeline.forget(turnsBefore: wanted)
            let t = timeline.last
            #expect(timeline.toolStatistics(at: t).reduce(0) { $0 + $1.calls } == timeline.figures(at: t).calls)
            for turn in timeline.turns.indices.dropFirst(timeline.firstTurn) {
                #expect(timeline.criticalPath(ofTurn: turn, at: t).lanes.allSatisfy { timeline.laneRange.contains($0) })
            }
            for lane in timeline.laneRange {
                #expect(timeline.freedBy(lane).map { timeline.laneRange.contains($0) } != false)
                timeline.forEachSegment(of: lane, at: t) { #expect($0.end <= t) }
            }
            #expect(timeline.error(after: .min).map { timeline.laneRange.contains($0.lane) } != false)
            timeline.apply(Event(t: t + 10, .callStarted(Event.CallStarted(call: "loose"))))
            finish("loose", t + 11)
            #expect(timeline.figures(at: t + 11).calls > 0)
        }
    }
}
