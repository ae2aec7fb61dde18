import FanoutEvents
import FanoutStage
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

@Suite("A race")
struct RaceTests {
    // MARK: Who won

    private static let verdicts: [(walls: [Int64], isApproximate: Bool, columns: Int, words: String)] = [
        ([27_800_000, 11_400_000], false, 100, "b wins: 2.4x faster than a; 16.4s saved"),
        ([27_800_000, 11_400_000], false, 38, "b wins: 2.4x faster; 16.4s saved"),
        ([27_800_000, 11_400_000], false, 20, "b wins: 2.4x faster"), ([27_800_000, 11_400_000], false, 14, "b wins: 2.4x"),
        ([27_800_000, 11_400_000], false, 8, "b wins"),
        ([27_800_000, 11_400_000], true, 100, "b wins: ~2.4x faster than a; ~16.4s saved"),
        ([4_500_000, 700_000, 706_999], false, 100, "b and c tie: 6.4x faster than a; 3.8s saved"),
        ([4_500_000, 700_000, 707_001], false, 100, "b wins: 6.4x faster than a; 3.8s saved"),
        ([600_000, 606_000], false, 100, "a tie: both take 0.6s"), ([600_000, 606_000, 600_000], false, 100, "a tie: all take 0.6s"),
        ([607_000, 600_000, 603_000], false, 100, "b and c tie: 1 % faster than a; 4ms saved"),
        ([0, 0], false, 100, "no call ran: nobody wins"),
    ]

    @Test("times within one per cent are a tie; of what there is to say the longest that fits is said", arguments: verdicts)
    func verdict(walls: [Int64], isApproximate: Bool, columns: Int, words: String) throws {
        let race = RaceRig.of(walls: walls)
        let verdict = try #require(RaceVerdict(race.standings(at: race.last)))
        let names = race.contestants.map(\.name)
        #expect(verdict.words(names, isApproximate: isApproximate, columns: columns, glyphs: .unicode).string == words)
        if let longest = walls.max(), longest > 0 {
            #expect(RaceVerdict(race.standings(at: longest - 1)) == nil)
        }
    }

    @Test("a contestant's own time begins with its first attempt")
    func standings() {
        let race = RaceRig.inTurn()
        let states = race.standings(at: 2_600_000).map { "\($0.state) \($0.clock / 1000) \($0.done) \($0.errors) \($0.running) \($0.peak)" }
        #expect(states == ["done 1700 4 1 0 1", "running 600 2 0 2 2", "waiting 0 0 0 0 0"])
        #expect(!race.isOver(at: race.last))
    }

    // MARK: What a recording foretells

    @Test("the recorded turn is played under each of the rules, with its retries and its ends")
    func predicted() {
        let race = RaceRig.predicted([
            ("sequential", .init(isSequential: true)), ("limit:2", .init(limit: 2)), ("recorded", nil), ("parallel", .init()),
        ])
        #expect(race.calls == 4)
        let standings = race.standings(at: race.last)
        #expect(standings.map { $0.clock / 1000 } == [1700, 800, 700, 700])
        #expect(standings.map(\.peak) == [1, 2, 3, 3])
        #expect(standings.map { $0.sum / 1000 } == [1500, 1500, 1500, 1500])
        #expect(standings.map(\.errors) == [1, 1, 1, 1])
        let last = race.contestants[3].timeline
        let outcomes = last.laneRange.map { last.lane($0).outcome }
        #expect(outcomes == [.ok, .ok, .failed, .skipped])
        #expect(last.lane(0).attempts == 2)
    }

    @Test("what was not measured stays so where it is played")
    func approximate() {
        var recorded = Timeline(header: Header(session: "s", started: 0))
        for var event in Score("a |==+\nb |====+").events {
            if case .callFinished(let end) = event.body {
                event.approx = end.call == "c1" ? .upper : nil
            }
            recorded.apply(event)
        }
        let race = Race.predicted(recorded, turn: 0, under: [("x", .init()), ("y", .init(limit: 1))], title: "t", file: "f")
        #expect(race.isApproximate)
        let played = race.contestants[1].timeline
        #expect(played.laneRange.map { played.precision(ofRun: $0, at: race.last) } == [.atMost, .measured])
        let lines = RaceScreen(race, glyphs: .unicode, clock: 0).frame(width: 80, height: 24, clock: 9_000_000).lines
        #expect(lines.contains { $0.contains("x wins: ~1.5x faster than y; ~0.2s saved") })
        #expect(lines.contains { $0.contains("✓ a") && $0.contains("≤0.2s") })
        #expect(lines.contains { $0.contains("predicted from f, where it took ≤0.4s") })
    }

