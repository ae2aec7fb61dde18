package import FanoutEvents

// How calls come into the batch: all at once, one after the other while the reply arrives, or in the place of another.

extension BatchMachine {
    /// Takes the next calls of the reply, in its order. Nothing is decided about them before they are admitted.
    package mutating func append(_ new: [BatchCall]) {
        let first = calls.count
        calls.reserveCapacity(first + new.count)
        for call in new {
            calls.append(Record(call, needsApproval: needsApproval(call.tool)))
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

    private func needsApproval(_ tool: Int?) -> Bool { tool.map { rules.tools[$0].traits.needsApproval } ?? false }

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
        var record = Record(BatchCall(tool: old.tool, after: others), needsApproval: needsApproval(old.tool))
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
}
