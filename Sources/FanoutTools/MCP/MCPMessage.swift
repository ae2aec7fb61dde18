internal import FanoutJSON

/// A message as a server sends it, in JSON-RPC 2.0 (https://www.jsonrpc.org/specification).
enum MCPMessage: Sendable {
    case result(MCPRequestID, RawJSON)
    /// Without an id, the server could not tell which request it was about.
    case fault(MCPRequestID?, MCPFault)
    case request(MCPRequestID, method: String)
    case notification(method: String, JSONValue)
    /// What is no message; the beginning of it.
    case other(String)

    /// The messages in a text: one, or those of a batch, which one old revision had.
    static func read(_ text: [UInt8], by reader: JSONReader) -> [MCPMessage] {
        do {
            let root = try reader.read(text)
            if root.items != nil {
                let batch = RawJSON(text, readAs: root, by: reader).items
                return batch.isEmpty ? [other(of: text)] : batch.map { item in one(item.json.utf8, by: reader) }
            }
            return [message(root, text, by: reader) ?? other(of: text)]
        } catch {
            return [other(of: text)]
        }
    }

    private static func one(_ text: [UInt8], by reader: JSONReader) -> MCPMessage {
        do {
            return try message(reader.read(text), text, by: reader) ?? other(of: text)
        } catch {
            return other(of: text)
        }
    }

    private static func message(_ root: JSONElement, _ text: [UInt8], by reader: JSONReader) -> MCPMessage? {
        let id = root.field("id").flatMap(MCPRequestID.init)
        if let method = root.field("method")?.string {
            return id.map { .request($0, method: method) }
                ?? .notification(method: method, root.field("params").map(JSONValue.init) ?? .null)
        }
        if let error = root.field("error"), error.fields != nil {
            return .fault(id, MCPFault(JSONValue(error)))
        }
        // The result stays as it was written; who asked for it reads it, on their own time.
        guard let id, root.field("result") != nil else { return nil }
        return RawJSON(text, readAs: root, by: reader)["result"].map { .result(id, $0) }
    }

    private static let excerpt = 200

    private static func other(of text: [UInt8]) -> MCPMessage {
        .other(String(decoding: text.prefix(excerpt), as: UTF8.self) + (text.count > excerpt ? "…" : ""))
    }
}

/// What an answer names the request by: a number is not the text of it.
enum MCPRequestID: Sendable, Hashable {
    case number(Int64)
    case text(String)

    init?(_ element: JSONElement) {
        if let number = element.integer {
            self = .number(number)
        } else if let text = element.string {
            self = .text(text)
        } else {
            return nil
        }
    }

    var value: JSONValue {
        switch self {
        case .number(let number): .integer(number)
        case .text(let text): .string(text)
        }
    }
}

/// The error of a request that was not carried out.
struct MCPFault: Error, Sendable, Hashable {
    static let methodNotFound: Int64 = -32601
    static let unsupportedVersion: Int64 = -32022

    var code: Int64
    var message: String
    var data: JSONValue?

    init(code: Int64, message: String, data: JSONValue? = nil) {
        self.code = code
        self.message = message
        self.data = data
    }

    init(_ error: JSONValue) {
        code = error["code"]?.integer ?? 0
        message = error["message"]?.string ?? ""
        data = error["data"]
    }

    /// Whether the same request would be refused again.
    var isFinal: Bool { (-32602 ... -32600).contains(code) }

    /// In words, with the code where those say nothing.
    var words: String { message.isEmpty ? "error \(code)" : message }
}
