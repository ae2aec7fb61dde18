package import FanoutEvents

/// Decides what the calls of a batch do, and when: what starts, what waits and for what, what is tried again, stopped, given up.
///
/// It is a value without a clock, a lock or an await. Each input takes the instant at which it happens and appends what has to be done
/// to the effects, in order; a shell takes them and performs them. The same machine, fed with recorded durations on a virtual clock,
/// answers what would have been.
///
/// The calls of a reply that still arrives may be appended one after the other: until the reply is whole, only those run that may start
/// early.
///
/// A call goes through: what it refers to, then approval, then the resources it touches, then the gates of its limits and rates; then
/// its attempts run. Every step is taken once, so a completion costs O(1) amortised, whatever the number of calls.
package struct BatchMachine: Sendable {
    let rules: BatchRules
    var calls: [Record] = []
    var after: [[Int]] = []
    /// The calls that refer to each; empty where no call refers to any.
    var dependents: [[Int]] = []
    var gates: [Gate]
    let paths: [[Int]]
    var order = ResourceOrder()
    var touchesEverything = false
    /// Whether each tool reads or writes anything.
    let touchesSomething: [Bool]
    var timers = InstantQueue<Timer>()
    /// What ended and has not been told to whom it concerns.
    private var ended = WaitingLine<Int>()
    private var isPropagating = false
    var approvedTools: Set<String>
    var deniedTools: Set<String>
    var effects: [BatchEffect] = []
    /// How many calls it knows.
    package var count: Int { calls.count }
    /// How many calls have not ended.
    package internal(set) var open = 0
    /// Whether all calls of the reply are known, and it is sure that they are wanted.
    package internal(set) var isWhole: Bool
    /// How many calls were decided about for the first time.
    var admitted = 0
    /// What ended the turn before its calls ended by themselves; nothing starts any more then.
    package internal(set) var cutBy: BatchEffect.Ending?
    var isOver: Bool { cutBy != nil }
    var circles: [Int: [Int]] = [:]

    /// A batch whose calls are all known.
    package init(_ calls: [BatchCall], rules: BatchRules) {
        self.init(rules: rules)
        append(calls)
        isWhole = true
    }

    /// A batch whose calls still arrive.
    package init(rules: BatchRules) {
        self.rules = rules
        isWhole = false
        (gates, paths) = rules.gates()
        touchesSomething = rules.tools.map { !$0.traits.reads.isEmpty || !$0.traits.writes.isEmpty }
        approvedTools = rules.approvedTools
        deniedTools = rules.deniedTools
        touchesEverything = rules.tools.contains { $0.traits.sequential }
        for (place, resources) in rules.heldOutside.enumerated() {
            for resource in resources {
                _ = order.add(.outside(place), .write, to: resource)
            }
        }
    }

    /// Takes what there is to do since it was last asked, in exchange for an array whose room is used again.
    package mutating func takeEffects(into taken: inout [BatchEffect]) {
        if !taken.isEmpty {
            taken.removeAll(keepingCapacity: true)
        }
        swap(&taken, &effects)
    }

    /// Says that a call's references were put into its arguments, or why they could not be.
    package mutating func resolved(_ call: Int, failure: CallError?, now: Int64) {
        guard calls[call].phase == .waiting, calls[call].isResolving else { return }
        calls[call].isResolving = false
        calls[call].isResolved = true
        if let failure {
            finish(call, .failed(failure), now: now)
        } else {
            consider(call, freedBy: calls[call].freedBy, now: now)
        }
        propagate(now: now)
    }

    /// The call that answers for it: itself, or the last that took its place.
    package func latest(_ call: Int) -> Int {
        var call = call
        while let next = calls[call].replacement {
            call = next
        }
        return call
    }

    // MARK: On the way to a start

    /// Takes a waiting call as far as it may go.
    mutating func consider(_ call: Int, freedBy: Int?, now: Int64) {
        guard calls[call].phase == .waiting, !isOver, !calls[call].isResolving, isWhole || calls[call].startsEarly else { return }
        calls[call].freedBy = freedBy
        if calls[call].pending > 0 {
            let missing = after[call].filter { calls[$0].phase != .finished }
            return wait(call, .dependency, on: missing.map { .call($0) })
        }
        if !calls[call].isResolved {
            calls[call].isResolving = true
            return effects.append(.resolve(call: call))
        }
        guard approves(call, now: now) else { return }
        if calls[call].blocks > 0 {
            return wait(call, .order, on: holders(before: call))
        }
        calls[call].phase = .gated
        pass(call, freedBy: freedBy, atFront: false, now: now)
    }

    func holders(before call: Int) -> [BatchEffect.Holder] {
        order.holders(before: .call(call), limit: 8).map { owner in
            switch owner {
            case .call(let other): .call(other)
            case .outside(let place): .outside(place)
            }
        }
    }

    mutating func wait(_ call: Int, _ why: Event.Wait, on holders: [BatchEffect.Holder]) {
        calls[call].wait = why
        effects.append(.wait(call: call, why: why, on: holders))
    }

    /// Takes a call through the gates that stand open, up to its start.
    mutating func pass(_ call: Int, freedBy: Int?, atFront: Bool, now: Int64) {
        guard let tool = calls[call].tool, !paths[tool].isEmpty else { return start(call, freedBy: freedBy, now: now) }
        let path = paths[tool]
        while calls[call].passed < path.count {
            let gate = path[calls[call].passed]
            let obstacle = gates[gate].obstacle(at: now)
            guard obstacle == nil, atFront || gates[gate].line.isEmpty else {
                join(call, gate, obstacle ?? .limit, atFront: atFront, now: now)
                return
            }
            gates[gate].enter()
            calls[call].passed += 1
        }
        for gate in path {
            gates[gate].started(at: now)
            watch(gate, now: now)
        }
        start(call, freedBy: freedBy, now: now)
    }

    private mutating func start(_ call: Int, freedBy: Int?, now: Int64) {
        let tool = calls[call].tool ?? 0
        calls[call].phase = .running
        calls[call].attempt += 1
        calls[call].isWorking = true
        calls[call].wait = nil
        let attempt = calls[call].attempt
        if attempt == 1, let timeout = rules.tools[tool].traits.timeout {
            calls[call].deadline = now.later(by: timeout)
            timers.insert(.callDeadline(call), at: now.later(by: timeout))
        }
        if let timeout = rules.tools[tool].traits.attemptTimeout {
            timers.insert(.attemptDeadline(call, attempt: attempt), at: now.later(by: timeout))
        }
        effects.append(.start(call: call, attempt: attempt, freedBy: freedBy))
    }

    // MARK: After an end

    /// Ends a call for good.
    ///
    /// Inlined, so that an ending is made where it stays: most are ``BatchEffect/Ending/ok``, which a copy of any costs several times.
    @inline(__always)
    mutating func finish(_ call: Int, _ ending: BatchEffect.Ending, isAbandoned: Bool = false, now: Int64) {
        guard calls[call].phase != .finished else { return }
        if calls[call].phase == .gated {
            stepOut(call)
        }
        calls[call].phase = .finished
        calls[call].isOK = ending == .ok
        calls[call].isAbandoned = isAbandoned
        open -= 1
        effects.append(.finish(call: call, ending, isAbandoned: isAbandoned))
        if concernsOthers(call) {
            ended.append(call)
        }
    }

    /// Whether anybody may wait for a call's end, or for what it holds.
    private func concernsOthers(_ call: Int) -> Bool { !dependents.isEmpty || calls[call].passed > 0 || calls[call].touches }

    /// Tells of what ended to whom it concerns, until nothing more follows from it.
    mutating func propagate(now: Int64) {
        guard !isPropagating else { return }
        isPropagating = true
        while let call = ended.popFirst() {
            let goesOn = calls[call].isAbandoned && calls[call].isWorking
            // Its slots are free before anybody hears of it, so that who can go on does not stand in line first.
            let gates = goesOn ? [] : giveBackGates(call)
            if !dependents.isEmpty {
                tellDependents(of: call, now: now)
            }
            if goesOn {
                tellWhoWaits(for: call)
            } else {
                leaveResources(call, keepingWrites: false, now: now)
            }
            move(gates, freedBy: call, now: now)
        }
        isPropagating = false
    }

    private mutating func tellDependents(of call: Int, now: Int64) {
        for other in dependents[call] where calls[other].phase == .waiting {
            if calls[call].isOK {
                calls[other].pending -= 1
                if calls[other].pending == 0 {
                    consider(other, freedBy: call, now: now)
                }
            } else {
                finish(other, .dependencyFailed(call), now: now)
            }
        }
    }

    private mutating func tellWhoWaits(for call: Int) {
        guard calls[call].touches else { return }
        for owner in order.waiting(behind: .call(call)) {
            guard case .call(let other) = owner, calls[other].phase == .waiting, calls[other].wait == .order else { continue }
            wait(other, .order, on: [.call(call)])
        }
    }

    mutating func leaveResources(_ call: Int, keepingWrites: Bool, now: Int64) {
        guard calls[call].touches else { return }
        enter(order.leave(.call(call), keepingWrites: keepingWrites), freedBy: call, now: now)
    }

    mutating func enter(_ owners: [ResourceOrder.Owner], freedBy: Int?, now: Int64) {
        for owner in owners {
            guard case .call(let other) = owner else { continue }
            calls[other].blocks -= 1
            if calls[other].blocks == 0, calls[other].phase == .waiting, calls[other].pending == 0 {
                consider(other, freedBy: freedBy, now: now)
            }
        }
    }
}
