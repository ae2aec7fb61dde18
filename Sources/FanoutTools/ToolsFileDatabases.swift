internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// The databases that a tools file names, each opened once however many tools ask it.
///
///     "databases": {"clinic": {"dsn": "${env:CLINIC_DSN}", "connections": 4, "statement_timeout": "10s"},
///                   "notes": {"path": "notes.sqlite", "access": "read_write"}}
///
/// A tool may also hold a database of its own in place of a name.
struct ToolsFileDatabases: Sendable {
    private var named: [String: any SQLDatabase] = [:]
    /// How many connections each has that has a pool of them.
    private(set) var pools: [String: Pool] = [:]
    /// Those that tools hold themselves, as they are read.
    private let own = Guarded<[any SQLDatabase]>([])
    private let environment: @Sendable (String) -> String?

    /// None.
    init() { environment = { _ in nil } }

    /// - Throws: ``ToolsFileError`` that names line, key and remedy, and quotes no dsn.
    init(_ file: ToolsFileFields, environment: @escaping @Sendable (String) -> String?) throws(ToolsFileError) {
        self.environment = environment
        for (name, fields) in try file.objects(of: "databases") {
            let (database, connections) = try read(fields)
            named[name] = database
            if let connections {
                pools[Self.pool(name)] = Pool(limit: connections)
            }
        }
    }

    /// All that are open.
    var all: [any SQLDatabase] { Array(named.values) + own.withLock { $0 } }

    func database(for tool: ToolsFileFields) throws(ToolsFileError) -> any SQLDatabase {
        switch tool.value["database"] {
        case .string(let name)?:
            guard let database = named[name] else {
                let known = named.keys.sorted().joined(separator: ", ")
                throw tool.error(
                    ["database"],
                    "there is no database \(name); \(known.isEmpty ? "name it at the top of the file: \"databases\": {…}" : "there are: \(known)")"
                )
            }
            return database
        case .object?:
            guard let fields = try tool.fields("database") else { break }
            let database = try read(fields).0
            own.withLock { $0.append(database) }
            return database
        default:
            break
        }
        throw tool.error(
            ["database"], "a statement needs a database: the name of one, or {\"path\": \"…\"}, or {\"dsn\": \"…\"}", key: "database")
    }

    /// The pool of the database that a tool names.
    func pool(for tool: ToolsFileFields) -> String? {
        guard let name = tool.value["database"]?.string, pools[Self.pool(name)] != nil else { return nil }
        return Self.pool(name)
    }

    private static func pool(_ name: String) -> String { "db:\(name)" }

    private static let keys = ["path", "dsn", "connections", "access", "statement_timeout"]

    private func read(_ fields: ToolsFileFields) throws(ToolsFileError) -> (any SQLDatabase, connections: Int?) {
        try fields.check(keys: Self.keys)
        let access = try Self.access(fields)
        let timeout = try fields.microseconds("statement_timeout") ?? PostgresSettings.defaultTimeout
        guard fields.has("path") != fields.has("dsn") else {
            throw fields.error([], "a database has either a \"path\", of a file of SQLite, or a \"dsn\", of PostgreSQL")
        }
        if let path = try fields.text("path") {
            guard !fields.has("connections") else {
                throw fields.error(["connections"], "a file of SQLite has no pool of connections; leave this out")
            }
            let file = try filled(path, in: fields, "path")
            return (SQLiteDatabase(path: file, access: access, statementTimeout: timeout > 0 ? timeout : nil), nil)
        }
        var settings = PostgresSettings()
        settings.access = access
        // The server counts milliseconds, and takes none for never.
        settings.statementTimeout = timeout > 0 ? max(timeout, 1000) : nil
        let connections = try fields.count("connections") ?? 4
        let dsn = try filled(try fields.text("dsn") ?? "", in: fields, "dsn")
        do throws(SQLError) {
            return (PostgresDatabase(try PostgresAddress(dsn), connections: connections, settings: settings), connections)
        } catch {
            throw fields.error(["dsn"], error.message)
        }
    }

    /// The text with `${env:NAME}` filled in, so that secrets need not be written down.
    private func filled(_ text: String, in fields: ToolsFileFields, _ key: String) throws(ToolsFileError) -> String {
        do throws(Template.Fault) {
            return try Template(text, names: Template.Names(arguments: [], environment: environment)).filled(.null) ?? text
        } catch {
            throw fields.error([.key(key)], error.message)
        }
    }

    private static func access(_ fields: ToolsFileFields) throws(ToolsFileError) -> SQLAccess {
        guard let word = try fields.text("access") else { return .readOnly }
        guard let access = SQLAccess(rawValue: word) else {
            throw fields.error(["access"], "this is one of \(SQLAccess.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return access
    }
}
