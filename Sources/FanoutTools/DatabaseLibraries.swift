internal import CPostgres
internal import CSQLite

/// The libraries that database tools need.
package enum DatabaseLibraries {
    /// The version of SQLite.
    package static var sqlite: String { String(cString: sqlite3_libversion()) }

    /// Whether libpq, in a version that suffices, can be loaded; it is where a PostgreSQL is first named.
    package static var hasPostgres: Bool { cpostgres_set_up() }
}
