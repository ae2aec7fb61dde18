internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

extension MCPServerSettings {
    private static let programKeys = ["command", "args", "env", "cwd"]
    private static let httpKeys = ["url", "serverUrl", "httpUrl", "headers"]
    private static let ownKeys = [
        "type", "disabled", "timeout", "attempt_timeout", "start_timeout", "limit", "pool", "rate", "read_only", "repeatable", "approval",
        "tools",
    ]
    /// What other programs keep here and what changes nothing in which tools there are and how they run. Approvals that they remember are
    /// not ours.
    private static let ignoredKeys = [
        "alwaysAllow", "alwaysLoad", "autoApprove", "description", "dev", "gallery", "icon", "name", "remoteConfigured", "trust", "version",
    ]
    /// What other programs keep here and what would be missed, with the way round.
    private static let refusedKeys = [
        ("envFile", "no file of variables is read; put them into \"env\""),
        ("disabledTools", hiding), ("excludeTools", hiding), ("includeTools", hiding),
        ("oauth", signingIn), ("auth", signingIn), ("headersHelper", signingIn),
    ]
    private static let hiding = "a tool is left out with \"tools\": {\"NAME\": {\"hidden\": true}}"
    private static let signingIn = "Fanout does not sign in anywhere; put a token into \"headers\", such as \"Bearer ${TOKEN}\""
    private static let toolKeys = [
        "hidden", "timeout", "attempt_timeout", "limit", "pool", "rate", "reads", "writes", "sequential", "read_only", "repeatable",
        "approval",
    ]

    /// Reads an entry of `mcpServers`; nil for one that is disabled.
    init?(_ name: String, _ entry: ToolsFileFields, _ environment: @escaping (String) -> String?) throws(ToolsFileError) {
        for (key, remedy) in Self.refusedKeys where entry.has(key) {
            throw entry.error([.key(key)], remedy)
        }
        try entry.check(keys: Self.programKeys + Self.httpKeys + Self.ownKeys + Self.ignoredKeys)
        guard !name.isEmpty else {
            throw entry.error([], "a server needs a name; it begins the names of its tools")
        }
        guard try !entry.flag("disabled") else { return nil }
        var values = ServerVariables(entry: entry, environment: environment)
        self.init(name: name, transport: try Self.transport(entry, &values))
        secrets = values.secrets
        traits = try MCPTraits(entry)
        if let timeout = try entry.microseconds("start_timeout") {
            startTimeout = timeout
        }
        for (tool, fields) in try entry.objects(of: "tools") {
            try fields.check(keys: Self.toolKeys)
            tools[tool] = try MCPTraits(fields)
        }
        if traits.pool != nil, traits.limit != nil || traits.rate != nil {
            throw entry.error(["pool"], "the limit and the rate of a pool stand in \"pools\"; keep either pool or these")
        }
    }

    private static func transport(_ entry: ToolsFileFields, _ values: inout ServerVariables) throws(ToolsFileError) -> Transport {
        let url = httpKeys.prefix(3).first(where: entry.has)
        let type = try entry.text("type") ?? (url != nil && !entry.has("command") ? "http" : "stdio")
        switch type {
        case "stdio":
            for key in httpKeys where entry.has(key) {
                throw entry.error([.key(key)], "this is for a server behind a url, and this one is a program; keep one of command and url")
            }
            guard let program = try values.text("command"), !program.isEmpty else {
                throw entry.error([], "a server has either a \"command\" with \"args\", or a \"url\"")
            }
            return .program(
                command: [program] + (try values.texts("args")), environment: try values.fields("env"), directory: try values.text("cwd"))
        case "http", "streamable-http", "streamableHttp", "streamable_http":
            for key in programKeys where entry.has(key) {
                throw entry.error(
                    [.key(key)], "this is for a server that is a program, and this one has a url; keep one of command and url")
            }
            guard let key = url, let address = try values.text(key) else {
                throw entry.error([], "a server of type \(type) has a \"url\"")
            }
            guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
                throw entry.error([.key(key)], "a url begins with https:// or http://")
            }
            return .http(url: address, headers: try values.fields("headers").sorted { $0.key < $1.key }.map(Header.init))
        case "sse":
            throw entry.error(
                ["type"],
                "the transport of 2024 is not spoken; most such servers have streamable HTTP too: \"type\": \"http\", with its url")
        default:
            throw entry.error(["type"], "this is stdio or http")
        }
    }
}

extension MCPServerSettings.Header {
    fileprivate init(_ field: (key: String, value: String)) {
        self.init(name: field.key, value: field.value)
    }
}

extension MCPTraits {
    fileprivate init(_ entry: ToolsFileFields) throws(ToolsFileError) {
        func flag(_ key: String) throws(ToolsFileError) -> Bool? {
            entry.has(key) ? try entry.flag(key) : nil
        }
        func texts(_ key: String) throws(ToolsFileError) -> [String]? {
            entry.has(key) ? try entry.texts(key) : nil
        }
        self.init()
        place = entry.here
        isHidden = try flag("hidden") ?? false
        timeout = try entry.microseconds("timeout")
        attemptTimeout = try entry.microseconds("attempt_timeout")
        pool = try entry.text("pool")
        limit = try entry.count("limit")
        rate = try entry.rate("rate")
        reads = try texts("reads")
        writes = try texts("writes")
        sequential = try flag("sequential")
        readOnly = try flag("read_only")
        repeatable = try flag("repeatable")
        approval = try flag("approval")
    }
}
