import FanoutEngine
import FanoutJSON
import FanoutTools
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct SQLiteTests {
    /// A database file in a folder of its own, which goes with it.
    final class File {
        let folder = NSTemporaryDirectory() + "fanout-test-\(UUID().uuidString)"
        var path: String { folder + "/t.sqlite" }

        init(_ script: String) throws {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            try SQLiteDatabase(path: path, access: .readWrite).execute(script)
        }

        deinit { try? FileManager.default.removeItem(atPath: folder) }

        func rows(_ sql: String, _ arguments: JSONValue = [:], access: SQLAccess = .readOnly, limit: SQLLimit = SQLLimit()) async throws
            -> SQLRows
        {
            let statement = try SQLStatement(sql, .sqlite)
            let database = SQLiteDatabase(path: path, access: access)
            return try await database.rows(statement, statement.values(from: arguments), limit: limit, ToolContext(time: StillTime()))
        }
    }

    @Test("rows come out with their types, and values go in as they are")
    func types() async throws {
        let file = try File(
            "CREATE TABLE t (a, b, c, d, e); INSERT INTO t VALUES (9007199254740993, 1.5, 'it''s 2026-10-28', NULL, x'00ff')")
        #expect(
            try await file.rows("SELECT *, a, 9e999 AS f FROM t").json.description
                == #"{"row_count":1,"rows":[{"a":9007199254740993,"b":1.5,"c":"it's 2026-10-28","d":null,"e":"(2 bytes of binary data)","a_2":9007199254740993,"f":"Infinity"}]}"#
        )
        #expect(try await file.rows("SELECT b FROM t WHERE c = :c", ["c": "it's 2026-10-28"]).array.description == #"[{"b":1.5}]"#)
        #expect(try await file.rows("SELECT b FROM t WHERE c = :c", ["c": "'; DROP TABLE t; --"]).rows.isEmpty)
        #expect(
            try await file.rows(
                "SELECT :i AS i, :n AS n, :s AS s, :b AS b, :z AS z, :l AS l", ["i": 7, "n": 0.5, "s": "ü\0x", "b": true, "l": [1]]
            )
            .array.description == #"[{"i":7,"n":0.5,"s":"ü\u0000x","b":1,"z":null,"l":"[1]"}]"#)
    }

    @Test("rows beyond the limit are not fetched, and it is said that there are more")
    func limit() async throws {
        let file = try File("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2), (3)")
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c"
        #expect(
            try await file.rows(endless, limit: SQLLimit(rows: 2)).json.description
                == #"{"row_count":2,"truncated":"there are more rows; only the first 2 are here","rows":[{"x":1},{"x":2}]}"#)
        #expect(try await !file.rows("SELECT a FROM t", limit: SQLLimit(rows: 3)).isCut)
        #expect(
            try await file.rows(endless, limit: SQLLimit(rows: 10, bytes: 20)).json.description
                == #"{"row_count":2,"truncated":"there are more rows; together they have more than 20 bytes, so only the first 2 are here","rows":[{"x":1},{"x":2}]}"#
        )
        let large = try await file.rows("SELECT printf('%.100c', 'x') AS x", limit: SQLLimit(rows: 10, bytes: 20)).json.description
        #expect(
            large
                == #"{"row_count":0,"truncated":"the first row alone has 108 bytes, more than the 20 that are kept; ask for less of it","rows":[]}"#
        )
        // What writes is not cut short by a limit.
        let written = try await file.rows("UPDATE t SET a = a + 10 RETURNING a", access: .readWrite, limit: SQLLimit(rows: 1))
        #expect(written.rows.count == 1 && written.isCut && written.changed == 3)
        #expect(try await file.rows("SELECT sum(a) AS s FROM t").array.description == #"[{"s":36}]"#)
    }

    static let refusals: [(String, SQLAccess, String)] = [
        ("SELECT absent FROM t", .readOnly, "SQLite: no such column: absent"),
        ("SELECT * FROM missing", .readOnly, "SQLite: no such table: missing"),
        ("INSERT INTO t VALUES (1)", .readOnly, "this database is read-only; set \"access\": \"read_write\""),
        ("CREATE TEMP TABLE u (a)", .readOnly, "this database is read-only"),
        ("ATTACH ':memory:' AS m", .readOnly, "may not attach another file"),
        ("ATTACH ':memory:' AS m", .readWrite, "may not attach another file"),
        ("PRAGMA query_only = 0", .readOnly, "may not use PRAGMA query_only"),
        ("PRAGMA writable_schema = 1", .readWrite, "may not use PRAGMA writable_schema"),
        ("SELECT * FROM pragma_journal_mode", .readOnly, "may not use PRAGMA journal_mode"),
        ("UPDATE sqlite_master SET sql = ''", .readOnly, "SQLite: table sqlite_master may not be modified"),
        ("BEGIN", .readWrite, "is a transaction of its own"),
        ("SELECT load_extension('x')", .readWrite, "may not load an extension"),
        ("SELECT zeroblob(1000000000)", .readOnly, "SQLite: string or blob too big"),
        ("VACUUM INTO '/tmp/fanout-test-copy.sqlite'", .readOnly, "may not attach another file"),
    ]

    @Test("what a statement may not do is refused in words, and nothing is changed", arguments: refusals)
    func refusal(_ sql: String, _ access: SQLAccess, _ words: String) async throws {
        let file = try File("CREATE TABLE t (a)")
        let before = try Data(contentsOf: URL(fileURLWithPath: file.path))
        let error = await #expect(throws: SQLError.self) { try await file.rows(sql, access: access) }
        #expect(error?.kind == .refused)
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == before)
        #expect(try FileManager.default.contentsOfDirectory(atPath: file.folder) == ["t.sqlite"])
    }

    @Test("a statement may ask for tables and columns")
    func pragma() async throws {
        let file = try File("CREATE TABLE t (a)")
        #expect(try await file.rows("SELECT name FROM pragma_table_info(:t)", ["t": "t"]).array.description == #"[{"name":"a"}]"#)
    }

    @Test("a file that is not there, is a folder or no database is told with its path")
    func files() async throws {
        let file = try File("CREATE TABLE t (a)")
        let text = file.folder + "/text"
        try Data(repeating: 0x61, count: 4096).write(to: URL(fileURLWithPath: text))
        for (path, words) in [
            ("/no/such/file", "cannot open the database /no/such/file: No such file or directory; create it, or correct its path"),
            (file.folder, "it is a directory; name a file"), (text, "file is not a database"),
        ] {
            let statement = try SQLStatement("SELECT 1 FROM t", .sqlite)
            let error = await #expect(throws: SQLError.self) {
                try await SQLiteDatabase(path: path).rows(statement, [], limit: SQLLimit(), ToolContext(time: StillTime()))
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }

    private static let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"

    @Test("a statement that never ends is stopped when its task is cancelled")
    func cancelled() async throws {
        let file = try File("CREATE TABLE t (a)")
        let database = SQLiteDatabase(path: file.path)
        let statement = try SQLStatement(Self.endless, .sqlite)
        let query = Task { try await database.rows(statement, [], limit: SQLLimit(), ToolContext(time: StillTime())) }
        query.cancel()
        let error = await #expect(throws: SQLError.self) { try await query.value }
        #expect(error?.kind == .cancelled)
    }

    @Test("a statement that never ends is stopped when its time is up")
    func timeout() async throws {
        let file = try File("CREATE TABLE t (a)")
        let database = SQLiteDatabase(path: file.path, statementTimeout: 1_500_000)
        let statement = try SQLStatement(Self.endless, .sqlite)
        let time = StillTime()
        let query = Task.detached { try await database.rows(statement, [], limit: SQLLimit(), ToolContext(time: time)) }
        await time.until()
        time.advance(by: 1_500_000)
        let error = await #expect(throws: SQLError.self) { try await query.value }
        #expect(error?.kind == .timeout)
        #expect(error?.message.contains("cancelled after 1.5 s, the database's statement_timeout") == true)
    }

    @Test("a statement that waits for another's lock is stopped when its task is cancelled")
    func locked() async throws {
        let file = try File("CREATE TABLE t (a)")
        let lock = Process()
        lock.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        lock.arguments = [
            "python3", "-c",
            "import sqlite3,sys;c=sqlite3.connect(sys.argv[1],isolation_level=None);c.execute('BEGIN EXCLUSIVE');print('held',flush=True);sys.stdin.read()",
            file.path,
        ]
        let (input, output) = (Pipe(), Pipe())
        lock.standardInput = input
        lock.standardOutput = output
        try lock.run()
        _ = output.fileHandleForReading.availableData
        let (database, statement) = (SQLiteDatabase(path: file.path), try SQLStatement("SELECT * FROM t", .sqlite))
        let query = Task { try await database.rows(statement, [], limit: SQLLimit(), ToolContext(time: StillTime())) }
        query.cancel()
        let error = await #expect(throws: SQLError.self) { try await query.value }
        #expect(error?.kind == .cancelled)
        try input.fileHandleForWriting.close()
        lock.waitUntilExit()
    }
}
