package import FanoutEngine
package import FanoutJSON

/// A database file of SQLite.
///
/// Each statement gets a connection of its own, which costs some tens of microseconds and lets readers work side by side. It holds on to its
/// thread while it runs.
package struct SQLiteDatabase: SQLDatabase {
    package let path: String
    package let access: SQLAccess
    /// Microseconds; nil for as long as it takes.
    package let statementTimeout: Int64?

    /// - Parameter access: With `readWrite` the file is created where it is missing.
    package init(path: String, access: SQLAccess = .readOnly, statementTimeout: Int64? = nil) {
        self.path = path
        self.access = access
        self.statementTimeout = statementTimeout
    }

    package var dialect: SQLDialect { .sqlite }
    package var blocks: Bool { true }

    /// Dates come out as they were stored, as ISO text; a BLOB as the words that tell its size.
    package func rows(_ statement: SQLStatement, _ values: [JSONValue], limit: SQLLimit, _ context: ToolContext) async throws(SQLError)
        -> SQLRows
    {
        let stop = SQLiteStop()
        let alarm = statementTimeout.map { timeout in
            context.wake(after: timeout) { stop.request(.timeout) }
        }
        let outcome = await withTaskCancellationHandler {
            Result { () throws(SQLError) in
                let connection = try SQLiteConnection(path: path, access: access, stop)
                return try connection.rows(statement.text, values, limit: limit)
            }
        } onCancel: {
            stop.request(.cancel)
        }
        alarm?.cancel()
        switch (outcome, stop.reason) {
        case (.failure(let error), .timeout) where error.kind == .cancelled: throw .timeout(after: statementTimeout ?? 0)
        case (.failure(let error), _): throw error
        case (.success(let rows), _): return rows
        }
    }

    package func close() {}

    /// Runs statements that give no rows, separated by semicolons, in one transaction.
    package func execute(_ script: String) throws(SQLError) {
        let connection = try SQLiteConnection(path: path, access: access, SQLiteStop())
        try connection.execute("BEGIN; \(script); COMMIT")
    }
}
