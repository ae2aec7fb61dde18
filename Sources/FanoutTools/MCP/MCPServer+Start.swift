internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

extension MCPServer {
    /// Microseconds for which a server may be silent to a question that it does not know.
    private static let questionPatience: Int64 = 5_000_000

    /// Starts it for all who wait for it; ``look()`` has chosen the caller to do so.
    func start() async throws(MCPError) -> Link {
        do throws(MCPError) {
            let link = try await connect()
            guard settleStart(.success(link)) else {
                await link.transport.close()
                throw MCPError.lost("\(name) (an MCP server) has been stopped")
            }
            return link
        } catch {
            _ = settleStart(.failure(error))
            throw error
        }
    }

    /// Takes leave of it, and returns once it is gone.
    func stop() async {
        let (link, waiters) = state.withLock { state -> (Link?, [CheckedContinuation<Void, Never>]) in
            defer { state.phase = .stopped }
            switch state.phase {
            case .up(let link): return (link, [])
            case .starting(let waiters): return (nil, waiters)
            case .down, .stopped: return (nil, [])
            }
        }
        for waiter in waiters {
            waiter.resume()
        }
        if let link {
            link.connection.end(.lost("\(name) (an MCP server) has been stopped"))
            await link.transport.close()
        }
    }

    /// - Returns: False where the server has been stopped meanwhile.
    private func settleStart(_ result: Result<Link, MCPError>) -> Bool {
        let now = time.now()
        let (isWanted, waiters) = state.withLock { state -> (Bool, [CheckedContinuation<Void, Never>]) in
            guard case .starting(let waiters) = state.phase else { return (false, []) }
            switch result {
            case .success(let link): state.phase = .up(link)
            case .failure(let error):
                state.phase = .down
                // A start that its caller gave up says nothing of the server.
                if error != .cancelled {
                    state.trouble = error.words(of: name)
                    state.restart.ended(hasWorked: false, now: now)
                }
            }
            return (true, waiters)
        }
        for waiter in waiters {
            waiter.resume()
        }
        return isWanted
    }

    private func connect() async throws(MCPError) -> Link {
        let deadline = time.now() + settings.startTimeout
        if case .handshake? = state.withLock({ $0.era }) {
            return try await connect(by: deadline, isHandshakeKnown: true)
        }
        do {
            return try await connect(by: deadline, isHandshakeKnown: false)
        } catch .endedAtQuestion {
            return try await connect(by: deadline, isHandshakeKnown: true)
        }
    }

    private func connect(by deadline: Int64, isHandshakeKnown: Bool) async throws(MCPError) -> Link {
        let connection = MCPConnection(server: name, version: version, time: time) { [settings, notice] heard in
            var heard = heard
            heard.text = settings.withoutSecrets(heard.text)
            notice(heard)
        }
        let transport = try transport(for: connection)
        connection.begin(over: transport)
        let alarm = time.wake(at: deadline) { [name, seconds = settings.startTimeout / 1_000_000] in
            connection.end(
                .lost("\(name) (an MCP server) did not begin within \(seconds) s; is it an MCP server? start_timeout allows it more"))
            transport.abort()
        }
        defer { alarm.cancel() }
        do {
            let era = try await negotiate(connection, by: deadline, isHandshakeKnown: isHandshakeKnown)
            state.withLock { $0.era = era }
            return Link(connection: connection, transport: transport)
        } catch {
            connection.end(error)
            transport.abort()
            await transport.close()
            throw error
        }
    }

    private func transport(for connection: MCPConnection) throws(MCPError) -> any MCPTransport {
        switch settings.transport {
        case .program(let command, let environment, let directory):
            do {
                return try StdioTransport(
                    Program(arguments: command, environment: environment, directory: directory), for: connection, time: time)
            } catch {
                throw .lost("\(name) (an MCP server) cannot be started: \(error.message)")
            }
        case .http(let url, let headers):
            return HTTPTransport(
                server: name, url: url, headers: headers.map { HTTPHeader($0.name, $0.value) }, client: client, time: time)
        }
    }

    private func negotiate(_ connection: MCPConnection, by deadline: Int64, isHandshakeKnown: Bool) async throws(MCPError) -> MCPEra {
        var negotiation = MCPNegotiation(isHandshakeKnown: isHandshakeKnown)
        var step = negotiation.begin()
        while true {
            switch step {
            case .discover(let isQuestion):
                step = negotiation.next(try await discover(connection, by: deadline, isQuestion: isQuestion))
            case .initialize(let revision):
                let request = MCPRequest(
                    method: "initialize", fields: connection.greeting(revision), patience: settings.startTimeout)
                step = negotiation.next(try await answer(connection, request))
            case .announce(let era):
                connection.agree(on: era)
                await connection.tell("notifications/initialized")
                if negotiation.takesLogLevel {
                    connection.mention(MCPRequest(method: "logging/setLevel", fields: ["level": "info"]))
                }
                return era
            case .ready(let era):
                connection.agree(on: era)
                return era
            case .failed(let reason):
                throw .lost("\(name) (an MCP server) \(reason)")
            }
        }
    }

    private func discover(_ connection: MCPConnection, by deadline: Int64, isQuestion: Bool) async throws(MCPError) -> MCPNegotiation.Answer
    {
        var request = MCPRequest(method: "server/discover", asking: .modern(MCPEra.modernRevisions[0]))
        let isProgram = if case .program = settings.transport { true } else { false }
        // Over HTTP a request has a response of its own, so silence is no answer.
        request.patience = isQuestion && isProgram ? Self.questionPatience : settings.startTimeout
        do {
            return try await answer(connection, request)
        } catch .lost where isQuestion && isProgram && time.now() < deadline {
            throw .endedAtQuestion
        }
    }

    private func answer(_ connection: MCPConnection, _ request: MCPRequest) async throws(MCPError) -> MCPNegotiation.Answer {
        do {
            return .result(try await connection.ask(request).value)
        } catch {
            switch error {
            case .fault(let fault): return .fault(fault)
            case .silence: return .silence
            case .lost, .sessionGone, .endedAtQuestion, .cancelled: throw error
            }
        }
    }
}
