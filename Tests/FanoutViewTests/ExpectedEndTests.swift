import FanoutEvents
import FanoutTimeline
import FanoutView
import Testing

@Suite("When a call may be done")
struct ExpectedEndTests {
    /// Two calls that began at once and usually take 4 s and 10 s, one of which nothing is known if asked for.
    private static func frame(at t: Int64, withUnknown: Bool = false) -> Frame {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        func apply(_ body: Event.Body) { timelines.apply(Event(t: 0, body), session: 0, source: 0, place: .none) }
        apply(.turnStarted(Event.TurnStarted(turn: 1)))
        for (name, median) in [("grep", Int64(4_000_000)), ("bash", 10_000_000), ("new", 0)] where median > 0 || withUnknown {
            var requested = Event.CallRequested(turn: 1, call: name, name: name, index: 0)
            requested.expected = median > 0 ? Event.Expected(p50: median, p95: median * 2, n: 9) : nil
            apply(.callRequested(requested))
            apply(.callStarted(Event.CallStarted(call: name, attempt: 1)))
        }
        var dashboard = Dashboard(source: "test", playhead: .live(), isReplay: false)
        return dashboard.frame(Dashboard.Input(timelines: timelines, event: { _ in nil }, width: 100, height: 14, clock: t, now: t))
    }

    private static func row(_ name: String, _ frame: Frame) -> String { frame.lines.first { $0.contains(" \(name) ") } ?? "" }

    @Test("a faint mark stands where earlier calls of the tool were done, and the header says when all may be")
    func mark() throws {
        let frame = Self.frame(at: 3_000_000)
        #expect(frame.lines[1].contains("ETA ~7.0s"))
        let grep = Self.row("grep", frame)
        let place = try #require(grep.firstIndex(of: "▕"))
        #expect(grep[..<place].contains("█"))
        // So far away that its bar would be too short to be read, the other one's is not in sight.
        #expect(!Self.row("bash", frame).contains("▕"))
        #expect(Self.row("bash", Self.frame(at: 6_000_000)).contains("▕"))
    }

    @Test("one that takes longer than expected, or of which nothing is known, has no mark, and then nobody says when all are done")
    func none() {
        let late = Self.frame(at: 5_000_000)
        #expect(!Self.row("grep", late).contains("▕"))
        #expect(!late.lines[1].contains("ETA"))
        #expect(!Self.frame(at: 3_000_000, withUnknown: true).lines[1].contains("ETA"))
    }
}
