internal import FanoutJSON

/// What is said to one server and what it says: numbers requests, writes messages, and finds whom an answer belongs to.
///
/// It knows no pipe, no clock and no task.
struct MCPSession: Sendable {
    /// What a message of the server's means.
    enum Reaction: Sendable {
        case answered(Int64, Result<RawJSON, MCPFault>)
        case progress(Int64, MCPProgress)
        case log(level: String, text: String)
        /// The server asked something, and this is the answer.
        case reply(MCPOutgoing)
        case toolsChanged
        /// What it had no business to send: a sentence's end. The same is said of it only a few times.
        case problem(String)
        case nothing
    }

    /// Nil until it is agreed on.
    private(set) var era: MCPEra?
    /// Answers to what nobody asked.
    private(set) var strays = 0
    /// Lines that are no messages.
    private(set) var garbage = 0
    private let client: JSONValue
    private var nextID: Int64 = 0
    private var open: Set<Int64> = []

    /// How often the same is complained of.
    private static let mostComplaints = 3

    /// - Parameter version: Fanout's own, for the server.
    init(version: String) {
        client = ["name": "fanout", "version": .string(version)]
    }

    mutating func agree(on era: MCPEra) {
        self.era = era
    }
}

// What is sent.
extension MCPSession {
    mutating func ask(_ request: MCPRequest) -> MCPOutgoing {
        let id = nextID
        nextID += 1
        open.insert(id)
        let era = request.asking ?? era
        var fields = request.fields
        if let meta = meta(era, progressOf: request.reportsProgress ? id : nil) {
            fields["_meta"] = meta
        }
        return MCPOutgoing(
            id: id, method: request.method, name: request.name, parameters: request.parameters, era: era, patience: request.patience,
            text: Self.text(id: .integer(id), request.method, fields))
    }

    /// A message that has no answer.
    func tell(_ method: String, _ fields: JSONObject = JSONObject()) -> MCPOutgoing {
        var fields = fields
        if let meta = meta(era, progressOf: nil) {
            fields["_meta"] = meta
        }
        return MCPOutgoing(method: method, era: era, text: Self.text(id: nil, method, fields))
    }

    /// Gives up on a request; an answer that still comes is taken for what it is.
    ///
    /// - Returns: What the server is told, if the request is open and may be cancelled.
    mutating func cancel(_ id: Int64, reason: String) -> MCPOutgoing? {
        guard open.remove(id) != nil, era != nil else { return nil }
        return tell("notifications/cancelled", ["requestId": .integer(id), "reason": .string(reason)])
    }

    /// Gives up on a request without a word.
    mutating func forget(_ id: Int64) {
        open.remove(id)
    }

    /// The parameters of a request to initialize.
    func greeting(_ revision: String) -> JSONObject {
        ["protocolVersion": .string(revision), "capabilities": [:], "clientInfo": client]
    }

    private func meta(_ era: MCPEra?, progressOf id: Int64?) -> JSONValue? {
        var meta = JSONObject()
        if case .modern(let revision) = era {
            meta["io.modelcontextprotocol/protocolVersion"] = .string(revision)
            meta["io.modelcontextprotocol/clientInfo"] = client
            meta["io.modelcontextprotocol/clientCapabilities"] = [:]
            if id != nil {
                meta["io.modelcontextprotocol/logLevel"] = "info"
            }
        }
        if let id {
            meta["progressToken"] = .integer(id)
        }
        return meta.isEmpty ? nil : .object(meta)
    }

    private static func text(id: JSONValue?, _ method: String, _ fields: JSONObject) -> [UInt8] {
        var message: JSONObject = ["jsonrpc": "2.0"]
        message["id"] = id
        message["method"] = .string(method)
        if !fields.isEmpty {
            message["params"] = .object(fields)
        }
        return JSONText(.object(message)).utf8
    }
}

// What comes.
extension MCPSession {
    mutating func receive(_ message: MCPMessage) -> Reaction {
        switch message {
        case .result(let id, let result): return answered(id, .success(result))
        case .fault(let id?, let fault): return answered(id, .failure(fault))
        case .fault(nil, let fault): return .problem("says of nothing in particular: \(fault.words)")
        case .request(let id, let method): return .reply(answer(id, method))
        case .notification(let method, let fields): return noticed(method, fields)
        case .other(let text):
            garbage += 1
            return complaint(garbage, "wrote what is no message: \(text)")
        }
    }

    private mutating func answered(_ id: MCPRequestID, _ answer: Result<RawJSON, MCPFault>) -> Reaction {
        if case .number(let number) = id, number >= 0, number < nextID {
            // One that is not open any more was cancelled, or is answered for the second time.
            return open.remove(number) != nil ? .answered(number, answer) : .nothing
        }
        strays += 1
        return complaint(strays, "answered a request that was never made (id \(id.value)); the answer is dropped")
    }

    private func complaint(_ count: Int, _ text: String) -> Reaction {
        switch count {
        case ..<Self.mostComplaints: .problem(text)
        case Self.mostComplaints: .problem(text + " (it is not told again)")
        default: .nothing
        }
    }

    /// Nothing is offered to servers, so all that they can ask for is a sign of life.
    private func answer(_ id: MCPRequestID, _ method: String) -> MCPOutgoing {
        var message: JSONObject = ["jsonrpc": "2.0", "id": id.value]
        if method == "ping" {
            message["result"] = [:]
        } else {
            message["error"] = ["code": .integer(MCPFault.methodNotFound), "message": .string("Method not found: \(method)")]
        }
        return MCPOutgoing(era: era, text: JSONText(.object(message)).utf8)
    }

    private func noticed(_ method: String, _ fields: JSONValue) -> Reaction {
        switch method {
        case "notifications/progress":
            guard case .integer(let id)? = fields["progressToken"], open.contains(id) else { return .nothing }
            return .progress(
                id, MCPProgress(done: fields["progress"]?.double, total: fields["total"]?.double, message: fields["message"]?.string))
        case "notifications/message":
            let text = fields["data"].map { $0.string ?? $0.description } ?? ""
            return .log(level: fields["level"]?.string ?? "info", text: fields["logger"]?.string.map { "\($0): \(text)" } ?? text)
        case "notifications/tools/list_changed":
            return .toolsChanged
        default:
            return .nothing
        }
    }
}

/// How far a call is.
struct MCPProgress: Sendable, Hashable {
    var done: Double?
    var total: Double?
    var message: String?
}
