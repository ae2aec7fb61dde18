package import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP

/// Servers of the Model Context Protocol that have been started, and their tools (https://modelcontextprotocol.io).
///
/// A server that ends is started anew by the next call of a tool of its, a few times in a row at the most.
package struct MCPServers: Sendable {
    /// In the order of the servers, and of each server's list.
    package let tools: [Tool]
    private let servers: [MCPServer]

    /// Starts servers side by side and asks them for their tools.
    ///
    /// - Parameters:
    ///   - version: Of Fanout, for the servers.
    ///   - taken: Names that other tools have.
    ///   - notice: Told of what servers write to their logs while no call of theirs runs, or more than one, and of what they do wrong. From
    ///     any thread.
    /// - Throws: ``ToolsFileError`` that names the server that cannot be used, and the remedy; then none of them runs.
    package static func start(
        _ settings: [MCPServerSettings], version: String, taken: [String] = [], time: any Timekeeper,
        notice: @escaping @Sendable (MCPNotice) -> Void = { _ in }
    ) async throws -> MCPServers {
        let client = HTTPClient()
        let servers = settings.map { MCPServer($0, version: version, time: time, client: client, notice: notice) }
        do {
            let lists = try await lists(of: servers)
            var names = MCPToolNames(taken: taken)
            var tools: [Tool] = []
            for (server, definitions) in zip(servers, lists) {
                tools += try Self.tools(of: server, definitions, &names)
            }
            return MCPServers(tools: tools, servers: servers)
        } catch {
            await stop(servers)
            throw error
        }
    }

    /// Takes leave of all servers, and returns once they are gone.
    package func stop() async {
        await Self.stop(servers)
    }

    private static func stop(_ servers: [MCPServer]) async {
        await withDiscardingTaskGroup { group in
            for server in servers {
                group.addTask { await server.stop() }
            }
        }
    }

    private static func lists(of servers: [MCPServer]) async throws -> [[MCPToolDefinition]] {
        try await withThrowingTaskGroup(of: (Int, [MCPToolDefinition]).self) { group in
            for (place, server) in servers.enumerated() {
                group.addTask {
                    do throws(MCPError) {
                        return (place, try await server.listTools())
                    } catch .cancelled {
                        throw CancellationError()
                    } catch {
                        throw ToolsFileError(
                            server.settings.withoutSecrets("\(server.settings.traits.place): \(error.words(of: server.name))"))
                    }
                }
            }
            var lists: [[MCPToolDefinition]] = Array(repeating: [], count: servers.count)
            for try await (place, list) in group {
                lists[place] = list
            }
            return lists
        }
    }

    private static func tools(of server: MCPServer, _ definitions: [MCPToolDefinition], _ names: inout MCPToolNames) throws(ToolsFileError)
        -> [Tool]
    {
        let listed = definitions.map(\.name)
        for (name, traits) in server.settings.tools where !listed.contains(name) {
            throw ToolsFileError(
                "\(traits.place): \(server.name) has no tool \(name); it has \(listed.isEmpty ? "none" : listed.joined(separator: ", "))")
        }
        var seen: Set<String> = []
        return definitions.compactMap { definition in
            // Of two of a name the server can mean but one.
            guard seen.insert(definition.name).inserted, server.settings.tools[definition.name]?.isHidden != true else { return nil }
            return server.tool(definition, named: names.name(server: server.name, tool: definition.name))
        }
    }
}
