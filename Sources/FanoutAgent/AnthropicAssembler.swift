internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A reply of Anthropic's Messages, out of its content blocks.
///
/// The end of a block does not prove that a call is whole, since a reply that is cut off closes its last block too: it is when the next
/// block begins, or when `stop_reason` says that tools are to be used.
struct AnthropicAssembler: ReplyAssembler {
    /// A block as it began, and what came for it.
    private struct Block {
        var opening: JSONObject
        var text: [UInt8] = []
        var signature: [UInt8] = []
        var citations: [JSONValue] = []
        /// The place of its call, where it is one.
        var call: Int?
        /// The pieces of its input, where it has one and is no call of ours.
        var input: [UInt8] = []

        var type: String { opening["type"]?.string ?? "" }
    }

    private let reader = JSONReader()
    private var calls = ArrivingReplyCalls()
    private var blocks: [Block] = []
    private var places: [Int64: Int] = [:]
    private var usage = JSONObject()
    private var stop = JSONObject()
    private var model: String?
    private var isEmpty = true
    private var hasBegun = false
    private var isDone = false

    mutating func take(_ event: EventStreamParser.Event, _ pieces: inout [ReplyPiece]) throws(ReplyError) {
        guard !event.data.isEmpty else { return }
        isEmpty = false
        let root: JSONElement
        do {
            root = try reader.read(event.data)
        } catch {
            throw ReplyError("a piece of the stream is not JSON: \(error)")
        }
        // Servers that imitate the API may leave the events' names out.
        switch event.hasName ? event.type : root.field("type")?.string {
        case "message_start":
            hasBegun = true
            model = root.field("message")?.field("model")?.string
            merge(root.field("message")?.field("usage"), into: \.usage)
        case "content_block_start":
            begin(root, &pieces)
        case "content_block_delta":
            if let place = root.field("index")?.integer.flatMap({ places[$0] }), let delta = root.field("delta") {
                take(delta, place, &pieces)
            }
        case "message_delta":
            merge(root.field("usage"), into: \.usage)
            merge(root.field("delta"), into: \.stop)
            if stop["stop_reason"]?.string == "tool_use" {
                sealAll(&pieces)
            }
        case "message_stop":
            isDone = true
        case "error":
            throw .provider(JSONValue(root), form: .anthropicMessages)
        default:
            // A ping, the end of a block, or an event that is newer than this.
            break
        }
    }

    private mutating func begin(_ root: JSONElement, _ pieces: inout [ReplyPiece]) {
        sealAll(&pieces)
        guard let element = root.field("content_block"), case .object(let opening) = JSONValue(element) else { return }
        var block = Block(opening: opening)
        // Calls that the server runs itself (server_tool_use) are none of ours.
        if block.type == "tool_use" {
            block.call = calls.begin(id: opening["id"]?.string ?? "", name: opening["name"]?.string ?? "", &pieces)
        }
        if let text = opening[block.type == "thinking" ? "thinking" : "text"]?.string {
            block.text = Array(text.utf8)
            pieces.add(.output(block.type == "thinking" ? .reasoning : .text, text))
        }
        places[root.field("index")?.integer ?? Int64(blocks.count)] = blocks.count
        blocks.append(block)
    }

    private mutating func take(_ delta: JSONElement, _ place: Int, _ pieces: inout [ReplyPiece]) {
        if let text = delta.field("partial_json")?.utf8 {
            if let call = blocks[place].call {
                calls.append(text, to: call)
            } else {
                blocks[place].input += text
            }
        } else if let text = delta.field("text")?.utf8 {
            blocks[place].text += text
            pieces.add(.output(.text, String(decoding: text, as: UTF8.self)))
        } else if let text = delta.field("thinking")?.utf8 {
            blocks[place].text += text
            pieces.add(.output(.reasoning, String(decoding: text, as: UTF8.self)))
        } else if let text = delta.field("signature")?.utf8 {
            blocks[place].signature += text
        } else if let citation = delta.field("citation") {
            blocks[place].citations.append(JSONValue(citation))
        }
    }

    private mutating func sealAll(_ pieces: inout [ReplyPiece]) {
        for place in calls.calls.indices {
            calls.seal(place, emptyCounts: true, &pieces)
        }
    }

    private mutating func merge(_ element: JSONElement?, into part: WritableKeyPath<Self, JSONObject>) {
        guard let element, case .object(let object) = JSONValue(element) else { return }
        for (key, value) in object where !value.isNull {
            self[keyPath: part][key] = value
        }
    }

    mutating func reply() throws(ReplyError) -> Reply {
        guard !isEmpty else { throw .cutOff }
        guard hasBegun else {
            throw ReplyError("the stream has no message_start: the server does not speak Anthropic Messages; check the base URL")
        }
        guard isDone || stop["stop_reason"] != nil else { throw .cutOff }
        let arguments = calls.calls.map(\.text)
        let parts = (0..<calls.calls.count).map { calls.isWhole($0, emptyCounts: false) }
        var writer = JSONWriter()
        writer.text("{\"content\":[")
        writer.list(blocks.map { block in json(block, isWhole: block.call.map { parts[$0] } ?? true) })
        writer.text("],\"usage\":")
        writer.value(.object(usage))
        for (key, value) in stop {
            writer.text(",")
            writer.string(key)
            writer.text(":")
            writer.value(value)
        }
        writer.text("}")
        var reply = try WireForm.anthropicMessages.reply(from: writer.bytes)
        reply.model = model
        for place in reply.calls.indices where arguments.indices.contains(place) {
            // Also those that are no JSON: what the model wrote is shown, and answered.
            reply.calls[place].arguments = arguments[place].isEmpty ? "{}" : arguments[place]
        }
        return reply
    }

    /// The block as a reply that was not streamed holds it. An input that is no JSON goes back empty: the API takes objects only.
    private func json(_ block: Block, isWhole: Bool) -> JSONText {
        var writer = JSONWriter()
        var isFirst = true
        func begin(_ key: String) {
            writer.text(isFirst ? "{" : ",")
            isFirst = false
            writer.string(key)
            writer.text(":")
        }
        for (key, value) in block.opening {
            begin(key)
            switch key {
            case "text" where block.type == "text", "thinking" where block.type == "thinking":
                writer.string(String(decoding: block.text, as: UTF8.self))
            case "signature" where !block.signature.isEmpty:
                writer.string(String(decoding: block.signature, as: UTF8.self))
            case "citations" where !block.citations.isEmpty:
                writer.value(.array((value.array ?? []) + block.citations))
            case "input":
                input(of: block, isWhole: isWhole, otherwise: value, &writer)
            default:
                writer.value(value)
            }
        }
        if block.opening["signature"] == nil, !block.signature.isEmpty {
            begin("signature")
            writer.string(String(decoding: block.signature, as: UTF8.self))
        }
        if block.opening["citations"] == nil, !block.citations.isEmpty {
            begin("citations")
            writer.value(.array(block.citations))
        }
        writer.text(isFirst ? "{}" : "}")
        return JSONText(unchecked: writer.bytes)
    }

    private func input(of block: Block, isWhole: Bool, otherwise value: JSONValue, _ writer: inout JSONWriter) {
        let input = block.call.map { calls.calls[$0].arguments } ?? block.input
        if isWhole, let raw = try? RawJSON(parsing: input) {
            writer.text(raw.json)
        } else {
            writer.value(value)
        }
    }
}
