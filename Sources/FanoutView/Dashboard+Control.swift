internal import FanoutEvents
internal import FanoutTimeline

// What is asked of a run that goes on: to cancel, to try again, to approve.
extension Dashboard {
    mutating func control(_ command: Command, _ timeline: Timeline, _ t: Int64) -> [Effect] {
        guard canControl else {
            notice = "this run cannot be controlled from here"
            return []
        }
        if command == .cancelTurn {
            return [.cancelTurn]
        }
        let isOfSelection = command == .cancelCall || command == .retry
        guard let lane = isOfSelection ? selection : approvalLane(timeline, t) else {
            let isLate = approvalLane(timeline, timeline.last) != nil
            notice =
                isOfSelection
                ? "select a call first"
                : isLate ? "a call asks now, and this is earlier" + remedy(.follow, "goes there") : "no call waits for approval"
            return []
        }
        if command == .approve || command == .approveTool, seenArguments != lane {
            // Nobody decides on what they have not seen to its end.
            (detail, view, dismissedApproval) = (nil, .lanes, nil)
            notice = "see its argument to the end first" + remedy(.detailDown, "goes on")
            return []
        }
        guard timeline.laneRange.contains(lane) else {
            notice = "that call is no longer held"
            return []
        }
        let call = timeline.id(of: lane)
        if command == .cancelCall, timeline.lane(lane).hasEnded {
            notice = "that call is over"
            return []
        }
        if command == .cancelCall, timeline.lane(lane).kind == .model {
            notice = "a request to the model ends with its turn" + remedy(.cancelTurn, "cancels that")
            return []
        }
        if command == .retry, let why = whyNotRetried(lane, timeline) {
            notice = why
            return []
        }
        switch command {
        case .cancelCall: return [.cancelCall(call)]
        case .retry: return [.retry(call)]
        case .approve: return [.approve(call, tool: false)]
        case .approveTool: return [.approve(call, tool: true)]
        default: return [.deny(call)]
        }
    }

    private func whyNotRetried(_ number: Int, _ timeline: Timeline) -> CleanText? {
        let lane = timeline.lane(number)
        if lane.kind == .model { return "a request to the model is tried again by itself" }
        if !lane.hasEnded { return "that call is not over" }
        if lane.outcome == .ok { return "that call has not failed" }
        return timeline.turns[Int(lane.turn)].hasFinished ? "the turn of that call is over" : nil
    }

    /// The selected call if it waits for approval, and else the one that has waited longest: at an instant, and still now.
    func approvalLane(_ timeline: Timeline, _ t: Int64) -> Int? {
        let now = max(t, timeline.last)
        let waiting = timeline.openLanes(at: t).filter { lane in
            [t, now].allSatisfy { timeline.state(of: lane, at: $0) == .waiting(.approval) }
        }
        return selection.flatMap { waiting.contains($0) ? $0 : nil } ?? waiting.first
    }
}
