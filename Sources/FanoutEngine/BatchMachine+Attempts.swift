package import FanoutEvents

// What happens to the work of attempts.

extension BatchMachine {
    /// How the work of an attempt ended.
    package enum WorkEnd: Sendable, Hashable {
        case ok
        /// - Parameters:
        ///   - retryAfter: Microseconds after which it asks to be tried again.
        ///   - isFinal: Trying again cannot help.
        case failed(CallError, retryAfter: Int64? = nil, isFinal: Bool = false)
    }

    /// Says that the work of an attempt has ended. What was settled before stays as it is.
    ///
    /// - Parameters:
    ///   - random: 0 up to 1, for the jitter of a back-off.
    package mutating func ended(_ call: Int, attempt: Int, _ end: WorkEnd, random: Double, now: Int64) {
        guard calls[call].attempt == attempt, calls[call].isWorking else { return }
        calls[call].isWorking = false
        switch calls[call].phase {
        case .running:
            switch end {
            case .ok:
                finish(call, .ok, now: now)
            case .failed(let error, let retryAfter, let isFinal):
                if isFinal || !rest(call, .failed(error), retryAfter: retryAfter, random: random, now: now) {
                    finish(call, .failed(error), now: now)
                }
            }
        case .stopping:
            finish(call, calls[call].ending, now: now)
        case .resting:
            leaveGates(call, freedBy: call, now: now)
            if calls[call].isRested {
                goOn(call, now: now)
            }
        case .finished:
            effects.append(.release(call: call))
            let gates = giveBackGates(call)
            leaveResources(call, keepingWrites: false, now: now)
            move(gates, freedBy: call, now: now)
        case .waiting, .gated:
            break
        }
        propagate(now: now)
    }

    /// Whether the work of that attempt is wanted still. A handle that comes later than a cancellation asks this.
    package func wants(_ call: Int, attempt: Int) -> Bool {
        calls[call].phase == .running && calls[call].attempt == attempt
    }

    /// Has another attempt follow, if it may.
    private mutating func rest(_ call: Int, _ ending: BatchEffect.Ending, retryAfter: Int64?, random: Double, now: Int64) -> Bool {
        guard let tool = calls[call].tool, !isOver else { return false }
        let traits = rules.tools[tool].traits
        let attempt = calls[call].attempt
        guard traits.repeatable, attempt < traits.retry.attempts else { return false }
        let delay = traits.retry.delay(after: attempt, retryAfter: retryAfter, random: random)
        // An attempt that would begin past the deadline is none.
        guard now.later(by: delay) < calls[call].deadline ?? .max else { return false }
        calls[call].phase = .resting
        calls[call].isRested = false
        calls[call].ending = ending
        effects.append(.retry(call: call, attempt: attempt, ending, delay: delay))
        timers.insert(.rested(call, attempt: attempt), at: now.later(by: delay))
        if !calls[call].isWorking {
            leaveGates(call, freedBy: call, now: now)
        }
        return true
    }

    private mutating func goOn(_ call: Int, now: Int64) {
        calls[call].phase = .gated
        pass(call, freedBy: nil, atFront: true, now: now)
    }

    /// Settles how a call ends whose work may go on.
    private mutating func stop(_ call: Int, _ ending: BatchEffect.Ending, now: Int64) {
        guard calls[call].isWorking else { return finish(call, ending, now: now) }
        let attempt = calls[call].attempt
        let wasAsked = calls[call].phase == .resting
        calls[call].phase = .stopping
        calls[call].ending = ending
        if !wasAsked {
            effects.append(.stop(call: call, attempt: attempt))
            timers.insert(.graceOver(call, attempt: attempt), at: now.later(by: rules.grace))
        }
        let settle = min(rules.settle, rules.grace)
        if settle > 0 {
            timers.insert(.settled(call, attempt: attempt), at: now.later(by: settle))
        } else {
            finish(call, ending, isAbandoned: true, now: now)
        }
    }

    // MARK: Time

    /// Whether time may decide anything.
    var hasTimers: Bool { timers.count > 0 }

    /// When time next decides something; nil where nothing waits for it.
    package mutating func nextInstant() -> Int64? {
        while let first = timers.first {
            if matters(first.element) {
                return first.instant
            }
            timers.removeFirst()
        }
        return nil
    }

