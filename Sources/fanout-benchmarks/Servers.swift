internal import FanoutEngine
internal import FanoutJSON
internal import FanoutTools

/// What a call of a server's tool costs.
enum ServerBenchmarks {
    /// A server over stdio that answers `tools/call` with what it was given, and does as little else as one can.
    private static let echo = """
        import json, sys
        for line in sys.stdin:
            message = json.loads(line)
            method, id = message["method"], message.get("id")
            if id is None: continue
            result = {"content": [{"type": "text", "text": "ok"}]}
            if method == "initialize": result = {"protocolVersion": "2025-11-25", "capabilities": {}}
            if method == "tools/list": result = {"tools": [{"name": "echo", "inputSchema": {}, "annotations": {"readOnlyHint": True}}]}
            answer = {"error": {"code": -32601, "message": "no"}} if method == "server/discover" else {"result": result}
            print(json.dumps({"jsonrpc": "2.0", "id": id, **answer}), flush=True)
        """

    /// n calls over stdio, one after the other and then sixty-four at a time.
    static func mcp(_ n: Int) async throws -> [Figures] {
        let time = SystemTime()
        return try await Task.detached(executorPreference: time.workers) {
            try await measure(n, time)
        }.value
    }

    private static func measure(_ n: Int, _ time: SystemTime) async throws -> [Figures] {
        let settings = MCPServerSettings(
            name: "s", transport: .program(command: ["python3", "-c", echo], environment: [:], directory: nil))
        let servers = try await MCPServers.start([settings], version: "benchmark", time: time)
        guard let tool = servers.tools.first else { return [] }
        @Sendable func call(_ number: Int) async throws {
            _ = try await tool.run(ToolContext(time: time), ["i": .integer(Int64(number))])
        }
        for number in 0..<min(n, 500) {
            try await call(number)
        }
        var figures = Figures()
        let alone = Stopwatch()
        for number in 0..<n {
            try await call(number)
        }
        figures.add("us_per_call", alone.wallMicroseconds / Double(n))
        figures.add("cpu_us_per_call", alone.cpuMicroseconds / Double(n))
        let together = Stopwatch()
        try await withThrowingDiscardingTaskGroup { group in
            for lane in 0..<64 {
                group.addTask {
                    for number in stride(from: lane, to: n, by: 64) {
                        try await call(number)
                    }
                }
            }
        }
        figures.add("us_per_call_64", together.wallMicroseconds / Double(n))
        figures.add("cpu_us_per_call_64", together.cpuMicroseconds / Double(n))
        await servers.stop()
        return [figures]
    }
}
