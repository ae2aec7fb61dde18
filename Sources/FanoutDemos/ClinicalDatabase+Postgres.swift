package import FanoutEngine
internal import FanoutJSON
internal import FanoutTools

extension ClinicalDatabase {
    /// The schema that is the demonstration's own.
    package static let schema = "fanout_clinic"

    /// How many connections the four tools share.
    static let connections = 4

    /// What marks the schema as ours, so that no other is written to.
    private static let mark = "The patients of `fanout demo clinical`; made by its --seed, and written anew by it."

    /// Opens the clinic in a database of PostgreSQL, with all connections made, so that a turn measures its calls.
    ///
    /// - Parameters:
    ///   - dsn: Where the database is.
    ///   - seed: Whether the schema and its rows are written first, in one transaction.
    package static func postgres(_ dsn: String, seed: Bool, time: any Timekeeper) async throws(ScenarioError) -> ClinicalDatabase {
        let context = ToolContext(name: "clinical", time: time)
        do throws(SQLError) {
            let address = try PostgresAddress(dsn)
            if seed {
                try await write(address, context)
            }
            var settings = PostgresSettings()
            // Instants in the zone that they are written in, so that the results are the same as those of SQLite.
            settings.more = [("search_path", schema), ("TimeZone", "UTC")]
            let database = PostgresDatabase(address, connections: connections, settings: settings)
            do throws(SQLError) {
                guard try await isThere(database, context) else {
                    database.close()
                    throw SQLError(.refused, "the database \(address.name) has no schema \(schema) with patients; create it with --seed")
                }
                try await database.connect(context)
            } catch {
                database.close()
                throw error
            }
            return ClinicalDatabase(database, product: "PostgreSQL", isMeasured: true) { database.close() }
        } catch {
            throw ScenarioError("demo clinical: \(error.message)")
        }
    }

    private static func isThere(_ database: PostgresDatabase, _ context: ToolContext) async throws(SQLError) -> Bool {
        let look = try ClinicalStatement("SELECT to_regclass('\(schema).patients') IS NOT NULL AS is_there", database)
        return try await look.rows([:], context).rows.first?.value["is_there"] == true
    }

    /// Writes the schema, its tables and its rows, and nothing else.
    private static func write(_ address: PostgresAddress, _ context: ToolContext) async throws(SQLError) {
        var settings = PostgresSettings()
        settings.access = .readWrite
        settings.more = [("search_path", schema)]
        let database = PostgresDatabase(address, connections: 1, settings: settings)
        defer { database.close() }
        let ours = """
            DO $$ BEGIN
                IF EXISTS (SELECT FROM pg_namespace WHERE nspname = '\(schema)')
                    AND (SELECT obj_description(oid, 'pg_namespace') IS DISTINCT FROM '\(mark)' FROM pg_namespace WHERE nspname = '\(schema)')
                THEN
                    RAISE EXCEPTION 'there is a schema \(schema) that fanout did not make' USING HINT = 'rename it, or name another database';
                END IF;
            END $$
            """
        try await database.execute(
            // Two that seed at once do it one after the other.
            ["SELECT pg_advisory_xact_lock(hashtext('\(schema)'))", ours]
                + ["CREATE SCHEMA IF NOT EXISTS \(schema)", "COMMENT ON SCHEMA \(schema) IS '\(mark)'"]
                + ClinicalRows.tables(.postgres) + ClinicalRows.tableNames.map { "DELETE FROM \($0)" } + ClinicalRows.rows,
            context)
    }
}
