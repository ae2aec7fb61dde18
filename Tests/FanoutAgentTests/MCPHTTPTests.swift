import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTools
import Testing

@Suite(.timeLimit(.minutes(1))) struct MCPHTTPTests {
    let rig: MCPRig

    init() throws {
        rig = try MCPRig()
    }

    /// A server of either era on loopback, which keeps what it was asked.
    ///
    /// A class, because the server's thread and the test share it.
    final class Server: Sendable {
        enum Era: CaseIterable, Sendable {
            case handshake, modern
        }

        private struct State {
            var requests: [LoopbackServer.Request] = []
            var sessions = 0
            /// The one that is known now.
            var session = ""
            var cuts = 0
        }

        let era: Era
        /// Whether answers come as streams of events.
        let streams: Bool
        private let state = Guarded(State())
        private let server = Guarded<LoopbackServer?>(nil)
        private let asked = AsyncStream<String>.makeStream()

        init(_ era: Era, streams: Bool) throws {
            self.era = era
            self.streams = streams
            let started = try LoopbackServer { [unowned self] request in answer(request) }
            server.withLock { $0 = started }
        }

        var url: String { server.withLock { $0?.url ?? "" } + "/mcp" }
        var requests: [LoopbackServer.Request] { state.withLock { $0.requests } }
        var methods: [String] { requests.map { JSONText(unchecked: $0.body).value["method"]?.string ?? $0.method } }
        var sessions: Int { state.withLock { $0.sessions } }

        /// Forgets the session, as a server that was restarted does.
        func forget() {
            state.withLock { $0.session = "gone" }
        }

        /// Returns once it was asked that.
        func until(_ method: String) async {
            for await asked in asked.stream where asked == method {
                return
            }
        }

        func stop() {
            server.withLock { $0 }?.stop()
        }

        private func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
            state.withLock { $0.requests.append(request) }
            let message = JSONText(unchecked: request.body).value
            let method = message["method"]?.string ?? ""
            let id = message["id"] ?? .null
            asked.continuation.yield(method)
            if request.method == "GET" {
                // What follows the event after which the stream broke off.
                return events([
                    [
                        "jsonrpc": "2.0", "id": .integer(Int64(request.headers["last-event-id"] ?? "") ?? -1),
                        "result": Self.text("taken up"),
                    ]
                ])
            }
            guard request.method == "POST" else { return .reply(status: 200, body: []) }
            guard request.headers["accept"] == "application/json, text/event-stream" else { return .reply(status: 406, body: []) }
            guard request.headers["authorization"] == "Bearer t0ken-in-env" else { return .reply(status: 401, body: []) }
            switch era {
            case .handshake: return handshake(method, id, message, request)
            case .modern: return modern(method, id, message, request)
            }
        }

        private func handshake(_ method: String, _ id: JSONValue, _ message: JSONValue, _ request: LoopbackServer.Request)
            -> LoopbackServer.Answer
        {
            if method == "initialize" {
                let session = state.withLock { state in
                    state.sessions += 1
                    state.session = "session-\(state.sessions)"
                    return state.session
                }
                return reply(id, ["protocolVersion": "2025-11-25", "capabilities": [:]], headers: ["Mcp-Session-Id": session])
            }
            guard let session = request.headers["mcp-session-id"] else {
                return refuse(400, "server-error", -32600, "Bad Request: Missing session ID")
            }
            guard session == state.withLock({ $0.session }) else { return refuse(404, "server-error", -32600, "Session not found") }
            guard request.headers["mcp-protocol-version"] == "2025-11-25" else { return refuse(400, "server-error", -32600, "version") }
            return common(method, id, message)
        }

        private func modern(_ method: String, _ id: JSONValue, _ message: JSONValue, _ request: LoopbackServer.Request)
            -> LoopbackServer.Answer
        {
            let meta = message["params"]?["_meta"]
            guard meta?["io.modelcontextprotocol/protocolVersion"]?.string == "2026-07-28",
                meta?["io.modelcontextprotocol/clientCapabilities"] == [:], request.headers["mcp-protocol-version"] == "2026-07-28",
                request.headers["mcp-method"] == method, request.headers["mcp-session-id"] == nil
            else { return refuse(400, id, -32020, "mcp headers do not match the body") }
            if method == "server/discover" {
                return reply(id, ["supportedVersions": ["2026-07-28"], "capabilities": [:], "resultType": "complete"])
            }
            if method == "tools/call" {
                let region = message["params"]?["arguments"]?["region"]?.string
                guard request.headers["mcp-name"] == message["params"]?["name"]?.string,
                    request.headers["mcp-param-region"] == region.map({ $0 == "Köln" ? "=?base64?S8O2bG4=?=" : $0 })
                else { return refuse(400, id, -32020, "mcp-name header does not match the request body's 'name' parameter") }
            }
            return common(method, id, message)
        }

        private func common(_ method: String, _ id: JSONValue, _ message: JSONValue) -> LoopbackServer.Answer {
            switch method {
            case "notifications/initialized", "notifications/cancelled": return .reply(status: 202, body: [])
            case "tools/list":
                let schema: JSONValue = ["type": "object", "properties": ["region": ["type": "string", "x-mcp-header": "Region"]]]
                let names = ["echo", "hang", "cut", "page", "silent", "boom"]
                return reply(id, ["tools": .array(names.map { ["name": .string($0), "inputSchema": schema] })])
            case "tools/call":
                return call(message["params"]?["name"]?.string ?? "", id, message["params"]?["_meta"]?["progressToken"] ?? .null)
            default: return refuse(404, id, -32601, "Method not found")
            }
        }

        private func call(_ name: String, _ id: JSONValue, _ token: JSONValue) -> LoopbackServer.Answer {
            switch name {
            case "hang": .hang
            case "cut":
                // An id to take it up by, and no answer.
                .reply(
                    status: 200, headers: ["content-type": "text/event-stream"],
                    body: Array("id: \(id)\nretry: 0\ndata: \n\n: nothing yet\n\n".utf8))
            case "page": .reply(status: 200, headers: ["content-type": "text/html; charset=utf-8"], body: Array("<html>".utf8))
            case "silent": .reply(status: 202, body: [])
            case "boom": .reply(status: 503, body: [])
            default:
                streams
                    ? events([
                        [
                            "jsonrpc": "2.0", "method": "notifications/progress",
                            "params": ["progressToken": token, "progress": 1, "total": 2, "message": "half"],
                        ],
                        ["jsonrpc": "2.0", "method": "notifications/message", "params": ["level": "info", "data": "noted"]],
                        ["jsonrpc": "2.0", "id": id, "result": Self.text("said")],
                    ]) : reply(id, Self.text("said"))
            }
        }

        private static func text(_ text: String) -> JSONValue { ["content": [["type": "text", "text": .string(text)]]] }

        private func reply(_ id: JSONValue, _ result: JSONValue, headers: [String: String] = [:]) -> LoopbackServer.Answer {
            let message: JSONValue = ["jsonrpc": "2.0", "id": id, "result": result]
            guard !streams else { return events([message], headers: headers) }
            return .reply(
                status: 200, headers: headers.merging(["content-type": "application/json"]) { $1 }, body: JSONText(message).utf8)
        }

        private func events(_ messages: [JSONValue], headers: [String: String] = [:]) -> LoopbackServer.Answer {
            let text = messages.map { "event: message\r\ndata: \($0)\r\n\r\n" }.joined(separator: ": alive\r\n\r\n")
            return .reply(status: 200, headers: headers.merging(["content-type": "text/event-stream"]) { $1 }, body: Array(text.utf8))
        }

        private func refuse(_ status: Int, _ id: JSONValue, _ code: Int64, _ message: String) -> LoopbackServer.Answer {
            let error: JSONValue = ["jsonrpc": "2.0", "id": id, "error": ["code": .integer(code), "message": .string(message)]]
            return .reply(status: status, headers: ["content-type": "application/json"], body: JSONText(error).utf8)
        }
    }

    private func settings(_ server: Server, token: String = "t0ken-in-env") -> MCPServerSettings {
        var settings = MCPServerSettings(
            name: "web", transport: .http(url: server.url, headers: [.init(name: "Authorization", value: "Bearer \(token)")]))
        settings.secrets = [token]
        return settings
    }

    @Test("a server of either era answers in either form", arguments: Server.Era.allCases, [false, true])
    func eras(_ era: Server.Era, streams: Bool) async throws {
        let server = try Server(era, streams: streams)
        defer { server.stop() }
        let servers = try await rig.start(settings(server))
        let reports = Guarded<[ToolContext.Report]>([])
        for region in ["eu", "Köln"] {
            let result = try await servers.call("web__echo", ["region": .string(region)]) { report in reports.withLock { $0.append(report) }
            }
            #expect(result == .text("said"))
        }
        if streams {
            #expect(
                reports.withLock { $0 }.prefix(2) == [.progress(done: 1, total: 2, message: "half"), .output("noted\n", stream: .stderr)])
        }
        await servers.stop()
        switch era {
        case .handshake:
            #expect(
                server.methods == [
                    "server/discover", "initialize", "notifications/initialized", "tools/list", "tools/call", "tools/call", "DELETE",
                ])
        case .modern:
            #expect(server.methods == ["server/discover", "tools/list", "tools/call", "tools/call"])
        }
        #expect(rig.problems == [])
    }

    @Test("a server that has forgotten the session is begun with anew, once for all calls, and each is answered once")
    func newSession() async throws {
        let server = try Server(.handshake, streams: false)
        defer { server.stop() }
        let servers = try await rig.start(settings(server))
        server.forget()
        try await withThrowingTaskGroup(of: ToolResult.self) { group in
            for _ in 0..<8 {
                group.addTask { try await servers.call("web__echo") }
            }
            for try await result in group {
                #expect(result == .text("said"))
            }
        }
        #expect(server.sessions == 2)
        await servers.stop()
    }

    @Test("a stream that broke off is taken up where it was")
    func resumption() async throws {
        let server = try Server(.handshake, streams: true)
        defer { server.stop() }
        let servers = try await rig.start(settings(server))
        #expect(try await servers.call("web__cut") == .text("taken up"))
        let taken = try #require(server.requests.first { $0.method == "GET" })
        #expect(taken.headers["mcp-session-id"] == "session-1" && taken.headers["accept"] == "text/event-stream")
        await servers.stop()
    }

    @Test("a cancelled call lets go of its response, and a server of the handshake's era is told", arguments: Server.Era.allCases)
    func cancellation(_ era: Server.Era) async throws {
        let server = try Server(era, streams: false)
        defer { server.stop() }
        let servers = try await rig.start(settings(server))
        let call = Task { try await servers.call("web__hang") }
        await server.until("tools/call")
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        if era == .handshake {
            await server.until("notifications/cancelled")
        }
        #expect(try await servers.call("web__echo") == .text("said"))
        #expect(server.methods.contains("notifications/cancelled") == (era == .handshake))
        await servers.stop()
    }

    static let troubles: [(String, CallError.Kind, String)] = [
        ("page", .connection, "answers with text/html and not with a message; check the url"),
        ("silent", .connection, "ended its response without an answer; look at the server's log"),
        ("boom", .connection, "answers with status 503; try again later, or look at the server's log"),
    ]

    @Test("what a server does wrong is told in a sentence that names it", arguments: troubles)
    func trouble(_ tool: String, _ kind: CallError.Kind, _ words: String) async throws {
        let server = try Server(.modern, streams: false)
        defer { server.stop() }
        let servers = try await rig.start(settings(server))
        let error = await #expect(throws: CallError.self) { try await servers.call("web__\(tool)") }
        #expect(error?.kind == kind)
        #expect(
            error?.message.hasPrefix("web (an MCP server at 127.0.0.1:") == true && error?.message.hasSuffix(words) == true,
            "\(error?.message ?? "")")
        await servers.stop()
    }

    @Test("a server that cannot be reached, or lets nobody in, is named with the remedy")
    func unreachable() async throws {
        let server = try Server(.modern, streams: false)
        defer { server.stop() }
        let refused = await #expect(throws: ToolsFileError.self) { try await rig.start(settings(server, token: "wrong-token")) }
        #expect(refused?.message.contains("lets nobody in without the right headers (status 401)") == true, "\(refused?.message ?? "")")
        #expect(refused?.message.contains("wrong-token") == false)
        let nowhere = MCPServerSettings(name: "web", transport: .http(url: "http://127.0.0.1:1/mcp", headers: []))
        let closed = await #expect(throws: ToolsFileError.self) { try await rig.start(nowhere) }
        #expect(closed?.message.contains("cannot connect to 127.0.0.1:1") == true, "\(closed?.message ?? "")")
    }
}
