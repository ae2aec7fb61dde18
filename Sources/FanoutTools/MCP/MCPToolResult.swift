internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// What becomes of a server's answer to `tools/call`.
enum MCPToolResult {
    /// The server wants to be asked again, with this.
    struct AskAgain: Sendable, Hashable {
        var state: JSONValue
    }

    enum Outcome: Sendable, Hashable {
        case result(ToolResult)
        case failure(CallError)
        case again(AskAgain)
    }

    /// - Parameter server: Its name, for errors.
    static func outcome(of answer: RawJSON, server: String) -> Outcome {
        let value = answer.value
        switch value["resultType"]?.string ?? "complete" {
        case "complete": break
        case "input_required": return input(value, server)
        case let other: return .failure(CallError(.toolError, "\(server) answers with a result of type \(other), which is not known"))
        }
        let blocks = value["content"]?.array ?? []
        let structured = answer["structuredContent"]?.json
        guard value["isError"]?.bool != true else {
            let text = words(blocks, structured)
            return .failure(CallError(.toolError, text.isEmpty ? "\(server) says that the call failed, and not why" : text))
        }
        guard let structured, let meaning = value["structuredContent"] else { return .result(plain(blocks)) }
        let rest = blocks.filter { !isMirror($0, of: meaning) }
        return .result(rest.isEmpty ? .json(structured) : .text(words(rest, structured)))
    }

    private static func input(_ value: JSONValue, _ server: String) -> Outcome {
        let wanted = value["inputRequests"]?.object?.fields.compactMap { $0.value["method"]?.string } ?? []
        guard wanted.isEmpty, let state = value["requestState"] else {
            let what = wanted.isEmpty ? "input" : wanted.joined(separator: " and ")
            return .failure(
                CallError(.toolError, "\(server) asks for \(what) before it does this, which Fanout cannot give; say more in the arguments")
            )
        }
        return .again(AskAgain(state: state))
    }

    /// Without structured content: a single text that is JSON is taken for that, as of a program that prints it.
    private static func plain(_ blocks: [JSONValue]) -> ToolResult {
        guard blocks.count == 1, blocks[0]["type"]?.string == "text", let text = blocks[0]["text"]?.string else {
            return .text(words(blocks, nil))
        }
        if let json = try? RawJSON(parsing: Array(text.utf8)), !json.wasMended {
            return .json(json.json)
        }
        return .text(text)
    }

    /// Whether a block only says what the structured content says: servers send both, for clients that know only one.
    private static func isMirror(_ block: JSONValue, of structured: JSONValue) -> Bool {
        guard block["type"]?.string == "text", let text = block["text"]?.string else { return false }
        // A value that is no object is wrapped into one by the SDKs.
        let inner = structured.object.flatMap { $0.count == 1 ? $0["result"] : nil }
        if inner?.string == text {
            return true
        }
        guard let said = try? JSONValue(parsing: text) else { return false }
        return said == structured || said == inner
    }

    private static func words(_ blocks: [JSONValue], _ structured: JSONText?) -> String {
        (blocks.map(words) + [structured?.description].compactMap(\.self)).joined(separator: "\n")
    }

    /// A block as text; what is none is told of.
    private static func words(_ block: JSONValue) -> String {
        switch block["type"]?.string {
        case "text": block["text"]?.string ?? ""
        case "image": binary("image", block["mimeType"], block["data"])
        case "audio": binary("audio", block["mimeType"], block["data"])
        case "resource_link": "(resource \(block["name"]?.string ?? ""): \(block["uri"]?.string ?? "without a URI"))"
        case "resource": resource(block["resource"] ?? .null)
        case let type: "(content of type \(type ?? "unknown"), not shown)"
        }
    }

    private static func resource(_ resource: JSONValue) -> String {
        let uri = resource["uri"]?.string ?? "without a URI"
        guard let text = resource["text"]?.string else {
            return binary("resource \(uri)", resource["mimeType"], resource["blob"])
        }
        return "(resource \(uri))\n\(text)"
    }

    private static func binary(_ what: String, _ type: JSONValue?, _ base64: JSONValue?) -> String {
        let text = base64?.string ?? ""
        let bytes = text.utf8.count { $0 != 0x3d && $0 > 0x20 } * 3 / 4
        return "(\(what)\(type?.string.map { ", \($0)" } ?? ""), \(bytes) bytes, not shown)"
    }
}
