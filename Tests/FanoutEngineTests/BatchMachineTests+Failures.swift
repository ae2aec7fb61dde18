import FanoutEngine
import FanoutEvents

extension BatchMachineTests {
    static let repeatable = ToolTraits.with {
        $0.repeatable = true
        $0.retry = RetryPolicy(attempts: 3, base: 10, cap: 15)
    }

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
}
