internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A server behind a URL: each message is a request of its own, and its response holds what comes in answer to it
/// (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http).
///
/// Requests run side by side and share the session that the server may have begun, so it is a class with that behind the lock.
final class HTTPTransport: MCPTransport {
    /// Bytes of one message.
    private static let longestMessage = 64 << 20
    /// How often a stream that broke off is taken up.
    private static let mostResumptions = 5
    /// Microseconds for what nobody waits for.
    private static let shortTimeout: Int64 = 10_000_000

    let server: String
    private let url: String
    private let headers: [HTTPHeader]
    private let client: HTTPClient
    private let time: any Timekeeper
    private let session = Guarded<String?>(nil)

    init(server: String, url: String, headers: [HTTPHeader], client: HTTPClient, time: any Timekeeper) {
        self.server = server
        self.url = url
        self.headers = headers
        self.client = client
        self.time = time
    }

    func carry(_ message: MCPOutgoing, for connection: MCPConnection) async {
        do throws(MCPError) {
            try await exchange(message, connection)
            connection.lose(message.id, .lost("\(name) ended its response without an answer; look at the server's log"))
        } catch {
            connection.lose(message.id, error)
        }
    }

    func post(_ message: MCPOutgoing) {
        // From the modern revisions on, a request is cancelled by letting go of its response.
        if case .modern? = message.era, message.method == "notifications/cancelled" { return }
        client.sendAndForget(request(message, timeout: Self.shortTimeout))
    }

    func close() async {
        guard let session = session.withLock({ $0 }) else { return }
        let headers = self.headers + [HTTPHeader("Mcp-Session-Id", session)]
        // A courtesy: whether it is heard or not, there is nothing to do about it.
        _ = try? await client.collect(HTTPRequest(method: "DELETE", url: url, headers: headers, timeout: 2_000_000), limit: 1 << 16)
    }

    func abort() {}

    private var name: String { "\(server) (an MCP server at \(HTTPRequest.host(of: url)))" }
}

// One exchange.
extension HTTPTransport {
    private func request(_ message: MCPOutgoing, timeout: Int64?) -> HTTPRequest {
        var headers = self.headers
        headers.append(HTTPHeader("Content-Type", "application/json"))
        headers.append(HTTPHeader("Accept", "application/json, text/event-stream"))
        headers += conversation(message.era)
        if case .modern? = message.era, let method = message.method {
            headers.append(HTTPHeader("Mcp-Method", method))
            if let name = message.name {
                headers.append(HTTPHeader("Mcp-Name", MCPHeaderParameter.encoded(name)))
            }
            headers += message.parameters.map { HTTPHeader("Mcp-Param-\($0.name)", $0.text) }
        }
        return HTTPRequest(method: "POST", url: url, headers: headers, body: message.text, timeout: timeout)
    }

    /// What says which revision is spoken, and in which session.
    private func conversation(_ era: MCPEra?) -> [HTTPHeader] {
        guard let era else { return [] }
        var headers = [HTTPHeader("MCP-Protocol-Version", era.revision)]
        if case .handshake = era, let session = session.withLock({ $0 }) {
            headers.append(HTTPHeader("Mcp-Session-Id", session))
        }
        return headers
    }

    private func exchange(_ message: MCPOutgoing, _ connection: MCPConnection) async throws(MCPError) {
        let response = try await send(request(message, timeout: message.patience))
        if message.method == "initialize", response.head.isSuccess {
            let id = response.head["mcp-session-id"]
            session.withLock { $0 = id }
        }
        guard response.head.isSuccess else {
            return try await refuse(response, message, connection)
        }
        let type = response.head["content-type"]?.prefix { $0 != ";" }.lowercased() ?? ""
        switch type {
        case "text/event-stream":
            try await follow(response, message, connection)
        case "application/json", "":
            let body = try await whole(response)
            if !body.isEmpty {
                give(body, message, connection)
            }
        default:
            // What answers a notification says nothing.
            guard message.id != nil else { return }
            throw MCPError.lost("\(name) answers with \(type) and not with a message; check the url")
        }
    }

    private func give(_ text: [UInt8], _ message: MCPOutgoing, _ connection: MCPConnection) {
        for received in MCPMessage.read(text, by: JSONReader()) {
            connection.receive(received, for: message.id)
        }
    }

