import FanoutEvents

@testable import FanoutEngine

/// A batch written as a score: calls with durations, what people do, and when; played on a virtual clock. Instants are milliseconds.
struct BatchScore: Sendable {
    var calls: [Call]
    var tools: [String: ToolTraits] = [:]
    var acts: [(at: Int64, act: Act)] = []
    var rules: @Sendable (inout BatchRules) -> Void = { _ in }
    /// When the first calls arrive while the reply still does; the others come with the whole of it.
    var arrivals: [Int64] = []
    /// When the reply is whole.
    var whole: Int64 = 0
    /// What a back-off draws.
    var random = 1.0
    /// How long each question for approval waits until somebody says yes; nil where only acts answer.
    var approvesAfter: Int64?

    struct Call: Sendable {
        var tool: String
        /// How long each attempt runs; the last counts for those after it.
        var run: [Int64]
        var after: [Int]
        /// The attempts that fail, from 1.
        var fails: Set<Int>
        var retryAfter: Int64?
        var isFinal = false
        /// Its work goes on when it is asked to stop.
        var ignoresStop: Bool
        var failure: CallError?
        /// Its references turn out not to fit.
        var failsToResolve = false

        init(
            _ tool: String, _ run: Int64..., after: [Int] = [], fails: Set<Int> = [], retryAfter: Int64? = nil, isFinal: Bool = false,
            ignoresStop: Bool = false, failure: CallError? = nil, failsToResolve: Bool = false
        ) {
            self.tool = tool
            self.run = run
            self.after = after
            self.fails = fails
            self.retryAfter = retryAfter
            self.isFinal = isFinal
            self.ignoresStop = ignoresStop
            self.failure = failure
            self.failsToResolve = failsToResolve
        }
    }

    enum Act: Sendable {
        case cancel(Int)
        case cancelAll
        case approve(Int, Event.DecisionScope = .once)
        case deny(Int, Event.DecisionScope = .once)
        case retry(Int)
        case releaseOutside(Int)
    }

    /// What was decided at an instant.
    struct Moment {
        var at: Int64
        var effect: BatchEffect
    }

    /// Plays it until nothing is left to happen.
    func play(each step: (BatchMachine) -> Void = { _ in }) -> [Moment] {
        let names = Set(calls.map(\.tool)).sorted()
        var rules = BatchRules(tools: names.map { BatchRules.Named($0, tools[$0] ?? ToolTraits()) })
        rules.settle = 0
        rules.grace = 1000
        self.rules(&rules)
        var machine = BatchMachine(rules: rules)
        var player = Player(score: self, sources: Array(calls.indices))
        var arriving = Array(zip(arrivals, calls.map { plain($0, names) }))[...]
        let rest = calls.dropFirst(arrivals.count).map { plain($0, names) }
        var acts = acts[...]
        while let now = [
            arriving.first?.0, machine.isWhole ? nil : whole, player.nextEnd, player.nextAnswer, acts.first?.at, machine.nextInstant(),
        ].compactMap(\.self).min() {
            step(machine)
            if let (at, call) = arriving.first, at == now {
                arriving.removeFirst()
                machine.append([call])
                machine.begin(now: now)
            } else if !machine.isWhole, whole == now {
                machine.append(rest)
                machine.close(now: now)
            } else if player.nextEnd == now {
                player.end(&machine, now: now)
            } else if player.nextAnswer == now {
                player.answer(&machine, now: now)
            } else if acts.first?.at == now, let act = acts.popFirst()?.act {
                player.act(act, &machine, now: now)
            } else {
                machine.tick(now: now) { random }
            }
            player.take(&machine, now: now)
        }
        return player.moments
    }

    private func plain(_ call: Call, _ names: [String]) -> BatchCall {
        BatchCall(
            tool: names.firstIndex(of: call.tool), after: call.after, failure: call.failure,
            startsEarly: tools[call.tool]?.startsEarly ?? false)
    }

    /// One line for each thing that was decided: `100 b starts, freed by a`.
    func text() -> String { play().map { "\($0.at) \(Self.words($0.effect))" }.joined(separator: "\n") }

    private static func name(_ call: Int) -> String { String(UnicodeScalar(UInt8(97 + call % 26))) }

