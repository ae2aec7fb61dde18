internal import FanoutEngine
internal import FanoutJSON

extension ToolKind {
    /// `"simulate": {"latency": {"median": "200ms", "p95": "900ms"}, "failures": 0.1}`: only takes its time.
    static let simulate = ToolKind(key: "simulate") { entry, declaration throws(ToolsFileError) in
        guard let simulate = try entry.fields("simulate") else {
            throw entry.error(["simulate"], "simulate is an object")
        }
        try simulate.check(keys: ["latency", "failures", "seed", "result"])
        let result: JSONTemplate
        do throws(JSONTemplate.Fault) {
            result = try JSONTemplate(simulate.value["result"] ?? "done", names: declaration.names)
        } catch {
            throw simulate.error(["result"] + error.path, error.message)
        }
        return SimulatedTool(
            latency: try simulate.latency(), failures: try simulate.share("failures") ?? 0,
            seed: UInt64(try simulate.count("seed", from: 0) ?? 0)
        ) { result.filled($0) ?? .null }
        .tool(
            name: declaration.name, description: declaration.description, parameters: declaration.parameters, traits: declaration.traits,
            redacted: declaration.secrets)
    }
}

extension ToolsFileFields {
    fileprivate func latency() throws(ToolsFileError) -> SimulatedTool.Latency {
        guard value["latency"]?.object != nil, let latency = try fields("latency") else {
            let fixed = try microseconds("latency") ?? 0
            return .even(fixed...fixed)
        }
        try latency.check(keys: ["min", "max", "median", "p95"])
        let shape = "a latency is a time, {\"min\": …, \"max\": …} or {\"median\": …, \"p95\": …}, the smaller one first"
        switch (try latency.microseconds("min"), try latency.microseconds("max")) {
        case (let least?, let most?):
            guard least <= most, !latency.has("median"), !latency.has("p95") else { throw error(["latency"], shape) }
            return .even(least...most)
        case (nil, nil):
            guard let median = try latency.microseconds("median"), let p95 = try latency.microseconds("p95"), 0 < median, median <= p95
            else {
                throw error(["latency"], shape)
            }
            return .logNormal(median: median, p95: p95)
        case (_?, nil), (nil, _?): throw error(["latency"], shape)
        }
    }
}
