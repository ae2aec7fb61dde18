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

    static let repeatable = ToolTraits.with {
        $0.repeatable = true
        $0.retry = RetryPolicy(attempts: 3, base: 10, cap: 15)
    }

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

    static let failureScenes = [
        Scene(
            "a circle ends its own calls, and those that refer to it",
            BatchScore(
                calls: [
                    Call("t", 1, after: [1]), Call("t", 1, after: [2]), Call("t", 1, after: [0]), Call("t", 1, after: [2]), Call("t", 1),
                ]),
            """
            0 a is in a circle abc
            0 b is in a circle abc
            0 c is in a circle abc
            0 d lacks c
            0 e starts
            1 e ok
            """),
        Scene(
            "a call that refers to itself", BatchScore(calls: [Call("t", 1, after: [0])]),
            """
            0 a is in a circle a
            """),
        Scene(
            "a failure ends what refers to it, and no sibling",
            BatchScore(
                calls: [Call("t", 2, fails: [1]), Call("t", 1, after: [0]), Call("t", 1, after: [1]), Call("t", 4)]),
            """
            0 a starts
            0 b waits: dependency (a)
            0 c waits: dependency (b)
            0 d starts
            2 a failed: tool_error
            2 b lacks a
            2 c lacks b
            4 d ok
            """),
        Scene(
            "what must not run ends at once, in its place",
            BatchScore(
                calls: [Call("t", 2), Call("t", failure: CallError(.invalidJSON, "")), Call("t", 1, after: [1])]),
            """
            0 b failed: invalid_json
            0 c lacks b
            0 a starts
            2 a ok
            """),
        Scene(
            "references that do not fit", BatchScore(calls: [Call("t", 2), Call("t", 1, after: [0], failsToResolve: true)]),
            """
            0 a starts
            0 b waits: dependency (a)
            2 a ok
            2 b resolves
            2 b failed: unknown_reference
            """),
        Scene(
            "back-off doubles up to its cap", BatchScore(calls: [Call("t", 2, fails: [1, 2, 3])], tools: ["t": repeatable]),
            """
            0 a starts
            2 a #1 failed: tool_error, again in 10
            12 a starts #2
            14 a #2 failed: tool_error, again in 15
            29 a starts #3
            31 a failed: tool_error
            """),
        Scene(
            "jitter is drawn from nothing up", BatchScore(calls: [Call("t", 2, fails: [1])], tools: ["t": repeatable], random: 0.3),
            """
            0 a starts
            2 a #1 failed: tool_error, again in 3
            5 a starts #2
            7 a ok
            """),
        Scene(
            "Retry-After is obeyed up to the cap",
            BatchScore(
                calls: [Call("t", 1, fails: [1], retryAfter: 12), Call("t", 1, fails: [1], retryAfter: 3600)], tools: ["t": repeatable],
                random: 0),
            """
            0 a starts
            0 b starts
            1 a #1 failed: tool_error, again in 12
            1 b #1 failed: tool_error, again in 15
            13 a starts #2
            14 a ok
            16 b starts #2
            17 b ok
            """),
        Scene(
            "what is not repeatable, or final, is not tried again",
            BatchScore(
                calls: [Call("t", 1, fails: [1], isFinal: true), Call("u", 1, fails: [1])], tools: ["t": repeatable]),
            """
            0 a starts
            0 b starts
            1 a failed: tool_error
            1 b failed: tool_error
            """),
        Scene(
            "back-off gives the slot to others and takes the front of the line again",
            BatchScore(
                calls: [Call("t", 2, fails: [1]), Call("u", 20), Call("u", 4)], tools: ["t": repeatable], rules: { $0.limit = 1 }),
            """
            0 a starts
            0 b waits: limit
            0 c waits: limit
            2 a #1 failed: tool_error, again in 10
            2 b starts, freed by a
            12 a waits: limit
            22 b ok
            22 a starts #2, freed by b
            24 a ok
            24 c starts, freed by a
            28 c ok
            """),
        Scene(
            "back-off keeps what it writes",
            BatchScore(
                calls: [Call("t", 2, fails: [1]), Call("w", 1)],
                tools: [
                    "t": .with {
                        $0 = repeatable
                        $0.writes = ["db"]
                    }, "w": writer,
                ]),
            """
            0 a starts
            0 b waits: order (a)
            2 a #1 failed: tool_error, again in 10
            12 a starts #2
            14 a ok
            14 b starts, freed by a
            15 b ok
            """),
        Scene(
            "no attempt begins past the deadline",
            BatchScore(
                calls: [Call("t", 2, fails: [1])],
                tools: [
                    "t": .with {
                        $0 = repeatable
                        $0.timeout = 12
                    }
                ]),
            """
            0 a starts
            2 a failed: tool_error
            """),
    ]

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

    static let asking = ToolTraits.with { $0.needsApproval = true }

    static let controlScenes = [
        Scene(
            "cancelling what runs, what waits and what is over",
            BatchScore(
                calls: [Call("t", 9), Call("t", 9), Call("t", 9)], acts: [(2, .cancel(0)), (3, .cancel(2)), (4, .cancel(0))],
                rules: {
                    $0.limit = 1
                    $0.settle = 5
                }),
            """
            0 a starts
            0 b waits: limit
            0 c waits: limit
            2 a is asked to stop
            2 a cancelled
            2 b starts, freed by a
            3 c cancelled
            11 b ok
            """),
        Scene(
            "cancelling the turn starts nothing more",
            BatchScore(
                calls: [Call("t", 9), Call("t", 9), Call("t", 9)], acts: [(2, .cancelAll)],
                rules: {
                    $0.limit = 1
                    $0.settle = 5
                }),
            """
            0 a starts
            0 b waits: limit
            0 c waits: limit
            2 a is asked to stop
            2 b cancelled with the turn
            2 c cancelled with the turn
            2 a cancelled with the turn
            """),
        Scene(
            "approval is waited for, once",
            BatchScore(
                calls: [Call("t", 2), Call("t", 2), Call("u", 1)], tools: ["t": asking], acts: [(3, .approve(0)), (5, .deny(1))]),
            """
            0 a waits: approval
            0 b waits: approval
            0 c starts
            1 c ok
            3 a is approved
            3 a starts
            5 a ok
            5 b is denied
            5 b denied
            """),
        Scene(
            "approval of a tool",
            BatchScore(
                calls: [Call("t", 2), Call("t", 2), Call("t", 1, after: [0])], tools: ["t": asking], acts: [(3, .approve(1, .tool))]),
            """
            0 a waits: approval
            0 b waits: approval
            0 c waits: dependency (a)
            3 b is approved with its tool
            3 b starts
            3 a is approved with its tool
            3 a starts
            5 b ok
            5 a ok
            5 c resolves
            5 c is approved with its tool
            5 c starts, freed by a
            6 c ok
            """),
        Scene(
            "the policy answers", BatchScore(calls: [Call("t", 2)], tools: ["t": asking], rules: { $0.approval = .never }),
            """
            0 a is denied by policy
            0 a denied by policy
            """),
        Scene(
            "the policy says yes", BatchScore(calls: [Call("t", 2)], tools: ["t": asking], rules: { $0.approval = .always }),
            """
            0 a is approved by policy
            0 a starts
            2 a ok
            """),
        Scene(
            "approval before order, order before limits",
            BatchScore(
                calls: [Call("w", 9), Call("t", 1)],
                tools: [
                    "w": writer,
                    "t": .with {
                        $0.needsApproval = true
                        $0.writes = ["db"]
                    },
                ],
                acts: [(3, .approve(1))]),
            """
            0 a starts
            0 b waits: approval
            3 b is approved
            3 b waits: order (a)
            9 a ok
            9 b starts, freed by a
            10 b ok
            """),
        Scene(
            "a call that is tried again by hand answers what refers to the old one no more",
            BatchScore(
                calls: [Call("t", 2, fails: [1]), Call("u", 9), Call("u", 1, after: [0])],
                acts: [(4, .retry(0)), (5, .retry(2)), (6, .retry(1))]),
            """
            0 a starts
            0 b starts
            0 c waits: dependency (a)
            2 a failed: tool_error
            2 c lacks a
            4 d starts
            5 e waits: dependency (d)
            6 d failed: tool_error
            6 e lacks d
            9 b ok
            """),
    ]
}
