package import FanoutEvents
internal import FanoutJSON

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
