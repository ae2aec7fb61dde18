import FanoutEvents
import FanoutTimeline
import Testing

@Suite("What would have been")
struct WhatIfTests {
    /// A turn in a few words: `a tool start-end`, milliseconds, with what comes before or after the times.
    struct Case: CustomTestStringConvertible {
        var testDescription: String
        var strategy: String?
        var limit: Int?
        var tools: [Event.ToolDeclared] = []
        /// Name, tool, attempts (start, end), the calls it needs, what it waited for.
        var calls: [(name: String, tool: String, attempts: [(Int64, Int64)], after: [String], wait: (Event.Wait, [String])?)]
        /// Wall, peak and sum in milliseconds under rules.
        var walls: [(WhatIf.Rules, Int64, Int)]
        var spent: String
        var held = ""
    }

    private static func tool(_ name: String, _ change: (inout Event.ToolDeclared) -> Void) -> Event.ToolDeclared {
        var tool = Event.ToolDeclared(name: name)
        change(&tool)
        return tool
    }

    static let cases = [
        Case(
            testDescription: "three that ran side by side",
            calls: [
                ("a", "read", [(0, 100)], [], nil), ("b", "read", [(0, 300)], [], nil), ("c", "bash", [(0, 200)], [], nil),
            ],
            walls: [(.init(isSequential: true), 600, 1), (.init(limit: 1), 600, 1), (.init(limit: 2), 300, 2), (.init(), 300, 3)],
            spent: "read 300"),
        Case(
            testDescription: "the same one after the other, as they were run", strategy: "sequential",
            calls: [
                ("a", "read", [(0, 100)], [], nil), ("b", "read", [(100, 400)], [], (.order, ["a"])),
                ("c", "bash", [(400, 600)], [], (.order, ["b"])),
            ],
            walls: [(.init(isSequential: true), 600, 1), (.init(limit: 2), 300, 2), (.init(), 300, 3)], spent: "read 400, bash 200",
            held: "order b 400, order a 100"),
        Case(
            testDescription: "a reference keeps its order under any limit",
            calls: [
                ("a", "find", [(0, 100)], [], nil), ("b", "report", [(100, 150)], ["a"], (.dependency, ["a"])),
                ("c", "other", [(0, 20)], [], nil),
            ],
            walls: [(.init(isSequential: true), 170, 1), (.init(limit: 1), 170, 1), (.init(), 150, 2)], spent: "find 100, report 50",
            held: "dependency a 100"),
        Case(
            testDescription: "writers of one resource never meet, readers do",
            tools: [
                tool("write") { $0.writes = ["db"] }, tool("read") { $0.reads = ["db"] },
            ],
            calls: [
                ("a", "write", [(0, 100)], [], nil), ("b", "read", [(100, 200)], [], (.order, ["a"])),
                ("c", "read", [(100, 200)], [], (.order, ["a"])),
            ],
            walls: [(.init(isSequential: true), 300, 1), (.init(), 200, 2)], spent: "read 100, write 100", held: "order a 100"),
        Case(
            testDescription: "retries and their rests are played as they were",
            calls: [("a", "net", [(0, 50), (150, 250)], [], nil), ("b", "net", [(0, 40)], [], nil)],
            walls: [(.init(isSequential: true), 290, 1), (.init(), 250, 2)], spent: "net 150, back-off 100"),
        Case(
            testDescription: "a limit of the turn that was recorded can be lifted", limit: 1,
            calls: [
                ("a", "x", [(0, 100)], [], nil), ("b", "x", [(100, 200)], [], (.limit, [])), ("c", "x", [(200, 300)], [], (.limit, [])),
            ],
            walls: [(.init(limit: 1), 300, 1), (.init(limit: 2), 200, 2), (.init(), 100, 3)], spent: "x 300", held: "limit  300"),
        Case(
            testDescription: "a tool's own limit stays, and so does a pool that somebody waited for",
            tools: [
                tool("one") { $0.limit = 1 }, tool("p") { $0.pool = "gpu" },
            ],
            calls: [
                ("a", "one", [(0, 100)], [], nil), ("b", "one", [(100, 200)], [], (.limit, ["one"])), ("c", "p", [(0, 80)], [], nil),
                ("d", "p", [(80, 160)], [], (.limit, ["gpu"])),
            ],
            walls: [(.init(), 200, 2)], spent: "one 200", held: "limit one 100"),
        Case(
            testDescription: "what never ran does not run", calls: [("a", "x", [(0, 100)], [], nil), ("b", "x", [], [], nil)],
            walls: [(.init(isSequential: true), 100, 1), (.init(), 100, 1)], spent: "x 100"),
    ]

