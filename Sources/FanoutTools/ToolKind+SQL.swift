internal import FanoutEngine
internal import FanoutJSON

extension ToolKind {
    /// `"sql": "SELECT … WHERE id = :id", "database": "clinic"`: a statement for each call.
    static let sql = ToolKind(key: "sql", keys: ["database", "row_limit"]) { entry, declaration throws(ToolsFileError) in
        guard let text = try entry.text("sql") else {
            throw entry.error(["sql"], "this is a statement: \"SELECT … WHERE id = :id\"")
        }
        let database = try declaration.databases.database(for: entry)
        let statement: SQLStatement
        do throws(SQLSyntaxError) {
            statement = try SQLStatement(text, database.dialect)
        } catch {
            throw entry.error(["sql"], error.message)
        }
        let properties = declaration.parameters["properties"]?.object ?? [:]
        if let name = statement.names.first(where: { properties[$0] == nil }) {
            throw entry.error(
                ["sql"],
                "there is no argument \(name) for :\(name); declare it among the properties of parameters, or write a space after the colon"
            )
        }
        guard statement.verb != "COPY" || database.dialect == .sqlite else {
            throw entry.error(["sql"], "COPY gives no rows; use SELECT")
        }
        var tool = SQLTool(statement, on: database)
        tool.limit.rows = try entry.count("row_limit") ?? tool.limit.rows
        var traits = declaration.traits
        // What cannot write may start early, and be tried again.
        let onlyReads = database.access == .readOnly
        traits.readOnly = entry.has("read_only") ? traits.readOnly : onlyReads
        traits.repeatable = entry.has("repeatable") ? traits.repeatable : onlyReads
        // Its connections are a pool like any other, so that a call that waits for one is seen to wait.
        traits.pool = traits.pool ?? declaration.databases.pool(for: entry)
        return tool.tool(
            name: declaration.name, description: declaration.description, parameters: declaration.parameters, traits: traits,
            redacted: declaration.secrets)
    }
}
