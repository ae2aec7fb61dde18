internal import FanoutEngine
package import FanoutEvents

/// A server as a tools file names it.
package struct MCPServerSettings: Sendable, Hashable {
    package enum Transport: Sendable, Hashable {
        case program(command: [String], environment: [String: String], directory: String?)
        case http(url: String, headers: [Header])
    }

    package struct Header: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package var name: String
    package var transport: Transport
    /// For all of its tools.
    package var traits = MCPTraits()
    /// By the name that the server gives a tool.
    package var tools: [String: MCPTraits] = [:]
    /// Microseconds until the server must have told what tools it has.
    package var startTimeout: Int64 = 60_000_000
    /// What must not stand in any message: values that came from the environment.
    package var secrets: [String] = []

    package init(name: String, transport: Transport) {
        self.name = name
        self.transport = transport
    }

    /// A text of the server's, without what it may have repeated of its secrets.
    func withoutSecrets(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "[secret]") }
    }
}

/// What a tools file says of a server's tools in place of what the server says.
package struct MCPTraits: Sendable, Hashable {
    /// Where it stands, for errors: `fanout.json line 3, mcpServers.time.tools.now`.
    package var place = ""
    package var isHidden = false
    package var timeout: Int64?
    package var attemptTimeout: Int64?
    package var pool: String?
    package var limit: Int?
    package var rate: Event.Rate?
    package var reads: [String]?
    package var writes: [String]?
    package var sequential: Bool?
    package var readOnly: Bool?
    package var repeatable: Bool?
    package var approval: Bool?

    package init() {}

    /// How calls of a tool may run: one that is read-only reads its server, any other writes it.
    ///
    /// - Parameter tool: What is said of the tool alone, which counts more.
    func traits(of tool: MCPTraits, server: String, isReadOnly: Bool) -> ToolTraits {
        let isReadOnly = tool.readOnly ?? readOnly ?? isReadOnly
        let resource = "mcp:\(server)"
        var traits = ToolTraits()
        traits.readOnly = isReadOnly
        traits.reads = tool.reads ?? (isReadOnly ? [resource] : [])
        traits.writes = tool.writes ?? (isReadOnly || tool.reads != nil ? [] : [resource])
        traits.sequential = tool.sequential ?? false
        traits.repeatable = tool.repeatable ?? repeatable ?? false
        traits.needsApproval = tool.approval ?? approval ?? false
        traits.pool = tool.pool ?? pool
        traits.limit = tool.limit
        traits.rate = tool.rate
        traits.timeout = tool.timeout ?? timeout
        traits.attemptTimeout = tool.attemptTimeout ?? attemptTimeout
        return traits
    }
}
