internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The engine under the workloads that other executors are measured with.
enum ExecutorBenchmarks {
    /// A session whose events are kept in memory.
    private struct Session {
        let time = SystemTime()
        let log: EventLog
        let events: EventQueue

        init() {
            log = EventLog { [time] in time.now() }
            events = log.reader(limit: .max)
        }

        func engine(_ tools: [Tool]) throws -> Engine { try Engine(log: log, time: time, tools: tools) }
    }

    private static let parameters: JSONValue = [
        "type": "object", "properties": ["i": ["type": "integer"]], "required": ["i"], "additionalProperties": false,
    ]

    private static func tool(_ name: String, traits: ToolTraits = ToolTraits(), run: @escaping Tool.Work) -> Tool {
        Tool(name: name, description: name, parameters: parameters, traits: traits, run: run)
    }

    private static func calls(_ n: Int, _ arguments: (Int) -> String = { "{\"i\": \($0)}" }) -> [ToolCall] {
        (0..<n).map { ToolCall(id: "call_\($0)", name: "echo", arguments: arguments($0)) }
    }

    // MARK: noop

    /// One reply with n calls is decoded, its arguments checked, a trivial tool run, the results encoded, all events recorded.
    static func noop(_ n: Int) async throws -> [Figures] {
        let wire = assistantMessage(n)
        let echo = tool("echo") { _, _ in .text("ok") }
        let reader = JSONReader()
        var walls: [Double] = []
        var cpus: [Double] = []
        var events = 0
        // The first run warms up.
        for run in 0...max(5, min(100, 20_000 / n)) {
            let session = Session()
            let engine = try session.engine([echo])
            let watch = Stopwatch()
            let results = await engine.run(turn: 1, calls: try decode(wire, reader))
            let body = encode(results)
            let (wall, cpu) = (watch.wallMicroseconds, watch.cpuMicroseconds)
            guard results.count == n, results.allSatisfy({ $0.outcome == .ok }), !body.isEmpty else { throw Wrong(what: "a call was lost") }
            events = session.events.take().events.count
            if run > 0 {
                walls.append(wall)
                cpus.append(cpu)
            }
        }
        var figures = Figures()
        figures.add("us_per_call", median(walls) / Double(n))
        figures.add("cpu_us_per_call", median(cpus) / Double(n))
        figures.add("wall_ms", median(walls) / 1000)
        figures.add("events", Double(events))
        figures.add("peak_mb", Figures.peakMegabytes, digits: 1)
        return [figures]
    }

    private static func assistantMessage(_ n: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.text("{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[")
        for (index, call) in calls(n).enumerated() {
            writer.text(index == 0 ? "{\"id\":" : ",{\"id\":")
            writer.string(call.id)
            writer.text(",\"type\":\"function\",\"function\":{\"name\":")
            writer.string(call.name)
            writer.text(",\"arguments\":")
            writer.string(call.arguments)
            writer.text("}}")
        }
        writer.text("]}")
        return writer.bytes
    }

    private static func decode(_ wire: [UInt8], _ reader: JSONReader) throws -> [ToolCall] {
        var items = try reader.read(wire).field("tool_calls")?.items
        var calls: [ToolCall] = []
        while let item = items?.next() {
            let function = item.field("function")
            calls.append(
                ToolCall(
                    id: item.field("id")?.string ?? "", name: function?.field("name")?.string ?? "",
                    arguments: function?.field("arguments")?.string ?? ""))
        }
        return calls
    }

    private static func encode(_ results: [CallResult]) -> [UInt8] {
        var writer = JSONWriter()
        writer.text("[")
        for (index, result) in results.enumerated() {
            writer.text(index == 0 ? "{\"role\":\"tool\",\"tool_call_id\":" : ",{\"role\":\"tool\",\"tool_call_id\":")
            writer.string(result.id)
            writer.text(",\"content\":")
            writer.string(result.text)
            writer.text("}")
        }
        writer.text("]")
        return writer.bytes
    }

    // MARK: Time

    /// n calls that sleep 100 ms side by side.
    static func sleep(_ n: Int) async throws -> [Figures] {
        let echo = tool("echo") { context, _ in
            try await context.sleep(for: 100_000)
            return .text("ok")
        }
        return [try await measure(n, echo)]
    }

    /// n calls that block their thread for 100 ms, on 50 threads.
    static func blocking(_ n: Int) async throws -> [Figures] {
        let echo = tool("echo") { _, _ in
            // What is measured is a tool that holds on to its thread.
            usleep(100_000)
            return .text("ok")
        }
        return [try await measure(n, echo, .with { $0.strategy = .threads(50) })]
    }

    /// n calls that end one after the other over 4 s.
    static func stagger(_ n: Int) async throws -> [Figures] {
        let step = 4_000_000 / Double(n)
        let echo = tool("echo") { context, arguments in
            try await context.sleep(for: Int64(Double((arguments["i"]?.integer ?? 0) + 1) * step))
            return .text("ok")
        }
        return [try await measure(n, echo)]
    }

    /// n calls, each of which refers to the one before.
    static func chain(_ n: Int) async throws -> [Figures] {
        let echo = tool("echo") { _, arguments in .value(arguments) }
        let calls = calls(n) { $0 == 0 ? "{\"i\": 0}" : "{\"i\": \"$ref:#\($0).i\"}" }
        return [try await measure(n, echo, .with { $0.references = true }, calls: calls)]
    }

    private static func measure(_ n: Int, _ echo: Tool, _ options: TurnOptions = TurnOptions(), calls given: [ToolCall]? = nil) async throws
        -> Figures
    {
        let session = Session()
        let engine = try session.engine([echo])
        let calls = given ?? calls(n)
        // Threads and timers are there before.
        _ = await engine.run(turn: 1, calls: Array(calls.prefix(1)), options: options)
        let watch = Stopwatch()
        let results = await engine.run(turn: 2, calls: calls, options: options)
        let (wall, cpu) = (watch.wallMicroseconds, watch.cpuMicroseconds)
        guard results.count == n, results.allSatisfy({ $0.outcome == .ok }) else { throw Wrong(what: "a call was lost") }
        var figures = Figures()
        figures.add("wall_ms", wall / 1000)
        figures.add("us_per_call", wall / Double(n))
        figures.add("cpu_us_per_call", cpu / Double(n))
        figures.add("peak_mb", Figures.peakMegabytes, digits: 1)
        return figures
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    struct Wrong: Error, CustomStringConvertible {
        var what: String
        var description: String { what }
    }
}