    private func matters(_ timer: Timer) -> Bool {
        switch timer {
        case .turnDeadline: open > 0 || !isWhole
        case .callDeadline(let call): calls[call].phase != .finished && calls[call].phase != .stopping
        case .attemptDeadline(let call, let attempt): wants(call, attempt: attempt)
        case .settled(let call, let attempt): calls[call].attempt == attempt && calls[call].phase == .stopping
        case .graceOver(let call, let attempt): calls[call].attempt == attempt && calls[call].isWorking
        case .rested(let call, let attempt): calls[call].attempt == attempt && calls[call].phase == .resting
        case .gate: true
        }
    }

    /// Does what is due by `now`.
    package mutating func tick(now: Int64, random: () -> Double) {
        while let first = timers.first, first.instant <= now {
            timers.removeFirst()
            if case .gate(let gate) = first.element {
                gates[gate].alarm = nil
                move(gate, freedBy: nil, now: now)
            } else if matters(first.element) {
                fire(first.element, random: random, now: now)
            }
            propagate(now: now)
        }
    }

    private mutating func fire(_ timer: Timer, random: () -> Double, now: Int64) {
        switch timer {
        case .turnDeadline:
            end(.turnTimeout(rules.deadline ?? 0), now: now)
        case .callDeadline(let call):
            stop(call, .callTimeout(traits(of: call).timeout ?? 0), now: now)
        case .attemptDeadline(let call, let attempt):
            let ending = BatchEffect.Ending.attemptTimeout(traits(of: call).attemptTimeout ?? 0)
            if rest(call, ending, retryAfter: nil, random: random(), now: now) {
                effects.append(.stop(call: call, attempt: attempt))
                timers.insert(.graceOver(call, attempt: attempt), at: now.later(by: rules.grace))
            } else {
                stop(call, ending, now: now)
            }
        case .settled(let call, _):
            finish(call, calls[call].ending, isAbandoned: true, now: now)
        case .graceOver(let call, _):
            giveUp(call, now: now)
        case .rested(let call, _):
            if calls[call].isWorking {
                calls[call].isRested = true
            } else {
                goOn(call, now: now)
            }
        case .gate:
            break
        }
    }

    /// Takes the slot from work that ignored its cancellation. What it writes stays held.
    private mutating func giveUp(_ call: Int, now: Int64) {
        if calls[call].phase == .resting || calls[call].phase == .stopping {
            finish(call, calls[call].ending, isAbandoned: true, now: now)
            propagate(now: now)
        }
        let gates = giveBackGates(call)
        leaveResources(call, keepingWrites: true, now: now)
        move(gates, freedBy: call, now: now)
    }

    func traits(of call: Int) -> ToolTraits {
        calls[call].tool.map { rules.tools[$0].traits } ?? ToolTraits()
    }

    /// When attempts started, for the rates of later batches.
    package var recentStarts: [Gate.Name: [Int64]] {
        var recent: [Gate.Name: [Int64]] = [:]
        for gate in gates where !gate.recentStarts.isEmpty {
            recent[gate.name] = gate.recentStarts
        }
        return recent
    }

    // MARK: Control

    /// Cancels a call. False where it has ended, or is ending.
    package mutating func cancel(_ call: Int, now: Int64) -> Bool {
        guard calls[call].phase != .finished, calls[call].phase != .stopping else { return false }
        stop(call, .cancelled, now: now)
        propagate(now: now)
        return true
    }

    /// Cancels all that is open, and what may still arrive.
    package mutating func cancelAll(now: Int64) {
        guard open > 0 || !isWhole, !isOver else { return }
        end(.turnCancelled, now: now)
        propagate(now: now)
    }

    /// Ends the turn: what runs is stopped, and nothing starts any more.
    private mutating func end(_ ending: BatchEffect.Ending, now: Int64) {
        cutBy = ending
        for call in calls.indices where calls[call].phase != .finished && calls[call].phase != .stopping {
            stop(call, ending, now: now)
        }
    }

    /// Says that work from before this batch really ended.
    package mutating func released(outside place: Int, now: Int64) {
        enter(order.leave(.outside(place)), freedBy: nil, now: now)
        propagate(now: now)
    }
}

extension BatchMachine {
    /// Whether the work of that attempt goes on.
    package func isWorking(_ call: Int, attempt: Int) -> Bool {
        calls[call].isWorking && calls[call].attempt == attempt
    }

    /// Whether a call ended while its work goes on.
    package func isAbandonedStill(_ call: Int) -> Bool {
        calls[call].isAbandoned && calls[call].isWorking
    }
}
