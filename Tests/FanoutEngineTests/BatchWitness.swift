import FanoutEngine
import FanoutEvents

/// Watches a score being played and holds it against the rules, knowing nothing of how the machine decides.
struct BatchWitness {
    private let score: BatchScore
    private let rules: BatchRules
    private var tools: [String] = []
    /// Attempts that hold a slot, and what each call touches still.
    private var running: Set<Int> = []
    private var holding: Set<Int> = []
    private var finished: [Int: BatchEffect.Ending] = [:]
    private var abandoned: Set<Int> = []
    private var attempts: [Int: Int] = [:]
    private var starts: [(call: Int, at: Int64)] = []
    /// What each call was last said to wait for.
    private var waits: [Int: Event.Wait] = [:]
    /// Work that was asked to stop and may hold its slot still.
    private var lingering: Set<Int> = []

    init(_ score: BatchScore) {
        self.score = score
        var rules = BatchRules(tools: [])
        rules.settle = 0
        rules.grace = 1000
        score.rules(&rules)
        self.rules = rules
        tools = score.calls.map(\.tool)
    }

    private func traits(_ call: Int) -> ToolTraits { score.tools[tools[call]] ?? ToolTraits() }

    func brokenPromise() -> String? {
        var witness = self
        let moments = score.play()
        // A call that a person repeats is not the score's, and takes part in what can be held against the others.
        let hasRepeats = moments.contains { $0.effect.call >= score.calls.count }
        for (index, moment) in moments.enumerated() {
            if let broken = witness.see(moment) {
                return "at \(moment.at), \(moment.effect): \(broken)"
            }
            let isLast = index + 1 == moments.count || moments[index + 1].at > moment.at
            if isLast, !hasRepeats, let broken = witness.needlessWait(at: moment.at) {
                return "at \(moment.at): \(broken)"
            }
        }
        for call in score.calls.indices where witness.finished[call] == nil {
            return "call \(call) has no result"
        }
        return witness.running.isEmpty ? nil : "\(witness.running) run on"
    }

    private mutating func see(_ moment: BatchScore.Moment) -> String? {
        switch moment.effect {
        case .start(let call, let attempt, _):
            guard call < score.calls.count else { return nil }
            return start(call, attempt, at: moment.at)
        case .retry(let call, _, _, _):
            guard call < score.calls.count else { return nil }
            lingering.insert(call)
            return running.remove(call) == nil ? "it retries without an attempt" : nil
        case .finish(let call, let ending, let isAbandoned):
            guard call < score.calls.count else { return nil }
            if finished[call] != nil {
                return "it finishes twice"
            }
            finished[call] = ending
            waits[call] = nil
            running.remove(call)
            if isAbandoned {
                abandoned.insert(call)
            } else {
                holding.remove(call)
            }
            return nil
        case .release(let call):
            guard call < score.calls.count else { return nil }
            holding.remove(call)
            return abandoned.contains(call) ? nil : "it is released and was not abandoned"
        case .wait(let call, let why, _):
            waits[call] = why
            return finished[call] != nil && call < score.calls.count ? "it waits and is over" : nil
        case .resolve(let call), .decide(let call, _, _, _), .stop(let call, _):
            return finished[call] != nil && call < score.calls.count ? "it is over" : nil
        }
    }

    private mutating func start(_ call: Int, _ attempt: Int, at now: Int64) -> String? {
        if finished[call] != nil {
            return "it starts after its end"
        }
        if attempt != attempts[call, default: 0] + 1 {
            return "attempt \(attempt) follows \(attempts[call, default: 0])"
        }
        attempts[call] = attempt
        waits[call] = nil
        lingering.remove(call)
        if !running.insert(call).inserted {
            return "two attempts at once"
        }
        for other in score.calls[call].after where finished[other] != .ok {
            return "it refers to \(other), which has no result"
        }
        if let conflict = holding.first(where: { $0 != call && conflicts($0, call) }) {
            return "\(conflict) has what it touches"
        }
        if attempt == 1,
            let earlier = (0..<call).first(where: {
                conflicts($0, call) && finished[$0] == nil && !holding.contains($0) && isOrdered($0, call)
            })
        {
            return "\(earlier) comes first"
        }
        holding.insert(call)
        let same = running.filter { tools[$0] == tools[call] }
        if let limit = traits(call).limit, same.count > limit {
            return "\(same.count) calls of a tool with a limit of \(limit)"
        }
        if let limit = rules.limit, running.count > limit {
            return "\(running.count) calls with a limit of \(limit)"
        }
        if let pool = traits(call).pool, let limit = rules.pools[pool]?.limit, running.count(where: { traits($0).pool == pool }) > limit {
            return "too many in pool \(pool)"
        }
        starts.append((call, now))
        return brokenRate(call, at: now)
    }

