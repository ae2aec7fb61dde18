package import FanoutEvents
package import FanoutTimeline

/// One turn's calls under several rules, side by side, each contestant with a timeline of its own.
///
/// Instants are those of the race's clock, which all timelines share; each contestant's own time begins with its first attempt.
package struct Race: Sendable {
    package struct Contestant: Sendable {
        /// The rules that it runs under, as they were asked for: `sequential`, `limit:2`.
        package var name: CleanText
        /// Of one turn.
        package var timeline: Timeline

        package init(name: CleanText, timeline: Timeline) {
            self.name = name
            self.timeline = timeline
        }
    }

    /// Where the contestants' times come from.
    package enum Basis: Sendable, Hashable {
        /// The calls really run: of all contestants at once, or of one after the other.
        case measured(atOnce: Bool)
        /// They were played over the times that a recording holds, in which the turn took so many microseconds.
        case predicted(file: CleanText, recorded: Int64)
    }

    /// How many of the calls came to the same under every contestant.
    package struct Results: Sendable, Hashable {
        package var same: Int
        package var calls: Int
        /// The first call that did not: its tool and its place from 1.
        package var difference: CleanText?

        package init(same: Int, calls: Int, difference: CleanText? = nil) {
            self.same = same
            self.calls = calls
            self.difference = difference
        }
    }

    /// What is run.
    package var title: CleanText
    package var basis: Basis
    /// How many calls each contestant has.
    package var calls: Int
    package var contestants: [Contestant]
    /// Whether instants of the recording are bounds and not measured.
    package var isApproximate = false
    /// Nil until all have ended, and where nothing really ran.
    package var results: Results?

    package init(title: CleanText, basis: Basis, calls: Int, contestants: [Contestant]) {
        self.title = title
        self.basis = basis
        self.calls = calls
        self.contestants = contestants
    }
}

extension Race {
    /// How a contestant stands at an instant.
    package struct Standing: Sendable, Hashable {
        package enum State: Sendable, Hashable {
            case waiting, running, done
        }

        package var state = State.waiting
        /// When its first attempt began; nil before, and where nothing of it ever ran.
        package var start: Int64?
        /// Microseconds since then; once it is done, its wall.
        package var clock: Int64 = 0
        /// How many of its calls have ended, and how many of those failed or timed out.
        package var done = 0
        package var errors = 0
        /// Attempts that run, and the most that ever did.
        package var running = 0
        package var peak = 0
        /// Microseconds of all attempts.
        package var sum: Int64 = 0
    }

    package func standing(_ place: Int, at t: Int64) -> Standing {
        let timeline = contestants[place].timeline
        guard let turn = timeline.turns.first, turn.started <= t else { return Standing() }
        let figures = timeline.figures(ofTurn: 0, at: t)
        let done = figures.calls - figures.running - figures.waiting
        let isDone = figures.calls >= calls && done == figures.calls
        return Standing(
            state: isDone ? .done : .running, start: figures.start,
            clock: isDone ? figures.wall : figures.start.map { max(0, t - $0) } ?? 0,
            done: done, errors: figures.errors, running: figures.running, peak: figures.peak, sum: figures.sum)
    }

    package func standings(at t: Int64) -> [Standing] {
        contestants.indices.map { standing($0, at: t) }
    }

    /// Whether every contestant has ended by then.
    package func isOver(at t: Int64) -> Bool {
        contestants.indices.allSatisfy { standing($0, at: t).state == .done }
    }

    /// The last instant of any contestant.
    package var last: Int64 { contestants.map(\.timeline.last).max() ?? 0 }

    /// The longest time of a contestant up to an instant, in microseconds.
    func longest(at t: Int64) -> Int64 { standings(at: t).map(\.clock).max() ?? 0 }

    /// How long each contestant that runs will take, in microseconds, by the times of one that has ended; nil where that is not known, or was
    /// exceeded.
    ///
    /// Only for what is measured: of what was played all is known.
    func foreseen(_ standings: [Standing]) -> [Int64?] {
        guard case .measured = basis, let ended = standings.firstIndex(where: { $0.state == .done }) else {
            return standings.map { _ in nil }
        }
        let workload = contestants[ended].timeline.workload(ofTurn: 0)
        return standings.indices.map { place in
            guard standings[place].state == .running else { return nil }
            let own = contestants[place].timeline.workload(ofTurn: 0)
            let wall = WhatIf.play(workload, under: own.recorded).wall
            return wall > standings[place].clock ? wall : nil
        }
    }

    /// How many times as fast as the slowest so far one that has ended was; nil where that says nothing.
    func ratio(_ place: Int, among standings: [Standing]) -> Double? {
        let own = standings[place]
        let slowest = standings.map(\.clock).max() ?? 0
        guard own.state == .done, own.clock > 0, slowest > own.clock else { return nil }
        return Double(slowest) / Double(own.clock)
    }
}
