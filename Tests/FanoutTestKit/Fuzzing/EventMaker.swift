internal import FanoutEvents

/// Makes events of bytes: a few ids, turns and instants, so that they meet, and now and then an instant far away.
struct EventMaker {
    private var bytes: ArraySlice<UInt8>
    private var t: Int64 = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes[...]
    }

    private mutating func byte() -> UInt8 { bytes.popFirst() ?? 0 }

    mutating func next() -> Event? {
        guard let kind = bytes.popFirst() else { return nil }
        move(byte())
        let who = byte()
        let call = "c\(who & 7)"
        let turn = who & 0x18 == 0 ? nil : Int(who >> 3 & 3)
        let body = body(kind % 20, call, turn, other: "c\(who >> 5)")
        return Event(t: t, approx: kind > 200 ? .arrival : nil, body)
    }

    /// Mostly a little on, sometimes back, rarely to the end of time.
    private mutating func move(_ step: UInt8) {
        switch step {
        case 0xff: t = .max
        case 0xfe: t = .min
        case 0xfd: t = t &+ 3_600_000_000 * 5
        case 0xfc: t = 0
        case 0xf0...0xfb: t = t &- Int64(step - 0xee)
        default: t = t &+ Int64(step & 0x0f)
        }
    }

    private mutating func body(_ kind: UInt8, _ call: String, _ turn: Int?, other: String) -> Event.Body {
        switch kind {
        case 0: return .turnStarted(Event.TurnStarted(turn: turn ?? 1, parent: byte() & 1 == 0 ? other : nil))
        case 1: return .turnFinished(Event.TurnFinished(turn: turn ?? 1, outcome: .ok))
        case 2, 3:
            var requested = Event.CallRequested(turn: turn, call: call, name: "tool", index: Int(byte() & 7))
            requested.after = byte() & 1 == 0 ? [other] : []
            requested.parent = byte() & 3 == 0 ? other : nil
            return .callRequested(requested)
        case 4: return .callQueued(Event.CallQueued(call: call, why: .limit, on: byte() & 1 == 0 ? [other] : []))
        case 5, 6, 7, 8:
            let flags = byte()
            let attempt = flags & 0x0c == 0 ? nil : Int(flags >> 2 & 3)
            return .callStarted(Event.CallStarted(call: call, attempt: attempt, turn: turn, freedBy: flags & 3 == 0 ? other : nil))
        case 9: return .callRetrying(Event.CallRetrying(call: call, attempt: nil, error: nil, delay: nil))
        case 10, 11, 12:
            let flags = byte()
            let outcomes = Event.Outcome.allCases
            var finished = Event.CallFinished(call: call, outcome: outcomes[Int(flags) % outcomes.count])
            finished.abandoned = flags & 0x40 != 0
            finished.run = flags & 0x80 != 0 ? Int64(flags) << Int64(flags & 0x3f) : nil
            return .callFinished(finished)
        case 13: return .callReleased(Event.CallReleased(call: call))
        case 14: return .callDecided(Event.CallDecided(call: call, decision: .approved))
        case 15: return .modelStarted(Event.ModelStarted(turn: turn, request: other))
        case 16: return .modelFinished(Event.ModelFinished(turn: turn, request: other, finish: .calls))
        case 17: return .marker(Event.Marker(label: "m"))
        case 18: return .callProgress(Event.CallProgress(call: call, done: 1, total: 2))
        default:
            return byte() == 0 ? .sessionFinished(Event.SessionFinished(outcome: .ok)) : .callOutput(Event.CallOutput(call: call, text: ""))
        }
    }
}
