import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTools
import Foundation
import Testing

@Suite(.timeLimit(.minutes(1))) struct SQLToolsFileTests {
    static let broken: [(String, String)] = [
        (#"{"tools": [{"name": "a", "sql": 1}]}"#, "f line 1, tools[0].sql: this is a text"),
        (#"{"tools": [{"name": "a", "sql": "SELECT 1"}]}"#, "f line 1, tools[0].database: a statement needs a database"),
        (
            #"{"tools": [{"name": "a", "sql": "SELECT 1", "database": "x"}]}"#,
            "f line 1, tools[0].database: there is no database x; name it at"
        ),
        (
            "{\"databases\": {\"y\": {\"path\": \"p\"}}, \"tools\": [{\"name\": \"a\", \"sql\": \"SELECT 1\",\n\"database\": \"x\"}]}",
            "f line 2, tools[0].database: there is no database x; there are: y"
        ),
        ("{\"databases\": {\n\"y\": {}}}", "f line 2, databases.y: a database has either a \"path\""),
        (#"{"databases": {"y": {"path": "p", "dsn": "d"}}}"#, "f line 1, databases.y: a database has either"),
        (#"{"databases": {"y": {"path": "p", "connections": 2}}}"#, "f line 1, databases.y.connections: a file of SQLite has no pool"),
        (#"{"databases": {"y": {"path": "p", "acess": "x"}}}"#, "f line 1, databases.y.acess: this key is not known; did you mean access?"),
        (#"{"databases": {"y": {"path": "p", "access": "all"}}}"#, "f line 1, databases.y.access: this is one of read_only, read_write"),
        (#"{"databases": {"y": {"dsn": "postgresql://a:b/c@d/e"}}}"#, "f line 1, databases.y.dsn: the user or the password in the dsn"),
        (
            #"{"databases": {"y": {"dsn": "${env:FANOUT_ABSENT}"}}}"#,
            "f line 1, databases.y.dsn: the environment variable FANOUT_ABSENT is not set"
        ),
        (#"{"databases": {"y": {"path": "${env:A"}}}"#, "f line 1, databases.y.path: a ${ is not closed; end it with }"),
        (
            #"{"tools": [{"name": "a", "sql": "SELECT :x", "database": {"path": "p"}}]}"#,
            "f line 1, tools[0].sql: there is no argument x for :x; declare it among the properties of parameters"
        ),
        (
            #"{"tools": [{"name": "a", "sql": "SELECT 1; SELECT 2", "database": {"path": "p"}}]}"#,
            "f line 1, tools[0].sql: line 1 begins a second statement"
        ),
        (#"{"tools": [{"name": "a", "simulate": {}, "row_limit": 2}]}"#, "f line 1, tools[0].row_limit: this key belongs to sql"),
        (
            #"{"tools": [{"name": "a", "sql": "SELECT 1", "database": {"path": "p"}, "row_limit": 0}]}"#,
            "f line 1, tools[0].row_limit: this is a whole"
        ),
    ]

    @Test("what is wrong with a statement or a database is told with line, key and remedy", arguments: broken)
    func errors(_ text: String, _ words: String) {
        let error = #expect(throws: ToolsFileError.self) { try ToolsFile(parsing: Array(text.utf8), name: "f") }
        #expect(error?.message.hasPrefix(words) == true, "\(error?.message ?? "")")
    }

    @Test("a tool of a statement answers with rows; its database's connections are a pool that calls are seen to wait for")
    func statements() async throws {
        let file = try SQLiteTests.File("CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, NULL)")
        setenv("FANOUT_TEST_FOLDER", file.folder, 1)
        let cluster = try PostgresCluster.shared.get()
        let tools = try ToolsFile(
            parsing: Array(
                """
                {"databases": {"notes": {"path": "${env:FANOUT_TEST_FOLDER}/t.sqlite"},
                               "clinic": {"dsn": "\(cluster.dsn)", "connections": 3, "statement_timeout": 0}},
                 "tools": [
                  {"name": "find", "sql": "SELECT a FROM t WHERE b = :b OR :b IS NULL ORDER BY a", "database": "notes", "row_limit": 2,
                   "parameters": {"type": "object", "properties": {"b": {"type": "string"}}}},
                  {"name": "add", "sql": "INSERT INTO t VALUES (4, 'z')", "database": {"path": "\(file.path)", "access": "read_write"}},
                  {"name": "ask", "sql": "SELECT :x::numeric AS x", "database": "clinic",
                   "parameters": {"type": "object", "properties": {"x": {"type": "number"}}}},
                  {"name": "fail", "sql": "SELECT * FROM missing", "database": "clinic", "pool": "own", "repeatable": false}
                ]}
                """.utf8), name: "tools.json")
        defer { tools.close() }
        #expect(tools.pools == ["db:clinic": Pool(limit: 3)])
        #expect(tools.tools.map(\.traits.pool) == [nil, nil, "db:clinic", "own"])
        #expect(tools.tools.map(\.traits.blocks) == [true, true, false, false])
        #expect(tools.tools.map(\.traits.readOnly) == [true, false, true, true])
        #expect(tools.tools.map(\.traits.repeatable) == [true, false, true, false])
        let context = ToolContext(time: StillTime())
        let calls: [(Int, JSONValue, String)] = [
            (0, ["b": "y"], #"{"row_count":1,"rows":[{"a":2}]}"#),
            (0, [:], #"{"row_count":2,"truncated":"there are more rows; only the first 2 are here","rows":[{"a":1},{"a":2}]}"#),
            (1, [:], #"{"row_count":0,"changed":1,"rows":[]}"#),
            (2, ["x": 1.5], #"{"row_count":1,"rows":[{"x":1.5}]}"#),
        ]
        for (place, arguments, answer) in calls {
            guard case .json(let json) = try await tools.tools[place].run(context, arguments) else {
                Issue.record("no JSON")
                continue
            }
            #expect(json.description == answer)
        }
        let failure = await #expect(throws: ToolFailure.self) { try await tools.tools[3].run(context, [:]) }
        #expect(failure?.isFinal == true && failure?.error.message.contains("relation \"missing\" does not exist") == true)
    }
}
