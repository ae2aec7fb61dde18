internal import CSystem
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTools

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Tools that are programs, beside the least that starting a program and waiting for it costs, in the same run.
enum CommandBenchmarks {
    private struct Session {
        let time = SystemTime()
        let engine: Engine

        init(_ command: [String]) throws {
            let log = EventLog { [time] in time.now() }
            let tool = CommandTool(command: command).tool(name: "program", description: "", parameters: ["type": "object"])
            engine = try Engine(log: log, time: time, tools: [tool])
        }

        func run(turn: Int, calls: Int) async throws {
            let calls = (0..<calls).map { ToolCall(id: "call_\(turn)_\($0)", name: "program", arguments: "{}") }
            let results = await engine.run(turn: turn, calls: calls, options: .with { $0.limit = 100 })
            guard results.allSatisfy({ $0.outcome == .ok }) else {
                throw ExecutorBenchmarks.Wrong(what: results.first { $0.outcome != .ok }?.text ?? "a call failed")
            }
        }
    }

    /// n times one program that does nothing: as a call of a tool, and by `posix_spawn` and `waitpid` alone, by turns.
    static func command(_ n: Int) async throws -> [Figures] {
        let session = try Session(["true"])
        var calls: [Double] = []
        var bare: [Double] = []
        for turn in 0...n {
            var watch = Stopwatch()
            try await session.run(turn: turn, calls: 1)
            let call = watch.wallMicroseconds
            watch = Stopwatch()
            wait(for: try spawn(["true"]))
            // The first turn warms up.
            if turn > 0 {
                calls.append(call)
                bare.append(watch.wallMicroseconds)
            }
        }
        var figures = Figures()
        figures.add("us_per_call", median(calls))
        figures.add("bare_us", median(bare))
        figures.add("over_bare_us", median(calls) - median(bare))
        return [figures]
    }

    /// n programs of 100 ms side by side: as calls of one turn, and by `posix_spawn` and `waitpid` alone.
    static func commands(_ n: Int) async throws -> [Figures] {
        let session = try Session(["sleep", "0.1"])
        var walls: [Double] = []
        var bare: [Double] = []
        for turn in 0...5 {
            var watch = Stopwatch()
            try await session.run(turn: turn, calls: n)
            let wall = watch.wallMicroseconds
            watch = Stopwatch()
            try (0..<n).map { _ in try spawn(["sleep", "0.1"]) }.forEach(wait)
            if turn > 0 {
                walls.append(wall)
                bare.append(watch.wallMicroseconds)
            }
        }
        var figures = Figures()
        figures.add("wall_ms", median(walls) / 1000)
        figures.add("worst_ms", (walls.max() ?? 0) / 1000)
        figures.add("bare_ms", median(bare) / 1000)
        return [figures]
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func spawn(_ command: [String]) throws -> pid_t {
        var words = command.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, command[0], nil, nil, &words, csystem_environment())
        guard code == 0 else { throw ExecutorBenchmarks.Wrong(what: "\(command[0]): \(String(cString: strerror(code)))") }
        return child
    }

    private static func wait(for child: pid_t) {
        while waitpid(child, nil, 0) < 0, errno == EINTR {}
    }
}
