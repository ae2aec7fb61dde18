internal import FanoutDemos
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutScreen
internal import FanoutStage
internal import FanoutTimeline

/// The contestants of a race as they really run: of each an engine, tools and data, an event log and a timeline of its own.
///
/// A class, because the show and the tasks of the contestants share it. But for what ``results`` holds it belongs to the main thread.
final class RaceHeat {
    private let turns: [ScenarioTurn]
    private let queues: [EventQueue]
    private let logs: [EventLog]
    private let time: SystemTime
    private let results: Guarded<[[CallResult]?]>
    /// Whether a contestant's log has been read to its end.
    private var isRead: [Bool]
    let race: Race

    /// Below this part of a scenario's delays its calls take so little that contestants who run at once would disturb each other.
    static let leastLatencyAtOnce = 0.1

    init(
        _ scenario: Scenario, _ entrants: [RaceEntrant], settings: ScenarioSettings, time: SystemTime, wakeup: Wakeup
    ) throws(ScenarioError) {
        var turns: [ScenarioTurn] = []
        var queues: [EventQueue] = []
        var logs: [EventLog] = []
        do {
            for entrant in entrants {
                let log = EventLog(clock: { time.now() })
                queues.append(log.reader(limit: 10_000) { wakeup.wake() })
                logs.append(log)
                turns.append(try scenario.largestTurn(log: log, time: time, settings: settings) { entrant.apply(to: &$0) })
            }
        } catch {
            turns.forEach { $0.discard() }
            throw error
        }
        self.turns = turns
        self.queues = queues
        self.logs = logs
        self.time = time
        results = Guarded(Array(repeating: nil, count: turns.count))
        isRead = Array(repeating: false, count: turns.count)
        race = Race(
            title: CleanText(scenario.name) + ": " + CleanText(scenario.title),
            basis: .measured(atOnce: settings.latency >= Self.leastLatencyAtOnce), calls: turns.first?.calls.count ?? 0,
            contestants: entrants.map {
                Race.Contestant(name: $0.name, timeline: Timeline(header: Header(session: $0.word, started: 0)))
            })
    }

    /// Lets the contestants go.
    func start() {
        let atOnce = race.basis == .measured(atOnce: true)
        Task.detached(executorPreference: time.workers) { [turns, logs, results] in
            @Sendable func run(_ place: Int) async {
                let own = await turns[place].run()
                results.withLock { $0[place] = own }
                logs[place].close()
            }
            guard atOnce else {
                for place in turns.indices {
                    await run(place)
                }
                return
            }
            await withTaskGroup(of: Void.self) { group in
                for place in turns.indices {
                    group.addTask { await run(place) }
                }
            }
        }
    }

    /// Takes away what was set up, where it is not started.
    func discard() {
        turns.forEach { $0.discard() }
    }

    /// Has all of them end.
    func stop() {
        turns.forEach { $0.engine.cancelTurn() }
    }

    var isOver: Bool { isRead.allSatisfy(\.self) }

    /// Takes what has happened into the race.
    func take(into race: inout Race) {
        for (place, queue) in queues.enumerated() where !isRead[place] {
            let (events, isOpen) = queue.take()
            for event in events {
                race.contestants[place].timeline.apply(event)
            }
            race.contestants[place].timeline.settle()
            isRead[place] = !isOpen
        }
        if isOver {
            race.results = comparison()
        }
    }

    /// Holds the results of all contestants against each other, call by call: how each ended, and what the model would be sent.
    private func comparison() -> Race.Results? {
        let results = results.withLock { $0 }.compactMap(\.self)
        guard let first = results.first, results.count == turns.count else { return nil }
        var comparison = Race.Results(same: 0, calls: first.count)
        for (place, own) in first.enumerated() {
            let isSame = results.allSatisfy { other in
                place < other.count && other[place].outcome == own.outcome && other[place].error == own.error
                    && other[place].text == own.text
            }
            if isSame {
                comparison.same += 1
            } else if comparison.difference == nil {
                comparison.difference = "call " + CleanText(place + 1) + " of " + CleanText(first.count) + ", " + CleanText(own.name)
            }
        }
        return comparison
    }
}
