import FanoutEvents
import FanoutJSON
import FanoutTimeline
import Testing

@Suite("What became of a recording in another")
struct ComparisonTests {
    /// Calls: tool, arguments, milliseconds, outcome. Nobody saw the end of one without an outcome.
    private typealias Call = (tool: String, arguments: String, run: Int64, outcome: Event.Outcome?)

    private static func side(_ calls: [Call]) -> Comparison.Side {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        for (place, call) in calls.enumerated() {
            let id = "c\(place)"
            var requested = Event.CallRequested(turn: 1, call: id, name: call.tool, index: place)
            requested.arguments = .elided
            let stands = Place(source: 0, offset: Int64(place))
            timelines.apply(Event(t: 0, .callRequested(requested)), session: 0, source: 0, place: stands)
            timelines.apply(Event(t: 0, .callStarted(Event.CallStarted(call: id))), session: 0, source: 0, place: .none)
            if let outcome = call.outcome {
                timelines.apply(
                    Event(t: call.run * 1000, .callFinished(Event.CallFinished(call: id, outcome: outcome))), session: 0, source: 0,
                    place: .none)
            }
        }
        timelines.close(source: 0)
        return Comparison.Side(timelines) { calls[Int($0.offset)].arguments }
    }

    @Test("calls are matched by what they were given, then by their order; each has one partner")
    func calls() {
        let before = Self.side([
            ("read", "a", 100, .ok), ("read", "b", 100, .ok), ("read", "c", 100, .failed), ("bash", "x", 50, .ok), ("old", "", 5, .ok),
            ("read", "z", 10, .ok),
        ])
        let after = Self.side([
            ("read", "c", 100, .ok), ("read", "a", 200, .ok), ("read", "b", 50, .failed), ("bash", "y", 50, .ok), ("new", "", 5, .ok),
            ("read", "w", 10, nil),
        ])
        let told = Comparison(before, after).calls.map {
            "\($0.name) \($0.ids.before ?? "-") \($0.ids.after ?? "-") \($0.verdict.rawValue)"
        }
        #expect(
            told == [
                "read c2 c0 mended", "read c0 c1 slower", "read c1 c2 broken", "bash c3 c3 same", "new - c4 new", "read c5 c5 same",
                "old c4 - gone",
            ])
    }

    @Test("a tool is slower only where chance is unlikely, or where there are too few calls to ask")
    func tools() {
        func calls(_ runs: [Int64]) -> [Call] { runs.map { ("t", "", $0, .ok) } }
        let even: [Int64] = [100, 101, 99, 102, 98, 100]
        let cases: [([Int64], [Int64], Comparison.Verdict, Bool)] = [
            (even, even.map { $0 * 2 }, .slower, true), (even, even.map { $0 / 2 }, .faster, true),
            (even, even.map { $0 + 5 }, .same, true),
            // The median rose by half, and so it does by chance among such runs.
            ([10, 500, 100, 20, 300, 90], [150, 600, 30, 10, 400, 160], .same, true), ([100], [200], .slower, false),
            ([100], [105], .same, false),
            // A millisecond is none.
            ([1], [1], .same, false),
        ]
        for (before, after, verdict, isTested) in cases {
            let tool = Comparison(Self.side(calls(before)), Self.side(calls(after))).tools[0]
            #expect(tool.verdict == verdict, "\(before) \(after)")
            #expect((tool.probability != nil) == isTested, "\(before) \(after)")
        }
        let missing = Comparison(Self.side([("a", "", 10, .ok)]), Self.side([("b", "", 10, .failed)]))
        #expect(missing.tools.map { "\($0.name) \($0.verdict.rawValue) \($0.errors.after)" }.sorted() == ["a gone 0", "b new 1"])
    }

    @Test(
        "the probability is that of the books",
        arguments: [
            // By scipy.stats.mannwhitneyu(a, b, method="asymptotic", use_continuity=True).
            ([1, 2, 3, 4, 5], [6, 7, 8, 9, 10], 0.012185780355344813), ([1, 2, 2, 3, 5, 8], [2, 3, 4, 4, 9, 10, 12], 0.14972798189545122),
            ([5, 5, 5, 5, 5], [5, 5, 5, 5, 5], 1.0),
        ] as [([Int64], [Int64], Double)])
    func probability(a: [Int64], b: [Int64], expected: Double) throws {
        let found = try #require(RankTest.probability(a, b))
        #expect(abs(found - expected) < 1e-9, "\(found)")
        #expect(RankTest.probability(b, a) == found)
        #expect(RankTest.probability(Array(a.prefix(4)), b) == nil)
    }
}
