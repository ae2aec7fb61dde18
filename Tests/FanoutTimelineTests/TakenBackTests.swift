import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

@Suite("A start that was concluded too early")
struct TakenBackTests {
    private static func event(_ t: Int64, approx: Event.Approximation? = nil, _ body: Event.Body) -> Event {
        Event(t: t, approx: approx, body)
    }

    private static let requested = event(0, .callRequested(Event.CallRequested(turn: 1, call: "c", name: "n", index: 0)))
    private static let loose = event(1, approx: .lower, .callStarted(Event.CallStarted(call: "c", attempt: 1)))
    private static let asked = event(50, .callQueued(Event.CallQueued(call: "c", why: .approval)))
    private static let measured = event(60, .callStarted(Event.CallStarted(call: "c", attempt: 1)))
    private static let done = event(80, .callFinished(Event.CallFinished(call: "c", outcome: .ok)))

    private static func failed(_ kind: CallError.Kind) -> Event {
        event(80, .callFinished(Event.CallFinished(call: "c", outcome: kind.outcome, error: CallError(kind, "no"))))
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var events: [Event]
        var attempts: Int
        var run: Int64
    }

    static let cases = [
        Case(
            testDescription: "gives way to the user being asked", events: [requested, loose, asked, measured, done], attempts: 1, run: 20),
        Case(testDescription: "is no start while the user is asked", events: [requested, loose, asked], attempts: 0, run: 0),
        Case(
            testDescription: "stays where the call waits for others",
            events: [
                requested, loose, event(50, .callQueued(Event.CallQueued(call: "c", why: .limit))), done,
            ], attempts: 1, run: 79),
        Case(testDescription: "is none where the call is refused", events: [requested, loose, failed(.denied)], attempts: 0, run: 0),
        Case(
            testDescription: "is none where there is no such tool", events: [requested, loose, failed(.unknownTool)], attempts: 0, run: 0),
        Case(testDescription: "is one where the call failed", events: [requested, loose, failed(.exitStatus)], attempts: 1, run: 79),
    ]

    @Test("in whatever order that is told", arguments: cases)
    func takenBack(example: Case) {
        var random = SeededGenerator(seed: 1)
        for shuffle in 0..<20 {
            var timeline = Timeline(header: Header(session: "s", started: 0))
            for event in shuffle == 0 ? example.events : example.events.shuffled(using: &random) {
                timeline.apply(event)
            }
            timeline.settle()
            #expect(timeline.laneRange.count == 1)
            #expect(timeline.lane(0).attempts == example.attempts)
            #expect(timeline.runTime(of: 0, at: 90) == example.run)
            #expect(timeline.figures(at: 90).sum == example.run)
        }
    }

    @Test("is not seen any more: the call waits for approval")
    func waits() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for event in [Self.requested, Self.loose, Self.asked] {
            timeline.apply(event)
        }
        #expect(timeline.state(of: 0, at: 70) == .waiting(.approval))
    }
}
