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
}