    private static func words(_ effect: BatchEffect) -> String {
        switch effect {
        case .wait(let call, let why, let holders):
            let on = holders.map { holder in
                switch holder {
                case .call(let other): name(other)
                case .outside(let place): "outside \(place)"
                case .named(let name): name
                }
            }
            return "\(name(call)) waits: \(why)" + (on.isEmpty ? "" : " (\(on.joined(separator: ", ")))")
        case .resolve(let call): return "\(name(call)) resolves"
        case .decide(let call, let decision, let by, let scope):
            return "\(name(call)) is \(decision)" + (by.map { " by \($0)" } ?? "") + (scope == .tool ? " with its tool" : "")
        case .start(let call, let attempt, let freedBy):
            return "\(name(call)) starts" + (attempt > 1 ? " #\(attempt)" : "") + (freedBy.map { ", freed by \(name($0))" } ?? "")
        case .stop(let call, _): return "\(name(call)) is asked to stop"
        case .retry(let call, let attempt, let ending, let delay): return "\(name(call)) #\(attempt) \(words(ending)), again in \(delay)"
        case .finish(let call, let ending, let isAbandoned): return "\(name(call)) \(words(ending))" + (isAbandoned ? ", abandoned" : "")
        case .release(let call): return "\(name(call)) is released"
        }
    }

    private static func words(_ ending: BatchEffect.Ending) -> String {
        switch ending {
        case .ok: "ok"
        case .failed(let error): "failed: \(error.kind.rawValue)"
        case .attemptTimeout(let limit): "took longer than \(limit) for an attempt"
        case .callTimeout(let limit): "took longer than \(limit)"
        case .turnTimeout(let limit): "ends with the turn at \(limit)"
        case .cancelled: "cancelled"
        case .turnCancelled: "cancelled with the turn"
        case .denied(let by): "denied" + (by.map { " by \($0)" } ?? "")
        case .dependencyFailed(let other): "lacks \(name(other))"
        case .dependencyCycle(let circle): "is in a circle \(circle.map(name).joined())"
        }
    }

    /// Performs effects as a shell does, with durations from the score.
    private struct Player {
        let score: BatchScore
        /// The call of the score that each call of the machine repeats.
        var sources: [Int]
        var moments: [Moment] = []
        private var questions: [(call: Int, at: Int64)] = []
        private var works: [(call: Int, attempt: Int, end: Int64)] = []

        init(score: BatchScore, sources: [Int]) {
            self.score = score
            self.sources = sources
        }

        var nextAnswer: Int64? { questions.first?.at }

        mutating func answer(_ machine: inout BatchMachine, now: Int64) {
            act(.approve(questions.removeFirst().call), &machine, now: now)
        }

        var nextEnd: Int64? { works.map(\.end).min() }

        mutating func take(_ machine: inout BatchMachine, now: Int64) {
            var effects: [BatchEffect] = []
            machine.takeEffects(into: &effects)
            while !effects.isEmpty {
                for effect in effects {
                    moments.append(Moment(at: now, effect: effect))
                    perform(effect, &machine, now: now)
                }
                machine.takeEffects(into: &effects)
            }
        }

        private mutating func perform(_ effect: BatchEffect, _ machine: inout BatchMachine, now: Int64) {
            switch effect {
            case .start(let call, let attempt, _):
                let runs = score.calls[sources[call]].run
                works.append((call, attempt, now + (runs.isEmpty ? 0 : runs[min(attempt, runs.count) - 1])))
            case .stop(let call, let attempt):
                guard !score.calls[sources[call]].ignoresStop,
                    let place = works.firstIndex(where: { $0.call == call && $0.attempt == attempt })
                else {
                    return
                }
                works[place].end = now
            case .resolve(let call):
                let failure = score.calls[sources[call]].failsToResolve ? CallError(.unknownReference, "") : nil
                machine.resolved(call, failure: failure, now: now)
            case .wait(let call, .approval, _):
                if let delay = score.approvesAfter {
                    questions.append((call, now + delay))
                }
            case .wait, .decide, .retry, .finish, .release:
                break
            }
        }

        /// Ends the first work that is due.
        mutating func end(_ machine: inout BatchMachine, now: Int64) {
            guard let place = works.firstIndex(where: { $0.end == now }) else { return }
            let work = works.remove(at: place)
            let call = score.calls[sources[work.call]]
            let failed = BatchMachine.WorkEnd.failed(CallError(.toolError, ""), retryAfter: call.retryAfter, isFinal: call.isFinal)
            machine.ended(
                work.call, attempt: work.attempt, call.fails.contains(work.attempt) ? failed : .ok, random: score.random, now: now)
        }

        mutating func act(_ act: Act, _ machine: inout BatchMachine, now: Int64) {
            switch act {
            case .cancel(let call) where call >= machine.count: break
            case .cancel(let call): _ = machine.cancel(call, now: now)
            case .cancelAll: machine.cancelAll(now: now)
            case .approve(let call, let scope): _ = machine.answer(call, .approved, by: nil, scope: scope, now: now)
            case .deny(let call, let scope): _ = machine.answer(call, .denied, by: nil, scope: scope, now: now)
            case .retry(let call):
                if let new = machine.retry(call, now: now) {
                    sources.append(sources[call])
                    machine.begin(new, now: now)
                }
            case .releaseOutside(let place): machine.released(outside: place, now: now)
            }
        }
    }
}
