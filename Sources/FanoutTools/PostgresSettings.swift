/// What is set once on each connection of a pool.
package struct PostgresSettings: Sendable {
    package var access = SQLAccess.readOnly
    /// Microseconds after which the server cancels a statement; nil for never.
    package var statementTimeout: Int64? = PostgresSettings.defaultTimeout
    /// Further settings of the server, such as `search_path`.
    package var more: [(name: String, value: String)] = []

    package static let defaultTimeout: Int64 = 30_000_000

    package init() {}

    /// Sets all of it in one journey.
    var exchange: PostgresExchange {
        // Dates as ISO text, and numbers with all their digits, whatever the server's own habits are.
        var all: [(String, String)] = [
            ("DateStyle", "ISO"), ("IntervalStyle", "iso_8601"), ("bytea_output", "hex"), ("extra_float_digits", "3"),
            ("standard_conforming_strings", "on"), ("statement_timeout", "\((statementTimeout ?? 0) / 1000)"),
        ]
        if access == .readOnly {
            all.append(("default_transaction_read_only", "on"))
        }
        all += more.map { ($0.name, $0.value) }
        let list = all.map { "set_config(\(Self.quoted($0.0)), \(Self.quoted($0.1)), false)" }.joined(separator: ", ")
        return PostgresExchange([
            .command("SELECT \(list)"), .sync,
            // From PostgreSQL 14: a statement whose program was killed ends within this time.
            .attempt("SET client_connection_check_interval = '1s'"), .sync,
        ])
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }
}
