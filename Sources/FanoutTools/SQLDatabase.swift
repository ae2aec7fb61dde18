package import FanoutEngine
package import FanoutJSON

/// Where the statements of tools are run.
package protocol SQLDatabase: Sendable {
    var dialect: SQLDialect { get }
    var access: SQLAccess { get }

    /// Whether a statement holds on to its thread while it runs, so that its tool must be declared as one that blocks.
    var blocks: Bool { get }

    /// Runs one statement. Cancelling the task cancels it in the database, and it has ended there when this throws.
    ///
    /// - Parameters:
    ///   - values: One for each of the statement's names.
    ///   - context: Gives the timer.
    func rows(_ statement: SQLStatement, _ values: [JSONValue], limit: SQLLimit, _ context: ToolContext) async throws(SQLError) -> SQLRows

    /// Lets go of what is open. Statements that run end first.
    func close()
}

/// What a statement may do to a database.
package enum SQLAccess: String, Sendable, CaseIterable {
    /// Nothing can be written, whatever the statement says.
    case readOnly = "read_only"
    case readWrite = "read_write"

    /// What to do about a statement that is refused because it would write.
    static let howToWrite = "set \"access\": \"read_write\" for this database if its tools may write"
}

/// Why a statement gave no rows.
package struct SQLError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Kind: Sendable {
        /// The database refuses it, and would refuse it again.
        case refused
        /// Something else is in its way just now.
        case busy
        /// The database cannot be reached, or was lost on the way.
        case connection
        case timeout
        case cancelled
    }

    package var kind: Kind
    package var message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static let cancelled = SQLError(.cancelled, "the statement was cancelled")

    /// A statement that ran for too long.
    static func timeout(after microseconds: Int64) -> SQLError {
        SQLError(
            .timeout,
            "the statement was cancelled after \(seconds(microseconds)), the database's statement_timeout; narrow what it looks for, or raise that"
        )
    }

    /// So many microseconds in words: `1.5 s`.
    static func seconds(_ microseconds: Int64) -> String {
        microseconds % 1_000_000 == 0 ? "\(microseconds / 1_000_000) s" : "\(Double(microseconds / 1000) / 1000) s"
    }

    package var description: String { message }
}
