import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// The program on a PostgreSQL server of the tests' own.
@Suite(.timeLimit(.minutes(2))) struct DatabaseTests {
    @Test("the clinical demonstration seeds a database, runs on it, and records two turns whose figures agree with an independent count")
    func clinical() throws {
        let cluster = try PostgresCluster.shared.get()
        let folder = try ProgramFolder()
        let early = try folder.run("demo", "clinical", "--dsn", cluster.dsn, "--latency", "0")
        #expect(early.status == 1)
        #expect(early.error.contains("has no schema fanout_clinic with patients; create it with --seed"))
        #expect(folder.recordings == [])

        let run = try folder.run("demo", "clinical", "--dsn", cluster.dsn, "--seed", "--latency", "0", "--record", "kept")
        #expect(run.status == 0, "\(run.error)")
        #expect(run.output.contains("PostgreSQL, sequential") && run.output.contains("PostgreSQL, parallel"))
        let stats = try JSONValue(parsing: try folder.run("stats", "--json", "kept").output)
        #expect(stats["calls"] == 8 && stats["errors"] == 0)
        #expect((stats["by_turn"]?.array ?? []).prefix(2).map { $0["peak"] } == [1, 4])
        let checker = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent(
            "check-events")
        let check = try folder.shell("python3 '\(checker.path)' --complete --summary kept")
        #expect(check.status == 0, "\(check.output)")
    }

    static let wrong: [([String], Int, String)] = [
        (["--seed"], 2, "--seed: name the database that it writes to with --dsn"),
        (["--dsn", "postgresql://joe:sec/ret@h/d"], 1, "the user or the password in the dsn has a sign that belongs to the URL"),
        (["--dsn", "host=/no/such/folder password=secret"], 1, "cannot connect to the database"),
    ]

    @Test("a dsn that cannot be used is told before anything is shown, without its password", arguments: wrong)
    func refused(_ options: [String], _ status: Int, _ complaint: String) throws {
        let folder = try ProgramFolder()
        let words = (["demo", "clinical"] + options).map { "'\($0)'" }.joined(separator: " ")
        let run = try folder.shell("\"$FANOUT\" \(words)")
        #expect(run.status == status)
        #expect(run.error.contains(complaint), "\(run.error)")
        #expect(!run.error.contains("sec/ret") && !run.error.contains("secret"))
        #expect(run.output == "" && folder.contents == [:])
    }

    @Test("a database belongs to the clinical scenario alone")
    func otherScenario() throws {
        let run = try ProgramFolder().run("demo", "stocks", "--dsn", "host=h")
        #expect(run.status == 2 && run.error.contains("only the scenario clinical asks a database"))
    }

    /// `fanout run` with a tool that runs this statement, and a model that asks for one call of it.
    private func scene(_ sql: String, _ arguments: String = "{}") throws -> AgentScene {
        let call: JSONValue = ["id": "c1", "type": "function", "function": ["name": "ask", "arguments": .string(arguments)]]
        let scene = try AgentScene(steps: [.reply(AgentScene.asks(for: call)), .reply(AgentScene.says("Done."))])
        let tools: JSONValue = [
            "databases": ["clinic": ["dsn": "${env:CLINIC_DSN}"]],
            "tools": [
                [
                    "name": "ask", "sql": .string(sql), "database": "clinic",
                    "parameters": ["type": "object", "properties": ["n": ["type": "integer", "default": 3]]],
                ]
            ],
        ]
        try scene.folder.write("tools.json", tools.description)
        return scene
    }

    @Test("a statement of the tools file answers the model with rows, and its pool of connections is closed in the end")
    func run() throws {
        let cluster = try PostgresCluster.shared.get()
        let scene = try scene("SELECT n, n * 1.10 AS price FROM generate_series(1, :n) n", #"{"n":2}"#)
        let run = try scene.run(environment: ["CLINIC_DSN": cluster.dsn + " application_name=run_ends"])
        #expect(run.status == 0, "\(run.error)")
        #expect(try scene.results(inRequest: 1) == [#"c1: {"row_count":2,"rows":[{"n":1,"price":1.10},{"n":2,"price":2.20}]}"#])
        try scene.check()
    }

    @Test("a server that is not there fails the call and not the run, and the password is nowhere")
    func unreached() throws {
        let scene = try scene("SELECT 1")
        let run = try scene.run(environment: ["CLINIC_DSN": "postgresql://joe:hidden@127.0.0.1:1/clinic"])
        #expect(run.status == 0, "\(run.error)")
        let result = try #require(try scene.results(inRequest: 1).first)
        #expect(
            result.contains("cannot connect to the database clinic on 127.0.0.1:1") && result.contains("Connection refused"), "\(result)")
        #expect(!(try scene.folder.read("kept") + run.output + run.error + result).contains("hidden"))
        try scene.check()
    }

    @Test("a statement does not outlive the program, however that ends", arguments: ["TERM", "KILL"])
    func killed(signal: String) throws {
        let cluster = try PostgresCluster.shared.get()
        let scene = try scene("SELECT pg_sleep(600)")
        let ended = try scene.folder.shell(
            """
            "$FANOUT" run go --model m --base-url '\(scene.server.baseURL)' --tools tools.json --no-record --ui quiet &
            program=$!
            count() { '\(cluster.programs)/psql' -Atd '\(cluster.dsn)' -c "SELECT count(*) FROM pg_stat_activity WHERE application_name = '$1' AND state = 'active'"; }
            until [ "$(count ends_\(signal))" = 1 ]; do sleep 0.05; done
            kill -\(signal) $program
            until [ "$(count ends_\(signal))" = 0 ]; do sleep 0.05; done
            echo ended
            """, environment: ["CLINIC_DSN": cluster.dsn + " application_name=ends_\(signal)"])
        #expect(ended.output == "ended\n", "\(ended.error)")
    }
}