    private func brokenRate(_ call: Int, at now: Int64) -> String? {
        func count(_ rate: Event.Rate, _ isSame: (Int) -> Bool) -> Bool {
            starts.count { isSame($0.call) && $0.at > now - rate.per } > rate.calls
        }
        if let rate = traits(call).rate, count(rate, { tools[$0] == tools[call] }) {
            return "too many starts of its tool"
        }
        if let pool = traits(call).pool, let rate = rules.pools[pool]?.rate, count(rate, { traits($0).pool == pool }) {
            return "too many starts of its pool"
        }
        return nil
    }

    /// Whether two calls may not run side by side. What abandoned work only read, or held for the sake of the order of the turn, goes
    /// with its slot, so that does not count.
    private func conflicts(_ a: Int, _ b: Int) -> Bool { conflicts(a, b, isAbandoned: abandoned.contains(a)) }

    private func conflicts(_ a: Int, _ b: Int, isAbandoned: Bool) -> Bool {
        let (first, second) = (traits(a), traits(b))
        if first.sequential || !isAbandoned && (rules.isSequential || second.sequential) {
            return true
        }
        let touched = second.reads + second.writes
        return first.writes.contains { touched.contains($0) } || !isAbandoned && first.reads.contains { second.writes.contains($0) }
    }

    /// Whether the model's order of the two stands: a reference forward, anywhere, may turn it.
    private func isOrdered(_ a: Int, _ b: Int) -> Bool {
        score.calls.indices.allSatisfy { call in score.calls[call].after.allSatisfy { $0 < call } }
    }

    /// A call that waits although nothing keeps it.
    private func needlessWait(at now: Int64) -> String? {
        for (call, why) in waits where call < score.calls.count {
            let isNeeded =
                switch why {
                case .limit, .rate: isFull(for: call, at: now)
                case .order:
                    score.calls.indices.contains {
                        $0 != call && conflicts($0, call, isAbandoned: false) && (finished[$0] == nil || holding.contains($0))
                    }
                case .dependency: score.calls[call].after.contains { finished[$0] == nil }
                case .approval: true
                }
            if !isNeeded {
                return "\(call) waits for \(why) and need not"
            }
        }
        return nil
    }

    /// Whether one of the gates before a call lets nobody in.
    private func isFull(for call: Int, at now: Int64) -> Bool {
        let inside = running.union(abandoned).union(lingering)
        func isFull(_ limit: Int?, _ rate: Event.Rate?, _ isSame: (Int) -> Bool) -> Bool {
            if let limit, inside.count(where: isSame) >= limit {
                return true
            }
            return rate.map { rate in starts.count { isSame($0.call) && $0.at > now - rate.per } >= rate.calls } ?? false
        }
        let traits = traits(call)
        let pool = traits.pool.flatMap { rules.pools[$0] }
        return isFull(traits.limit, traits.rate) { tools[$0] == tools[call] }
            || isFull(pool?.limit, pool?.rate) { self.traits($0).pool == traits.pool } || isFull(rules.limit, nil) { _ in true }
    }
}

extension BatchEffect {
    fileprivate var call: Int {
        switch self {
        case .wait(let call, _, _), .resolve(let call), .decide(let call, _, _, _), .start(let call, _, _), .stop(let call, _),
            .retry(let call, _, _, _), .finish(let call, _, _), .release(let call):
            call
        }
    }
}
