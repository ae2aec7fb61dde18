internal import FanoutDemos
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutScreen
internal import FanoutSession
internal import FanoutStage
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Runs or plays one turn's calls under several strategies, side by side.
    static let race = ProgramCommand(
        name: "race", operands: "[SCENARIO|FILE]", summary: "one workload under several strategies, side by side on one time axis",
        options: [
            Option("ui", argument: "KIND", "auto, dashboard, plain (a line per contestant, then a table), json (one object) or quiet")
        ] + display.dropFirst() + [
            Option("json", "one JSON object, as --ui json"),
            Option("strategies", argument: "LIST", "from two to six of sequential, threads, threads:N, limit:N, parallel, recorded"),
            Option("latency", argument: "FACTOR", "scenario: stretches the delays of its tools; below 0.1 they run one after the other"),
            Option("turn", argument: "N", "recording: this turn; else the one with the most calls that ran"),
            Option("speed", argument: "N", "recording: how many times as fast; else so that it takes 20 s at the most"),
        ],
        notes: """
            The calls of a scenario really run, under each strategy with tools and data of their own; without an operand it is travel. Those of a
            recording are played by the engine's own machine over the times that were recorded, and the outcome is predicted. A word that names
            both a scenario and a file is the scenario; write ./NAME for the file. LIST has commas between its words; where it is left out it is
            \(RaceEntrant.usual.joined(separator: ",")). limit:N is parallel with at most N calls at once; recorded, what a recording says of itself.
            """
    ) { options in
        guard options.operands.count <= 1 else {
            throw UsageError("race: one scenario or recording at a time")
        }
        let display: Display = options.has("json") ? .json : try Display.choose(options)
        let looks = try Looks(options)
        let operand = options.operands.first ?? Scenario.travel.name
        if let scenario = Scenario.named(operand) {
            return try race(scenario, options, display, looks)
        }
        guard operand.contains("/") || FileSystem.exists(operand) else {
            let near = Scenario.all.map(\.name).first { Spelling.isNear($0, operand) }
            throw UsageError(
                "race \(operand): there is no such scenario, and no such file\(near.map { "; did you mean \($0)?" } ?? "; `fanout demo --list` names the scenarios")"
            )
        }
        return try race(file: operand, options, display, looks)
    }

    private static func race(_ scenario: Scenario, _ options: Options, _ display: Display, _ looks: Looks) throws -> Int32 {
        for option in ["turn", "speed"] where options.has(option) {
            throw UsageError("--\(option): the calls of a scenario really run; it is for recordings")
        }
        let entrants = try RaceEntrant.list(options.value("strategies"), hasRecording: false)
        var settings = ScenarioSettings()
        settings.latency = try LiveRun.latency(options)
        // Nobody is there to be asked for each contestant.
        settings.turn.approval = .always
        let time = SystemTime()
        guard let wakeup = Wakeup() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        let make = { [settings] in try RaceHeat(scenario, entrants, settings: settings, time: time, wakeup: wakeup) }
        let heat = try make()
        let run = RaceShow.Run(clock: { time.now() }, wakeup: wakeup, heat: make)
        let tell: ((Race, Int) -> Void)? =
            switch display {
            case .auto, .dashboard: nil
            case .plain: { race, place in Console.print(RaceReport.line(race, place, glyphs: looks.glyphs).string + "\n") }
            case .json, .quiet: { _, _ in }
            }
        let show: RaceShow
        do {
            show = try RaceShow(heat.race, run: run, heat: heat, looks: looks, tell: tell)
        } catch {
            heat.discard()
            throw error
        }
        let (race, signal) = show.perform()
        return finish(show, race, signal, display, looks) { $0.json(["scenario": .string(scenario.name)], entrants: entrants) }
    }

    private static func race(file path: String, _ options: Options, _ display: Display, _ looks: Looks) throws -> Int32 {
        guard !options.has("latency") else {
            throw UsageError("--latency: a recording's times are what they were; it is for scenarios")
        }
        let entrants = try RaceEntrant.list(options.value("strategies"), hasRecording: true)
        let speed = try options.positive("speed", most: 100_000)
        let timelines = try SessionFile.load(path)
        let choice = try choose(try options.integer("turn", in: 0...Int(Int32.max)), in: timelines, path: path)
        let name = CleanText(Composition.baseName(path))
        // Of several sessions the one that it is in must be named.
        let session: CleanText = timelines.all.count > 1 ? " of " + CleanText(timelines[choice.timeline].header.session) + " in " : " of "
        let turn = (choice.number.map { "turn " + CleanText($0) } ?? "calls of no turn") + session + name
        let race = Race.predicted(
            timelines[choice.timeline], turn: choice.turn, under: entrants.map { ($0.name, $0.whatIf) }, title: turn, file: name)
        func json(_ report: RaceReport) -> JSONValue {
            var source: JSONObject = ["file": .string(path)]
            if timelines.all.count > 1 {
                source["session"] = .string(timelines[choice.timeline].header.session)
            }
            if let number = choice.number {
                source["turn"] = .integer(Int64(number))
            }
            return report.json(source, entrants: entrants)
        }
        guard display == .dashboard else {
            if display == .plain {
                Console.print((turn + ", " + CleanText(counted(race.calls, "call"))).string + "\n")
                let order = race.contestants.indices.sorted {
                    race.standing($0, at: race.last).clock < race.standing($1, at: race.last).clock
                }
                order.forEach { Console.print(RaceReport.line(race, $0, glyphs: looks.glyphs).string + "\n") }
            }
            return finish(nil, race, nil, display, looks, json)
        }
        let show = try RaceShow(race, run: nil, heat: nil, looks: looks, speed: speed ?? RaceScreen.speed(for: race), tell: nil)
        let (shown, signal) = show.perform()
        return finish(show, shown, signal, display, looks, json)
    }

    /// The turn that is raced.
    private static func choose(_ number: Int?, in timelines: Timelines, path: String) throws -> Race.Choice {
        let choices = Race.choices(in: timelines)
        guard !choices.isEmpty else {
            throw SessionError(.otherFormat, "\(path): no call of it ran; there is nothing to race")
        }
        let wanted = choices.filter { number == nil || $0.number == number }
        guard !wanted.isEmpty else {
            let numbers = Set(choices.compactMap(\.number)).sorted()
            let known = numbers.prefix(20).map(String.init).joined(separator: ", ") + (numbers.count > 20 ? " …" : "")
            throw UsageError(
                "--turn \(number ?? 0): \(path) has no turn of that number in which a call ran\(numbers.isEmpty ? "; leave it out" : "; those are \(known)")"
            )
        }
        // The first of those with the most calls.
        let timed = wanted.filter { !$0.isOrderOnly }
        guard let choice = timed.max(by: { ($0.calls, -$0.timeline, -$0.turn) < ($1.calls, -$1.timeline, -$1.turn) }) else {
            throw SessionError(.otherFormat, "\(path): of its calls only the order is known; a race needs their times")
        }
        return choice
    }

    /// Leaves what came of it, and answers for how it ended.
    private static func finish(
        _ show: RaceShow?, _ race: Race, _ signal: Signal?, _ display: Display, _ looks: Looks, _ json: (RaceReport) -> JSONValue
    ) -> Int32 {
        let report = RaceReport(race, glyphs: looks.glyphs)
        switch (display, signal) {
        case (.dashboard, _), (.auto, _):
            show?.still(width: Composition.terminalWidth()).forEach { Console.print($0 + "\n") }
        case (.plain, nil): report.lines().forEach { Console.print($0.string + "\n") }
        case (.json, nil): Console.print(json(report).description + "\n")
        case (.quiet, _), (.plain, .some), (.json, .some): break
        }
        switch signal {
        case nil: return 0
        case .interrupt?: return 130
        case .some(let signal):
            signal.performDefault()
            return 1
        }
    }
}