    /// Reads a stream of events to its end, and takes it up where it breaks off and can be.
    private func follow(_ first: HTTPResponse, _ message: MCPOutgoing, _ connection: MCPConnection) async throws(MCPError) {
        var parser = EventStreamParser(limit: Self.longestMessage)
        var response = first
        for attempt in 0...Self.mostResumptions {
            let failure = await read(response, &parser, message, connection)
            guard let id = message.id, connection.isOpen(id) else { return }
            guard case .handshake? = message.era, let last = parser.lastID, failure != .cancelled, attempt < Self.mostResumptions else {
                throw failure ?? MCPError.lost("\(name) ended its response without an answer; look at the server's log")
            }
            try await sleep(for: min(parser.retry ?? 1_000_000, 30_000_000))
            let headers =
                self.headers + conversation(message.era) + [HTTPHeader("Accept", "text/event-stream"), HTTPHeader("Last-Event-ID", last)]
            response = try await send(HTTPRequest(url: url, headers: headers))
            guard response.head.isSuccess else {
                throw MCPError.lost("\(name) does not let a response be taken up that broke off (status \(response.head.status))")
            }
        }
    }

    /// - Returns: Why it broke off; nil at its end.
    private func read(
        _ response: HTTPResponse, _ parser: inout EventStreamParser, _ message: MCPOutgoing, _ connection: MCPConnection
    ) async -> MCPError? {
        do {
            while let piece = try await response.body.next() {
                for event in try parser.take(piece) where event.type == "message" && !event.data.isEmpty {
                    give(event.data, message, connection)
                }
                // The stream may stay open after the answer; nothing more is to be had from it.
                if let id = message.id, !connection.isOpen(id) {
                    return nil
                }
            }
            return nil
        } catch let error as HTTPError {
            return Self.error(error, name: name)
        } catch {
            return .lost("\(name) sent a message of more than \(Self.longestMessage >> 20) MB, which is not taken")
        }
    }

    private func sleep(for microseconds: Int64) async throws(MCPError) {
        do {
            try await time.sleep(until: time.now() + microseconds)
        } catch {
            throw MCPError.cancelled
        }
    }
}

// What goes wrong.
extension HTTPTransport {
    private func send(_ request: HTTPRequest) async throws(MCPError) -> HTTPResponse {
        do throws(HTTPError) {
            return try await client.send(request)
        } catch {
            throw Self.error(error, name: name)
        }
    }

    private func whole(_ response: HTTPResponse) async throws(MCPError) -> [UInt8] {
        do throws(HTTPError) {
            return try await response.body.collect(limit: Self.longestMessage)
        } catch {
            throw Self.error(error, name: name)
        }
    }

    private static func error(_ error: HTTPError, name: String) -> MCPError {
        error.kind == .cancelled ? .cancelled : .lost("\(name) cannot be used: \(error.message)")
    }

    /// A status that is no success. The body may say why, as a message.
    private func refuse(_ response: HTTPResponse, _ message: MCPOutgoing, _ connection: MCPConnection) async throws(MCPError) {
        let status = response.head.status
        if status == 404, case .handshake? = message.era, message.method != "initialize", session.withLock({ $0 }) != nil {
            throw MCPError.sessionGone
        }
        let body = try await whole(response)
        if let id = message.id, let fault = Self.fault(in: body) {
            connection.receive(.fault(.number(id), fault), for: id)
            return
        }
        switch status {
        case 401, 403:
            throw MCPError.lost("\(name) lets nobody in without the right headers (status \(status)); set them in the tools file")
        case 300..<400:
            throw MCPError.lost("\(name) has moved (status \(status)); put the address that it moved to into the tools file")
        case 400..<500 where status != 407 && status != 408 && status != 429:
            // As servers of one era turn down what belongs to the other.
            throw MCPError.fault(MCPFault(code: Int64(status), message: "\(name) answers with status \(status); check the url"))
        default:
            throw MCPError.lost("\(name) answers with status \(status); try again later, or look at the server's log")
        }
    }

    private static func fault(in body: [UInt8]) -> MCPFault? {
        for case .fault(_, let fault) in MCPMessage.read(body, by: JSONReader()) {
            return fault
        }
        return nil
    }
}
