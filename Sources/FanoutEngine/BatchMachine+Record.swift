internal import FanoutEvents

extension BatchMachine {
    /// Where a call stands.
    enum Phase: Sendable {
        /// For references, approval or resources.
        case waiting
        /// In line before a gate.
        case gated
        case running
        /// Its work was asked to end, and its ending is settled.
        case stopping
        /// Between two attempts.
        case resting
        case finished
    }

    struct Record: Sendable {
        let tool: Int?
        let failure: CallError?
        /// It may run before the reply is whole.
        let startsEarly: Bool
        var phase = Phase.waiting
        /// The last attempt that started; 0 before.
        var attempt = 0
        /// How many calls that it refers to have not ended.
        var pending = 0
        /// How many of the resources that it touches are not its yet.
        var blocks = 0
        /// How many gates of its path it has passed, and keeps.
        var passed = 0
        var isApproved = true
        var isResolved: Bool
        var isResolving = false
        /// Whether it stands in line for resources, or has some.
        var touches = false
        /// Whether the work of its last attempt goes on.
        var isWorking = false
        var isOK = false
        var isAbandoned = false
        /// Its rest is over, and only its work keeps it from the next attempt.
        var isRested = false
        var deadline: Int64?
        var ending = BatchEffect.Ending.ok
        var wait: Event.Wait?
        var freedBy: Int?
        var replacement: Int?
        /// Its neighbours in a gate's line.
        var before = -1
        var behind = -1

        /// - Parameter needsApproval: Whether its tool does.
        init(_ call: BatchCall, needsApproval: Bool) {
            tool = call.tool
            failure = call.failure
            startsEarly = call.startsEarly && call.failure == nil && call.after.isEmpty
            isResolved = call.after.isEmpty
            isApproved = !needsApproval
        }
    }

    enum Timer: Sendable {
        case turnDeadline
        case callDeadline(Int)
        case attemptDeadline(Int, attempt: Int)
        /// Work that was asked to end has not.
        case settled(Int, attempt: Int)
        case graceOver(Int, attempt: Int)
        case rested(Int, attempt: Int)
        case gate(Int)
    }
}
