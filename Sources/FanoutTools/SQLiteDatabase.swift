internal import CSQLite
internal import FanoutEvents
package import FanoutJSON

/// A database file of SQLite.
///
/// Each call opens a connection of its own, which costs some tens of microseconds and lets readers work side by side.
package struct SQLiteDatabase: Sendable {
    package enum Access: Sendable {
        /// Nothing can be written, whatever the statement says.
        case readOnly
        /// The file is created where it is missing.
        case readWrite
    }

    package let path: String
    package let access: Access

    package init(path: String, access: Access = .readOnly) {
        self.path = path
        self.access = access
    }

    /// The rows of one statement, with `?` in it for the values. Cancelling the task interrupts it.
    ///
    /// Dates come out as they were stored, as ISO text; a BLOB as the words that tell its size.
    ///
    /// - Parameter limit: Rows; further ones are not fetched.
    package func rows(_ sql: String, _ values: [JSONValue] = [], limit: Int = .max) async throws(SQLiteError) -> [JSONObject] {
        let interrupt = Interrupt()
        let outcome = await withTaskCancellationHandler {
            Result { () throws(SQLiteError) in
                let connection = try SQLiteConnection(path: path, access: access)
                interrupt.watch(connection)
                // Before the connection closes, nobody may interrupt it any more.
                defer { interrupt.forget() }
                return try connection.rows(sql, values, limit: limit)
            }
        } onCancel: {
            interrupt.fire()
        }
        return try outcome.get()
    }

    /// Runs statements that give no rows, separated by semicolons, in one transaction.
    package func execute(_ script: String) throws(SQLiteError) {
        let connection = try SQLiteConnection(path: path, access: access)
        try connection.execute("BEGIN; \(script); COMMIT")
    }
}

/// Why a statement gave no rows.
package struct SQLiteError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String
    /// Whether it ended because its task was cancelled.
    package var isInterrupted = false

    package var description: String { message }
}

/// Ends a running statement from another thread, which SQLite allows while the connection is open
/// (https://www.sqlite.org/c3ref/interrupt.html).
private final class Interrupt: Sendable {
    private struct State {
        var connection: UInt?
        var hasFired = false
    }

    private let state = Guarded(State())

    func watch(_ connection: borrowing SQLiteConnection) {
        let address = UInt(bitPattern: connection.handle)
        state.withLock { state in
            state.connection = address
            if state.hasFired {
                sqlite3_interrupt(OpaquePointer(bitPattern: address))
            }
        }
    }

    func forget() {
        state.withLock { $0.connection = nil }
    }

    func fire() {
        state.withLock { state in
            state.hasFired = true
            if let address = state.connection {
                sqlite3_interrupt(OpaquePointer(bitPattern: address))
            }
        }
    }
}
