import FanoutEngine
import FanoutJSON
import FanoutTestKit
import FanoutTools
import Testing

/// A database on the tests' own server.
struct Postgres: Sendable {
    let cluster: PostgresCluster
    let database: PostgresDatabase

    init(_ access: SQLAccess = .readOnly, connections: Int = 2, timeout: Int64? = nil, dsn: String = "") throws {
        cluster = try PostgresCluster.shared.get()
        var settings = PostgresSettings()
        settings.access = access
        settings.statementTimeout = timeout
        database = PostgresDatabase(try PostgresAddress(cluster.dsn + " " + dsn), connections: connections, settings: settings)
    }

    @discardableResult
    func rows(_ sql: String, _ arguments: JSONValue = [:], limit: SQLLimit = SQLLimit()) async throws -> SQLRows {
        let statement = try SQLStatement(sql, .postgres)
        return try await database.rows(statement, statement.values(from: arguments), limit: limit, ToolContext(time: StillTime()))
    }

    /// The only value of the only row.
    func value(_ sql: String, _ arguments: JSONValue = [:]) async throws -> JSONValue {
        try await rows(sql, arguments).rows.first?.value.object?.fields.first?.value ?? .null
    }

    /// Asks until the value is this one; the suite's time is the limit.
    func until(_ sql: String, is value: JSONValue, _ arguments: JSONValue = [:]) async throws {
        while try await self.value(sql, arguments) != value {}
    }

    /// How many statements that hold this mark are at work.
    static let working =
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%' || :mark || '%'"
}

