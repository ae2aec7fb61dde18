import FanoutEvents
import FanoutTimeline
import FanoutView
import Testing

@Suite("Playhead")
struct PlayheadTests {
    /// Ten seconds with an event at 0, 1, 8, 9 and 10: of 1 to 8 two seconds are played, so that all of it takes five.
    private static var gaps: IdleGaps {
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for second in [0, 1, 8, 9, 10] as [Int64] {
            timeline.apply(Event(t: second * 1_000_000, .marker(Event.Marker(label: "x"))))
        }
        return timeline.idleGaps(longerThan: 2_000_000)
    }

    private static func at(
        _ seconds: Double, from start: Double = 0, speed: Double = 1, skips: Bool = false, loops: Bool = false
    ) -> (instant: Double, pause: Double?) {
        let clock: Int64 = 77_000_000
        let playhead = Playhead.replay(from: Int64(start * 1e6), at: clock, speed: speed, isPaused: false)
        let course = Playhead.Course(start: 0, end: 10_000_000, gaps: skips ? gaps : .none, isLoop: loops)
        let now = clock + Int64(seconds * 1e6)
        return (
            Double(playhead.instant(clock: now, now: -1, along: course)) / 1e6,
            playhead.pause(clock: now, along: course).map { Double($0) / 1e6 }
        )
    }

    @Test("it moves at its speed and stays at the end")
    func speed() {
        let rows: [(seconds: Double, start: Double, speed: Double, expected: Double)] = [
            (0, 0, 1, 0), (2, 0, 1, 2), (2, 3, 0.25, 3.5), (2, 3, 2, 7), (20, 3, 1, 10), (0.1, 0, 64, 6.4), (1, 10, 1, 10),
            (1e12, 0, 64, 10), (0.01, 0, .infinity, 0.64), (1, 0, .infinity, 10),
        ]
        for row in rows {
            #expect(Self.at(row.seconds, from: row.start, speed: row.speed) == (row.expected, nil), "\(row)")
        }
    }

    @Test("as fast as possible means three seconds for a session of any length")
    func fastest() {
        let playhead = Playhead.replay(from: 0, at: 0, speed: Playhead.asFastAsPossible, isPaused: false)
        let day: Int64 = 86_400_000_000
        #expect(playhead.instant(clock: 1_500_000, now: 0, along: Playhead.Course(end: day)) == day / 2)
        #expect(playhead.instant(clock: 3_000_000, now: 0, along: Playhead.Course(end: day)) == day)
        let furthest = Playhead.Course(start: -Instant.furthest, end: Instant.furthest)
        #expect(playhead.instant(clock: .max / 4, now: 0, along: furthest) == Instant.furthest)
    }

    @Test("it plays two seconds of an idle stretch and goes on behind it")
    func idle() {
        let rows: [(seconds: Double, start: Double, speed: Double, expected: Double)] = [
            (1, 0, 1, 1), (2.5, 0, 1, 2.5), (3, 0, 1, 3), (3.5, 0, 1, 8.5), (1, 0, 4, 9), (0, 5, 1, 5), (0.5, 5, 1, 8.5), (60, 0, 1, 10),
        ]
        for row in rows {
            #expect(Self.at(row.seconds, from: row.start, speed: row.speed, skips: true).instant == row.expected, "\(row)")
        }
    }

    @Test("a loop shows its end for a second, and begins again")
    func loop() {
        let rows: [(seconds: Double, start: Double, speed: Double, skips: Bool, instant: Double, pause: Double?)] = [
            (3, 0, 1, false, 3, nil), (10, 0, 1, false, 10, 1), (10.25, 0, 1, false, 10, 0.75), (11, 0, 1, false, 0, nil),
            (13, 0, 1, false, 2, nil), (21.5, 0, 1, false, 10, 0.5), (22.5, 0, 1, false, 0.5, nil), (1, 10, 1, false, 0, nil),
            (4, 6, 1, false, 10, 1), (5.5, 6, 1, false, 0.5, nil), (6, 0, 2, false, 0, nil), (5.5, 0, 1, true, 10, 0.5),
            (9.5, 0, 1, true, 8.5, nil), (11.75, 0, 1, true, 10, 0.25), (12, 0, 1, true, 0, nil),
        ]
        for row in rows {
            let found = Self.at(row.seconds, from: row.start, speed: row.speed, skips: row.skips, loops: true)
            #expect(found == (row.instant, row.pause), "\(row)")
        }
        // What has no length has nothing to play again.
        let playhead = Playhead.replay(from: 5, at: 0, speed: 1, isPaused: false)
        let point = Playhead.Course(start: 5, end: 5, isLoop: true)
        #expect(playhead.instant(clock: 9, now: 0, along: point) == 5 && playhead.pause(clock: 9, along: point) == nil)
    }

    @Test("its speed goes up and down in steps, as fast as possible being the last")
    func steps() {
        var playhead = Playhead.replay(from: 0, at: 0, speed: 1, isPaused: true)
        var speeds: [Double] = []
        for _ in 0..<8 {
            playhead.change(speed: 1, from: 0, clock: 0)
            speeds.append(playhead.speed)
        }
        #expect(speeds == [2, 4, 8, 16, 32, 64, .infinity, .infinity])
        playhead.change(speed: -1, from: 0, clock: 0)
        #expect(playhead.speed == 64)
        playhead.change(speed: 0, from: 0, clock: 0)
        #expect(playhead.speed == 1 && playhead.isStill)
        for _ in 0..<5 {
            playhead.change(speed: -1, from: 0, clock: 0)
        }
        #expect(playhead.speed == Playhead.slowest)
    }
}
