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
    private var dependents: [[Int]] = []
    var gates: [Gate]
    let paths: [[Int]]
    var order = ResourceOrder()
    private var touchesEverything = false
    /// Whether each tool reads or writes anything.
    private let touchesSomething: [Bool]
    var timers = InstantHeap<Timer>()
    /// What ended and has not been told to whom it concerns.
    private var ended: [Int] = []
    private var isPropagating = false
    var approvedTools: Set<String>
    var deniedTools: Set<String>
    var effects: [BatchEffect] = []
    /// How many calls it knows.
    package var count: Int { calls.count }
    /// How many calls have not ended.
    package private(set) var open = 0
    /// Whether all calls of the reply are known, and it is sure that they are wanted.
    package private(set) var isWhole: Bool
    /// How many calls were decided about for the first time.
    private var admitted = 0
    /// What ended the turn before its calls ended by themselves; nothing starts any more then.
    package internal(set) var cutBy: BatchEffect.Ending?
    var isOver: Bool { cutBy != nil }
    private var circles: [Int: [Int]] = [:]

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

    /// Takes the next calls of the reply, in its order. Nothing is decided about them before they are admitted.
    package mutating func append(_ new: [BatchCall]) {
        let first = calls.count
        calls.reserveCapacity(first + new.count)
        for call in new {
            calls.append(Record(call, rules))
        }
        open += new.count
        if new.contains(where: { !$0.after.isEmpty }) {
            connect(new, from: first)
        } else {
            if !after.isEmpty {
                after += new.map(\.after)
                dependents += new.map { _ in [] }
            }
            for call in first..<calls.count {
                queue(call)
            }
        }
    }

    private mutating func connect(_ new: [BatchCall], from first: Int) {
        after += Array(repeating: [], count: first - after.count) + new.map(\.after)
        dependents += Array(repeating: [], count: calls.count - dependents.count)
        for call in first..<calls.count {
            for other in after[call] where calls[other].phase != .finished {
                calls[call].pending += 1
                dependents[other].append(call)
            }
        }
        let graph = CallGraph(after)
        circles = graph.circles
        for call in graph.order where call >= first {
            queue(call)
        }
    }

    /// Puts a call in line for the resources that it touches.
    private mutating func queue(_ call: Int) {
        guard let tool = calls[call].tool, calls[call].failure == nil, circles[call] == nil else { return }
        guard rules.isSequential || touchesEverything || touchesSomething[tool] else { return }
        let traits = rules.tools[tool].traits
        var blocks = 0
        func add(_ access: ResourceOrder.Access, _ name: String) {
            blocks += order.add(.call(call), access, to: name) ? 1 : 0
        }
        // Names that no tool can give.
        if rules.isSequential {
            add(.turn, "\0turn")
        }
        if touchesEverything {
            add(traits.sequential ? .write : .read, "\0everything")
        }
        let writes = Set(traits.writes)
        for name in writes.sorted() {
            add(.write, name)
        }
        for name in Set(traits.reads).subtracting(writes).sorted() {
            add(.read, name)
        }
        calls[call].blocks = blocks
        calls[call].touches = true
    }

    /// Takes what there is to do since it was last asked, in exchange for an array whose room is used again.
    package mutating func takeEffects(into taken: inout [BatchEffect]) {
        taken.removeAll(keepingCapacity: true)
        swap(&taken, &effects)
    }

    /// Decides for the first time about the calls that were appended since it was last asked.
    package mutating func begin(now: Int64) {
        let new = admitted..<calls.count
        if admitted == 0, !new.isEmpty, let deadline = rules.deadline {
            timers.insert(.turnDeadline, at: now.later(by: deadline))
        }
        admitted = calls.count
        decide(new, now: now)
    }

    /// Says that the reply is whole: what was held back until then may run.
    ///
    /// - Parameter refusal: Why whatever has not started must not; nil where all is well.
    package mutating func close(refusal: CallError? = nil, now: Int64) {
        guard !isWhole else { return begin(now: now) }
        isWhole = true
        if let refusal {
            for call in 0..<admitted where calls[call].attempt == 0 {
                finish(call, .failed(refusal), now: now)
            }
        }
        let held = (0..<admitted).filter { !calls[$0].startsEarly }
        guard !held.isEmpty else { return begin(now: now) }
        let all = held + Array(admitted..<calls.count)
        admitted = calls.count
        decide(all, now: now)
    }

    private mutating func decide(_ candidates: some Collection<Int>, now: Int64) {
        effects.reserveCapacity(candidates.count)
        for call in candidates where calls[call].phase == .waiting {
            if let cutBy {
                finish(call, cutBy, now: now)
            } else if isWhole {
                refuse(call, now: now)
            }
        }
        propagate(now: now)
        for call in candidates where calls[call].phase == .waiting {
            consider(call, freedBy: nil, now: now)
        }
        propagate(now: now)
    }

    /// Ends a call that cannot run, whatever happens.
    private mutating func refuse(_ call: Int, now: Int64) {
        if let failure = calls[call].failure {
            finish(call, .failed(failure), now: now)
        } else if let circle = circles[call] {
            finish(call, .dependencyCycle(circle), now: now)
        } else if !after.isEmpty, let failed = after[call].first(where: { calls[$0].phase == .finished && !calls[$0].isOK }) {
            finish(call, .dependencyFailed(failed), now: now)
        }
    }

    /// Appends a call that takes the place of another, which the end of the reply gave other words.
    ///
    /// - Returns: The new call's place.
    package mutating func replace(_ call: Int, with new: BatchCall, now: Int64) -> Int {
        _ = cancel(call, now: now)
        append([new])
        calls[call].replacement = calls.count - 1
        return calls.count - 1
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

    /// Appends a call again that has ended without a result, whose result then answers for it.
    ///
    /// - Returns: The new call's place; nil where it cannot be: the batch is over, or what the call lacked it still lacks.
    package mutating func retry(_ call: Int, now: Int64) -> Int? {
        guard isWhole, open > 0, !isOver, calls.indices.contains(call) else { return nil }
        let old = calls[call]
        guard old.phase == .finished, !old.isOK, old.failure == nil, old.replacement == nil, circles[call] == nil else { return nil }
        let others = after.isEmpty ? [] : after[call].map { latest($0) }
        guard others.allSatisfy({ calls[$0].phase != .finished || calls[$0].isOK }) else { return nil }
        let new = calls.count
        var record = Record(BatchCall(tool: old.tool, after: others), rules)
        record.pending = others.count { calls[$0].phase != .finished }
        calls.append(record)
        calls[call].replacement = new
        open += 1
        if !after.isEmpty {
            after.append(others)
            dependents.append([])
            for other in others where calls[other].phase != .finished {
                dependents[other].append(new)
            }
        }
        admitted += 1
        queue(new)
        return new
    }

    /// Decides about a call that ``retry(_:now:)`` appended.
    package mutating func begin(_ call: Int, now: Int64) {
        consider(call, freedBy: nil, now: now)
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
        ended.append(call)
    }

    /// Tells of what ended to whom it concerns, until nothing more follows from it.
    mutating func propagate(now: Int64) {
        guard !isPropagating else { return }
        isPropagating = true
        var next = 0
        while next < ended.count {
            let call = ended[next]
            next += 1
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
        ended.removeAll(keepingCapacity: true)
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
