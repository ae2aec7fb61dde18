import FanoutEngine
import FanoutEvents
import Testing

@Suite("The batch machine decides")
struct BatchMachineTests {
    struct Scene: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var score: BatchScore
        var expected: String

        init(_ name: String, _ score: BatchScore, _ expected: String) {
            testDescription = name
            self.score = score
            self.expected = expected
        }
    }

    @Test(
        "what starts, waits, is tried again and ends, and when",
        arguments: scenes + orderScenes + failureScenes + timeScenes + controlScenes)
    func plays(_ scene: Scene) {
        #expect(scene.score.text() == scene.expected)
    }

    typealias Call = BatchScore.Call

    static let scenes = [
        Scene(
            "nothing to wait for", BatchScore(calls: [Call("t", 5), Call("t", 3)]),
            """
            0 a starts
            0 b starts
            3 b ok
            5 a ok
            """),
        Scene(
            "a limit for the turn", BatchScore(calls: [Call("t", 5), Call("t", 3), Call("t", 9), Call("t", 1)], rules: { $0.limit = 2 }),
            """
            0 a starts
            0 b starts
            0 c waits: limit
            0 d waits: limit
            3 b ok
            3 c starts, freed by b
            5 a ok
            5 d starts, freed by a
            6 d ok
            12 c ok
            """),
        Scene(
            "a tool's limit does not hold back others",
            BatchScore(
                calls: [Call("t", 5), Call("t", 3), Call("u", 2)], tools: ["t": .with { $0.limit = 1 }]),
            """
            0 a starts
            0 b waits: limit (t)
            0 c starts
            2 c ok
            5 a ok
            5 b starts, freed by a
            8 b ok
            """),
        Scene(
            "a pool's limit, within the turn's",
            BatchScore(
                calls: [Call("t", 4), Call("u", 4), Call("v", 9), Call("v", 9)],
                tools: ["t": .with { $0.pool = "net" }, "u": .with { $0.pool = "net" }],
                rules: {
                    $0.limit = 2
                    $0.pools = ["net": Pool(limit: 1)]
                }),
            """
            0 a starts
            0 b waits: limit (net)
            0 c starts
            0 d waits: limit
            4 a ok
            4 d starts, freed by a
            4 b waits: limit
            9 c ok
            9 b starts, freed by c
            13 d ok
            13 b ok
            """),
        Scene(
            "a tool's rate: two in ten",
            BatchScore(
                calls: [Call("t", 1), Call("t", 1), Call("t", 1), Call("t", 1), Call("t", 1), Call("u", 1)],
                tools: ["t": .with { $0.rate = Event.Rate(calls: 2, per: 10) }]),
            """
            0 a starts
            0 b starts
            0 c waits: rate (t)
            0 d waits: rate (t)
            0 e waits: rate (t)
            0 f starts
            1 a ok
            1 b ok
            1 f ok
            10 c starts
            10 d starts
            11 c ok
            11 d ok
            20 e starts
            21 e ok
            """),
        Scene(
            "a rate that earlier batches used",
            BatchScore(
                calls: [Call("t", 1)], tools: ["t": .with { $0.rate = Event.Rate(calls: 1, per: 10) }],
                rules: { $0.recentStarts = [.tool("t"): [-4]] }),
            """
            0 a waits: rate (t)
            6 a starts
            7 a ok
            """),
        Scene(
            "a limit first, then a rate",
            BatchScore(
                calls: [Call("t", 4), Call("t", 4)],
                tools: [
                    "t": .with {
                        $0.limit = 1
                        $0.rate = Event.Rate(calls: 1, per: 10)
                    }
                ]),
            """
            0 a starts
            0 b waits: limit (t)
            4 a ok
            4 b waits: rate (t)
            10 b starts
            14 b ok
            """),
        Scene(
            "one after the other",
            BatchScore(
                calls: [Call("t", 5), Call("t", 3), Call("t", 1)],
                rules: {
                    $0.limit = 1
                    $0.isSequential = true
                }),
            """
            0 a starts
            0 b waits: order (a)
            0 c waits: order (b)
            5 a ok
            5 b starts, freed by a
            8 b ok
            8 c starts, freed by b
            9 c ok
            """),
        Scene(
            "tools that block have so many threads",
            BatchScore(
                calls: [Call("t", 5), Call("t", 5), Call("u", 5)], tools: ["t": .with { $0.blocks = true }], rules: { $0.blockingLimit = 1 }
            ),
            """
            0 a starts
            0 b waits: limit
            0 c starts
            5 a ok
            5 b starts, freed by a
            5 c ok
            10 b ok
            """),
    ]

}
