internal import FanoutEngine
internal import FanoutJSON

extension ToolKind {
    /// `"simulate": {"latency": "200ms"}`: only takes its time.
    static let simulate = ToolKind(key: "simulate") { entry, declaration throws(ToolsFileError) in
        guard let simulate = try entry.fields("simulate") else {
            throw entry.error(["simulate"], "simulate is an object")
        }
        try simulate.check(keys: ["latency", "failures", "seed", "result"])
        let latency = try simulate.microseconds("latency") ?? 0
        let result = simulate.value["result"] ?? "done"
        return SimulatedTool(
            latency: latency...latency, failures: try simulate.share("failures") ?? 0, seed: UInt64(try simulate.count("seed") ?? 0)
        ) { _ in result }
        .tool(
            name: declaration.name, description: declaration.description, parameters: declaration.parameters, traits: declaration.traits,
            redacted: declaration.secrets)
    }
}
