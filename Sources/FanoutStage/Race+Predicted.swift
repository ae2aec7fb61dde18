package import FanoutEvents
package import FanoutTimeline

extension Race {
    /// A turn of a recording that can be raced.
    package struct Choice: Sendable, Hashable {
        /// The timeline's place, and the turn's in it.
        package var timeline: Int
        package var turn: Int
        /// How many of its calls ran.
        package var calls: Int
        /// The number that the producer gave it; nil for calls that named no turn.
        package var number: Int?
        /// Whether of none of its calls more is known than the order.
        package var isOrderOnly: Bool
    }

    /// The turns of a recording with calls that ran, but for those that are the work of a call: that work is part of the call's time.
    package static func choices(in timelines: Timelines) -> [Choice] {
        timelines.all.enumerated().flatMap { place, timeline in
            timeline.rootTurns(at: Instant.furthest).compactMap { root in
                let turn = timeline.turns[root.turn]
                let lanes = turn.lanes.map { Int($0) }.filter { timeline.lane($0).kind == .call && timeline.hasRun($0) }
                guard !lanes.isEmpty else { return nil }
                return Choice(
                    timeline: place, turn: root.turn, calls: lanes.count, number: turn.number,
                    isOrderOnly: lanes.allSatisfy { timeline.isOrderOnly($0, at: Instant.furthest) })
            }
        }
    }

    /// A turn of a recording, played by the engine's machine under each of some rules.
    ///
    /// - Parameters:
    ///   - entrants: Names and rules; nil for those that were recorded.
    ///   - file: What the recording is called.
    package static func predicted(
        _ timeline: Timeline, turn: Int, under entrants: [(name: CleanText, rules: WhatIf.Rules?)], title: CleanText, file: CleanText
    ) -> Race {
        let workload = timeline.workload(ofTurn: turn)
        let contestants = entrants.map { entrant in
            let rules = entrant.rules ?? workload.recorded
            let played = WhatIf.play(workload, under: rules)
            return Contestant(name: entrant.name, timeline: Self.timeline(of: played, under: rules, from: timeline))
        }
        let calls = contestants.first?.timeline.figures(ofTurn: 0, at: Instant.furthest).calls ?? 0
        let recorded = timeline.figures(ofTurn: turn, at: timeline.last).wall
        var race = Race(title: title, basis: .predicted(file: file, recorded: recorded), calls: calls, contestants: contestants)
        race.isApproximate = workload.isApproximate
        return race
    }

    /// What was played as the events that would have told of it.
    private static func timeline(of played: WhatIf.Outcome, under rules: WhatIf.Rules, from recorded: Timeline) -> Timeline {
        var events = [
            Event(t: 0, .turnStarted(Event.TurnStarted(turn: 1, strategy: rules.isSequential ? "sequential" : nil, limit: rules.limit)))
        ]
        for (index, span) in played.spans.enumerated() {
            let call = "c\(index + 1)"
            let asked = span.start.map { $0 - span.waited } ?? span.end
            let name = recorded.title(of: span.lane)
            let lane = recorded.lane(span.lane)
            events.append(Event(t: asked, .callRequested(Event.CallRequested(turn: 1, call: call, name: name, index: index))))
            for (place, attempt) in span.attempts.enumerated() {
                var started = Event(t: attempt.start, .callStarted(Event.CallStarted(call: call, attempt: place + 1)))
                started.approx = lane.approxStart?.ofLength
                events.append(started)
                if place < span.attempts.count - 1 {
                    let retrying = Event.CallRetrying(call: call, attempt: place + 1, error: nil, delay: nil)
                    events.append(Event(t: attempt.end, .callRetrying(retrying)))
                }
            }
            let outcome = lane.hasEnded ? lane.outcome : .unknown
            var finished = Event(t: span.end, .callFinished(Event.CallFinished(call: call, outcome: outcome)))
            finished.approx = lane.hasEnded ? lane.approxEnd?.ofLength : .inferred
            events.append(finished)
        }
        var timeline = Timeline(header: Header(session: "played", started: 0))
        // Those of one instant stay in the order in which a call lives.
        for event in events.enumerated().sorted(by: { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }).map(\.element) {
            timeline.apply(event)
        }
        timeline.settle()
        return timeline
    }
}

extension Event.Approximation {
    /// What it makes of a length that was played: one that was taken from the order alone is no more than concluded.
    fileprivate var ofLength: Event.Approximation { self == .order ? .inferred : self }
}

extension Timeline {
    fileprivate func hasRun(_ lane: Int) -> Bool {
        firstStart(of: lane, at: Instant.furthest) != nil
    }
}
