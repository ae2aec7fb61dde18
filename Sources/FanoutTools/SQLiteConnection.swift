internal import CSQLite
internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One open connection; it closes when its owner goes.
struct SQLiteConnection: ~Copyable {
    /// Microseconds after which a lock that another process holds is given up on, and between two looks at it.
    private static let patience: Int32 = 5_000_000
    private static let pause: Int32 = 5000

    /// Steps of SQLite's machine between two looks at whether it should stop; some ten microseconds.
    private static let stepsBetweenLooks: Int32 = 1000

    private let handle: OpaquePointer
    /// Kept for as long as the handlers that ask it.
    private let stop: SQLiteStop
    private let access: SQLAccess

    init(path: String, access: SQLAccess, _ stop: SQLiteStop) throws(SQLError) {
        let flags =
            switch access {
            case .readOnly: SQLITE_OPEN_READONLY
            case .readWrite: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        var opened: OpaquePointer?
        let code = sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            let reason = Self.reason(opened, code, path)
            sqlite3_close_v2(opened)
            throw SQLError(.refused, "cannot open the database \(path): \(reason)")
        }
        handle = opened
        self.stop = stop
        self.access = access
        csqlite_harden(handle)
        let context = Unmanaged.passUnretained(stop).toOpaque()
        sqlite3_busy_handler(
            handle,
            { context, looks in
                guard let context, looks < SQLiteConnection.patience / SQLiteConnection.pause else { return 0 }
                guard !Unmanaged<SQLiteStop>.fromOpaque(context).takeUnretainedValue().isRequested else { return 0 }
                // SQLite asks whether to look at the lock again, on a thread that the tool holds anyway.
                usleep(UInt32(SQLiteConnection.pause))
                return 1
            }, context)
        sqlite3_progress_handler(
            handle, Self.stepsBetweenLooks,
            { context in
                guard let context else { return 0 }
                return Unmanaged<SQLiteStop>.fromOpaque(context).takeUnretainedValue().isRequested ? 1 : 0
            }, context)
    }

    deinit {
        sqlite3_close_v2(handle)
    }

    func execute(_ script: String) throws(SQLError) {
        let code = sqlite3_exec(handle, script, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw failure(code)
        }
    }

    /// Runs one statement of a tool, which may do what ``SQLiteRules`` let it.
    func rows(_ sql: String, _ values: [JSONValue], limit: SQLLimit) throws(SQLError) -> SQLRows {
        let rules = SQLiteRules(access)
        // The rules outlive every statement that is prepared under them.
        return try withExtendedLifetime(rules) { () throws(SQLError) in
            rules.govern(handle)
            defer { rules.release(handle) }
            return try rows(sql, values, limit: limit, under: rules)
        }
    }

    private func rows(_ sql: String, _ values: [JSONValue], limit: SQLLimit, under rules: SQLiteRules) throws(SQLError) -> SQLRows {
        var prepared: OpaquePointer?
        let code = sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
        guard code == SQLITE_OK, let statement = prepared else {
            if let refusal = rules.refusal {
                throw SQLError(.refused, refusal)
            }
            throw code == SQLITE_OK ? SQLError(.refused, "the statement is empty") : failure(code)
        }
        defer { sqlite3_finalize(statement) }
        for (index, value) in values.enumerated() {
            let code = bind(value, to: Int32(index + 1), of: statement)
            guard code == SQLITE_OK else {
                throw failure(code)
            }
        }
        let columns = SQLColumns(
            (0..<sqlite3_column_count(statement)).map { sqlite3_column_name(statement, $0).map { String(cString: $0) } ?? "" })
        let onlyReads = sqlite3_stmt_readonly(statement) != 0
        var rows = SQLRows(limit: limit)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW where rows.isFull:
                rows.cut()
                // What writes must come to its end; what reads need not.
                if onlyReads {
                    return rows
                }
            case SQLITE_ROW:
                rows.append(columns.row { column, writer in Self.write(statement, Int32(column), &writer) })
            case SQLITE_DONE:
                rows.changed = onlyReads ? nil : sqlite3_changes64(handle)
                return rows
            case let code:
                // A table that a PRAGMA makes up asks for the PRAGMA only now.
                throw rules.refusal.map { SQLError(.refused, $0) } ?? failure(code)
            }
        }
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

    private static func write(_ statement: OpaquePointer, _ column: Int32, _ writer: inout JSONWriter) {
        switch sqlite3_column_type(statement, column) {
        case SQLITE_INTEGER:
            writer.integer(sqlite3_column_int64(statement, column))
        case SQLITE_FLOAT:
            let number = sqlite3_column_double(statement, column)
            // JSON has no word for it, and null would be another value.
            number.isFinite ? writer.number(number) : writer.string(number < 0 ? "-Infinity" : "Infinity")
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(statement, column) else { return writer.string("") }
            let count = Int(sqlite3_column_bytes(statement, column))
            writer.string(String(decoding: UnsafeBufferPointer(start: text, count: count), as: UTF8.self))
        case SQLITE_BLOB:
            writer.binary(bytes: Int(sqlite3_column_bytes(statement, column)))
        default:
            writer.text("null")
        }
    }

    private func failure(_ code: Int32) -> SQLError {
        if stop.isRequested, code == SQLITE_INTERRUPT || code == SQLITE_BUSY {
            return .cancelled
        }
        let words = String(cString: sqlite3_errmsg(handle))
        switch code {
        case SQLITE_BUSY, SQLITE_LOCKED:
            return SQLError(.busy, "SQLite: \(words); another program has been writing to it for \(Self.patience / 1_000_000) s")
        case SQLITE_READONLY where access == .readOnly:
            return SQLError(.refused, "SQLite: \(words); \(SQLAccess.howToWrite)")
        default:
            return SQLError(.refused, "SQLite: \(words)")
        }
    }

    /// What SQLite says of a file that it cannot open, where there is nothing plainer to say.
    private static func reason(_ handle: OpaquePointer?, _ code: Int32, _ path: String) -> String {
        guard Self.systemAccess(path) else {
            return String(cString: strerror(errno)) + (errno == ENOENT ? "; create it, or correct its path" : "")
        }
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            return "it is a directory; name a file"
        }
        return handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    }

    private static func systemAccess(_ path: String) -> Bool {
        #if canImport(Darwin)
            Darwin.access(path, R_OK) == 0
        #else
            Glibc.access(path, R_OK) == 0
        #endif
    }
}