@Suite(.timeLimit(.minutes(1))) struct PostgresTests {
    @Test("rows come out by their types, and equal names of columns are told apart")
    func types() async throws {
        let postgres = try Postgres()
        let row = try await postgres.rows(
            """
            SELECT 9007199254740993 AS big, 1.10::numeric(10,2) AS exact, 0.1::float8 AS near, true AS yes, NULL AS nothing, '\\x00ff'::bytea AS bytes,
                date '2026-10-28' AS day, timestamptz '2026-10-28 08:15:00+00' AT TIME ZONE 'UTC' AS instant, interval '1 day 2 hours' AS span,
                '{"a": [1.50]}'::jsonb AS doc, ARRAY[1, NULL] AS list, 'a' AS x, 'b' AS x, ''
            """)
        #expect(
            row.array.description
                == #"[{"big":9007199254740993,"exact":1.10,"near":0.1,"yes":true,"nothing":null,"bytes":"(2 bytes of binary data)","day":"2026-10-28","instant":"2026-10-28T08:15:00","span":"P1DT2H","doc":{"a":[1.50]},"list":[1,null],"x":"a","x_2":"b","?column?":""}]"#
        )
    }

    @Test("arguments are bound whatever they hold; one that is missing is null; a list fits where an array or JSON is wanted")
    func bound() async throws {
        let postgres = try Postgres()
        let hostile = "'; DROP TABLE t; -- $1 :x \\ ü"
        #expect(try await postgres.value("SELECT :x::text", ["x": .string(hostile)]) == .string(hostile))
        #expect(try await postgres.value("SELECT :x::int IS NULL OR :x = 5") == true)
        #expect(try await postgres.value("SELECT count(*) FROM generate_series(1, :n)", ["n": 7]) == 7)
        #expect(
            try await postgres.value("SELECT array_agg(n) FROM generate_series(1, 9) n WHERE n = ANY(:list)", ["list": [2, 3, 99]]) == [
                2, 3,
            ])
        #expect(try await postgres.value("SELECT :doc::jsonb -> 'a'", ["doc": ["a": ["b", nil]]]) == ["b", nil])
        #expect(try await postgres.value("SELECT :doc::jsonb", ["doc": ["a", 1]]) == ["a", 1])
        let error = await #expect(throws: SQLError.self) { try await postgres.rows("SELECT :x::text", ["x": "a\0b"]) }
        #expect(error?.message == "the value of x holds a NUL character, which PostgreSQL cannot take")
        let large = String(repeating: "x", count: 3_000_000)
        #expect(try await postgres.value("SELECT length(:x::text)", ["x": .string(large)]) == 3_000_000)
    }

    @Test("rows beyond the limit are cancelled in the server, and the connection serves on")
    func limit() async throws {
        let postgres = try Postgres(connections: 1)
        let process = try await postgres.value("SELECT pg_backend_pid()")
        let rows = try await postgres.rows("SELECT generate_series(1, 1000000000) AS n, repeat('x', 1000) AS x", limit: SQLLimit(rows: 3))
        #expect(rows.rows.count == 3 && rows.isCut)
        #expect(
            rows.json.description.hasPrefix(#"{"row_count":3,"truncated":"there are more rows; only the first 3 are here","rows":[{"n":1,"#)
        )
        #expect(try await postgres.value("SELECT pg_backend_pid()") == process)
        let large = try await postgres.rows(
            "SELECT repeat('x', 1000000) AS x, generate_series(1, 1000000) AS n", limit: SQLLimit(rows: 100, bytes: 2_500_000))
        #expect(large.rows.count == 2 && large.isCut)
        #expect(try await !postgres.rows("SELECT generate_series(1, 3)", limit: SQLLimit(rows: 3)).isCut)
    }

    static let writes = [
        "CREATE TABLE IF NOT EXISTS made (a int)", "CREATE SCHEMA made", "SELECT set_config('transaction_read_only', 'off', false)",
        "DO $$ BEGIN PERFORM set_config('default_transaction_read_only', 'off', false); COMMIT; CREATE TABLE made (a int); END $$",
        "WITH gone AS (DELETE FROM pg_description RETURNING 1) SELECT * FROM gone",
    ]

    @Test("a read-only database cannot be written to, whatever the statement tries", arguments: writes)
    func readOnly(_ sql: String) async throws {
        let postgres = try Postgres(connections: 1)
        let error = await #expect(throws: SQLError.self) { try await postgres.rows(sql) }
        #expect(error?.kind == .refused)
        // Not by a trick in two steps either.
        for trick in ["COMMIT", "SET default_transaction_read_only = off", "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE"] {
            _ = try? await postgres.rows(trick)
            await #expect(throws: SQLError.self) { try await postgres.rows("CREATE TABLE made (a int)") }
        }
        #expect(try await postgres.value("SELECT to_regclass('made')") == nil)
    }

    @Test("a database that may be written to keeps what a statement writes, and all of it, however few rows are shown")
    func readWrite() async throws {
        let postgres = try Postgres(.readWrite)
        try await postgres.rows("CREATE TABLE kept (a int)")
        let rows = try await postgres.rows("INSERT INTO kept SELECT generate_series(1, 1000) RETURNING a", limit: SQLLimit(rows: 1))
        #expect(
            rows.json.description
                == #"{"row_count":1,"changed":1000,"truncated":"there are more rows; only the first 1 are here","rows":[{"a":1}]}"#)
        #expect(
            try await postgres.rows("UPDATE kept SET a = 0 WHERE a > :a", ["a": 990]).json.description
                == #"{"row_count":0,"changed":10,"rows":[]}"#)
        #expect(try await postgres.value("SELECT count(*) FROM kept") == 1000)
        // A transaction that a statement leaves open goes with its connection.
        try await postgres.rows("BEGIN")
        #expect(try await postgres.rows("DELETE FROM kept").changed == 1000)
        #expect(try await postgres.value("SELECT count(*) FROM kept") == 0)
    }

    static let faults: [(String, SQLError.Kind, String)] = [
        ("SELECT * FROM missing", .refused, "PostgreSQL: relation \"missing\" does not exist (42P01)"),
        ("SELECT nothing", .refused, "PostgreSQL: column \"nothing\" does not exist (42703)"),
        ("SELEC 1", .refused, "syntax error at or near \"SELEC\""),
        ("SELECT :x::int", .refused, "invalid input syntax for type integer: \"many\" (22P02)"),
        ("SELECT n, 1 / (3 - n) FROM generate_series(1, 5) n", .refused, "division by zero"),
        ("CREATE TABLE made (a int)", .refused, "read-only transaction (25006); set \"access\": \"read_write\" for this database"),
        (
            "SELECT 1 WHERE :y IS NULL OR :x::text = :y", .refused,
            "could not determine data type of parameter :y (42P08); write :y::text, or"
        ),
        ("COPY (SELECT 1) TO STDOUT", .refused, "COPY gives no rows; use SELECT"),
    ]

    @Test("what the server refuses is told in its words, and the connection serves on", arguments: faults)
    func refused(_ sql: String, _ kind: SQLError.Kind, _ words: String) async throws {
        let postgres = try Postgres(connections: 1)
        let process = try await postgres.value("SELECT pg_backend_pid()")
        let error = await #expect(throws: SQLError.self) { try await postgres.rows(sql, ["x": "many"]) }
        #expect(error?.kind == kind)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(try await postgres.value("SELECT pg_backend_pid()") == process)
    }

    @Test("a statement that runs for longer than it may is cancelled by the server")
    func timeout() async throws {
        let postgres = try Postgres(connections: 1, timeout: 20_000)
        let error = await #expect(throws: SQLError.self) { try await postgres.rows("SELECT pg_sleep(600)") }
        #expect(error?.kind == .timeout)
        #expect(error?.message.contains("cancelled after 0.02 s, the database's statement_timeout") == true)
    }

    @Test("cancelling the task cancels the statement in the server, as another connection sees, and the connection serves on")
    func cancelled() async throws {
        let (postgres, other) = (try Postgres(connections: 1), try Postgres())
        let process = try await postgres.value("SELECT pg_backend_pid()")
        let query = Task { try await postgres.rows("SELECT pg_sleep(600) AS never_ends") }
        try await other.until(Postgres.working, is: 1, ["mark": "never_ends"])
        query.cancel()
        let error = await #expect(throws: SQLError.self) { try await query.value }
        #expect(error?.kind == .cancelled)
        // It has ended there when it has ended here.
        #expect(try await other.value(Postgres.working, ["mark": "never_ends"]) == 0)
        #expect(try await postgres.value("SELECT pg_backend_pid()") == process)
    }

    @Test("a task that is cancelled before its statement begins sends none")
    func cancelledBefore() async throws {
        let postgres = try Postgres(connections: 1)
        for _ in 0..<2 {
            let query = Task { () async -> SQLError.Kind? in
                withUnsafeCurrentTask { $0?.cancel() }
                do {
                    _ = try await postgres.rows("SELECT pg_sleep(600)")
                    return nil
                } catch {
                    return (error as? SQLError)?.kind
                }
            }
            #expect(await query.value == .cancelled)
            // The second time there is a connection.
            #expect(try await postgres.value("SELECT 1") == 1)
        }
    }
}