    @Test("turns that can be raced: those with calls that ran, and not the work of a call")
    func choices() {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        let scores = ["a |==+\nb |s", "c |s", "d |==+\ne |==+\nf |==+"]
        for (place, score) in scores.enumerated() {
            for var event in Score(score, turn: place + 1).events {
                event.t += Int64(place) * 1_000_000
                // Every turn's calls are known by their names alone.
                event.body = event.body.renamed(in: place)
                event.approx = place == 2 ? .order : nil
                timelines.apply(event, session: 0, source: 0, place: .none)
            }
        }
        timelines.close(source: 0)
        let choices = Race.choices(in: timelines)
        #expect(choices.map { "\($0.number ?? 0) \($0.calls) \($0.isOrderOnly)" } == ["1 1 false", "3 3 true"])
    }

    // MARK: Speed

    @Test(
        "a race that is played takes 20 seconds at the most, at a speed that can be said",
        arguments: [
            (1_000_000, 1.0), (20_000_000, 1), (20_000_001, 2), (41_000_000, 5), (190_000_000, 10), (201_000_000, 20),
            (10_800_000_000, 1000),
        ])
    func speed(longest: Int64, speed: Double) {
        #expect(RaceScreen.speed(for: RaceRig.of(walls: [1000, longest])) == speed)
    }

