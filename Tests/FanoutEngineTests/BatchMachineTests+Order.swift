import FanoutEngine
import FanoutEvents

extension BatchMachineTests {
    static let reader = ToolTraits.with { $0.reads = ["db"] }
    static let writer = ToolTraits.with { $0.writes = ["db"] }

    static let orderScenes = [
        Scene(
            "readers share, writers are alone, in the model's order",
            BatchScore(
                calls: [Call("r", 4), Call("r", 2), Call("w", 3), Call("r", 1), Call("x", 1), Call("w", 1)],
                tools: ["r": reader, "w": writer]),
            """
            0 a starts
            0 b starts
            0 c waits: order (a, b)
            0 d waits: order (c)
            0 e starts
            0 f waits: order (d)
            1 e ok
            2 b ok
            4 a ok
            4 c starts, freed by a
            7 c ok
            7 d starts, freed by c
            8 d ok
            8 f starts, freed by d
            9 f ok
            """),
        Scene(
            "a sequential tool runs alone in its place",
            BatchScore(
                calls: [Call("t", 4), Call("s", 3), Call("t", 1), Call("t", 1)], tools: ["s": .with { $0.sequential = true }]),
            """
            0 a starts
            0 b waits: order (a)
            0 c waits: order (b)
            0 d waits: order (b)
            4 a ok
            4 b starts, freed by a
            7 b ok
            7 c starts, freed by b
            7 d starts, freed by b
            8 c ok
            8 d ok
            """),
        Scene(
            "several resources are all waited for",
            BatchScore(
                calls: [Call("w", 4), Call("f", 9), Call("m", 1)],
                tools: [
                    "w": writer, "f": .with { $0.writes = ["file"] },
                    "m": .with {
                        $0.reads = ["db"]
                        $0.writes = ["file"]
                    },
                ]),
            """
            0 a starts
            0 b starts
            0 c waits: order (b, a)
            4 a ok
            9 b ok
            9 c starts, freed by b
            10 c ok
            """),
        Scene(
            "a failed or cancelled call lets those behind it go on",
            BatchScore(
                calls: [Call("w", 4, fails: [1]), Call("w", 3), Call("w", 2)], tools: ["w": writer], acts: [(1, .cancel(1))]),
            """
            0 a starts
            0 b waits: order (a)
            0 c waits: order (b)
            1 b cancelled
            4 a failed: tool_error
            4 c starts, freed by a
            6 c ok
            """),
        Scene(
            "references at several levels start the moment they may",
            BatchScore(
                calls: [Call("t", 2), Call("t", 5), Call("t", 3, after: [0]), Call("t", 1, after: [1, 2])]),
            """
            0 a starts
            0 b starts
            0 c waits: dependency (a)
            0 d waits: dependency (b, c)
            2 a ok
            2 c resolves
            2 c starts, freed by a
            5 b ok
            5 c ok
            5 d resolves
            5 d starts, freed by c
            6 d ok
            """),
        Scene(
            "a reference forward turns the order of a resource",
            BatchScore(
                calls: [Call("w", 2, after: [1]), Call("w", 3), Call("w", 1)], tools: ["w": writer]),
            """
            0 a waits: dependency (b)
            0 b starts
            0 c waits: order (a)
            3 b ok
            3 a resolves
            3 a starts, freed by b
            5 a ok
            5 c starts, freed by a
            6 c ok
            """),
        Scene(
            "a reference forward, one after the other",
            BatchScore(
                calls: [Call("t", 2, after: [1]), Call("t", 3)],
                rules: {
                    $0.limit = 1
                    $0.isSequential = true
                }),
            """
            0 a waits: dependency (b)
            0 b starts
            3 b ok
            3 a resolves
            3 a starts, freed by b
            5 a ok
            """),
        Scene(
            "what abandoned work from before still writes",
            BatchScore(
                calls: [Call("w", 1), Call("t", 1)], tools: ["w": writer], acts: [(7, .releaseOutside(0))],
                rules: { $0.heldOutside = [["db"]] }),
            """
            0 a waits: order (outside 0)
            0 b starts
            1 b ok
            7 a starts
            8 a ok
            """),
    ]
}
