import Foundation
import Testing

/// A race as the program runs it: contestants that really run, and such that a recording foretells.
struct RaceTests {
    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test(
        "under every strategy each call of a scenario comes to the same, and nothing of it is left",
        arguments: [
            ("weather", "0"), ("stocks", "0"), ("single", "0"), ("claude", "0"), ("travel", "0"), ("orchestrator", "0"), ("ordered", "0.1"),
            ("clinical", "0.1"), ("partial", "0.1"),
        ])
    func scenario(name: String, latency: String) throws {
        let folder = try ProgramFolder()
        let race = try folder.shell(
            "TMPDIR=$PWD \"$FANOUT\" race \(name) --latency \(latency) --json --strategies sequential,threads:2,limit:2,parallel")
        #expect(race.status == 0)
        #expect(race.error == "")
        let told = try Self.object(race.output)
        let calls = try #require(told["calls"] as? Int)
        #expect(told["scenario"] as? String == name)
        #expect(told["basis"] as? String == "measured")
        // Without delays they run one after the other.
        #expect(told["at_once"] as? Bool == (latency != "0"))
        #expect(told["same_results"] as? Int == calls)
        let contestants = try #require(told["contestants"] as? [[String: Any]])
        #expect(contestants.compactMap { $0["strategy"] as? String } == ["sequential", "threads:2", "limit:2", "parallel"])
        #expect(contestants.compactMap { $0["done"] as? Int } == [calls, calls, calls, calls])
        let peaks = contestants.compactMap { $0["peak"] as? Int }
        #expect(peaks[0] == 1 && peaks[1] <= 2 && peaks[2] <= 2, "\(peaks)")
        #expect(folder.contents == [:])
    }

    @Test("what a recording foretells is told, with the turn that was taken and the time that it had")
    func recording() throws {
        let folder = try ProgramFolder()
        try FileManager.default.copyItem(atPath: ProgramFolder.fixture("three-lanes.fanout.jsonl"), toPath: folder.file("weather"))
        // A name that is a scenario's too is that; a path is a file.
        #expect(try folder.run("race", "weather", "--latency", "0", "--json").output.hasPrefix("{\"scenario\":\"weather\""))
        let plain = try folder.run("race", "./weather", "--strategies", "sequential,recorded")
        #expect(plain.error == "")
        #expect(
            plain.output == """
                turn 1 of weather, 3 calls
                ✓ recorded    3.7s  3 of 3 calls done, 1 err
                ✓ sequential  6.7s  3 of 3 calls done, 1 err

                STRATEGY    WALL  AGAINST SLOWEST   SUM  PEAK
                sequential  6.7s             1.0x  6.7s     1
                recorded    3.7s             1.8x  6.7s     3

                recorded wins: 1.8x faster than sequential; 3.0s saved
                predicted from weather, where it took 3.9s

                """)
        let json = try folder.run("race", "./weather", "--ui", "json", "--turn", "1", "--strategies", "limit:1,limit:3,parallel")
        #expect(
            json.output == """
                {"file":"./weather","turn":1,"basis":"predicted","recorded_us":3900000,"calls":3,"contestants":[\
                {"strategy":"limit:1","wall_us":6700000,"sum_us":6700000,"ratio":1.0,"peak":1,"done":3,"errors":1},\
                {"strategy":"limit:3","wall_us":3700000,"sum_us":6700000,"ratio":1.8108108108108107,"peak":3,"done":3,"errors":1},\
                {"strategy":"parallel","wall_us":3700000,"sum_us":6700000,"ratio":1.8108108108108107,"peak":3,"done":3,"errors":1}],\
                "tied":["limit:3","parallel"],"ratio":1.8108108108108107,"saved_us":3000000}

                """)
        #expect(try folder.run("race", "./weather", "--ui", "quiet").output == "")
        #expect(folder.recordings == [])
    }

    @Test("a race is seen to its end and run again; q leaves, and a still picture stays")
    func screen() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("race", "stocks", width: 80, height: 24)
        func waitForVerdict() throws {
            try terminal.wait(for: "the verdict") {
                $0.lines[0].contains("✓ RACE") && $0.lines.contains { $0.contains("✓ same results: 2 of 2") } && !$0.isUpdating
            }
        }
        try waitForVerdict()
        #expect(terminal.screen.isAlternate)
        #expect(terminal.screen.lines.contains { $0.contains("◆") && $0.contains("faster than sequential") })
        terminal.type("r")
        try terminal.wait(for: "another run") { $0.lines[0].contains("● RACE") }
        try waitForVerdict()
        terminal.type("?")
        try terminal.wait(forText: "these keys")
        terminal.type("?q")
        #expect(try terminal.end() == 0)
        #expect(!terminal.screen.isAlternate)
        #expect(terminal.takesLines)
        #expect(terminal.screen.unknown == [])
        #expect(terminal.screen.lines.contains { $0.contains("✓ same results: 2 of 2") })
        #expect(folder.recordings == [])
    }

    @Test("a recording's race is held, gone on with, and left by Ctrl-C; a run that is left behind takes its data along")
    func leaving() throws {
        let folder = try ProgramFolder()
        let recording = try folder.open(
            "race", ProgramFolder.fixture("three-lanes.fanout.jsonl"), "--speed", "10", width: 40, height: 12)
        try recording.wait(forText: "✓ RACE")
        recording.type("r<<< ")
        try recording.wait(forText: "PAUSED")
        recording.type(" ")
        try recording.wait(for: "going on") { $0.lines[0].contains("▶ RACE") }
        recording.type("\u{3}")
        #expect(try recording.end() == 130)

        let run = try folder.open("race", "clinical", "--latency", "50", environment: ["TMPDIR": folder.path])
        try run.wait(for: "contestants that run") { $0.lines.filter { $0.contains("● running") }.count == 3 }
        #expect(folder.contents.keys.contains { $0.contains("fanout-clinic") })
        run.type("q")
        #expect(try run.end() == 0)
        #expect(folder.contents == [:])
        #expect(!run.screen.isAlternate)
    }
}