@Suite(.timeLimit(.minutes(1))) struct PostgresPoolTests {
    /// Waits until nobody else holds the lock of that number, and says when it began, in microseconds of the server's clock.
    private static let gate =
        "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, pg_advisory_lock_shared(:number), pg_advisory_unlock_shared(:number)"

    @Test("statements wait for a connection in order; one that is cancelled leaves, and the rest go on")
    func order() async throws {
        let postgres = try Postgres(connections: 1)
        let holder = try Postgres(.readWrite, connections: 1)
        try await holder.rows("SELECT pg_advisory_lock(4001)")
        var queries: [Task<Int64?, any Error>] = []
        for number in 0..<4 {
            queries.append(
                Task {
                    try await postgres.value(Self.gate, ["number": number == 0 ? 4001 : .integer(Int64(5000 + number))]).integer
                })
            // The first has the connection, each other a place in the queue.
            while postgres.database.counts.waiting < number || postgres.database.counts.connections < 1 {
                try await holder.rows("SELECT 1")
            }
        }
        queries[2].cancel()
        let error = await #expect(throws: SQLError.self) { try await queries[2].value }
        #expect(error?.kind == .cancelled)
        try await holder.rows("SELECT pg_advisory_unlock(4001)")
        var begun: [Int64] = []
        for place in [0, 1, 3] {
            begun.append(try #require(try await queries[place].value))
        }
        #expect(begun == begun.sorted())
        #expect(postgres.database.counts == (1, 0))
    }

    @Test("a connection that the server ends in mid-statement fails that statement alone, and is replaced")
    func lost() async throws {
        let (postgres, other) = (try Postgres(connections: 1), try Postgres())
        let query = Task { try await postgres.rows("SELECT pg_sleep(600) AS is_lost") }
        try await other.until(Postgres.working, is: 1, ["mark": "is_lost"])
        try await other.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%is_lost%' AND pid <> pg_backend_pid()")
        let error = await #expect(throws: SQLError.self) { try await query.value }
        #expect(error?.kind == .connection)
        #expect(error?.message.contains("terminating connection due to administrator command") == true, "\(error?.message ?? "")")
        #expect(try await postgres.value("SELECT 1") == 1)
        #expect(postgres.database.counts == (1, 0))
    }

    @Test("a connection that the server ended while nobody used it is replaced unseen")
    func ended() async throws {
        let (postgres, other) = (try Postgres(connections: 1), try Postgres())
        let process = try await postgres.value("SELECT pg_backend_pid()")
        try await other.rows("SELECT pg_terminate_backend(:process::int)", ["process": process])
        try await other.until("SELECT count(*) FROM pg_stat_activity WHERE pid = :process", is: 0, ["process": process])
        // What the server said last arrives on the poller's thread, a moment later than the server forgets the process, perhaps.
        while true {
            do {
                #expect(try await postgres.value("SELECT pg_backend_pid()") != process)
                break
            } catch let error as SQLError {
                #expect(error.kind == .connection)
            }
        }
        #expect(postgres.database.counts == (1, 0))
    }

    @Test("two hundred statements at once share four connections, and each gets its own answer")
    func many() async throws {
        let postgres = try Postgres(connections: 4)
        let answers = try await withThrowingTaskGroup(of: (Int64, JSONValue).self) { group in
            for number in 0..<200 as Range<Int64> {
                group.addTask { (number, try await postgres.value("SELECT :number * 2", ["number": .integer(number)])) }
            }
            return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        #expect(answers == Dictionary(uniqueKeysWithValues: (0..<200).map { ($0, .integer($0 * 2)) }))
        #expect((1...4).contains(postgres.database.counts.connections))
        try await postgres.database.connect(ToolContext(time: StillTime()))
        #expect(postgres.database.counts == (4, 0))
    }

    @Test("a pool that is closed closes its connections, and refuses who comes later")
    func closed() async throws {
        let (postgres, other) = (try Postgres(dsn: "application_name=is_closed"), try Postgres())
        try await postgres.rows("SELECT 1")
        postgres.database.close()
        try await other.until("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'is_closed'", is: 0)
        let error = await #expect(throws: SQLError.self) { try await postgres.rows("SELECT 1") }
        #expect(error?.message == "the connections to the database are closed")
    }
}

@Suite(.timeLimit(.minutes(1))) struct PostgresAddressTests {
    static let broken = [
        "postgresql://joe:sec/ret@host/db", "postgresql://joe:sec@ret@host/db", "postgres://joe:secret#1@host/db",
        "postgresql://joe:secret%zz@host/db",
        "postgresql://joe:sec@\u{301}ret@host/db", "secret", "host=h password='secret", "postgresql://joe:secret", "nonsense=secret",
        "postgresql://host:secret/db", "",
    ]

    @Test("a dsn that cannot be read is refused without a word of it", arguments: broken)
    func unreadable(_ dsn: String) {
        guard !dsn.isEmpty else { return }
        let error = #expect(throws: SQLError.self) { try PostgresAddress(dsn) }
        #expect(error?.message.contains("dsn") == true)
        #expect(error?.message.contains("sec") == false && error?.message.contains("ret") == false, "\(error?.message ?? "")")
    }

    @Test("a server that is not there, a name that is none and a wrong password are told without the password")
    func unreached() async throws {
        let cluster = try PostgresCluster.shared.get()
        let owner = try Postgres(.readWrite)
        try await owner.rows("DO $$ BEGIN CREATE ROLE locked LOGIN PASSWORD 'right'; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        let table = [
            (
                "postgresql://joe:hidden@/db?host=/no/such/folder", "cannot connect to the database db on /no/such/folder: ",
                "No such file or directory"
            ),
            ("postgresql://joe:hidden@127.0.0.1:1/db", "cannot connect to the database db on 127.0.0.1:1: ", "Connection refused"),
            (
                "postgresql://joe:hidden@no.such.host.invalid/db", "cannot connect to the database db on no.such.host.invalid: ",
                "could not translate host name"
            ),
            (
                "host=\(cluster.directory) user=locked dbname=postgres password=hidden", "",
                "password authentication failed for user \"locked\""
            ),
            ("host=\(cluster.directory) user=locked dbname=postgres", "", "no password supplied"),
            ("host=\(cluster.directory) user=nobody dbname=postgres", "", "role \"nobody\" does not exist"),
            ("host=\(cluster.directory) user=fanout dbname=absent", "", "database \"absent\" does not exist"),
        ]
        for (dsn, start, words) in table {
            let database = PostgresDatabase(try PostgresAddress(dsn))
            let statement = try SQLStatement("SELECT 1", .postgres)
            let error = await #expect(throws: SQLError.self) {
                try await database.rows(statement, [], limit: SQLLimit(), ToolContext(time: StillTime()))
            }
            #expect(error?.kind == .connection)
            #expect(error?.message.hasPrefix(start) == true && error?.message.contains(words) == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("hidden") == false)
            #expect(database.counts == (0, 0))
        }
        let right = PostgresDatabase(try PostgresAddress("host=\(cluster.directory) user=locked dbname=postgres password=right"))
        let statement = try SQLStatement("SELECT 1 AS a", .postgres)
        #expect(
            try await right.rows(statement, [], limit: SQLLimit(), ToolContext(time: StillTime())).array.description == #"[{"a":1}]"#)
    }

    @Test("a server that does not answer is given up when its time is up, and at once when the task is cancelled")
    func silent() async throws {
        let silent = try SilentServer()
        let database = PostgresDatabase(
            try PostgresAddress("host=127.0.0.1 port=\(silent.port) dbname=db connect_timeout=3 sslmode=disable gssencmode=disable"))
        let statement = try SQLStatement("SELECT 1", .postgres)
        let time = StillTime()
        let late = Task { try await database.rows(statement, [], limit: SQLLimit(), ToolContext(time: time)) }
        await time.until()
        time.advance(by: 3_000_000)
        let error = await #expect(throws: SQLError.self) { try await late.value }
        #expect(
            error?.message
                == "cannot connect to the database db on 127.0.0.1:\(silent.port): it has not answered for 3 s; see the host and the port of its dsn"
        )
        let still = StillTime()
        let unwanted = Task { try await database.rows(statement, [], limit: SQLLimit(), ToolContext(time: still)) }
        await still.until()
        unwanted.cancel()
        let other = await #expect(throws: SQLError.self) { try await unwanted.value }
        #expect(other?.kind == .cancelled)
        #expect(database.counts == (0, 0))
    }
}
