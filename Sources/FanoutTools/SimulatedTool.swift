package import FanoutEngine
internal import FanoutEvents
package import FanoutJSON

/// A tool that takes its time and fails as often as it is told to, and does nothing else.
///
/// What happens to a call follows from the seed, the arguments and the attempt alone, and not from what else runs.
package struct SimulatedTool: Sendable {
    /// Microseconds, drawn evenly from this range.
    package var latency: ClosedRange<Int64>
    /// From 0 to 1: how many of the attempts fail.
    package var failures: Double
    package var seed: UInt64
    package var result: @Sendable (JSONValue) -> JSONValue

    package init(latency: ClosedRange<Int64>, failures: Double = 0, seed: UInt64 = 0, result: @escaping @Sendable (JSONValue) -> JSONValue)
    {
        self.latency = latency
        self.failures = failures
        self.seed = seed
        self.result = result
    }

    package func tool(
        name: String, description: String = "", parameters: JSONValue = ["type": "object"], traits: ToolTraits = ToolTraits(),
        redacted: [String] = []
    ) -> Tool {
        Tool(name: name, description: description, parameters: parameters, traits: traits, redacted: redacted) { context, arguments in
            var draw = Draw(seed: seed, text: "\(name) \(arguments) \(context.attempt)")
            try await context.sleep(for: Int64.random(in: latency, using: &draw))
            if Double.random(in: 0..<1, using: &draw) < failures {
                throw CallError(.toolError, "a simulated failure of \(name)")
            }
            return .value(result(arguments))
        }
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014), begun from a seed and a text.
private struct Draw: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64, text: String) {
        // FNV-1a: unlike Swift's own hash, the same in every process.
        state = text.utf8.reduce(seed ^ 0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
