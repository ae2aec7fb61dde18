internal import FanoutEvents

// Lines before gates, and what moves them.

extension BatchMachine {
    mutating func join(_ call: Int, _ gate: Int, _ why: Event.Wait, atFront: Bool, now: Int64) {
        let line = gates[gate].line
        if line.isEmpty {
            gates[gate].line = CallLine(first: call, last: call)
        } else if atFront {
            calls[call].behind = line.first
            calls[line.first].before = call
            gates[gate].line.first = call
        } else {
            calls[call].before = line.last
            calls[line.last].behind = call
            gates[gate].line.last = call
        }
        wait(call, why, on: gates[gate].name.holders)
        watch(gate, now: now)
    }

    /// Takes a call out of the line that it stands in.
    mutating func stepOut(_ call: Int) {
        guard let tool = calls[call].tool, calls[call].passed < paths[tool].count else { return }
        let gate = paths[tool][calls[call].passed]
        let (before, behind) = (calls[call].before, calls[call].behind)
        if before >= 0 {
            calls[before].behind = behind
        } else if gates[gate].line.first == call {
            gates[gate].line.first = behind
        }
        if behind >= 0 {
            calls[behind].before = before
        } else if gates[gate].line.last == call {
            gates[gate].line.last = before
        }
        calls[call].before = -1
        calls[call].behind = -1
    }

    /// Gives back the gates that a call has passed.
    ///
    /// - Returns: Those gates, the outermost first: who waits there has passed the others already.
    mutating func giveBackGates(_ call: Int) -> [Int] {
        guard calls[call].passed > 0, let tool = calls[call].tool else { return [] }
        let passed = paths[tool].prefix(calls[call].passed)
        let hasStarted = calls[call].passed == paths[tool].count
        calls[call].passed = 0
        for gate in passed {
            gates[gate].leave(hasStarted: hasStarted)
        }
        return passed.reversed()
    }

    mutating func leaveGates(_ call: Int, freedBy: Int?, now: Int64) {
        move(giveBackGates(call), freedBy: freedBy, now: now)
    }

    mutating func move(_ gates: [Int], freedBy: Int?, now: Int64) {
        for gate in gates {
            move(gate, freedBy: freedBy, now: now)
        }
    }

    /// Lets in from a gate's line whom it lets in.
    mutating func move(_ gate: Int, freedBy: Int?, now: Int64) {
        guard !isOver else { return }
        while gates[gate].line.first >= 0 {
            let call = gates[gate].line.first
            if let obstacle = gates[gate].obstacle(at: now) {
                if calls[call].wait != obstacle {
                    wait(call, obstacle, on: gates[gate].name.holders)
                }
                return watch(gate, now: now)
            }
            stepOut(call)
            gates[gate].enter()
            calls[call].passed += 1
            pass(call, freedBy: freedBy, atFront: false, now: now)
        }
    }

    /// Has the machine look again when a gate's rate lets the next one in.
    mutating func watch(_ gate: Int, now: Int64) {
        guard !gates[gate].line.isEmpty, gates[gate].alarm == nil, gates[gate].obstacle(at: now) == .rate,
            let instant = gates[gate].nextTurn
        else { return }
        gates[gate].alarm = instant
        timers.insert(.gate(gate), at: instant)
    }
}
