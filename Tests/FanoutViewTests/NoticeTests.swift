import FanoutEvents
import FanoutTimeline
import FanoutView
import Testing

/// When somebody is called who does not look.
struct NoticeTests {
    private static func timelines(_ started: Int64 = 0, _ events: Event...) -> Timelines {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: started, title: "ship it\u{1B}[2J"), session: 0, source: 0)
        for event in events {
            timelines.apply(event, session: 0, source: 0, place: .none)
        }
        return timelines
    }

    private static func failure(_ t: Int64, _ outcome: Event.Outcome = .failed, _ message: String = "exit 1\nmore") -> Event {
        Event(t: t, .callFinished(Event.CallFinished(call: "c", outcome: outcome, error: CallError(.exitStatus, message))))
    }

    @Test("which events are worth it, in clean and short words")
    func words() {
        let start = Event(t: 0, .callStarted(Event.CallStarted(call: "c", name: "ba\u{07}sh")))
        let timeline = Self.timelines(0, start)[0]
        func text(_ event: Event) -> String? { Notice(event, in: timeline)?.text.string }
        #expect(text(Self.failure(1)) == "bash failed: exit 1")
        #expect(text(Self.failure(1, .timeout, "after 5 s")) == "bash timed out: after 5 s")
        #expect(text(Self.failure(1, .ok)) == nil && text(Self.failure(1, .cancelled)) == nil)
        #expect(text(Event(t: 1, .callQueued(Event.CallQueued(call: "c", why: .approval)))) == "bash asks for approval: ship it")
        #expect(text(Event(t: 1, .callQueued(Event.CallQueued(call: "c", why: .limit)))) == nil)
        #expect(text(Event(t: 1, .sessionFinished(Event.SessionFinished(outcome: .failed)))) == "failed: ship it")
        #expect(text(Self.failure(1, .failed, String(repeating: "word ", count: 100)))?.count ?? 999 <= 100)
    }

    @Test("no more than one a second, but for what is more pressing; and only what was asked for")
    func gate() {
        var gate = NoticeGate([.failure, .approval, .end])
        let steps: [(Notice.Kind, Int64, Bool)] = [
            (.failure, 0, true), (.failure, 400_000, false), (.approval, 500_000, true), (.failure, 900_000, false), (.end, 900_000, false),
            (.approval, 1_400_000, false), (.failure, 1_500_000, true), (.end, 1_600_000, true), (.approval, 1_700_000, true),
        ]
        for (kind, clock, isAdmitted) in steps {
            #expect(gate.admits(kind, at: clock) == isAdmitted, "\(kind) at \(clock)")
        }
        var one = NoticeGate([.end])
        #expect([one.admits(.approval, at: 0), one.admits(.end, at: 0)] == [false, true])
    }

    @Test("what is old is no news, nor what is told again")
    func news() {
        var gate = NoticeGate([.failure])
        var timelines = Self.timelines(1_000_000_000)
        func isNews(_ t: Int64, after age: Int64, _ timelines: Timelines) -> Bool {
            gate.isNews(Self.failure(t), session: 0, of: timelines[0], now: 1_000_000_000 + t + age)
        }
        let first = [isNews(5_000_000, after: 1_000_000, timelines), isNews(6_000_000, after: NoticeGate.freshness + 1, timelines)]
        #expect(first == [true, false])
        // Its file was replaced: it begins anew, and tells the same again.
        timelines.supersede(source: 0)
        timelines.open(Header(session: "s", started: 1_000_000_000), session: 0, source: 0)
        let again = [isNews(5_000_000, after: 1_000_000, timelines), isNews(7_000_000, after: 0, timelines)]
        #expect(again == [false, true])
    }
}