    private static func timelines(_ turn: Case) -> Timelines {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        var events: [Event] = turn.tools.map { Event(t: 0, .toolDeclared($0)) }
        events.append(Event(t: 0, .turnStarted(Event.TurnStarted(turn: 1, strategy: turn.strategy, limit: turn.limit))))
        for (index, call) in turn.calls.enumerated() {
            var requested = Event.CallRequested(turn: 1, call: call.name, name: call.tool, index: index)
            requested.after = call.after
            events.append(Event(t: 0, .callRequested(requested)))
            if let (why, on) = call.wait {
                events.append(Event(t: 0, .callQueued(Event.CallQueued(call: call.name, why: why, on: on))))
            }
            for (place, span) in call.attempts.enumerated() {
                events.append(Event(t: span.0 * 1000, .callStarted(Event.CallStarted(call: call.name, attempt: place + 1))))
                let isLast = place == call.attempts.count - 1
                events.append(
                    Event(
                        t: span.1 * 1000,
                        isLast
                            ? .callFinished(Event.CallFinished(call: call.name, outcome: .ok))
                            : .callRetrying(Event.CallRetrying(call: call.name, attempt: place + 1, error: nil, delay: nil))))
            }
            if call.attempts.isEmpty {
                events.append(Event(t: 0, .callFinished(Event.CallFinished(call: call.name, outcome: .skipped))))
            }
        }
        for event in events.sorted(by: { $0.t < $1.t }) {
            timelines.apply(event, session: 0, source: 0, place: .none)
        }
        timelines.close(source: 0)
        return timelines
    }

    @Test("the engine's machine plays recorded times under other rules", arguments: cases)
    func walls(turn: Case) throws {
        let timelines = Self.timelines(turn)
        let study = WhatIf.study(timelines, under: turn.walls.map(\.0))
        #expect(study.turns.map(\.replayed) == study.turns.map(\.wall))
        for (prediction, (rules, wall, peak)) in zip(study.predictions, turn.walls) {
            #expect(prediction.wall == wall * 1000, "\(rules)")
            #expect(prediction.peak == peak, "\(rules)")
        }
        let workload = timelines[0].workload(ofTurn: 0)
        #expect(
            WhatIf.play(workload, under: WhatIf.Rules()).sum
                == turn.calls.reduce(0) { $0 + $1.attempts.reduce(0) { $0 + ($1.1 - $1.0) * 1000 } })
    }

    @Test("a turn's time is told to the last microsecond", arguments: cases)
    func spent(turn: Case) {
        let timeline = Self.timelines(turn)[0]
        let spent = timeline.timeSpent(ofTurn: 0)
        #expect(spent.parts.map { "\($0.word) \($0.time / 1000)" }.joined(separator: ", ") == turn.spent)
        #expect(spent.holds.map { "\($0.why.rawValue) \($0.on) \($0.time / 1000)" }.joined(separator: ", ") == turn.held)
        #expect(spent.parts.reduce(0) { $0 + $1.time } == timeline.last)
    }

    @Test("what a model takes, and what nobody accounts for, are parts of it; a turn inside a call is no turn of its own")
    func model() {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        func apply(_ t: Int64, _ body: Event.Body) { timelines.apply(Event(t: t * 1000, body), session: 0, source: 0, place: .none) }
        apply(0, .turnStarted(Event.TurnStarted(turn: 1)))
        apply(0, .modelStarted(Event.ModelStarted(turn: 1, request: "r", model: "m")))
        apply(400, .modelFinished(Event.ModelFinished(turn: 1, request: "r", finish: .calls)))
        apply(500, .callStarted(Event.CallStarted(call: "a", name: "agent", turn: 1)))
        apply(500, .turnStarted(Event.TurnStarted(turn: 2, parent: "a")))
        apply(500, .callStarted(Event.CallStarted(call: "b", name: "bash", turn: 2)))
        apply(600, .callFinished(Event.CallFinished(call: "b", outcome: .ok)))
        apply(700, .callFinished(Event.CallFinished(call: "a", outcome: .ok)))
        apply(750, .turnFinished(Event.TurnFinished(turn: 1, outcome: .ok)))
        #expect(
            timelines[0].timeSpent(ofTurn: 0).parts.map { "\($0.word) \($0.time / 1000)" } == ["model 400", "agent 200", "unaccounted 150"])
        let study = WhatIf.study(timelines)
        #expect(study.turns.map(\.turn) == [0])
        #expect(study.predictions.allSatisfy { $0.wall == 200_000 })
    }
}
