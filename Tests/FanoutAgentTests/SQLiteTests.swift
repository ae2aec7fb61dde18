import FanoutJSON
import FanoutTools
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct SQLiteTests {
    let path = NSTemporaryDirectory() + "fanout-test-\(UUID().uuidString).sqlite"

    @Test("rows come out with their types, and values go in as they are")
    func types() async throws {
        defer { unlink(path) }
        try SQLiteDatabase(path: path, access: .readWrite)
            .execute("CREATE TABLE t (a, b, c, d, e); INSERT INTO t VALUES (1, 1.5, 'it''s 2026-10-28', NULL, x'00ff')")
        let database = SQLiteDatabase(path: path)
        let row: JSONObject = ["a": 1, "b": 1.5, "c": "it's 2026-10-28", "d": nil, "e": "(2 bytes of binary data)"]
        #expect(try await database.rows("SELECT * FROM t") == [row])
        #expect(try await database.rows("SELECT a FROM t WHERE c = ?", ["it's 2026-10-28"]) == [["a": 1]])
        #expect(try await database.rows("SELECT a FROM t WHERE c = ?", ["'; DROP TABLE t; --"]) == [])
        #expect(
            try await database.rows("SELECT ? AS i, ? AS n, ? AS s, ? AS b, ? AS z", [7, 0.5, "ü", true, nil])
                == [["i": 7, "n": 0.5, "s": "ü", "b": 1, "z": nil]])
        #expect(try await database.rows("SELECT 1 UNION SELECT 2 UNION SELECT 3", limit: 2).count == 2)
    }

    @Test("what SQLite refuses is told in its words")
    func errors() async throws {
        defer { unlink(path) }
        try SQLiteDatabase(path: path, access: .readWrite).execute("CREATE TABLE t (a)")
        let database = SQLiteDatabase(path: path)
        let table: [(String, [JSONValue], String)] = [
            ("SELECT absent FROM t", [], "no such column: absent"),
            ("INSERT INTO t VALUES (1)", [], "readonly database"),
            ("SELECT ?", [], "takes 1 values and was given 0"),
            ("", [], "the statement is empty"),
        ]
        for (sql, values, words) in table {
            let error = await #expect(throws: SQLiteError.self) { try await database.rows(sql, values) }
            #expect(error?.message.contains(words) == true, "\(sql): \(error?.message ?? "")")
        }
        let missing = await #expect(throws: SQLiteError.self) { try await SQLiteDatabase(path: "/no/such/file").rows("SELECT 1") }
        #expect(missing?.message.contains("cannot open the database /no/such/file") == true)
    }

    @Test("a statement that never ends is interrupted when its task is cancelled")
    func interrupted() async throws {
        defer { unlink(path) }
        try SQLiteDatabase(path: path, access: .readWrite).execute("CREATE TABLE t (a)")
        let database = SQLiteDatabase(path: path)
        let endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
        let query = Task { try await database.rows(endless) }
        query.cancel()
        let error = await #expect(throws: SQLiteError.self) { try await query.value }
        #expect(error?.isInterrupted == true)
    }
}
