internal import CSQLite

/// What a statement of a tool may do to a database file, as SQLite asks it while it prepares the statement.
///
/// A file that was opened to be read only keeps a statement from writing to it, and not from opening others, or from changing what the connection
/// is; this does. A class, because SQLite holds a pointer to it.
final class SQLiteRules {
    private let access: SQLAccess
    /// Why the statement was refused, in words.
    private(set) var refusal: String?

    /// What tells of the schema and changes nothing (https://www.sqlite.org/pragma.html).
    private static let tellingPragmas: Set<String> = [
        "table_info", "table_xinfo", "table_list", "index_list", "index_info", "index_xinfo", "foreign_key_list", "database_list",
        "collation_list", "function_list", "compile_options",
    ]

    init(_ access: SQLAccess) {
        self.access = access
    }

    /// Has SQLite ask from now on.
    func govern(_ handle: OpaquePointer) {
        sqlite3_set_authorizer(
            handle,
            { context, action, first, second, _, _ in
                guard let context else { return SQLITE_DENY }
                let rules = Unmanaged<SQLiteRules>.fromOpaque(context).takeUnretainedValue()
                return rules.allows(action, first.map { String(cString: $0) }, second.map { String(cString: $0) }) ? SQLITE_OK : SQLITE_DENY
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    func release(_ handle: OpaquePointer) {
        sqlite3_set_authorizer(handle, nil, nil)
    }

    private func allows(_ action: Int32, _ first: String?, _ second: String?) -> Bool {
        switch action {
        case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE:
            return true
        case SQLITE_UPDATE where first == "sqlite_master":
            // Asked for where a statement reads a table that a PRAGMA makes up. A statement's own SQLite refuses.
            return true
        case SQLITE_FUNCTION:
            return second?.lowercased() == "load_extension" ? refuse("a tool's statement may not load an extension") : true
        case SQLITE_ATTACH, SQLITE_DETACH:
            return refuse("a tool's statement may not attach another file; give that file a database of its own")
        case SQLITE_PRAGMA:
            guard Self.tellingPragmas.contains(first?.lowercased() ?? "") else {
                return refuse("a tool's statement may not use PRAGMA \(first ?? ""); those that tell of tables and indexes are allowed")
            }
            return true
        case SQLITE_TRANSACTION, SQLITE_SAVEPOINT:
            return refuse("a tool's statement is a transaction of its own, and may not begin or end one")
        default:
            return access == .readWrite ? true : refuse("this database is read-only; \(SQLAccess.howToWrite)")
        }
    }

    private func refuse(_ words: String) -> Bool {
        refusal = refusal ?? words
        return false
    }
}
