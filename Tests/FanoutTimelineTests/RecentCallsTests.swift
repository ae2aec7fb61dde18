import FanoutEvents
import FanoutTestKit
import Testing

@testable import FanoutTimeline

@Suite("Calls told of lately")
struct RecentCallsTests {
    @Test("are found by the string that they were noted with, and by no other that says something else")
    func found() {
        var recent = RecentCalls()
        #expect(recent.lane("") == nil)
        let ids = (0..<300).map { "call_\($0)" } + (0..<300).map { "call_of_a_long_name_\($0)" }
        for (lane, id) in ids.enumerated() {
            recent.note(id, lane)
            #expect(recent.lane(id) == lane)
        }
        // Some have given way to others; what is there is right.
        let still = ids.indices.filter { recent.lane(ids[$0]) != nil }
        #expect(still.allSatisfy { recent.lane(ids[$0]) == $0 })
        #expect(still.count > 100)
        #expect(recent.lane("") == nil)
        recent.removeAll()
        #expect(ids.allSatisfy { recent.lane($0) == nil })
        recent.note(ids[0], 7)
        #expect(recent.lane(ids[0]) == 7)
    }

    @Test("an event is of the newest call of its id, whichever string says it and however often the id comes again", arguments: 0..<8)
    func newest(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var timeline = Timeline(header: Header(session: "s", started: 0))
        // Long ids and short ones, each as two strings that are not one.
        let ids = (0..<400).map { number in
            let id = number % 2 == 0 ? "c\(number)" : "a_call_of_a_long_id_\(number)"
            return (0..<2).map { _ in String(decoding: Array(id.utf8), as: UTF8.self) }
        }
        var lanes: [Int: Int] = [:]
        var t: Int64 = 0
        for _ in 0..<6000 {
            t += 1
            let number = Int.random(in: 0..<ids.count, using: &random)
            let id = ids[number][Int.random(in: 0..<2, using: &random)]
            if let lane = lanes[number] {
                if seed % 2 == 1, Int.random(in: 0..<4, using: &random) == 0 {
                    timeline.apply(Event(t: t, .callFinished(Event.CallFinished(call: id, outcome: .ok))))
                    lanes[number] = nil
                } else {
                    timeline.apply(Event(t: t, .callProgress(Event.CallProgress(call: id, done: Double(t)))))
                    #expect(timeline.progress(of: lane, at: .max)?.done == Double(t))
                }
            } else {
                lanes[number] = timeline.laneRange.upperBound
                timeline.apply(Event(t: t, .callStarted(Event.CallStarted(call: id))))
            }
        }
        #expect(lanes.allSatisfy { timeline.lane(ofCall: ids[$0.key][0]) == $0.value && timeline.lane(ofCall: ids[$0.key][1]) == $0.value })
        timeline.forget(turnsBefore: timeline.turns.endIndex)
        #expect(lanes.allSatisfy { timeline.lane(ofCall: ids[$0.key][0]) == $0.value })
    }
}
