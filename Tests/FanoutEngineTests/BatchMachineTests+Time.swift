import FanoutEngine
import FanoutEvents

extension BatchMachineTests {
    static let timeScenes = [
        Scene(
            "a deadline counts from the start, not from the wait",
            BatchScore(
                calls: [Call("t", 20), Call("u", 20)], tools: ["u": .with { $0.timeout = 5 }], rules: { $0.limit = 1 }),
            """
            0 a starts
            0 b waits: limit
            20 a ok
            20 b starts, freed by a
            25 b is asked to stop
            25 b took longer than 5, abandoned
            25 b is released
            """),
        Scene(
            "work that ends in the time to settle is not abandoned",
            BatchScore(
                calls: [Call("t", 20)], tools: ["t": .with { $0.timeout = 5 }], rules: { $0.settle = 2 }),
            """
            0 a starts
            5 a is asked to stop
            5 a took longer than 5
            """),
        Scene(
            "a value that comes after the deadline does not count",
            BatchScore(
                calls: [Call("t", 6, ignoresStop: true)], tools: ["t": .with { $0.timeout = 5 }], rules: { $0.settle = 2 }),
            """
            0 a starts
            5 a is asked to stop
            6 a took longer than 5
            """),
        Scene(
            "work that ignores its end loses its slot after the grace, and keeps what it writes",
            BatchScore(
                calls: [Call("w", 100, ignoresStop: true), Call("t", 1), Call("v", 1)],
                tools: [
                    "w": .with {
                        $0.writes = ["db"]
                        $0.timeout = 5
                    }, "v": writer,
                ],
                rules: {
                    $0.limit = 1
                    $0.settle = 2
                    $0.grace = 10
                }),
            """
            0 a starts
            0 b waits: limit
            0 c waits: order (a)
            5 a is asked to stop
            7 a took longer than 5, abandoned
            7 c waits: order (a)
            15 b starts, freed by a
            16 b ok
            100 a is released
            100 c starts, freed by a
            101 c ok
            """),
        Scene(
            "what abandoned work reads is let go with its slot",
            BatchScore(
                calls: [Call("r", 100, ignoresStop: true), Call("w", 1)],
                tools: [
                    "r": .with {
                        $0.reads = ["db"]
                        $0.timeout = 5
                    }, "w": writer,
                ],
                rules: { $0.grace = 10 }),
            """
            0 a starts
            0 b waits: order (a)
            5 a is asked to stop
            5 a took longer than 5, abandoned
            5 b waits: order (a)
            15 b starts, freed by a
            16 b ok
            100 a is released
            """),
        Scene(
            "one after the other goes on after the grace",
            BatchScore(
                calls: [Call("t", 100, ignoresStop: true), Call("u", 1)], tools: ["t": .with { $0.timeout = 5 }],
                rules: {
                    $0.isSequential = true
                    $0.limit = 1
                    $0.grace = 10
                }),
            """
            0 a starts
            0 b waits: order (a)
            5 a is asked to stop
            5 a took longer than 5, abandoned
            5 b waits: order (a)
            15 b starts, freed by a
            16 b ok
            100 a is released
            """),
        Scene(
            "an attempt's deadline, and another attempt",
            BatchScore(
                calls: [Call("t", 20, 3)],
                tools: [
                    "t": .with {
                        $0 = repeatable
                        $0.attemptTimeout = 5
                    }
                ]),
            """
            0 a starts
            5 a #1 took longer than 5 for an attempt, again in 10
            5 a is asked to stop
            15 a starts #2
            18 a ok
            """),
        Scene(
            "no second attempt while the first goes on; the grace ends that",
            BatchScore(
                calls: [Call("t", 17, 3, ignoresStop: true), Call("u", 90, 3, ignoresStop: true)],
                tools: [
                    "t": .with {
                        $0 = repeatable
                        $0.attemptTimeout = 5
                    },
                    "u": .with {
                        $0 = repeatable
                        $0.attemptTimeout = 5
                    },
                ],
                rules: { $0.grace = 30 }),
            """
            0 a starts
            0 b starts
            5 a #1 took longer than 5 for an attempt, again in 10
            5 a is asked to stop
            5 b #1 took longer than 5 for an attempt, again in 10
            5 b is asked to stop
            17 a starts #2
            20 a ok
            35 b took longer than 5 for an attempt, abandoned
            90 b is released
            """),
        Scene(
            "a call's deadline holds through attempts and back-off",
            BatchScore(
                calls: [Call("t", 4, fails: [1, 2, 3])],
                tools: [
                    "t": .with {
                        $0 = repeatable
                        $0.timeout = 17
                    }
                ]),
            """
            0 a starts
            4 a #1 failed: tool_error, again in 10
            14 a starts #2
            17 a is asked to stop
            17 a took longer than 17, abandoned
            17 a is released
            """),
        Scene(
            "a call's deadline while it waits for its next attempt",
            BatchScore(
                calls: [Call("t", 2, fails: [1]), Call("u", 50)],
                tools: [
                    "t": .with {
                        $0 = repeatable
                        $0.timeout = 20
                    }
                ],
                rules: { $0.limit = 1 }),
            """
            0 a starts
            0 b waits: limit
            2 a #1 failed: tool_error, again in 10
            2 b starts, freed by a
            12 a waits: limit
            20 a took longer than 20
            52 b ok
            """),
        Scene(
            "the turn's deadline ends what runs and what waits",
            BatchScore(
                calls: [Call("t", 50), Call("t", 3), Call("t", 1, after: [0])], rules: { $0.deadline = 10 }),
            """
            0 a starts
            0 b starts
            0 c waits: dependency (a)
            3 b ok
            10 a is asked to stop
            10 a ends with the turn at 10, abandoned
            10 c ends with the turn at 10
            10 a is released
            """),
    ]
}
