import FanoutEvents
import FanoutTestKit
import FanoutTimeline
import Testing

@Suite("Idle stretches, and a session as a whole")
struct IdleGapsTests {
    /// A session with a note at each of these seconds.
    private static func timeline(_ seconds: [Double]) -> Timeline {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for second in seconds {
            timeline.apply(Event(t: Int64(second * 1_000_000), .marker(Event.Marker(label: "x"))))
        }
        return timeline
    }

    private static func words(_ gaps: IdleGaps) -> String {
        gaps.gaps.map { "\(Double($0.start) / 1e6)-\(Double($0.end) / 1e6)" }.joined(separator: " ") + " = \(Double(gaps.skipped) / 1e6)"
    }

    @Test(
        "every stretch without an event counts that is longer than the limit, in whatever order events come",
        arguments: [
            ([0, 1, 11, 12], 2, "1.0-11.0 = 8.0"), ([12, 0, 11, 1], 2, "1.0-11.0 = 8.0"), ([0, 10, 5], 2, "0.0-5.0 5.0-10.0 = 6.0"),
            ([0, 10, 1, 9], 2, "1.0-9.0 = 6.0"), ([0, 10, 10, 0], 2, "0.0-10.0 = 8.0"), ([5, 0, 20], 2, "0.0-5.0 5.0-20.0 = 16.0"),
            ([0, 2], 2, " = 0.0"), ([0, 0.5, 0.9, 1.7], 0.1, "0.9-1.7 = 0.3"), ([3], 2, " = 0.0"), ([], 2, " = 0.0"),
        ] as [([Double], Double, String)])
    func found(seconds: [Double], limit: Double, expected: String) {
        #expect(Self.words(Self.timeline(seconds).idleGaps(longerThan: Int64(limit * 1_000_000))) == expected)
    }

    @Test("out of order they are the same as in order, and their version tells of each change")
    func anyOrder() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var random = SeededGenerator(seed: seed)
            let seconds = (0..<60).map { _ in Double(Int.random(in: 0...600, using: &random)) / 4 }
            var timeline = Timeline(header: Header(session: "s", started: 0))
            var (version, gaps) = (timeline.idleVersion, timeline.idleGaps(longerThan: 500_000))
            for second in seconds {
                timeline.apply(Event(t: Int64(second * 1_000_000), .marker(Event.Marker(label: "x"))))
                let now = timeline.idleGaps(longerThan: 500_000)
                #expect(now == gaps || timeline.idleVersion != version, "seed \(seed)")
                (version, gaps) = (timeline.idleVersion, now)
            }
            #expect(gaps == Self.timeline(seconds.sorted()).idleGaps(longerThan: 500_000), "seed \(seed)")
        }
    }

    @Test("what is forgotten of a session is not idle either")
    func forgotten() {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for turn in 0..<4 {
            for (second, body) in [
                (0, .callStarted(Event.CallStarted(call: "c\(turn)", name: "grep", turn: turn))),
                (5, .callFinished(Event.CallFinished(call: "c\(turn)", outcome: .ok))),
            ] as [(Int, Event.Body)] {
                timeline.apply(Event(t: Int64(turn * 10 + second) * 1_000_000, body))
            }
        }
        #expect(timeline.idleGaps(longerThan: 2_000_000).gaps.count == 7)
        let version = timeline.idleVersion
        timeline.forget(turnsBefore: 2)
        #expect(timeline.idleGaps(longerThan: 2_000_000).gaps.map(\.start) == [15, 20, 25, 30].map { $0 * 1_000_000 })
        #expect(timeline.idleVersion > version)
    }

    /// Events at 0, 1, 11, 12 and 32 seconds, of which two are played of each gap: 1 to 3, then 11; 12 to 14, then 32.
    @Test(
        "a gap is played for its limit and left at its end",
        arguments: [
            (0, 0, 0), (0, 1, 1), (0, 3, 3), (0, 3.5, 11.5), (0, 4, 12), (0, 6, 14), (0, 7, 33), (2, 1, 3), (2, 2, 12), (7, 0, 7),
            (7, 0.25, 11.25), (14, 1, 33), (11, 0.5, 11.5), (40, 2, 42),
        ])
    func played(from start: Double, for played: Double, expected: Double) {
        let gaps = Self.timeline([0, 1, 11, 12, 32]).idleGaps(longerThan: 2_000_000)
        let t = gaps.instant(after: Int64(played * 1_000_000), from: Int64(start * 1_000_000))
        #expect(t == Int64(expected * 1_000_000))
        #expect(IdleGaps.none.instant(after: 5, from: 7) == 12)
    }

    @Test("how long playing takes, and in which gap an instant lies")
    func lengths() {
        let gaps = Self.timeline([0, 1, 11, 12, 32]).idleGaps(longerThan: 2_000_000)
        #expect(gaps.length(from: 0, to: 32_000_000) == 6_000_000)
        #expect(gaps.length(from: 7_000_000, to: 12_000_000) == 1_000_000)
        #expect(gaps.length(from: 12_000_000, to: 0) == 0)
        #expect(gaps.gap(at: 999_999) == nil)
        #expect(gaps.gap(at: 1_000_000)?.skipped == 8_000_000)
        #expect(gaps.gap(at: 10_999_999)?.end == 11_000_000)
        #expect(gaps.gap(at: 11_000_000) == nil)
    }

    @Test("the overview of a session is what a walk through all of its attempts finds, in whatever order events came")
    func overview() {
        for seed in 1...12 as ClosedRange<UInt64> {
            let events = RandomSession(seed: seed, turns: seed > 8 ? 400 : 12, calls: 9).events
            var random = SeededGenerator(seed: seed)
            let rounds = [events, Self.slightlyShuffled(events, &random)]
            for (round, events) in rounds.enumerated() {
                var timeline = Timeline(header: Header(session: "s", started: 0))
                for event in events {
                    timeline.apply(event)
                }
                if round == 1 {
                    timeline.settle()
                }
                let extent = timeline.extent
                for (start, end, count) in [
                    (extent.lowerBound, extent.upperBound, 40), (extent.lowerBound, extent.upperBound, 3),
                    (extent.lowerBound + 7, extent.upperBound - 5, 17), (extent.lowerBound - 10, extent.upperBound + 30, 100),
                ] {
                    let columns = timeline.overview(from: start, to: end, count: count)
                    let running = timeline.concurrency(from: start, to: end, count: count)
                    let width = Double(end - start) / Double(count)
                    for (place, column) in columns.enumerated() {
                        // The other counts what changes at the very end of the range no more.
                        #expect(column.running == running[place] || place == count - 1 && column.running > running[place], "seed \(seed)")
                    }
                    var errors: Set<Int> = []
                    var error = timeline.error(after: start)
                    while let found = error, found.t <= end {
                        errors.insert(min(count - 1, Int(Double(found.t - start) / width)))
                        error = timeline.error(after: found.t, lane: found.lane)
                    }
                    #expect(Set(columns.indices.filter { columns[$0].hasError }) == errors, "seed \(seed), round \(round)")
                }
            }
        }
        #expect(Timeline(header: Header(session: "s", started: 0)).overview(from: 0, to: 0, count: 5).isEmpty)
    }

    /// Each event a few places from its own at the most, with every call told of from its request on.
    private static func slightlyShuffled(_ events: [Event], _ random: inout SeededGenerator) -> [Event] {
        var events = events
        for place in events.indices.dropLast(3) {
            let other = place + Int.random(in: 0...3, using: &random)
            if events[place].body.call != events[other].body.call {
                events.swapAt(place, other)
            }
        }
        return events
    }
}
