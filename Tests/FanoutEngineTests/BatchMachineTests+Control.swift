import FanoutEngine
import FanoutEvents

extension BatchMachineTests {
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
