package import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// The tools that a file declares.
///
///     {"tools": [{"name": "grep", "description": "Searches files.", "parameters": {"type": "object", …},
///                 "command": ["./grep.py"], "timeout": 30, "read_only": true}],
///      "pools": {"net": {"limit": 4, "rate": {"calls": 10, "per": 1}}},
///      "databases": {"notes": {"path": "notes.sqlite"}}}
///
/// Each tool has one key that says what does its work: `command` runs a program, `http` makes a request, `sql` runs a statement, `simulate` only
/// takes its time. The other keys say how calls of it may run. Times are seconds, or text with a unit: `"500ms"`, `"2s"`, `"5m"`.
/// `mcpServers` names servers that have tools of their own, in the form that other programs use.
package struct ToolsFile: Sendable {
    package var tools: [Tool] = []
    package var pools: [String: Pool] = [:]
    /// What does the work of each tool, by its name: `command`.
    package private(set) var kinds: [String: String] = [:]
    /// What the tools' authors should know, though it is no error: a sentence each.
    package private(set) var warnings: [String] = []
    /// To be started, each a source of more tools.
    package var servers: [MCPServerSettings] = []
    /// What the tools hold open; to be closed when they are not needed any more.
    private var databases = ToolsFileDatabases()

    /// The file that counts where none is named, in the directory of this process.
    package static let usualPath = "fanout.json"

    /// - Parameters:
    ///   - name: What the file is called in errors.
    ///   - environment: The value of a variable.
    /// - Throws: ``ToolsFileError`` that names line, key and remedy.
    package init(
        parsing text: [UInt8], name: String, environment: @escaping @Sendable (String) -> String? = ProcessEnvironment.value
    ) throws(ToolsFileError) {
        let (file, errors) = Self.check(text, name: name, environment: environment)
        if let error = errors.first {
            throw error
        }
        self = file
    }

    /// Reads all of a file that can be read, and says what is wrong with the rest: one error for each tool and pool.
    package static func check(
        _ text: [UInt8], name: String, environment: @escaping @Sendable (String) -> String? = ProcessEnvironment.value
    ) -> (file: ToolsFile, errors: [ToolsFileError]) {
        var file = ToolsFile()
        var errors: [ToolsFileError] = []
        /// Has what goes wrong told, and goes on.
        func attempt(_ body: () throws(ToolsFileError) -> Void) {
            do throws(ToolsFileError) {
                try body()
            } catch {
                errors.append(error)
            }
        }
        attempt { () throws(ToolsFileError) in
            let fields = try ToolsFileFields(text, name: name)
            attempt { () throws(ToolsFileError) in try fields.check(keys: ["tools", "pools", "databases", "mcpServers"]) }
            for (key, pool) in try fields.objects(of: "pools") {
                attempt { () throws(ToolsFileError) in
                    try pool.check(keys: ["limit", "rate"])
                    file.pools[key] = Pool(limit: try pool.count("limit"), rate: try pool.rate("rate"))
                }
            }
            attempt { () throws(ToolsFileError) in
                file.databases = try ToolsFileDatabases(fields, environment: environment)
                file.pools.merge(file.databases.pools) { declared, _ in declared }
            }
            for (key, server) in try fields.objects(of: "mcpServers") {
                attempt { () throws(ToolsFileError) in try file.add(MCPServerSettings(key, server, environment)) }
            }
            let entries = try fields.items("tools") ?? []
            guard !entries.isEmpty || !errors.isEmpty || fields.has("mcpServers") else {
                throw fields.error(["tools"], "a tools file lists at least one tool", key: "tools")
            }
            for entry in entries {
                attempt { () throws(ToolsFileError) in
                    let (tool, kind, warnings) = try Tool.read(entry, file.databases, environment: environment)
                    guard !file.tools.contains(where: { $0.name == tool.name }) else {
                        throw entry.error(["name"], "another tool has the name \(tool.name) already; give each its own")
                    }
                    file.tools.append(tool)
                    file.kinds[tool.name] = kind
                    file.warnings += warnings
                }
            }
        }
        return (file, errors)
    }

    private init() {}

    /// Takes in tools that its servers have.
    package mutating func add(tools: [Tool], of kind: String) {
        self.tools += tools
        for tool in tools {
            kinds[tool.name] = kind
        }
    }

    private mutating func add(_ server: MCPServerSettings?) {
        guard var server else { return }
        // What limits a server is a pool that its tools share.
        if server.traits.limit != nil || server.traits.rate != nil {
            let pool = "mcp:\(server.name)"
            pools[pool] = Pool(limit: server.traits.limit, rate: server.traits.rate)
            server.traits.pool = pool
        }
        servers.append(server)
    }

    /// - Throws: ``ToolsFileError``, also where the file cannot be read.
    package init(path: String) throws(ToolsFileError) {
        try self.init(parsing: Self.text(path), name: path)
    }

    /// - Throws: ``ToolsFileError`` where the file cannot be read at all.
    package static func check(path: String) throws(ToolsFileError) -> (file: ToolsFile, errors: [ToolsFileError]) {
        check(try text(path), name: path)
    }

    private static func text(_ path: String) throws(ToolsFileError) -> [UInt8] {
        do {
            return try WholeFile.bytes(path)
        } catch {
            throw ToolsFileError("cannot read the tools file \(error) after --tools")
        }
    }

    /// Closes the connections that the tools hold.
    package func close() {
        for database in databases.all {
            database.close()
        }
    }
}

