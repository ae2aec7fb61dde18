package import FanoutJSON
internal import Synchronization

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
        let cancellation = SQLiteCancellation()
        let outcome = await withTaskCancellationHandler {
            Result { () throws(SQLiteError) in
                let connection = try SQLiteConnection(path: path, access: access)
                return try connection.rows(sql, values, limit: limit, cancellation)
            }
        } onCancel: {
            cancellation.request()
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

/// Tells a running statement that nobody wants its rows any more.
///
/// The statement asks, every so many steps: an interrupt that came before it began would be lost
/// (https://www.sqlite.org/c3ref/interrupt.html). Two threads share it, so it is a class.
final class SQLiteCancellation: Sendable {
    private let flag = Atomic(false)

    var isRequested: Bool { flag.load(ordering: .relaxed) }

    func request() { flag.store(true, ordering: .relaxed) }
}
