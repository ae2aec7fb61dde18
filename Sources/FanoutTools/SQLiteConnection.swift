internal import CSQLite
internal import FanoutJSON

/// One open connection; it closes when its owner goes.
struct SQLiteConnection: ~Copyable {
    /// Milliseconds after which a lock that another process holds is given up on.
    private static let patience: Int32 = 5000

    /// Steps of SQLite's machine between two looks at whether it should stop; some ten microseconds.
    private static let stepsBetweenLooks: Int32 = 1000

    private let handle: OpaquePointer

    init(path: String, access: SQLiteDatabase.Access) throws(SQLiteError) {
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_FULLMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let reason = String(cString: sqlite3_errstr(code))
            sqlite3_close_v2(opened)
            throw SQLiteError(message: "cannot open the database \(path): \(reason)")
        }
        handle = opened
        sqlite3_busy_timeout(handle, Self.patience)
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    func execute(_ script: String) throws(SQLiteError) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw failure(code)
        }
    }

    func rows(_ sql: String, _ values: [JSONValue], limit: Int, _ cancellation: SQLiteCancellation) throws(SQLiteError) -> [JSONObject] {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let statement = prepared else {
            throw code == SQLITE_OK ? SQLiteError(message: "the statement is empty") : failure(code)
        }
        defer { sqlite3_finalize(statement) }
        guard Int(sqlite3_bind_parameter_count(statement)) == values.count else {
            let wanted = sqlite3_bind_parameter_count(statement)
            throw SQLiteError(message: "the statement takes \(wanted) values and was given \(values.count)")
        }
        for (index, value) in values.enumerated() {
            let code = bind(value, to: Int32(index + 1), of: statement)
            guard code == SQLITE_OK else {
                throw failure(code)
            }
        }
        // The caller keeps it for as long as the statement runs, and the handler goes with the connection.
        let context = Unmanaged.passUnretained(cancellation).toOpaque()
        sqlite3_progress_handler(
            handle, Self.stepsBetweenLooks,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteCancellation>.fromOpaque(context).takeUnretainedValue().isRequested ? 1 : 0
            }, context)
        var rows: [JSONObject] = []
        while rows.count < limit {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: rows.append(row(of: statement))
            case SQLITE_DONE: return rows
            case let code: throw failure(code)
            }
        }
        return rows
    }

    private func bind(_ value: JSONValue, to index: Int32, of statement: OpaquePointer) -> Int32 {
        switch value {
        case .null: sqlite3_bind_null(statement, index)
        case .bool(let bool): sqlite3_bind_int64(statement, index, bool ? 1 : 0)
        case .integer(let integer): sqlite3_bind_int64(statement, index, integer)
        case .number(let number): sqlite3_bind_double(statement, index, number)
        case .string(let string): bind(string, to: index, of: statement)
        case .array, .object: bind(value.description, to: index, of: statement)
        }
    }

    private func bind(_ text: String, to index: Int32, of statement: OpaquePointer) -> Int32 {
        var text = text
        return text.withUTF8 { csqlite_bind_text(statement, index, $0.baseAddress, UInt64($0.count)) }
    }

    private func row(of statement: OpaquePointer) -> JSONObject {
        JSONObject(
            (0..<sqlite3_column_count(statement)).map { column in
                (sqlite3_column_name(statement, column).map { String(cString: $0) } ?? "", value(of: statement, column))
            })
    }

    private func value(of statement: OpaquePointer, _ column: Int32) -> JSONValue {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            return .integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT:
            return .number(sqlite3_column_double(statement, column))
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, column) else { return .string("") }
            let count = Int(sqlite3_column_bytes(statement, column))
            return .string(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            return .string("(\(sqlite3_column_bytes(statement, column)) bytes of binary data)")
        default:
            return .null
        }
    }

    private func failure(_ code: Int32) -> SQLiteError {
        if code == SQLITE_INTERRUPT {
            return SQLiteError(message: "the statement was interrupted", isInterrupted: true)
        }
        return SQLiteError(message: "SQLite: \(String(cString: sqlite3_errmsg(handle)))")
    }
}
