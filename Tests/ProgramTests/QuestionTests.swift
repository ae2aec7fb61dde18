import Foundation
import Testing

/// `fanout whatif` and `fanout diff`: what is asked of recordings.
struct QuestionTests {
    private static let recording = ProgramFolder.fixture("refactor.fanout.jsonl")

    private static func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("what-if tells the same to people and to programs")
    func whatif() throws {
        let folder = try ProgramFolder()
        let told = try folder.run("whatif", Self.recording)
        #expect(told.status == 0)
        #expect(told.error == "")
        for word in ["RULES", "as recorded", "sequential", "limit 16", "no limit", "% off what was recorded", "its time went to: "] {
            #expect(told.output.contains(word), "\(word)\n\(told.output)")
        }
        let object = try Self.object(try folder.run("whatif", "--json", Self.recording).output)
        let predictions = try #require(object["predictions"] as? [[String: Any]])
        #expect(
            predictions.compactMap { $0["rules"] as? String } == [
                "sequential", "limit 1", "limit 2", "limit 4", "limit 8", "limit 16", "no limit",
            ])
        // More at once never takes longer here, and each row is the sum of its turns'.
        let walls = predictions.compactMap { $0["wall_us"] as? Int }
        #expect(walls == walls.sorted(by: >))
        let turns = try #require(object["turns"] as? [[String: Any]])
        let own = turns.compactMap { ($0["predictions_us"] as? [String: Int])?["no limit"] }
        #expect(own.reduce(0, +) == walls.last)
        #expect(try folder.run("whatif", "--limit", "3", Self.recording).output.contains("limit 3"))
    }

    @Test("a recording differs in nothing from itself, and in what was slowed from another")
    func diff() throws {
        let folder = try ProgramFolder()
        let same = try folder.run("diff", Self.recording, Self.recording, "--fail-slower", "5%")
        #expect(same.status == 0)
        #expect(same.output.contains("No call changed by enough to be told from chance."))

        let header = #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z"}"#
        func recording(_ end: Int, _ outcome: String) -> String {
            """
            \(header)
            {"type":"call.requested","t":0,"turn":1,"call":"a","name":"grep","index":0,"arguments":{"q":"x"}}
            {"type":"call.started","t":0,"call":"a"}
            {"type":"call.finished","t":\(end),"call":"a","outcome":"ok"}
            {"type":"call.started","t":0,"call":"b","name":"bash","turn":1}
            {"type":"call.finished","t":1000,"call":"b","outcome":"\(outcome)"}

            """
        }
        try folder.write("a", recording(100_000, "ok"))
        try folder.write("b", recording(150_000, "failed"))
        let slower = try folder.run("diff", "a", "b", "--fail-slower", "20%")
        #expect(slower.status == 1)
        #expect(slower.error == "fanout: slower than --fail-slower allows: all turns took 1.5x as long (100ms → 150ms)\n")
        #expect(slower.output.contains("bash b"))
        #expect(slower.output.contains("broken"))
        #expect(try folder.run("diff", "a", "b", "--fail-slower", "60").status == 0)
        let object = try Self.object(try folder.run("diff", "--json", "a", "b").output)
        let calls = try #require(object["calls"] as? [[String: Any]])
        #expect(calls.compactMap { $0["verdict"] as? String } == ["slower", "broken"])
        #expect((object["wall_us"] as? [String: Int]) == ["a": 100_000, "b": 150_000])
    }

    /// A recording of runs of one tool, in milliseconds, beside a call that makes all turns take as long.
    private static func runs(_ runs: [Int], wall: Int = 10_000) -> String {
        let ends = runs.map { $0 * 1000 } + [wall * 1000]
        return ends.enumerated().map { place, end in
            let name = place < runs.count ? "grep" : "rest"
            return """
                {"type":"call.started","t":0,"turn":1,"call":"c\(place)","name":"\(name)"}
                {"type":"call.finished","t":\(end),"call":"c\(place)","outcome":"ok"}

                """
        }.joined()
    }

    @Test(
        "a probability is written with three decimals, rounded",
        arguments: [
            ([10, 10, 10, 10, 10], [10, 10, 10, 10, 10], " 1.00"), ([10, 20, 30, 40, 50], [60, 70, 80, 90, 100], " .012"),
            ([10, 20, 20, 30, 50, 80], [20, 30, 40, 40, 90, 100, 120], " .150"),
            (Array(10..<30), Array(100..<120), " <.001"),
        ] as [([Int], [Int], String)])
    func probability(before: [Int], after: [Int], says: String) throws {
        let folder = try ProgramFolder()
        try folder.write("a", Self.runs(before))
        try folder.write("b", Self.runs(after))
        let told = try folder.run("diff", "a", "b").output
        let line = try #require(told.split(separator: "\n").first { $0.hasPrefix("grep") })
        #expect(line.contains(says + " ") || line.hasSuffix(says), "\(line)")
    }

    @Test(
        "CI fails where a median is slower by more than is allowed, unless chance would explain it",
        arguments: [
            // Too few runs to ask chance: the median alone decides.
            ([100], [130], "20%", "grep's median is 1.3x as long (100ms → 130ms), too few runs for a significance"),
            ([100], [120], "20%", nil), ([100, 100, 100, 100], [130, 130, 130, 130], "20", "too few runs"),
            // Enough of them, and sure.
            ([100, 101, 99, 102, 98, 100], [130, 131, 129, 132, 128, 130], "20%", "1.3x as long (100ms → 130ms), P .00"),
            // Less than a tenth is slower too, where somebody asks for it.
            ([100, 101, 99, 102, 98, 100], [107, 108, 106, 109, 105, 107], "5%", "grep's median is 7 % longer (100ms → 107ms), P .00"),
            // The median rose by half, and so it does by chance among such runs.
            ([10, 500, 100, 20, 300, 90], [150, 600, 30, 10, 400, 160], "20%", nil), ([100], [90], "0%", nil),
        ] as [([Int], [Int], String, String?)])
    func failSlower(before: [Int], after: [Int], most: String, says: String?) throws {
        let folder = try ProgramFolder()
        try folder.write("a", Self.runs(before))
        try folder.write("b", Self.runs(after))
        let told = try folder.run("diff", "a", "b", "--fail-slower", most)
        #expect(told.status == (says == nil ? 0 : 1))
        if let says {
            #expect(told.error.hasPrefix("fanout: slower than --fail-slower allows: ") && told.error.contains(says), "\(told.error)")
        } else {
            #expect(told.error == "")
        }
    }

    @Test(
        "what cannot be asked is said",
        arguments: [
            (["whatif"], 2, "name a recording"), (["whatif", "empty"], 1, "empty: it is empty"),
            (["whatif", "none"], 1, "no call of it ran"),
            (["whatif", "--limit", "0", "none"], 2, "from 1 to"), (["diff", "none"], 2, "name two recordings"),
            (["diff", "none", "nowhere"], 1, "nowhere: there is no such file"),
            (["diff", "none", "none", "--fail-slower", "much"], 2, "it takes a percentage"),
        ])
    func badInput(arguments: [String], status: Int, says: String) throws {
        let folder = try ProgramFolder()
        try folder.write("empty", "")
        try folder.write("none", #"{"type":"turn.started","t":0,"turn":1}"# + "\n")
        let run = try folder.shell("\"$FANOUT\" \(arguments.joined(separator: " "))")
        #expect(run.status == status)
        #expect(run.error.contains(says), "\(run.error)")
    }
}
