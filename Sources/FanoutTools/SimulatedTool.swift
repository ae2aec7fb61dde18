package import FanoutEngine
internal import FanoutEvents
package import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A tool that takes its time and fails as often as it is told to, and does nothing else.
///
/// What happens to a call follows from the seed, the arguments and the attempt alone, and not from what else runs.
package struct SimulatedTool: Sendable {
    package var latency: Latency
    /// From 0 to 1: how many of the attempts fail.
    package var failures: Double
    package var seed: UInt64
    package var result: @Sendable (JSONValue) -> JSONValue

    /// How long an attempt takes, in microseconds.
    package enum Latency: Sendable, Hashable {
        /// Anything in this range, all of it as likely.
        case even(ClosedRange<Int64>)
        /// Log-normal, as the times of most services are: half of the attempts take less than the median, and one in twenty more than p95.
        case logNormal(median: Int64, p95: Int64)
    }

    package init(latency: Latency, failures: Double = 0, seed: UInt64 = 0, result: @escaping @Sendable (JSONValue) -> JSONValue) {
        self.latency = latency
        self.failures = failures
        self.seed = seed
        self.result = result
    }

    package init(latency: ClosedRange<Int64>, failures: Double = 0, seed: UInt64 = 0, result: @escaping @Sendable (JSONValue) -> JSONValue)
    {
        self.init(latency: .even(latency), failures: failures, seed: seed, result: result)
    }

    package func tool(
        name: String, description: String = "", parameters: JSONValue = ["type": "object"], traits: ToolTraits = ToolTraits(),
        redacted: [String] = []
    ) -> Tool {
        Tool(name: name, description: description, parameters: parameters, traits: traits, redacted: redacted) { context, arguments in
            var draw = Draw(seed: seed, text: "\(name) \(arguments) \(context.attempt)")
            try await context.sleep(for: latency.draw(&draw))
            if Double.random(in: 0..<1, using: &draw) < failures {
                throw CallError(.toolError, "a simulated failure of \(name)")
            }
            return .value(result(arguments))
        }
    }
}

extension SimulatedTool.Latency {
    /// Where the standard normal distribution has 95 in a hundred below it.
    private static let p95OfNormal = 1.644_853_626_951_472_7

    fileprivate func draw(_ draw: inout Draw) -> Int64 {
        switch self {
        case .even(let range): return Int64.random(in: range, using: &draw)
        case .logNormal(let median, let p95):
            guard median > 0, p95 > median else { return median }
            // Box and Muller; the first number is never nothing.
            let (first, second) = (1 - Double.random(in: 0..<1, using: &draw), Double.random(in: 0..<1, using: &draw))
            let normal = (-2 * log(first)).squareRoot() * cos(2 * .pi * second)
            let spread = log(Double(p95) / Double(median)) / Self.p95OfNormal
            // Four times the spread is one in thirty thousand; beyond it a simulation would only seem to hang.
            return Int64((Double(median) * exp(spread * min(max(normal, -4), 4))).rounded())
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
