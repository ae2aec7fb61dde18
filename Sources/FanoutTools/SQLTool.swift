package import FanoutEngine
internal import FanoutEvents
package import FanoutJSON

/// A tool whose work is one statement of SQL, with the call's arguments as its values.
package struct SQLTool: Sendable {
    package var statement: SQLStatement
    package var database: any SQLDatabase
    package var limit = SQLLimit()

    package init(_ statement: SQLStatement, on database: any SQLDatabase) {
        self.statement = statement
        self.database = database
    }

    package func tool(name: String, description: String, parameters: JSONValue, traits: ToolTraits = ToolTraits(), redacted: [String] = [])
        -> Tool
    {
        var traits = traits
        traits.blocks = traits.blocks || database.blocks
        return Tool(name: name, description: description, parameters: parameters, traits: traits, redacted: redacted) {
            context, arguments in
            do throws(SQLError) {
                return .json(try await database.rows(statement, statement.values(from: arguments), limit: limit, context).json)
            } catch {
                throw error.asFailure
            }
        }
    }
}

extension SQLError {
    /// The same as a tool throws it.
    package var asFailure: any Error {
        switch kind {
        case .refused: ToolFailure(CallError(.toolError, message), isFinal: true)
        case .busy: CallError(.toolError, message)
        case .connection: CallError(.connection, message)
        // It would take as long again.
        case .timeout: ToolFailure(CallError(.timeout, message), isFinal: true)
        case .cancelled: CancellationError()
        }
    }
}
