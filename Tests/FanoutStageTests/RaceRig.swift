import FanoutEvents
import FanoutStage
import FanoutTestKit
import FanoutTimeline
import FanoutView

/// Races whose contestants ran in a tenth of a second for each character.
enum RaceRig {
    private static let voices: [(name: CleanText, score: String)] = [
        (
            "sequential",
            """
            get_weather |=====+
            get_time    |:::::===+
            get_news    |::::::::=======+
            search      |:::::::::::::::==!
            """
        ),
        (
            "limit:2",
            """
            get_weather |=====+
            get_time    |===+
            get_news    |:::=======+
            search      |:::::==!
            """
        ),
        (
            "parallel",
            """
            get_weather |=====+
            get_time    |===+
            get_news    |=======+
            search      |==!
            """
        ),
    ]

    /// Four calls under three rules: 1.7, 1.0 and 0.7 seconds.
    static func measured() -> Race {
        var race = Race(
            title: "travel: a test", basis: .measured(atOnce: true), calls: 4,
            contestants: voices.map { Race.Contestant(name: $0.name, timeline: timeline($0.score, under: $0.name)) })
        race.results = Race.Results(same: 4, calls: 4)
        return race
    }

    /// The same one after the other, the second underway; its first attempt begins after two seconds.
    static func inTurn() -> Race {
        var race = measured()
        race.basis = .measured(atOnce: false)
        race.results = nil
        race.contestants[1].timeline = timeline(voices[1].score, under: voices[1].name, later: 2_000_000)
        race.contestants[2].timeline = Timeline(header: Header(session: "none", started: 0))
        return race
    }

    private static func timeline(_ score: String, under rules: CleanText, later shift: Int64 = 0) -> Timeline {
        var timeline = Timeline(header: Header(session: "score", started: 0))
        for var event in Score(score).events {
            event.t += shift
            if case .turnStarted = event.body {
                event.body = .turnStarted(
                    Event.TurnStarted(
                        turn: 1, strategy: rules == "sequential" ? "sequential" : "parallel", limit: rules == "limit:2" ? 2 : nil))
            }
            timeline.apply(event)
        }
        return timeline
    }

    /// A recording in which a call was tried again and one never ran, played under three rules.
    static func predicted(
        _ names: [(CleanText, WhatIf.Rules?)] = [("sequential", .init(isSequential: true)), ("recorded", nil), ("parallel", .init())]
    ) -> Race {
        let recorded = Score(
            """
            fetch  |==~~===+
            read   |====+
            edit   |======!
            report |s
            """
        ).timeline
        return Race.predicted(
            recorded, turn: 0, under: names.map { (name: $0.0, rules: $0.1) }, title: "turn 1 of a.jsonl", file: "a.jsonl")
    }

    /// A race of one call each, which took so many microseconds.
    static func of(walls: [Int64], names: [CleanText] = ["a", "b", "c"]) -> Race {
        Race(
            title: "walls", basis: .predicted(file: "walls", recorded: 0), calls: 1,
            contestants: zip(names, walls).map { name, wall in
                var timeline = Timeline(header: Header(session: "s", started: 0))
                timeline.apply(Event(t: 0, .callRequested(Event.CallRequested(turn: 1, call: "c", name: "x", index: 0))))
                timeline.apply(Event(t: 0, .callStarted(Event.CallStarted(call: "c"))))
                timeline.apply(Event(t: wall, .callFinished(Event.CallFinished(call: "c", outcome: .ok))))
                return Race.Contestant(name: name, timeline: timeline)
            })
    }
}
