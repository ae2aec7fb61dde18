import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

/// Figures that are kept up from picture to picture, against figures that are worked out anew.
struct ToolTallyTests {
    @Test("figures of tools stay right while events arrive, late ones too, and while the playhead moves", arguments: 1...20)
    func keptUp(seed: Int) {
        var session = RandomSession(seed: UInt64(seed), turns: 5, calls: 6)
        let events = (seed % 2 == 0 ? session.toldTwice() : session.events).comingLate
        let end = events.map(\.t).max() ?? 0
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        var tally = ToolTally()
        var now: Int64 = 0
        for (count, event) in events.enumerated() {
            now = max(now, event.t)
            timelines.apply(event, session: 0, source: 0, place: .none)
            for t in count % 11 == 10 ? [now, end / 3, end, now] : [now] {
                #expect(tally.tools(of: timelines[0], at: t) == timelines[0].toolStatistics(at: t), "event \(count), at \(t)")
            }
        }
        timelines.close(source: 0)
        for t in [now, end / 2, end] { #expect(tally.tools(of: timelines[0], at: t) == timelines[0].toolStatistics(at: t)) }
    }

    @Test("what is forgotten counts no longer")
    func forgotten() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        var tally = ToolTally()
        for turn in 1...4 {
            let (t, call) = (Int64(turn) * 100, "call \(turn)")
            timeline.apply(Event(t: t, .callRequested(Event.CallRequested(turn: turn, call: call, name: "tool \(turn)", index: 0))))
            timeline.apply(Event(t: t + 10, .callStarted(Event.CallStarted(call: call, attempt: 1))))
            timeline.apply(Event(t: t + 20, .callFinished(Event.CallFinished(call: call, outcome: .ok))))
        }
        #expect(tally.tools(of: timeline, at: 500).map(\.name) == ["tool 1", "tool 2", "tool 3", "tool 4"])
        #expect(timeline.forget(turnsBefore: 2) == 2)
        #expect(tally.tools(of: timeline, at: 500).map(\.name) == ["tool 3", "tool 4"])
    }

    @Test("attempts that come later are no retries yet")
    func retries() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        timeline.apply(Event(t: 0, .callRequested(Event.CallRequested(turn: 1, call: "c", name: "bash", index: 0))))
        for (attempt, t) in [(1, Int64(10)), (2, 30)] {
            timeline.apply(Event(t: t, .callStarted(Event.CallStarted(call: "c", attempt: attempt))))
            if attempt == 1 {
                timeline.apply(Event(t: 20, .callRetrying(Event.CallRetrying(call: "c", attempt: 1, error: nil, delay: nil))))
            }
        }
        timeline.apply(Event(t: 40, .callFinished(Event.CallFinished(call: "c", outcome: .ok))))
        #expect([15, 25, 35, 40].map { timeline.toolStatistics(at: $0)[0].retries } == [0, 0, 1, 1])
    }

    @Test("many elements stand in the order of their numbers, those of the same number as they stood", arguments: [0, 1, 200, 257, 5000])
    func order(count: Int) {
        var random = SeededGenerator(seed: UInt64(count + 1))
        for range in [Int64(0)...0, -3...3, -5_000_000...5_000_000, Int64.min...Int64.max] {
            let list = (0..<count).map { (key: Int64.random(in: range, using: &random), place: $0) }
            var sorted = list
            sorted.sortStably(by: \.key)
            let expected = list.sorted { ($0.key, $0.place) < ($1.key, $1.place) }
            #expect(sorted.elementsEqual(expected, by: ==))
            let parts = (sorted.filter { $0.place % 3 == 0 }, sorted.filter { $0.place % 3 != 0 })
            #expect(parts.0.merged(with: parts.1) { ($0.key, $0.place) < ($1.key, $1.place) }.elementsEqual(expected, by: ==))
        }
    }
}
