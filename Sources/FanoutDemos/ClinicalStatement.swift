internal import FanoutEngine
internal import FanoutJSON
internal import FanoutTools

/// A statement of the clinic's own on the database that it was written for.
struct ClinicalStatement: Sendable {
    private let statement: SQLStatement
    private let database: any SQLDatabase

    init(_ text: String, _ database: any SQLDatabase) throws(SQLError) {
        do throws(SQLSyntaxError) {
            statement = try SQLStatement(text, database.dialect)
        } catch {
            throw SQLError(.refused, error.message)
        }
        self.database = database
    }

    func rows(_ arguments: JSONValue, _ context: ToolContext) async throws(SQLError) -> SQLRows {
        try await database.rows(statement, statement.values(from: arguments), limit: SQLLimit(), context)
    }
}
