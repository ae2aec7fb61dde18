package import FanoutEvents
internal import FanoutJSON
package import FanoutTimeline

/// A session made up by a seed: turns that overlap and nest, calls that wait, fail, are tried again, or never end.
package struct RandomSession {
    package var events: [Event] = []
    private var random: SeededGenerator

    package init(seed: UInt64, turns: Int, calls: Int) {
        random = SeededGenerator(seed: seed)
        var start: Int64 = 0
        var number = 0
        var parents: [String] = []
        for turn in 1...max(1, turns) {
            let parent = !parents.isEmpty && Int.random(in: 0..<3, using: &random) == 0 ? parents.removeLast() : nil
            events.append(Event(t: start, .turnStarted(Event.TurnStarted(turn: turn, parent: parent))))
            var end = start
            for index in 0..<Int.random(in: 1...max(1, calls), using: &random) {
                number += 1
                let id = "call_\(number)"
                end = max(end, call(id, turn: turn, index: index, from: start))
                parents.append(id)
            }
            if Int.random(in: 0..<10, using: &random) > 0 {
                events.append(Event(t: end, .turnFinished(Event.TurnFinished(turn: turn, outcome: .ok))))
            }
            // The next one may begin before this one has ended.
            start += Int64.random(in: 0...max(1, (end - start) * 3 / 2), using: &random)
        }
        events = events.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
    }

    /// The same session as it is told by two sources, of which one measured and the other concluded: of some calls the start or the end is told
    /// once more, by an instant that is only about right, and nowhere beyond the call's life.
    package mutating func toldTwice() -> [Event] {
        var requested: [String: Int64] = [:]
        var started: [String: (t: Int64, attempt: Int?)] = [:]
        var concluded: [Event] = []
        for event in events {
            switch event.body {
            case .callRequested(let body): requested[body.call] = event.t
            case .callRetrying(let body): requested[body.call] = event.t
            case .callStarted(let body): started[body.call] = (event.t, body.attempt)
            case .callFinished(let body):
                guard let start = started[body.call], let approx = Event.Approximation.allCases.randomElement(using: &random) else {
                    continue
                }
                let earliest = requested[body.call] ?? start.t
                if Bool.random(using: &random), earliest < start.t, earliest + 1 < event.t {
                    // After the request or the failed attempt, and before the end.
                    let t = Int64.random(in: earliest + 1..<event.t, using: &random)
                    let attempt = Bool.random(using: &random) ? start.attempt : nil
                    concluded.append(Event(t: t, approx: approx, .callStarted(Event.CallStarted(call: body.call, attempt: attempt))))
                }
                if Bool.random(using: &random) {
                    let t = event.t + Int64.random(in: 0...6, using: &random)
                    concluded.append(Event(t: t, approx: approx, .callFinished(Event.CallFinished(call: body.call, outcome: .unknown))))
                }
            default: break
            }
        }
        let all = events + concluded
        return all.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
    }

    private mutating func call(_ id: String, turn: Int, index: Int, from start: Int64) -> Int64 {
        var t = start + Int64.random(in: 0...5, using: &random)
        let tool = ["grep", "read", "bash"].randomElement(using: &random)
        var requested = Event.CallRequested(turn: turn, call: id, name: tool, index: index)
        requested.arguments = .elided
        events.append(Event(t: t, .callRequested(requested)))
        if Bool.random(using: &random) {
            t += Int64.random(in: 0...3, using: &random)
            events.append(Event(t: t, .callQueued(Event.CallQueued(call: id, why: .limit))))
        }
        for attempt in 1...Int.random(in: 1...3, using: &random) {
            t += Int64.random(in: 0...4, using: &random)
            if attempt > 1 {
                events.append(Event(t: t, .callRetrying(Event.CallRetrying(call: id, attempt: attempt - 1, error: nil, delay: nil))))
                t += Int64.random(in: 0...3, using: &random)
            }
            events.append(Event(t: t, .callStarted(Event.CallStarted(call: id, attempt: attempt))))
        }
        if Int.random(in: 0..<12, using: &random) > 0 {
            t += Int64.random(in: 0...9, using: &random)
            let outcome = Event.Outcome.allCases.randomElement(using: &random) ?? .ok
            events.append(Event(t: t, .callFinished(Event.CallFinished(call: id, outcome: outcome))))
        }
        return t
    }
}

/// Random numbers that a seed decides (SplitMix64).
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension [Event] {
    /// The same events, every seventh of which comes four places late.
    package var comingLate: [Event] {
        var late = self
        for place in late.indices where place % 7 == 3 && place + 4 < late.count {
            late.insert(late.remove(at: place), at: place + 4)
        }
        return late
    }
}

extension Timeline {
    /// A session of which all of these events have come.
    package init(folding events: [Event]) {
        self.init(header: Header(session: "s", started: 0))
        for event in events { apply(event) }
        settle()
    }
}
