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
/// Each tool has one key that says what does its work: `command` runs a program, `sql` a statement, `simulate` only takes its time. The other keys say how calls of it may
/// run. Times are seconds, or text with a unit: `"500ms"`, `"2s"`, `"5m"`. `mcpServers` names servers that have tools of their own, in the form that
/// other programs use.
package struct ToolsFile: Sendable {
    package var tools: [Tool] = []
    package var pools: [String: Pool] = [:]
    /// To be started, each a source of more tools.
    package var servers: [MCPServerSettings] = []
    /// What the tools hold open; to be closed when they are not needed any more.
    private let databases: ToolsFileDatabases

    /// - Parameters:
    ///   - name: What the file is called in errors.
    ///   - environment: The value of a variable, where it is set.
    /// - Throws: ``ToolsFileError`` that names line, key and remedy.
    package init(parsing text: [UInt8], name: String, environment: @escaping (String) -> String? = systemVariable)
        throws(ToolsFileError)
    {
        let root: JSONValue
        do {
            root = try JSONValue(parsing: text)
        } catch {
            let line = error.position(in: text).line
            throw ToolsFileError("\(name) line \(line): \(error.reason); a tools file is one JSON object")
        }
        let fields = ToolsFileFields(value: root, path: [], place: JSONPlace(text), name: name)
        try fields.check(keys: ["tools", "pools", "databases", "mcpServers"])
        for (key, pool) in try fields.objects(of: "pools") {
            try pool.check(keys: ["limit", "rate"])
            pools[key] = Pool(limit: try pool.count("limit"), rate: try pool.rate("rate"))
        }
        databases = try ToolsFileDatabases(fields)
        pools.merge(databases.pools) { declared, _ in declared }
        try readServers(fields, environment)
        let entries = try fields.items("tools") ?? []
        guard !entries.isEmpty || fields.has("mcpServers") else {
            throw fields.error(["tools"], "a tools file lists at least one tool", key: "tools")
        }
        for entry in entries {
            let tool = try Tool(entry, databases)
            guard !tools.contains(where: { $0.name == tool.name }) else {
                throw entry.error(["name"], "another tool has the name \(tool.name) already; give each its own")
            }
            tools.append(tool)
        }
    }

    private mutating func readServers(_ fields: ToolsFileFields, _ environment: @escaping (String) -> String?) throws(ToolsFileError) {
        for (key, entry) in try fields.objects(of: "mcpServers") {
            guard var server = try MCPServerSettings(key, entry, environment) else { continue }
            // What limits a server is a pool that its tools share.
            if server.traits.limit != nil || server.traits.rate != nil {
                let pool = "mcp:\(key)"
                pools[pool] = Pool(limit: server.traits.limit, rate: server.traits.rate)
                server.traits.pool = pool
            }
            servers.append(server)
        }
    }

    /// - Throws: ``ToolsFileError``, also where the file cannot be read.
    package init(path: String) throws(ToolsFileError) {
        let text: [UInt8]
        do {
            text = try WholeFile.bytes(path)
        } catch {
            throw ToolsFileError("cannot read the tools file \(error) after --tools")
        }
        try self.init(parsing: text, name: path)
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

    static let all: [ToolKind] = [.command, .sql, .simulate]
}

/// What every tool says of itself, whatever does its work.
struct ToolDeclaration: Sendable {
    var name: String
    var description: String
    var parameters: JSONValue
    var traits: ToolTraits
    /// Paths of arguments that are secret.
    var secrets: [String]
    /// Those that the file names.
    var databases: ToolsFileDatabases
}

extension Tool {
    private static let commonKeys = [
        "name", "description", "parameters", "timeout", "attempt_timeout", "limit", "pool", "rate", "reads", "writes", "sequential",
        "read_only", "repeatable", "approval", "secrets",
    ]

    fileprivate init(_ entry: ToolsFileFields, _ databases: ToolsFileDatabases) throws(ToolsFileError) {
        try entry.check(keys: Self.commonKeys + ToolKind.all.flatMap { [$0.key] + $0.keys })
        guard let name = try entry.text("name"), Self.isName(name) else {
            throw entry.error(["name"], "a tool needs a name of letters, digits, _ and -, at most 64 of them", key: "name")
        }
        let declaration = ToolDeclaration(
            name: name, description: try entry.text("description") ?? "",
            parameters: try entry.object("parameters").map(JSONValue.object) ?? ["type": "object", "properties": [:]],
            traits: try ToolTraits(entry), secrets: try entry.texts("secrets"), databases: databases)
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
        self = try kind.read(entry, declaration)
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
