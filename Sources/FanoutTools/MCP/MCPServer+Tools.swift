internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

extension MCPServer {
    /// Pages of a list, and tools, beyond which a server is not believed.
    private static let mostPages = 1000
    private static let mostTools = 10_000
    /// How often a call that the server puts off is asked for in all.
    private static let mostRounds = 10
    /// Microseconds, times the round.
    private static let roundPause: Int64 = 200_000

    /// The tools that it has; what cannot be used is told of and left out.
    func listTools() async throws(MCPError) -> [MCPToolDefinition] {
        var definitions: [MCPToolDefinition] = []
        var cursor: String?
        var cursors: Set<String> = []
        repeat {
            let page = try await page(at: cursor)
            definitions += (page["tools"]?.array ?? []).compactMap(definition)
            cursor = page["nextCursor"]?.string
            if let cursor, !cursors.insert(cursor).inserted || cursors.count >= Self.mostPages || definitions.count > Self.mostTools {
                throw .lost("\(name) (an MCP server) does not come to the end of its list of tools")
            }
        } while cursor != nil
        return definitions
    }

    private func page(at cursor: String?) async throws(MCPError) -> JSONValue {
        var fields = JSONObject()
        fields["cursor"] = cursor.map(JSONValue.string)
        do {
            return try await ask(MCPRequest(method: "tools/list", fields: fields, patience: settings.startTimeout)).value
        } catch .fault(let fault) where fault.code == MCPFault.methodNotFound {
            notice(MCPNotice(server: name, kind: .problem, text: "has no tools"))
            return [:]
        }
    }

    private func definition(_ listed: JSONValue) -> MCPToolDefinition? {
        do {
            return try MCPToolDefinition(listed)
        } catch {
            notice(MCPNotice(server: name, kind: .problem, text: settings.withoutSecrets(error.reason)))
            return nil
        }
    }

    /// A tool of it, as the engine takes it.
    func tool(_ definition: MCPToolDefinition, named toolName: String) -> Tool {
        let traits = settings.traits.traits(
            of: settings.tools[definition.name] ?? MCPTraits(), server: name, isReadOnly: definition.isReadOnly)
        return Tool(name: toolName, description: definition.description, parameters: definition.parameters, traits: traits) {
            context, arguments in
            try await self.call(definition, arguments, context)
        }
    }

    private func call(_ definition: MCPToolDefinition, _ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        var request = MCPRequest(
            method: "tools/call", fields: ["name": .string(definition.name), "arguments": arguments], name: definition.name,
            parameters: definition.headers.compactMap { $0.value(in: arguments) }, reportsProgress: true)
        for round in 1...Self.mostRounds {
            switch MCPToolResult.outcome(of: try await answer(request, context), server: name) {
            case .result(let result): return result
            case .failure(let error): throw CallError(error.kind, settings.withoutSecrets(error.message))
            case .again(let again):
                request.fields["requestState"] = again.state
                try await context.sleep(for: Int64(round) * Self.roundPause)
            }
        }
        throw CallError(.toolError, "\(name) puts the call off again and again; it was asked \(Self.mostRounds) times")
    }

    private func answer(_ request: MCPRequest, _ context: ToolContext) async throws -> RawJSON {
        do throws(MCPError) {
            return try await ask(request) { report in
                switch report {
                case .progress(let done, let total, let message): context.progress(done: done, total: total, message: message)
                case .output(let text, let stream): context.output(self.settings.withoutSecrets(text), stream: stream)
                }
            }
        } catch {
            let message = settings.withoutSecrets(error.words(of: name))
            switch error {
            case .cancelled: throw CancellationError()
            case .fault(let fault): throw ToolFailure(CallError(.toolError, message), isFinal: fault.isFinal)
            case .lost, .sessionGone, .endedAtQuestion, .silence: throw CallError(.connection, message)
            }
        }
    }
}
