internal import CSQLite
internal import FanoutJSON
internal import FanoutTools

/// A statement, and a value's text of some type: SQLite finds the same names, what was written is read as it was, and JSON comes out.
func fuzzSQL(_ bytes: [UInt8]) -> String? {
    let text = String(decoding: bytes, as: UTF8.self)
    _ = try? SQLStatement(text, .postgres)
    if let statement = try? SQLStatement(text, .sqlite), let theirs = sqliteNames(text), theirs != statement.names,
        // Names as Tcl has them, `:a(b)` and `:a::b`, are SQLite's alone, and end in a fault of its grammar.
        !theirs.contains(where: { $0.contains("(") || $0.contains("::") })
    {
        return "SQLite finds \(theirs) and not \(statement.names)"
    }
    for type in [16, 20, 1184, 17, 3802, 25, 1007, 1009, 1185, 3807] as [UInt32] {
        let json = PostgresType(type).json(bytes)
        guard (try? JSONValue(parsing: json.utf8)) != nil, !json.utf8.contains(0x0a) else {
            return "type \(type) gives what is no JSON on a line: \(json)"
        }
    }
    let words = text.split(separator: "\n", omittingEmptySubsequences: false).map { JSONValue.string(String($0)) }
    let list = JSONValue.array([.array(words), .array(words.reversed())])
    let literal = PostgresType(1009).literal(of: list) ?? ""
    return PostgresType(1009).json(Array(literal.utf8)).value == list ? nil : "a list of texts is not read as it was written: \(literal)"
}

/// The names that SQLite itself finds in a statement; nil for one that it does not take.
private func sqliteNames(_ text: String) -> [String]? {
    var connection: OpaquePointer?
    var statement: OpaquePointer?
    defer {
        sqlite3_finalize(statement)
        sqlite3_close_v2(connection)
    }
    guard sqlite3_open_v2(":memory:", &connection, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK,
        sqlite3_prepare_v2(connection, text, -1, &statement, nil) == SQLITE_OK, statement != nil
    else { return nil }
    return (1...max(1, sqlite3_bind_parameter_count(statement))).compactMap { place in
        sqlite3_bind_parameter_name(statement, place).map { String(String(cString: $0).dropFirst()) }
    }
}
