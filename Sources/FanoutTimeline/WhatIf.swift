internal import FanoutEngine
internal import FanoutEvents

/// What would have been: the calls of a recording under other rules.
///
/// The engine's own machine decides, on a virtual clock, over the times that each call really took.
public enum WhatIf {
    /// How many calls may run at once, and in which order.
    public struct Rules: Sendable, Hashable {
        public var isSequential = false
        /// Nil for no limit of the turn's.
        public var limit: Int?

        public init(isSequential: Bool = false, limit: Int? = nil) {
            self.isSequential = isSequential
            self.limit = limit
        }

        /// As an event names them: `parallel`, `sequential`, `threads:N`.
        init(word: String?, limit: Int?) {
            isSequential = word == "sequential"
            let threads = word.flatMap { $0.hasPrefix("threads:") ? Int($0.dropFirst(8)) : nil }
            self.limit = [threads, limit].compactMap(\.self).min()
        }
    }

    /// A call of a turn that was played.
    public struct Span: Sendable, Hashable {
        public var lane: Int
        /// Microseconds after the turn's first call was asked for; nil where it never ran.
        public var start: Int64?
        public var end: Int64
        /// Microseconds from when it was asked for to its start.
        public var waited: Int64
        /// Each attempt of it; between them it rested.
        public var attempts: [Attempt] = []
    }

    /// An attempt of a call that was played, in microseconds after the turn's first call was asked for.
    public struct Attempt: Sendable, Hashable {
        public var start: Int64
        public var end: Int64
    }

    /// A turn that was played.
    public struct Outcome: Sendable, Hashable {
        public var spans: [Span] = []
        /// Microseconds from the first start to the last end.
        public var wall: Int64 = 0
        /// Of all attempts.
        public var sum: Int64 = 0
        /// The most attempts at one instant.
        public var peak = 0
    }

    /// Plays a turn's calls under some rules.
    public static func play(_ workload: Workload, under rules: Rules) -> Outcome {
        var player = Player(workload, rules)
        return player.play()
    }
}

/// Performs what the machine decides, with recorded times in place of work.
private struct Player {
    private let workload: Workload
    private var machine: BatchMachine
    private var now: Int64 = 0
    private var works = InstantQueue<(call: Int, attempt: Int)>()
    private var answers = InstantQueue<Int>()
    private var outcome = WhatIf.Outcome()
    private var running = 0
    private var askedAt: [Int64]

    init(_ workload: Workload, _ rules: WhatIf.Rules) {
        self.workload = workload
        var batch = BatchRules(tools: workload.tools)
        batch.pools = workload.pools
        batch.limit = rules.limit
        batch.isSequential = rules.isSequential
        for place in batch.tools.indices {
            // Each rest is told as it was recorded; no other is drawn.
            batch.tools[place].traits.repeatable = true
            batch.tools[place].traits.retry = RetryPolicy(attempts: .max, base: 0, cap: .max)
        }
        machine = BatchMachine(rules: batch)
        outcome.spans = workload.calls.map { WhatIf.Span(lane: $0.lane, start: nil, end: 0, waited: 0) }
        askedAt = workload.calls.map(\.arrival)
    }

    mutating func play() -> WhatIf.Outcome {
        // In the model's order, which is that of the reply; an instant of arrival never lies before one of a call ahead of it.
        var arrivals = workload.calls.map(\.arrival)
        for place in arrivals.indices.dropFirst() {
            arrivals[place] = max(arrivals[place], arrivals[place - 1])
        }
        var arrived = 0
        while true {
            let next = [
                arrived < arrivals.count ? arrivals[arrived] : nil, works.first?.instant, answers.first?.instant, machine.nextInstant(),
            ].compactMap(\.self).min()
            guard let next else { break }
            now = max(now, next)
            if arrived < arrivals.count, arrivals[arrived] <= now {
                let upTo = arrivals[arrived...].firstIndex { $0 > now } ?? arrivals.count
                machine.append((arrived..<upTo).map { plain($0, known: upTo) })
                arrived = upTo
                if arrived == arrivals.count {
                    machine.close(now: now)
                } else {
                    machine.begin(now: now)
                }
            } else if let work = works.first, work.instant <= now {
                works.removeFirst()
                end(work.element.call, work.element.attempt)
            } else if let answer = answers.first, answer.instant <= now {
                answers.removeFirst()
                _ = machine.answer(answer.element, .approved, by: nil, scope: .once, now: now)
            } else {
                machine.tick(now: now) { 0 }
            }
            perform()
        }
        let ran = outcome.spans.filter { $0.start != nil }
        outcome.wall = (ran.map(\.end).max() ?? 0) - (ran.compactMap(\.start).min() ?? 0)
        return outcome
    }

    private func plain(_ place: Int, known: Int) -> BatchCall {
        let call = workload.calls[place]
        let failure = call.attempts.isEmpty ? CallError(.cancelled, "") : nil
        return BatchCall(
            tool: failure == nil ? call.tool : nil, after: call.after.filter { $0 < known }, failure: failure, startsEarly: call.startsEarly
        )
    }

    private mutating func perform() {
        var effects: [BatchEffect] = []
        machine.takeEffects(into: &effects)
        while !effects.isEmpty {
            for effect in effects {
                switch effect {
                case .start(let call, let attempt, _): start(call, attempt)
                case .resolve(let call): machine.resolved(call, failure: nil, now: now)
                case .wait(let call, .approval, _): answers.insert(call, at: now.later(by: workload.calls[call].approval ?? 0))
                case .finish(let call, _, _): outcome.spans[call].end = now
                case .wait, .decide, .stop, .retry, .release: break
                }
            }
            machine.takeEffects(into: &effects)
        }
    }

    private mutating func start(_ call: Int, _ attempt: Int) {
        let attempts = workload.calls[call].attempts
        let run = attempts[min(attempt, attempts.count) - 1].run
        if attempt == 1 {
            outcome.spans[call].start = now
            outcome.spans[call].waited = now - askedAt[call]
        }
        outcome.spans[call].attempts.append(WhatIf.Attempt(start: now, end: now.later(by: run)))
        works.insert((call, attempt), at: now.later(by: run))
        outcome.sum += run
        running += 1
        outcome.peak = max(outcome.peak, running)
    }

    private mutating func end(_ call: Int, _ attempt: Int) {
        running -= 1
        let attempts = workload.calls[call].attempts
        let rest = attempt <= attempts.count ? attempts[attempt - 1].rest : nil
        // Whoever needs a result that did not come did not run either; so every end that is the last is a good one here.
        let end: BatchMachine.WorkEnd = rest.map { .failed(CallError(.toolError, ""), retryAfter: $0) } ?? .ok
        machine.ended(call, attempt: attempt, end, random: 0, now: now)
    }
}
