internal import FanoutAgent
internal import FanoutDemos
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutView

extension ProgramCommand {
    /// Shows a built-in scenario.
    static let demo = ProgramCommand(
        name: "demo", operands: "[SCENARIO]", summary: "a built-in scenario: real tools, no key, no network",
        options: display + recording + LiveRun.options + [
            Option("list", "names the scenarios"),
            Option("latency", argument: "FACTOR", "stretches the delays of tools and model; 0 for none"),
            Option("dsn", argument: "DSN", "clinical: the PostgreSQL database to ask; keep its password in PGPASSWORD or ~/.pgpass"),
            Option("seed", "clinical: first writes the schema \(ClinicalDatabase.schema) and its rows to that database"),
        ]
    ) { options in
        if options.has("list") {
            let width = Scenario.all.map(\.name.count).max() ?? 0
            for scenario in Scenario.all {
                Console.print(scenario.name + String(repeating: " ", count: width - scenario.name.count + 2) + scenario.summary + "\n")
            }
            return 0
        }
        guard options.operands.count <= 1 else {
            throw UsageError("demo: one scenario at a time")
        }
        let name = options.operands.first ?? "travel"
        guard let scenario = Scenario.named(name) else {
            let near = Scenario.all.map(\.name).first { Spelling.isNear($0, name) }
            throw UsageError(
                "demo \(name): there is no such scenario\(near.map { "; did you mean \($0)?" } ?? "; `fanout demo --list` names them")")
        }
        let options = Settings(options).filled(options)
        let display = try Display.choose(options)
        var settings = ScenarioSettings()
        settings.latency = try LiveRun.latency(options)
        settings.turn = try LiveRun.turnOptions(options, display: display)
        settings.clinic = try clinic(options, scenario)
        let shown = try LiveRun.show(options, display: display, title: scenario.title, source: "demo \(name)", linesToError: false) {
            log, time in
            let performance = try scenario.prepare(log: log, time: time, settings: settings)
            return LiveRun.Piece(engine: performance.engine) { dialogue in
                _ = await dialogue.prompt(after: dialogue.answering { await performance.run() })
            }
        }
        if display != .json, let text = shown.answers.last?.text, !text.isEmpty {
            Console.print("\n" + CleanText.lines(of: text).map(\.string).joined(separator: "\n") + "\n")
        }
        return shown.status
    }

    /// The clinic in the database that the options name.
    private static func clinic(_ options: Options, _ scenario: Scenario) throws -> ClinicalDatabase? {
        guard let dsn = options.value("dsn") else {
            guard !options.has("seed") else {
                throw UsageError("--seed: name the database that it writes to with --dsn")
            }
            return nil
        }
        guard scenario.name == Scenario.clinical.name else {
            throw UsageError("--dsn: only the scenario clinical asks a database; write `fanout demo clinical --dsn …`")
        }
        let seed = options.has("seed")
        let time = SystemTime()
        return try SignalledWait(time).value { try await ClinicalDatabase.postgres(dsn, seed: seed, time: time) }
    }
}
