import FanoutEngine
import FanoutEvents
import Testing

/// What holds for any batch, whatever its calls do.
@Suite("In any batch")
struct BatchPropertyTests {
    @Test("promises are kept", arguments: 0..<400)
    func keepsPromises(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        let score = Self.score(&random)
        let broken = BatchWitness(score).brokenPromise()
        #expect(broken == nil, "seed \(seed)")
    }

    @Test("promises are kept while the reply arrives", arguments: 400..<600)
    func keepsPromisesWhileArriving(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var score = Self.score(&random)
        for name in ["r", "p", "s"] {
            score.tools[name]?.readOnly = true
        }
        var now: Int64 = 0
        for _ in score.calls.prefix(while: { $0.after.isEmpty }) {
            now += Int64.random(in: 0...4, using: &random)
            score.arrivals.append(now)
        }
        score.whole = now + Int64.random(in: 0...9, using: &random)
        let broken = BatchWitness(score).brokenPromise()
        #expect(broken == nil, "seed \(seed)")
    }

    @Test("what may not start early is decided as if all had come at once", arguments: 600..<700)
    func comesToTheSame(seed: Int) {
        var random = SeededRandom(seed: UInt64(seed))
        var score = Self.score(&random)
        let atOnce = score.text()
        score.arrivals = score.calls.prefix { $0.after.isEmpty }.map { _ in 0 }
        #expect(score.text() == atOnce, "seed \(seed)")
    }

    /// A batch of up to 30 calls with limits, pools, rates, resources, references, failures, deadlines and people.
    private static func score(_ random: inout SeededRandom) -> BatchScore {
        let names = ["r", "w", "s", "p", "q", "f"]
        var tools: [String: ToolTraits] = [:]
        for name in names {
            tools[name] = traits(name, &random)
        }
        let count = Int.random(in: 1...30, using: &random)
        let usesReferences = Bool.random(using: &random)
        let calls = (0..<count).map { index in
            var call = BatchScore.Call(names.randomElement(using: &random) ?? "r", Int64.random(in: 0...12, using: &random))
            if usesReferences, Int.random(in: 0..<3, using: &random) == 0 {
                call.after = Array(Set((0..<Int.random(in: 1...2, using: &random)).map { _ in Int.random(in: 0..<count, using: &random) }))
                    .sorted()
            }
            call.fails = Set((1...3).filter { _ in Int.random(in: 0..<4, using: &random) == 0 })
            call.ignoresStop = Int.random(in: 0..<4, using: &random) == 0
            return call
        }
        let acts = (0..<Int.random(in: 0...4, using: &random)).map { _ in
            let call = Int.random(in: 0..<count, using: &random)
            let act: BatchScore.Act =
                switch Int.random(in: 0..<12, using: &random) {
                case 0: .cancelAll
                case 1...4: .cancel(call)
                case 5...8: .retry(call)
                default: .deny(call, .tool)
                }
            return (at: Int64.random(in: 0...40, using: &random), act: act)
        }
        let limit = Bool.random(using: &random) ? Int.random(in: 1...4, using: &random) : nil
        let isSequential = Int.random(in: 0..<8, using: &random) == 0
        let deadline = Int.random(in: 0..<6, using: &random) == 0 ? Int64.random(in: 5...60, using: &random) : nil
        let settle = Int64.random(in: 0...3, using: &random)
        return BatchScore(
            calls: calls, tools: tools, acts: acts.sorted { $0.at < $1.at },
            rules: {
                $0.limit = isSequential ? 1 : limit
                $0.isSequential = isSequential
                $0.pools = ["net": Pool(limit: 2, rate: Event.Rate(calls: 3, per: 8))]
                $0.deadline = deadline
                $0.settle = settle
                $0.grace = 6
            }, approvesAfter: 7)
    }

    private static func traits(_ name: String, _ random: inout SeededRandom) -> ToolTraits {
        var traits = ToolTraits()
        switch name {
        case "r": traits.reads = ["db"]
        case "w": traits.writes = ["db"]
        case "s": traits.sequential = Int.random(in: 0..<4, using: &random) == 0
        case "p", "q": traits.pool = "net"
        default: traits.writes = ["file"]
        }
        if Int.random(in: 0..<3, using: &random) == 0 {
            traits.limit = Int.random(in: 1...2, using: &random)
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            traits.rate = Event.Rate(calls: Int.random(in: 1...3, using: &random), per: 10)
        }
        traits.repeatable = Bool.random(using: &random)
        traits.retry = RetryPolicy(attempts: 3, base: 2, cap: 5)
        traits.timeout = Bool.random(using: &random) ? Int64.random(in: 3...15, using: &random) : nil
        traits.attemptTimeout = Int.random(in: 0..<4, using: &random) == 0 ? Int64.random(in: 2...8, using: &random) : nil
        traits.needsApproval = Int.random(in: 0..<10, using: &random) == 0
        return traits
    }
}

/// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
