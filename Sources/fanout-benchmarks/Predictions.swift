internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

/// What the what-if says beforehand, held against what really happens.
enum PredictionBenchmarks {
    private static let parameters: JSONValue = ["type": "object", "properties": ["ms": ["type": "integer"]], "required": ["ms"]]

    /// Tools that sleep as they are told: one that shares nothing, one with a limit of its own, one that reads what another writes.
    private static let tools: [Tool] = [
        ("fetch", ToolTraits()), ("query", .with { $0.limit = 3 }), ("read", .with { $0.reads = ["tree"] }),
        ("edit", .with { $0.writes = ["tree"] }),
    ].map { name, traits in
        Tool(name: name, description: name, parameters: parameters, traits: traits) { context, arguments in
            try await context.sleep(for: (arguments["ms"]?.integer ?? 0) * 1000)
            return .text("ok")
        }
    }

    /// n calls of 10 to 200 ms, without a pattern that a limit would fit.
    private static func calls(_ n: Int) -> [ToolCall] {
        (0..<n).map { index in
            let tool = tools[index * 7 % 10 < 5 ? 0 : index * 7 % 10 < 7 ? 1 : index * 7 % 10 < 9 ? 2 : 3]
            return ToolCall(id: "call_\(index)", name: tool.name, arguments: "{\"ms\": \(10 + index * 6151 % 191)}")
        }
    }

    /// Runs one turn under each of the usual rules, and asks the recording of each what all the others would have taken.
    static func whatif(_ n: Int) async throws -> [Figures] {
        var recordings: [(rules: WhatIf.Rules, timelines: Timelines)] = []
        for rules in WhatIf.usual {
            recordings.append((rules, try await record(n, rules)))
        }
        var worst = 0.0
        var sum = 0.0
        for (_, timelines) in recordings {
            let study = WhatIf.study(timelines)
            for (prediction, real) in zip(study.predictions, recordings) {
                let error = abs(Double(prediction.wall) / Double(real.timelines.figures().wall) - 1) * 100
                worst = max(worst, error)
                sum += error
            }
        }
        var figures = Figures()
        figures.add("runs", Double(recordings.count))
        figures.add("predictions", Double(recordings.count * recordings.count))
        figures.add("mean_error_percent", sum / Double(recordings.count * recordings.count), digits: 2)
        figures.add("worst_error_percent", worst, digits: 2)
        return [figures]
    }

    private static func record(_ n: Int, _ rules: WhatIf.Rules) async throws -> Timelines {
        let time = SystemTime()
        let log = EventLog { time.now() }
        let queue = log.reader(limit: .max)
        let engine = try Engine(log: log, time: time, tools: tools)
        let options = TurnOptions.with {
            $0.limit = rules.limit
            $0.strategy = rules.isSequential ? .sequential : .parallel
        }
        _ = await engine.run(turn: 1, calls: calls(n), options: options)
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        for event in queue.take().events {
            timelines.apply(event, session: 0, source: 0, place: .none)
        }
        timelines.close(source: 0)
        return timelines
    }
}
