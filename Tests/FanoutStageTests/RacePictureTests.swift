import FanoutEvents
import FanoutStage
import FanoutTestKit
import FanoutView
import Testing

@Suite("A race as pictures")
struct RacePictureTests {
    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var race: @Sendable () -> Race = { RaceRig.measured() }
        var size: (Int, Int) = (100, 30)
        var t: Int64
        var glyphs = Glyphs.unicode
        var keys: [Key] = []
    }

    private static let cases = [
        Case(testDescription: "middle-100x30", t: 900_000), Case(testDescription: "end-100x30", t: 5_000_000),
        Case(testDescription: "middle-80x24", size: (80, 24), t: 900_000),
        Case(testDescription: "middle-40x12", size: (40, 12), t: 900_000),
        Case(testDescription: "end-40x12", size: (40, 12), t: 5_000_000),
        Case(testDescription: "end-200x60", size: (200, 60), t: 5_000_000),
        Case(testDescription: "middle-ascii", size: (80, 24), t: 900_000, glyphs: .ascii),
        Case(testDescription: "in-turn", race: { RaceRig.inTurn() }, size: (80, 24), t: 2_600_000),
        Case(testDescription: "predicted", race: { RaceRig.predicted() }, t: 5_000_000),
        Case(
            testDescription: "different-results",
            race: {
                var race = RaceRig.measured()
                race.results = Race.Results(same: 3, calls: 4, difference: "call 3 of 4, get_news")
                return race
            }, size: (80, 24), t: 5_000_000),
        Case(testDescription: "keys", race: { RaceRig.predicted() }, size: (80, 24), t: 300_000, keys: [" ", ">", "?"]),
        Case(testDescription: "before", race: { RaceRig.inTurn() }, size: (80, 24), t: -1),
    ]

    @Test("each contestant's lanes as the height allows, the walls on one axis, and who won", arguments: cases)
    private func picture(_ one: Case) {
        var screen = RaceScreen(one.race(), glyphs: one.glyphs, clock: 0)
        for key in one.keys {
            _ = screen.handle(key, clock: one.t)
        }
        let frame = screen.frame(width: one.size.0, height: one.size.1, clock: one.t)
        expect(frame, is: one.testDescription)
        if one.glyphs == .ascii {
            let isASCII = frame.text.unicodeScalars.allSatisfy(\.isASCII)
            #expect(isASCII)
        }
    }

    @Test("what stays when the screen is gone")
    func still() {
        expect(RaceScreen(RaceRig.measured(), glyphs: .unicode, clock: 0).still(width: 90), is: "still")
        var nothing = RaceRig.measured()
        for place in nothing.contestants.indices {
            nothing.contestants[place].timeline = RaceRig.inTurn().contestants[2].timeline
        }
        #expect(RaceScreen(nothing, glyphs: .unicode, clock: 0).still(width: 90).height == 0)
    }

    @Test("any size draws, and one that is too small says so")
    func sizes() {
        let names: [CleanText] = ["a", "b", "c", "d", "e", "f"]
        let races = [RaceRig.measured(), RaceRig.predicted(), RaceRig.of(walls: [1, 20, 300, 4000, 50_000, 0], names: names)]
        for race in races {
            let screen = RaceScreen(race, glyphs: .unicode, clock: 0)
            for width in [0, 1, 2, 39, 40, 41, 55, 56, 57, 96, 120, 300] {
                for height in [0, 1, 2, 11, 12, 13, 15, 16, 17, 20, 40, 90] {
                    let frame = screen.frame(width: width, height: height, clock: 600_000)
                    let isLarge = width >= 40 && height >= 12
                    #expect(frame.text.contains("RACE") == isLarge, "\(width)x\(height)")
                    #expect(frame.text.contains("a race needs 40×12") == (!isLarge && width >= 19 && height >= 1), "\(width)x\(height)")
                    if isLarge {
                        // The footer is what would be drawn over by rows that found no room.
                        #expect(frame.lines[height - 1].contains("quit"), "\(width)x\(height)")
                    }
                }
            }
        }
    }

    @Test("no window breaks a race, whatever keys are pressed and whatever runs in it", arguments: [Glyphs.unicode, .ascii])
    func storm(glyphs: Glyphs) {
        var random = SeededGenerator(seed: 21)
        for race in [RaceRig.measured(), RaceRig.inTurn(), RaceRig.predicted()] {
            var screen = RaceScreen(race, glyphs: glyphs, clock: 0)
            let keys = KeyMap.race.groups.flatMap(\.entries).flatMap(\.keys).map(\.key)
            var (clock, keysSeen, raceSeen): (Int64, Int, Int) = (0, 0, 0)
            for step in 0..<120 {
                clock += Int64.random(in: 0...100_000, using: &random)
                if let key = keys.randomElement(using: &random), screen.handle(key, clock: clock) == [.again] {
                    screen.begin(RaceRig.inTurn())
                }
                let (width, height) = (Int.random(in: 1...220, using: &random), Int.random(in: 1...70, using: &random))
                let frame = screen.frame(width: width, height: height, clock: clock)
                #expect(frame.width == width && frame.height == height && frame.lines.count == height, "step \(step)")
                keysSeen += frame.text.contains(" Keys ") ? 1 : 0
                raceSeen += frame.text.contains("RACE") ? 1 : 0
            }
            // While it is held the header says so instead.
            #expect(keysSeen > 3 && raceSeen > 20, "\(keysSeen), \(raceSeen)")
        }
    }

    @Test(
        "in a part of a frame it leaves the rest alone, however little that is",
        arguments: [(60, 15), (40, 5), (80, 20), (39, 15), (60, 4)])
    func region(width: Int, height: Int) {
        var frame = Frame(width: 100, height: 30)
        let region = Region(x: 7, y: 3, width: width, height: height)
        RaceView(glyphs: .unicode).draw(RaceRig.measured(), at: 900_000, in: region, into: &frame)
        var drawn = 0
        for y in 0..<30 {
            for x in 0..<100 where frame[x, y] != .blank {
                drawn += 1
                #expect((7..<7 + width).contains(x) && (3..<3 + height).contains(y), "\(x), \(y)")
            }
        }
        let least = RaceView.leastSize(of: RaceRig.measured())
        #expect((drawn > 0) == (width >= least.width && height >= least.height))
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) {
            Issue.record("\(difference)")
        }
    }
}
