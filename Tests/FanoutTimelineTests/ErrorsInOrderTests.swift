import FanoutEvents
import FanoutTimeline
import Testing

struct ErrorsInOrderTests {
    @Test("every error is reached once in each direction, also where several end at one instant and calls that ran end beside them")
    func order() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        let calls: [(end: Int64, outcome: Event.Outcome)] = [
            (30, .failed), (10, .ok), (30, .ok), (30, .timeout), (20, .failed), (40, .cancelled),
        ]
        for place in calls.indices {
            timeline.apply(Event(t: 0, .callStarted(Event.CallStarted(call: "c\(place)"))), at: .none)
        }
        for (place, call) in calls.enumerated().sorted(by: { $0.element.end < $1.element.end }) {
            timeline.apply(Event(t: call.end, .callFinished(Event.CallFinished(call: "c\(place)", outcome: call.outcome))), at: .none)
        }

        var forward: [String] = []
        var next = timeline.error(after: .min)
        while let error = next {
            forward.append("\(timeline.id(of: error.lane)) at \(error.t)")
            next = timeline.error(after: error.t, lane: error.lane)
        }
        #expect(forward == ["c4 at 20", "c0 at 30", "c3 at 30"])

        var backward: [String] = []
        next = timeline.error(before: 1_000)
        while let error = next {
            backward.append("\(timeline.id(of: error.lane)) at \(error.t)")
            next = timeline.error(before: error.t, lane: error.lane)
        }
        #expect(backward == forward.reversed())
        #expect(timeline.error(after: 30)?.t == 30)
        #expect(timeline.error(before: 19) == nil)
    }
}
