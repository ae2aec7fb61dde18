package import FanoutEvents

extension BatchMachine {
    /// Whether a call may go on as far as approval goes; where not, it waits for an answer, or ends.
    mutating func approves(_ call: Int, now: Int64) -> Bool {
        guard !calls[call].isApproved, let tool = calls[call].tool else { return true }
        let name = rules.tools[tool].name
        if deniedTools.contains(name) {
            decide(call, .denied, by: nil, scope: .tool, now: now)
            return false
        }
        if approvedTools.contains(name) {
            decide(call, .approved, by: nil, scope: .tool, now: now)
            return true
        }
        switch rules.approval {
        case .always:
            decide(call, .approved, by: "policy", scope: nil, now: now)
            return true
        case .never:
            decide(call, .denied, by: "policy", scope: nil, now: now)
            return false
        case .ask:
            if calls[call].wait != .approval {
                wait(call, .approval, on: [])
            }
            return false
        }
    }

    /// Whether a call waits for an answer.
    package func asks(_ call: Int) -> Bool {
        calls[call].phase == .waiting && !calls[call].isApproved && calls[call].wait == .approval
    }

    /// Answers a call that waits for approval, and with `.tool` every other call of its tool.
    ///
    /// - Returns: False where it does not wait for approval.
    package mutating func answer(_ call: Int, _ decision: Event.Decision, by: String?, scope: Event.DecisionScope, now: Int64) -> Bool {
        guard calls.indices.contains(call), asks(call), let tool = calls[call].tool else { return false }
        var answered = [call]
        switch scope {
        case .once: break
        case .tool:
            switch decision {
            case .approved: approvedTools.insert(rules.tools[tool].name)
            case .denied: deniedTools.insert(rules.tools[tool].name)
            }
            answered += calls.indices.filter { $0 != call && calls[$0].tool == tool && asks($0) }
        }
        for call in answered {
            decide(call, decision, by: by, scope: scope, now: now)
            if decision == .approved {
                consider(call, freedBy: nil, now: now)
            }
        }
        propagate(now: now)
        return true
    }

    private mutating func decide(_ call: Int, _ decision: Event.Decision, by: String?, scope: Event.DecisionScope?, now: Int64) {
        effects.append(.decide(call: call, decision, by: by, scope: scope))
        switch decision {
        case .approved:
            calls[call].isApproved = true
        case .denied:
            finish(call, .denied(by: by), now: now)
        }
    }
}
