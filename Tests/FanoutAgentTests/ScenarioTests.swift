import FanoutAgent
import FanoutDemos
import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTools
import Testing

extension Scenario: CustomTestStringConvertible {
    public var testDescription: String { name }
}

@Suite(.timeLimit(.minutes(1))) struct ScenarioTests {
    /// Runs a scenario without delays; what sleeps until a deadline is woken at once.
    static func perform(_ scenario: Scenario, _ session: Session) async throws -> (AgentAnswer, ScriptedProvider) {
        var settings = ScenarioSettings()
        settings.latency = 0
        let performance = try scenario.prepare(log: session.log, time: session.time, settings: settings)
        let ticking = Task {
            // Only what never ends sleeps where nothing takes time.
            guard scenario.name == "partial" else { return }
            let begun = AsyncStream<Void>.makeStream()
            let reader = session.log.reader { begun.continuation.yield() }
            for await _ in begun.stream where reader.take().events.contains(where: { $0.body.brief.hasPrefix("progress") }) {
                session.time.advance(by: 50_000)
                return
            }
        }
        let answer = await performance.run()
        ticking.cancel()
        return (answer, performance.provider)
    }

    @Test("a scenario runs to its answer, by the rules of its API and of the events", arguments: Scenario.all)
    func whole(_ scenario: Scenario) async throws {
        let session = Session()
        let (answer, provider) = try await Self.perform(scenario, session)
        #expect(answer.outcome == .ok && !answer.text.isEmpty && answer.error == nil)
        for request in provider.requests {
            let messages = try #require(request.value["messages"]?.array)
            #expect(MessageRules.faults(in: messages, form: provider.form) == [])
        }
        #expect(try session.violations() == "")
    }

    /// The results that went back, in order, each with the place of its turn's request.
    static func results(_ provider: ScriptedProvider) -> [String] {
        let request = provider.requests.last?.value
        return (request?["messages"] ?? request?["input"])?.array?.flatMap { message -> [String] in
            switch provider.form {
            case .openAIResponses:
                message["output"]?.string.map { ["\(message["call_id"]?.string ?? "") \($0)"] } ?? []
            case .openAIChat:
                message["tool_call_id"]?.string.map { ["\($0) \(message["content"]?.string ?? "")"] } ?? []
            case .anthropicMessages:
                (message["content"]?.array ?? []).compactMap { block in
                    block["tool_use_id"]?.string.map { "\($0) \(block["content"]?.string ?? "")" }
                }
            }
        } ?? []
    }

    static let tokyo = #"{"city":"Tokyo","temperature":24,"unit":"celsius"}"#
    static let london = #"{"city":"London","temperature":15,"unit":"celsius"}"#

    static let expected: [(name: String, results: [String])] = [
        ("weather", ["call_1 \(tokyo)", "call_2 \(london)", #"call_3 {"from":"USD","to":"JPY","rate":149.5}"#]),
        ("stocks", ["call_1 \(tokyo)", #"call_2 {"ticker":"AAPL","price":213.5,"currency":"USD"}"#]),
        ("single", ["call_1 \(tokyo)"]),
        ("claude", ["toolu_1 \(tokyo)", "toolu_2 \(london)"]),
        (
            "orchestrator",
            [
                #"call_1 {"drug_id":"DRUG-0042","name":"Metformin"}"#,
                #"call_2 {"drug_id":"DRUG-0042","dosage":"500 mg twice daily with meals"}"#,
                #"call_3 {"report":"Metformin: 500 mg twice daily with meals."}"#,
            ]
        ),
        (
            "ordered",
            [
                #"call_1 {"account":"savings","balance":400}"#, #"call_2 {"account":"checking","balance":350}"#,
                #"call_3 {"account":"savings","balance":400}"#, #"call_4 {"account":"checking","balance":350}"#,
                #"call_5 {"account":"savings","balance":300}"#, #"call_6 {"account":"checking","balance":450}"#,
                #"call_7 {"account":"savings","balance":300}"#, #"call_8 {"account":"checking","balance":450}"#,
                #"call_9 {"sent_to":"savings"}"#, #"call_10 {"sent_to":"checking"}"#, #"call_11 {"sent_to":"customer"}"#,
                #"call_12 {"sent_to":"audit"}"#,
            ]
        ),
    ]

    @Test("the scenarios' tools give what they are known for, each result under its own id and in call order", arguments: expected)
    func results(_ name: String, _ results: [String]) async throws {
        let (_, provider) = try await Self.perform(try #require(Scenario.named(name)), Session())
        #expect(Self.results(provider) == results)
    }

    @Test("the clinical tools read their database: active prescriptions newest first, five results, ISO dates")
    func clinical() async throws {
        let (_, provider) = try await Self.perform(.clinical, Session())
        let results = Self.results(provider).map { JSONText(unchecked: Array($0.drop { $0 != "{" }.utf8)).value }
        try #require(results.count == 4)
        #expect(results[0]["name"] == "Jane Doe" && results[0]["dob"] == "1975-03-14" && results[0]["sex"] == "female")
        let drugs = results[1]["medications"]?.array ?? []
        #expect(
            drugs.map { "\($0["drug_name"]?.string ?? "") \($0["dose"]?.string ?? "")" } == [
                "Atorvastatin 20mg", "Lisinopril 10mg", "Metformin 500mg",
            ])
        #expect((results[2]["allergies"]?.array ?? []).map { $0["allergen"]?.string } == ["Penicillin", "Sulfonamides"])
        let tests = results[3]["results"]?.array ?? []
        #expect(tests.count == 5 && tests.first?["collected_at"] == "2026-10-28T08:15:00Z")
        #expect(tests.map { $0["collected_at"]?.string ?? "" } == tests.map { $0["collected_at"]?.string ?? "" }.sorted(by: >))
    }

    static let clinicalCases: [(strategy: Strategy, sleeps: [Int64], milliseconds: Int64)] = [
        (.parallel, [200], 200), (.sequential, [200, 180, 150], 530),
    ]

    @Test(
        "the clinical calls take 530 ms one after the other and 200 ms together",
        arguments: clinicalCases)
    func clinicalTimes(_ strategy: Strategy, _ sleeps: [Int64], _ milliseconds: Int64) async throws {
        let session = Session()
        var settings = ScenarioSettings()
        settings.turn.strategy = strategy
        let performance = try Scenario.clinical.prepare(log: session.log, time: session.time, settings: settings)
        let run = Task { await performance.run() }
        // The model thinks, then tools sleep: all at once, or one by one; then the model thinks again.
        await session.time.until()
        session.time.advance(by: 700_000)
        for sleep in sleeps {
            await session.time.until(sleepers: strategy == .parallel ? 3 : 1)
            session.time.advance(by: sleep * 1000)
        }
        await session.time.until()
        session.time.advance(by: 800_000)
        #expect(await run.value.outcome == .ok)
        let attempts = session.events.filter { $0.body.brief.hasPrefix("started") || $0.body.brief.hasPrefix("finished") }.map(\.t)
        #expect(attempts.count == 8)
        #expect((attempts.max() ?? 0) - (attempts.min() ?? 0) == milliseconds * 1000)
    }

    @Test("the clinic in PostgreSQL gives what the one in SQLite gives, in two turns; seeding writes its own schema alone, however often")
    func clinicalOnPostgres() async throws {
        let cluster = try PostgresCluster.shared.get()
        let owner = try Postgres(.readWrite)
        try await owner.rows("CREATE DATABASE clinic")
        let dsn = cluster.dsn + " dbname=clinic"
        func open(seed: Bool) async throws -> ClinicalDatabase { try await ClinicalDatabase.postgres(dsn, seed: seed, time: StillTime()) }
        let missing = await #expect(throws: ScenarioError.self) { try await open(seed: false) }
        #expect(missing?.message.contains("has no schema fanout_clinic with patients; create it with --seed") == true)

        let other = try Postgres(.readWrite, dsn: "dbname=clinic")
        try await other.rows("CREATE TABLE patients (a text)")
        try await open(seed: true).close()
        try await other.rows("INSERT INTO fanout_clinic.allergies VALUES ('P-00123', 'Nothing')")
        try await open(seed: true).close()
        #expect(try await other.value("SELECT count(*) FROM patients") == 0)
        #expect(
            try await other.value("SELECT string_agg(nspname, ' ') FROM pg_namespace WHERE nspname !~ '^pg_|^information'")
                == "public fanout_clinic")

        let session = Session()
        var settings = ScenarioSettings()
        settings.latency = 0
        settings.clinic = try await open(seed: false)
        let performance = try Scenario.clinical.prepare(log: session.log, time: session.time, settings: settings)
        let answer = await performance.run()
        #expect(answer.outcome == .ok && answer.callErrors == 0)
        #expect(answer.text.split(separator: "\n").suffix(2).map { $0.prefix { $0 != "," } } == ["PostgreSQL", "PostgreSQL"])
        #expect(try session.violations() == "")
        let results = Self.results(performance.provider).map { $0.drop { $0 != "{" } }
        let (_, provider) = try await Self.perform(.clinical, Session())
        let expected = Self.results(provider).map { $0.drop { $0 != "{" } }
        #expect(results == expected + expected)
        let strategies = session.events.compactMap { event -> String? in
            guard case .turnStarted(let turn) = event.body else { return nil }
            return turn.strategy
        }
        #expect(strategies.prefix(2) == ["sequential", "parallel"])

        // Somebody else's schema of that name is left alone.
        try await other.rows("COMMENT ON SCHEMA fanout_clinic IS 'ours'")
        let foreign = await #expect(throws: ScenarioError.self) { try await open(seed: true) }
        #expect(
            foreign?.message.contains("there is a schema fanout_clinic that fanout did not make; rename it") == true,
            "\(foreign?.message ?? "")")
    }

    @Test("an unknown patient is a result, and not a failure")
    func unknownPatient() async throws {
        let session = Session()
        var settings = ScenarioSettings()
        settings.latency = 0
        let performance = try Scenario.clinical.prepare(log: session.log, time: session.time, settings: settings)
        defer { performance.discard() }
        let results = await performance.engine.run(
            turn: 1, calls: [ToolCall(id: "c", name: "get_patient_demographics", arguments: #"{"patient_id":"P-99999"}"#)])
        #expect(results.map(\.outcome) == [.ok])
        #expect(results.first?.text == #"{"error":"Patient P-99999 not found"}"#)
    }

    @Test("what goes wrong stays with its call: each kind of failure, in call order, and the rest is whole")
    func partial() async throws {
        let session = Session()
        let (answer, provider) = try await Self.perform(.partial, session)
        let ends = session.events.compactMap { event -> (String, String)? in
            guard case .callFinished(let call) = event.body else { return nil }
            return (call.call, call.error?.kind.rawValue ?? call.outcome.rawValue)
        }
        #expect(
            Dictionary(uniqueKeysWithValues: ends) == [
                "call_1": "ok", "call_2": "ok", "call_3": "unknown_tool", "call_4": "invalid_arguments", "call_5": "invalid_json",
                "call_6": "tool_error", "call_7": "timeout", "call_8": "ok",
            ])
        #expect(answer.callErrors == 5)
        let results = Self.results(provider)
        try #require(results.map { $0.prefix { $0 != " " } } == (1...8).map { "call_\($0)" })
        for (place, tool) in [
            (2, "get_patient_genome"), (3, "get_recent_lab_results"), (4, "get_patient_allergies"), (5, "get_patient_notes"),
            (6, "get_patient_imaging"),
        ] {
            let sent = JSONText(unchecked: Array(results[place].drop { $0 != "{" }.utf8)).value
            #expect(sent["error"]?.string?.isEmpty == false && sent["tool"] == .string(tool))
        }
    }

    @Test("the travel scenario runs its calls under each strategy, and ends with the times")
    func travel() async throws {
        let session = Session()
        let (answer, provider) = try await Self.perform(.travel, session)
        let turns = session.events.compactMap { event -> String? in
            guard case .turnStarted(let turn) = event.body else { return nil }
            return turn.strategy
        }
        #expect(turns == ["sequential", "threads", "parallel", "sequential", "parallel", "parallel"])
        let results = Self.results(provider)
        let expected = 9 * 3 + 5 * 2
        try #require(results.count == expected)
        #expect(results[2] == #"call_3 {"topic":"Tokyo","headlines":["News about Tokyo #1","News about Tokyo #2"]}"#)
        #expect(answer.text.split(separator: "\n").count == 6)
    }

    @Test("the switch for parallel calls goes to the API, and back on")
    func ordered() async throws {
        let (_, provider) = try await Self.perform(.ordered, Session())
        #expect(provider.requests.map { $0.value["parallel_tool_calls"] } == [false, false, nil, nil])
    }
}