/// What is wrong with a tools file: a sentence.
package struct ToolsFileError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String

    package init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}

/// What can do a tool's work: the key that names it, those that go with it, and how it is read.
struct ToolKind: Sendable {
    /// The key that says so: `command`.
    let key: String
    /// Further keys that only this kind has.
    var keys: [String] = []
    /// Reads what does the work.
    let read: @Sendable (ToolsFileFields, ToolDeclaration) throws(ToolsFileError) -> Tool

    static let all: [ToolKind] = [.command, .http, .sql, .simulate]
}

/// What every tool says of itself, whatever does its work.
struct ToolDeclaration: Sendable {
    var name: String
    var description: String
    var parameters: JSONValue
    var traits: ToolTraits
    /// Paths of arguments that are secret.
    var secrets: [String]
    /// What templates may name: arguments that the schema knows, and the environment.
    var names: Template.Names

    var arguments: Set<String> { names.arguments }
    /// Those that the file names.
    var databases: ToolsFileDatabases
}

extension Tool {
    private static let commonKeys = [
        "name", "description", "parameters", "timeout", "attempt_timeout", "limit", "pool", "rate", "reads", "writes", "sequential",
        "read_only", "repeatable", "approval", "secrets",
    ]

    /// The tool of an entry, the kind of it, and what its author should know.
    fileprivate static func read(
        _ entry: ToolsFileFields, _ databases: ToolsFileDatabases, environment: @escaping @Sendable (String) -> String?
    ) throws(ToolsFileError) -> (Tool, kind: String, warnings: [String]) {
        try entry.check(keys: Self.commonKeys + ToolKind.all.flatMap { [$0.key] + $0.keys })
        guard let name = try entry.text("name"), Self.isName(name) else {
            throw entry.error(["name"], "a tool needs a name of letters, digits, _ and -, at most 64 of them", key: "name")
        }
        let parameters = try entry.object("parameters").map(JSONValue.object) ?? ["type": "object", "properties": [:]]
        let schema = try entry.schema(parameters)
        let declaration = ToolDeclaration(
            name: name, description: try entry.text("description") ?? "", parameters: parameters, traits: try ToolTraits(entry),
            secrets: try entry.texts("secrets"),
            names: Template.Names(arguments: schema.fieldNames, environment: environment), databases: databases)
        let kinds = ToolKind.all.filter { entry.has($0.key) }
        guard let kind = kinds.first else {
            throw entry.error([], "the tool \(name) does nothing; give it a \"command\", a list of the program and its arguments")
        }
        guard kinds.count == 1 else {
            let keys = kinds.map(\.key)
            throw entry.error([.key(keys[1])], "the tool \(name) has \(keys.joined(separator: " and ")); keep one of them")
        }
        for other in ToolKind.all where other.key != kind.key {
            for key in other.keys where entry.has(key) && !kind.keys.contains(key) {
                throw entry.error([.key(key)], "this key belongs to \(other.key), and the tool \(name) is a \(kind.key); leave it out")
            }
        }
        return (try kind.read(entry, declaration), kind.key, schema.warnings.map { "the tool \(name), parameters\($0)" })
    }

    private static func isName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x5f, 0x2d: true
                default: false
                }
            }
    }
}

extension ToolTraits {
    fileprivate init(_ entry: ToolsFileFields) throws(ToolsFileError) {
        self.init()
        reads = try entry.texts("reads")
        writes = try entry.texts("writes")
        sequential = try entry.flag("sequential")
        readOnly = try entry.flag("read_only")
        repeatable = try entry.flag("repeatable")
        needsApproval = try entry.flag("approval")
        pool = try entry.text("pool")
        limit = try entry.count("limit")
        rate = try entry.rate("rate")
        timeout = try entry.microseconds("timeout")
        attemptTimeout = try entry.microseconds("attempt_timeout")
    }
}
