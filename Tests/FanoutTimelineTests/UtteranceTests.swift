import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

struct UtteranceTests {
    private static func place(_ number: Int) -> Place { Place(source: 0, offset: Int64(number)) }

    private static func said(_ t: Int64, _ role: String, turn: Int? = nil) -> Event {
        Event(t: t, .message(Event.Message(role: role, text: "", turn: turn)))
    }

    @Test("messages stand with their turn, those of none by themselves, each in the order of time, however late they come")
    func order() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        timeline.apply(Self.said(5, "system"), at: Self.place(0))
        timeline.apply(Event(t: 10, .turnStarted(Event.TurnStarted(turn: 1))))
        timeline.apply(Self.said(20, "assistant", turn: 1), at: Self.place(1))
        timeline.apply(Self.said(11, "user", turn: 1), at: Self.place(2))
        timeline.apply(Self.said(3, "user"), at: Self.place(3))
        timeline.apply(Self.said(30, "something", turn: 9), at: Self.place(4))
        #expect(timeline.utterances(ofTurn: 0).map { timeline.utterance($0).place } == [Self.place(2), Self.place(1)])
        #expect(timeline.utterances(ofTurn: 0).map { timeline.utterance($0).speaker } == [.user, .assistant])
        #expect(timeline.utterances(ofTurn: nil).map { timeline.utterance($0).t } == [3, 5, 30])
        // A message begins no turn.
        #expect(timeline.turns.count == 1)
    }

    @Test("those of forgotten turns are forgotten, and those of kept ones are as they were")
    func forgetting() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for turn in 1...10_000 {
            let t = Int64(turn) * 10
            timeline.apply(Event(t: t, .turnStarted(Event.TurnStarted(turn: turn))))
            timeline.apply(Self.said(t, "user", turn: turn), at: Self.place(turn))
            timeline.apply(Self.said(t + 1, "assistant", turn: turn), at: Self.place(turn + 100_000))
        }
        let outline = timeline.outline
        #expect(timeline.forget(turnsBefore: 9000) == 9000)
        #expect(timeline.outline > outline)
        #expect(timeline.utterances(ofTurn: 9500).map { timeline.utterance($0).place } == [Self.place(9501), Self.place(109_501)])
        #expect(timeline.utterances(ofTurn: 0) == [])
        #expect(timeline.utteranceRange.lowerBound > 10_000 && timeline.utteranceRange.upperBound == 20_000)
        #expect(timeline.utterances(ofTurn: nil) == [])
    }

    @Test("output is read on from where it was read to")
    func outputs() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        func wrote(_ number: Int) {
            let body = Event.ModelOutput(turn: 1, request: "r", kind: .text, text: "")
            timeline.apply(Event(t: Int64(number) * 1000 + 7, .modelOutput(body)), at: Self.place(number))
        }
        (1...3).forEach(wrote)
        var mark = Timeline.OutputMark()
        #expect(timeline.outputs(of: 0, since: &mark, most: 10) == [1, 2, 3].map { ToldLine(t: $0 * 1000, place: Self.place(Int($0))) })
        #expect(timeline.outputs(of: 0, since: &mark, most: 10) == [])
        (4...5).forEach(wrote)
        #expect(timeline.outputs(of: 0, since: &mark, most: 1) == [ToldLine(t: 5000, place: Self.place(5))])
        #expect(timeline.outputs(of: 0, since: &mark, most: 10) == [])
    }
}