    // MARK: Keys

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var isPlayed = true
        var speed = 1.0
        /// Milliseconds of the clock, and what is pressed then.
        var keys: [(Int64, Key)] = []
        /// The instants that are seen, in milliseconds by the clock.
        var seen: [(clock: Int64, instant: Int64)]
        var isMoving = true
        var effects: [RaceScreen.Effect] = []
    }

    private static let cases = [
        Case(testDescription: "it plays by itself, to its end", seen: [(500, 500), (1700, 1700), (9000, 1700)], isMoving: false),
        Case(testDescription: "faster", speed: 10, seen: [(50, 500), (100, 1000)]),
        Case(
            testDescription: "it is held, and goes on", keys: [(300, " "), (900, " ")], seen: [(900, 300), (1000, 400)]),
        Case(testDescription: "what is held stands", keys: [(300, " ")], seen: [(900, 300)], isMoving: false),
        Case(testDescription: "at twice the speed", keys: [(200, ">")], seen: [(400, 600)]),
        Case(testDescription: "at half the speed, and back", keys: [(200, "<"), (400, .backspace)], seen: [(500, 400)]),
        Case(testDescription: "once more", keys: [(5000, "r")], seen: [(5100, 100)]),
        Case(testDescription: "the end cannot be held", keys: [(5000, " "), (5000, "r")], seen: [(5400, 400)]),
        Case(
            testDescription: "what runs is followed", isPlayed: false, keys: [(400, ">")], seen: [(500, 500), (1000, 1000)]),
        Case(
            testDescription: "what runs is held, and goes on where it was held", isPlayed: false, keys: [(300, " "), (900, " ")],
            seen: [(1000, 400)]),
        Case(
            testDescription: "what ran can run again", isPlayed: false, keys: [(5000, "r"), (5000, "T"), (5000, "q")],
            seen: [(6000, 1700)], isMoving: false, effects: [.again, .nextTheme, .quit]),
        Case(
            testDescription: "the keys are shown until the next, which does nothing else",
            keys: [(100, "?"), (100, " "), (100, "?"), (100, "q")],
            seen: [(200, 200)], effects: [.quit]),
    ]

    @Test("which instant is seen, and what keys do", arguments: cases)
    private func keys(_ one: Case) throws {
        let race = one.isPlayed ? RaceRig.predicted() : RaceRig.measured()
        #expect(race.last == 1_700_000)
        var screen = RaceScreen(race, glyphs: .unicode, clock: 0, speed: one.speed)
        var effects: [RaceScreen.Effect] = []
        for (clock, key) in one.keys {
            effects += screen.handle(key, clock: clock * 1000)
        }
        #expect(effects == one.effects)
        for (clock, instant) in one.seen {
            #expect(screen.instant(clock * 1000) == instant * 1000)
        }
        let last = try #require(one.seen.last)
        let next = screen.nextFrame(width: 100, height: 30, clock: last.clock * 1000)
        #expect(next.map { (33_333...100_000).contains($0) } == (one.isMoving ? true : nil))
    }

    @Test("by how much one is faster is a lower bound while the slower one runs, and rounded so that it holds")
    func lowerBound() {
        // The fast one took 500 ms; the slow one goes on.
        let cases: [(t: Int64, text: String)] = [
            (500_000, ""), (538_000, "≥7 % faster"), (980_000, "≥1.9x faster"), (60_000_000, "≥120x faster"),
            (99_000_000, "198x faster"),
        ]
        for (t, text) in cases {
            let screen = RaceScreen(RaceRig.of(walls: [500_000, 99_000_000], names: ["a", "b"]), glyphs: .unicode, clock: 0)
            let told = screen.frame(width: 100, height: 20, clock: t).text
            #expect(text.isEmpty ? !told.contains("faster") : told.contains(text), "\(t): \(told)")
            #expect(told.contains("≥") == text.hasPrefix("≥"), "\(told)")
        }
        let ascii = RaceScreen(RaceRig.of(walls: [500_000, 99_000_000], names: ["a", "b"]), glyphs: .ascii, clock: 0)
        #expect(ascii.frame(width: 100, height: 20, clock: 980_000).text.contains(">1.9x faster"))
    }

    @Test("Esc closes the keys, and does nothing else")
    func escape() {
        var screen = RaceScreen(RaceRig.predicted(), glyphs: .unicode, clock: 0)
        let plain = screen.frame(width: 80, height: 24, clock: 300_000).lines
        for _ in 0..<2 {
            #expect(screen.handle(.escape, clock: 300_000) == [])
            #expect(screen.frame(width: 80, height: 24, clock: 300_000).lines == plain)
            _ = screen.handle("?", clock: 300_000)
            #expect(screen.frame(width: 80, height: 24, clock: 300_000).lines != plain)
        }
    }

    @Test("keys come from the configuration; a race that runs leaves out what only a played one has", arguments: [true, false])
    func configured(isPlayed: Bool) {
        var configuration = Configuration()
        configuration[keys: .race].bind(.again, to: [.right, "w"])
        configuration[keys: .race].bind(.pause, to: [])
        var screen = RaceScreen(isPlayed ? RaceRig.predicted() : RaceRig.measured(), glyphs: .unicode, clock: 0)
        screen.use(configuration)
        func lines() -> [String] { screen.frame(width: 100, height: 30, clock: 100_000).lines }
        #expect(lines().last?.hasPrefix(" ? keys  q quit  → run again  " + (isPlayed ? "< > speed  T theme" : "T theme")) == true)
        _ = screen.handle("?", clock: 100_000)
        let box = lines().filter { $0.contains("│ ") && ["run again", "pause, go on", "speed"].contains(where: $0.contains) }
        #expect(box.count == (isPlayed ? 2 : 1) && box[0].contains("→ w"), "\(box)")
        _ = screen.handle("?", clock: 100_000)
        #expect(screen.handle("w", clock: 100_000) == (isPlayed ? [] : [.again]))
        for ignored: Key in ["m", ":", " ", .mouse(Key.Mouse(.press, column: 4, row: 4))] {
            #expect(screen.handle(ignored, clock: 100_000) == [])
        }
        #expect(screen.nextFrame(width: 100, height: 30, clock: 100_000) != nil, "nothing holds it")
    }

    @Test("contestants that run again are followed from their beginning, on the axis that is known by now")
    func again() {
        var screen = RaceScreen(RaceRig.measured(), glyphs: .unicode, clock: 0)
        let axis = Self.labels(screen)
        _ = screen.handle(" ", clock: 300_000)
        var empty = RaceRig.measured()
        for place in empty.contestants.indices {
            empty.contestants[place].timeline = RaceRig.inTurn().contestants[2].timeline
        }
        screen.begin(empty)
        #expect(screen.instant(9_000_000) == 9_000_000)
        #expect(screen.nextFrame(width: 100, height: 30, clock: 9_000_000) == nil)
        #expect(Self.labels(screen) == axis)
    }

    private static func labels(_ screen: RaceScreen) -> [Substring] {
        screen.frame(width: 100, height: 30, clock: 9_000_000).lines[2].split(separator: " ")
    }
}

extension Event.Body {
    /// The same of calls that other turns do not have.
    fileprivate func renamed(in place: Int) -> Event.Body {
        switch self {
        case .callRequested(var body):
            body.call += "-\(place)"
            return .callRequested(body)
        case .callStarted(var body):
            body.call += "-\(place)"
            return .callStarted(body)
        case .callFinished(var body):
            body.call += "-\(place)"
            return .callFinished(body)
        default: return self
        }
    }
}
