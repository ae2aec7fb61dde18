import FanoutJSON
import FanoutTools
import Testing

struct SQLStatementTests {
    static let statements: [(SQLDialect, String, String, [String])] = [
        (.postgres, "SELECT * FROM t WHERE a = :a AND b = :b OR a = :a", "SELECT * FROM t WHERE a = $1 AND b = $2 OR a = $1", ["a", "b"]),
        (.sqlite, "SELECT * FROM t WHERE a = :a AND b = :b OR a = :a", "SELECT * FROM t WHERE a = ?1 AND b = ?2 OR a = ?1", ["a", "b"]),
        (.postgres, "SELECT ':a', 'it''s :b', \":c\", \"d\"\":e\"", "SELECT ':a', 'it''s :b', \":c\", \"d\"\":e\"", []),
        (.postgres, #"SELECT E'\':a', e'\\' || :b, 'x\' || :c"#, #"SELECT E'\':a', e'\\' || $1, 'x\' || $2"#, ["b", "c"]),
        (.postgres, "SELECT E'a' -- ':b\n '\\':c' || :d", "SELECT E'a' -- ':b\n '\\':c' || $1", ["d"]),
        (.postgres, "SELECT E'a' '\\' || :d", "SELECT E'a' '\\' || $1", ["d"]),
        (.sqlite, #"SELECT 'x\' || :c, E'"#, "", []),
        (.sqlite, "SELECT [:a], `:b``:c`, :d", "SELECT [:a], `:b``:c`, ?1", ["d"]),
        (.postgres, "SELECT a[1], a[: n], '{}'::text[], :x::int", "SELECT a[1], a[: n], '{}'::text[], $1::int", ["x"]),
        (
            .postgres, "SELECT 1 -- :a ; '\n + :b /* :c /* :d */ ' :e */ + :f", "SELECT 1 -- :a ; '\n + $1 /* :c /* :d */ ' :e */ + $2",
            ["b", "f"]
        ),
        (.sqlite, "SELECT 1 /* :c /* :d */ + :f", "SELECT 1 /* :c /* :d */ + ?1", ["f"]),
        (.postgres, "SELECT $$ :a ' $$, $t$ :b $$ $u$ $t$, :c", "SELECT $$ :a ' $$, $t$ :b $$ $u$ $t$, $1", ["c"]),
        (.postgres, "SELECT a$b$c, :d, x$1$ :e", "SELECT a$b$c, $1, x$1$ $2", ["d", "e"]),
        (.postgres, "SELECT 1 LIMIT:limit", "SELECT 1 LIMIT $1", ["limit"]),
        (.postgres, "SELECT '{\"a\":1}'::jsonb ? 'a' AND :b", "SELECT '{\"a\":1}'::jsonb ? 'a' AND $1", ["b"]),
        (.postgres, "CALL p(x := :größe_2)", "CALL p(x := $1)", ["größe_2"]),
        (.postgres, "SELECT :a; -- done\n ; /* all */ ", "SELECT $1", ["a"]),
        (.sqlite, "  VALUES (1.5e3, :a)\n;", "  VALUES (1.5e3, ?1)\n", ["a"]),
        (.postgres, "(SELECT :a$)", "(SELECT $1$)", ["a"]),
    ]

    @Test("a :name is found where it stands for a value, and nowhere else", arguments: statements)
    func found(_ dialect: SQLDialect, _ sql: String, _ text: String, _ names: [String]) throws {
        guard !text.isEmpty else {
            #expect(throws: SQLSyntaxError.self) { try SQLStatement(sql, dialect) }
            return
        }
        let statement = try SQLStatement(sql, dialect)
        #expect(statement.text == text)
        #expect(statement.names == names)
    }

    static let faults: [(SQLDialect, String, String)] = [
        (.postgres, "", "the statement is empty"),
        (.sqlite, " -- nothing\n;", "the statement is empty"),
        (.postgres, "SELECT 1;\n\nDROP TABLE t", "line 3 begins a second statement; give each statement a tool of its own"),
        (.postgres, "SELECT\n'a", "the string that begins on line 2 has no end"),
        (.postgres, "SELECT E'a\\'", "the string that begins on line 1 has no end"),
        (.sqlite, "SELECT \"a", "the quoted name that begins on line 1 has no end"),
        (.sqlite, "SELECT [a", "the quoted name that begins on line 1 has no end"),
        (.postgres, "SELECT /* /* */", "the comment that begins on line 1 has no end; close it with */"),
        (.postgres, "SELECT $a$ $b$", "the string that begins with $a$ on line 1 has no end"),
        (.postgres, "SELECT $1", "line 1 has a placeholder with $; write :name, with the name of an argument"),
        (.sqlite, "SELECT ?", "line 1 has a placeholder with ?; write :name, with the name of an argument"),
        (.sqlite, "SELECT :1", "line 1 has a placeholder with :; write :name, with the name of an argument"),
        (.sqlite, "SELECT @a", "line 1 has a placeholder with @; write :name, with the name of an argument"),
        (.sqlite, "SELECT $a", "line 1 has a placeholder with $; write :name, with the name of an argument"),
        (.sqlite, "SELECT /* \0 */ 1", "line 1 holds a NUL character; leave it out"),
    ]

    @Test("what is no single statement with names is told with its line", arguments: faults)
    func refused(_ dialect: SQLDialect, _ sql: String, _ words: String) {
        let error = #expect(throws: SQLSyntaxError.self) { try SQLStatement(sql, dialect) }
        #expect(error?.message == words)
    }

    @Test(
        "a statement cut at any byte is read to its end or refused, and loses and invents nothing",
        arguments: [SQLDialect.postgres, .sqlite])
    func cuts(_ dialect: SQLDialect) {
        for (_, sql, _, _) in Self.statements {
            let bytes = Array(sql.utf8)
            for end in bytes.indices {
                let cut = String(decoding: bytes[..<end], as: UTF8.self)
                guard let statement = try? SQLStatement(cut, dialect) else { continue }
                // With the names put back it is what was given, up to its semicolon and the space that keeps a number from a word.
                var back = statement.text
                for (place, name) in statement.names.enumerated().reversed() {
                    back.replace((dialect == .postgres ? "$" : "?") + "\(place + 1)", with: ":" + name)
                }
                let spaceless = { (text: String) in text.filter { $0 != " " } }
                // `x$1$` holds what looks like a number of ours.
                #expect(spaceless(cut).hasPrefix(spaceless(back)) || cut.contains("x$1"), "\(cut) became \(statement.text)")
            }
        }
    }

    @Test("an argument that was not given is null, and one that is not asked for is left")
    func values() throws {
        let statement = try SQLStatement("SELECT :a, :b", .sqlite)
        #expect(statement.values(from: ["b": 1, "c": 2]) == [nil, 1])
    }
}

struct PostgresTypeTests {
    static let texts: [(UInt32, String, String)] = [
        (16, "t", "true"), (16, "f", "false"),
        (20, "9223372036854775807", "9223372036854775807"),
        (1700, "123456789012345678901234567890.1230", "123456789012345678901234567890.1230"),
        (1700, "NaN", "\"NaN\""), (701, "-Infinity", "\"-Infinity\""), (701, "1e+20", "1e+20"), (701, "-0", "-0"), (701, "1e-07", "1e-07"),
        (1082, "2026-10-28", "\"2026-10-28\""), (1082, "infinity", "\"infinity\""), (1083, "08:15:00", "\"08:15:00\""),
        (1114, "2026-10-28 08:15:00", "\"2026-10-28T08:15:00\""), (1114, "0044-03-15 12:00:00 BC", "\"0044-03-15 12:00:00 BC\""),
        (1184, "2026-10-28 08:15:00.5+00", "\"2026-10-28T08:15:00.5Z\""),
        (1184, "2026-10-28 08:15:00+05:30", "\"2026-10-28T08:15:00+05:30\""),
        (1184, "2026-10-28 08:15:00-08", "\"2026-10-28T08:15:00-08:00\""), (1184, "-infinity", "\"-infinity\""),
        (17, "\\x00ff10", "\"(3 bytes of binary data)\""), (17, "\\x00", "\"(1 byte of binary data)\""),
        (3802, "{\"a\": [1, 2.50]}", "{\"a\":[1,2.50]}"), (114, "{\n\"a\" : null }", "{\"a\":null}"),
        (25, "a\"b\n", "\"a\\\"b\\n\""), (2950, "a0ee-bc99", "\"a0ee-bc99\""), (999_999, "anything", "\"anything\""),
        (1007, "{1,NULL,-3}", "[1,null,-3]"), (1007, "{}", "[]"), (1007, "[0:1]={1,2}", "[1,2]"), (1007, "{{1,2},{3,4}}", "[[1,2],[3,4]]"),
        (1009, "{a,\"b, \\\"c\\\" \\\\\",NULL,\"NULL\",\"\"}", "[\"a\",\"b, \\\"c\\\" \\\\\",null,\"NULL\",\"\"]"),
        (1000, "{t,f}", "[true,false]"), (1231, "{1.10,NaN}", "[1.10,\"NaN\"]"),
        (1185, "{\"2026-10-28 08:15:00+00\"}", "[\"2026-10-28T08:15:00Z\"]"),
        (1182, "{2026-10-28}", "[\"2026-10-28\"]"), (3807, "{\"{\\\"a\\\": 1}\"}", "[{\"a\":1}]"),
        (1001, "{\"\\\\x00ff\"}", "[\"(2 bytes of binary data)\"]"),
        // Not of that form: as it is.
        (1007, "{1,", "\"{1,\""), (1007, "{1}x", "\"{1}x\""), (1007, "{,}", "\"{,}\""), (1007, "", "\"\""), (1007, "[0:1]", "\"[0:1]\""),
        (20, "", "\"\""), (20, "01", "\"01\""), (20, "1.", "\"1.\""), (20, "1e", "\"1e\""), (20, "-", "\"-\""),
    ]

    @Test("a column's text becomes JSON by its type, with every digit", arguments: texts)
    func json(_ oid: UInt32, _ text: String, _ json: String) {
        #expect(PostgresType(oid).json(Array(text.utf8)).description == json)
    }

    @Test("every cut of a text becomes JSON that can be read")
    func cuts() throws {
        for (oid, text, _) in Self.texts {
            let bytes = Array(text.utf8)
            for end in 0...bytes.count {
                let json = PostgresType(oid).json(Array(bytes[..<end]))
                #expect(throws: Never.self) { try JSONValue(parsing: json.utf8) }
                #expect(!json.utf8.contains(0x0a))
            }
        }
    }

    static let literals: [(UInt32, JSONValue, String?)] = [
        (25, nil, nil), (23, 5, "5"), (701, 0.5, "0.5"), (16, true, "true"), (25, "ü", "ü"), (25, ["a", 1], "[\"a\",1]"),
        (3802, ["a": [1]], "{\"a\":[1]}"),
        (3802, "text", "\"text\""), (3802, [1, nil], "[1,null]"), (1007, [1, nil, 3], "{\"1\",NULL,\"3\"}"),
        (1007, [[1], [2]], "{{\"1\"},{\"2\"}}"),
        (1009, ["a\"b", "c\\d", "NULL", "{"], "{\"a\\\"b\",\"c\\\\d\",\"NULL\",\"{\"}"), (1009, ["\"\u{301}},{"], "{\"\\\"\u{301}},{\"}"),
        (1007, [], "{}"),
        (3807, [["a": 1], [1]], "{\"{\\\"a\\\":1}\",\"[1]\"}"),
        (999_999, ["x"], "{\"x\"}"), (1007, "{1,2}", "{1,2}"),
    ]

    @Test("an argument is written as its type is read", arguments: literals)
    func literal(_ oid: UInt32, _ value: JSONValue, _ text: String?) {
        #expect(PostgresType(oid).literal(of: value) == text)
    }
}
