internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A reply of Chat Completions, out of its chunks.
///
/// A call is known by its `index`, which alone every piece of it carries; servers that leave it out repeat the id. Nothing says that one call
/// is whole: it is when a later one was begun and its arguments parse, or when `finish_reason` says that calls are all there is to come.
struct OpenAIChatAssembler: ReplyAssembler {
    private let reader = JSONReader()
    private var calls = ArrivingReplyCalls()
    /// The place of each index, and what kind of call it is.
    private var places: [Int64: Int] = [:]
    private var custom: Set<Int> = []
    private var content: [UInt8]?
    private var refusal: [UInt8]?
    private var reasoning: [UInt8] = []
    private var word: String?
    private var usage: Event.Usage?
    private var model: String?
    private var isDone = false

    mutating func take(_ event: EventStreamParser.Event, _ pieces: inout [ReplyPiece]) throws(ReplyError) {
        guard !event.data.isEmpty else { return }
        if event.data.elementsEqual("[DONE]".utf8) {
            isDone = true
            return
        }
        let chunk: JSONElement
        do {
            chunk = try reader.read(event.data)
        } catch {
            throw ReplyError("a piece of the stream is not JSON: \(error)")
        }
        if let error = chunk.field("error"), !error.isNull {
            throw .provider(JSONValue(chunk), form: .openAIChat)
        }
        if let named = chunk.field("model")?.string, model == nil {
            model = named
        }
        if let counts = chunk.field("usage"), !counts.isNull {
            usage = OpenAIChat.usage(from: JSONValue(counts))
        }
        guard var choices = chunk.field("choices")?.items else { return }
        while let choice = choices.next() {
            guard (choice.field("index")?.integer ?? 0) == 0 else { continue }
            if let delta = choice.field("delta") ?? choice.field("message") {
                take(delta, &pieces)
            }
            if let word = choice.field("finish_reason")?.string {
                self.word = word
                if word == "tool_calls" {
                    for place in calls.calls.indices where !custom.contains(place) {
                        calls.seal(place, emptyCounts: true, &pieces)
                    }
                }
            }
        }
    }

    private mutating func take(_ delta: JSONElement, _ pieces: inout [ReplyPiece]) {
        if let text = delta.field("content")?.utf8 {
            content = (content ?? []) + text
            pieces.add(.output(.text, String(decoding: text, as: UTF8.self)))
        }
        if let text = delta.field("refusal")?.utf8 {
            refusal = (refusal ?? []) + text
            pieces.add(.output(.refusal, String(decoding: text, as: UTF8.self)))
        }
        // No field of the API's own: servers with open models have the one or the other.
        if let text = delta.field("reasoning_content")?.utf8 ?? delta.field("reasoning")?.utf8 {
            reasoning += text
            pieces.add(.output(.reasoning, String(decoding: text, as: UTF8.self)))
        }
        guard var items = delta.field("tool_calls")?.items else { return }
        while let item = items.next() {
            take(call: item, &pieces)
        }
    }

    private mutating func take(call item: JSONElement, _ pieces: inout [ReplyPiece]) {
        let isCustom = item.field("custom") != nil
        let part = item.field("custom") ?? item.field("function")
        let id = item.field("id")?.string
        let place = place(of: item.field("index")?.integer, id: id) ?? begin(item, id, part, isCustom: isCustom, &pieces)
        if let text = part?.field(isCustom ? "input" : "arguments") {
            if let bytes = text.utf8 {
                calls.append(bytes, to: place)
            } else if text.kind == .object {
                calls.replace(Array(JSONValue(text).description.utf8), of: place)  // imitators do not quote them
            }
        }
        if place < calls.calls.count - 1, !custom.contains(place) {
            calls.seal(place, emptyCounts: false, &pieces)
        }
    }

    /// The call that a piece belongs to; nil for a new one.
    private func place(of index: Int64?, id: String?) -> Int? {
        if let index {
            return places[index]
        }
        if let id, !id.isEmpty {
            return calls.calls.lastIndex { $0.id == id }
        }
        return calls.calls.indices.last
    }

    private mutating func begin(
        _ item: JSONElement, _ id: String?, _ part: JSONElement?, isCustom: Bool, _ pieces: inout [ReplyPiece]
    ) -> Int {
        // Whatever was begun before, and parses, is whole.
        for place in calls.calls.indices where !custom.contains(place) {
            calls.seal(place, emptyCounts: false, &pieces)
        }
        let place = calls.begin(id: id ?? "", name: part?.field("name")?.string ?? "", &pieces)
        if let index = item.field("index")?.integer {
            places[index] = place
        }
        if isCustom {
            custom.insert(place)
        }
        return place
    }

    mutating func reply() throws(ReplyError) -> Reply {
        guard word != nil || isDone else { throw .cutOff }
        let isWhole = calls.calls.indices.last.map { custom.contains($0) || calls.isWhole($0, emptyCounts: true) }
        var reply = Reply(finish: OpenAIChat.finish(word ?? "stop", lastCallIsWhole: isWhole, isRefused: refusal != nil))
        reply.text = content.map { String(decoding: $0, as: UTF8.self) } ?? ""
        reply.refusal = refusal.map { String(decoding: $0, as: UTF8.self) }
        reply.reasoning = reasoning.isEmpty ? nil : String(decoding: reasoning, as: UTF8.self)
        reply.calls = calls.calls.map(\.call)
        reply.reason = word
        reply.usage = usage
        reply.model = model
        reply.messages = [message(reply)]
        return reply
    }

    /// What a reply that was not streamed would have held.
    private func message(_ reply: Reply) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"role\":\"assistant\",\"content\":")
        if content != nil || (reply.refusal == nil && reply.calls.isEmpty) {
            writer.string(reply.text)
        } else {
            writer.text("null")
        }
        if let refusal = reply.refusal {
            writer.text(",\"refusal\":")
            writer.string(refusal)
        }
        for (place, call) in reply.calls.enumerated() {
            writer.text(place == 0 ? ",\"tool_calls\":[{\"id\":" : ",{\"id\":")
            writer.string(call.id)
            writer.text(
                custom.contains(place) ? ",\"type\":\"custom\",\"custom\":{\"name\":" : ",\"type\":\"function\",\"function\":{\"name\":")
            writer.string(call.name)
            writer.text(custom.contains(place) ? ",\"input\":" : ",\"arguments\":")
            writer.string(call.arguments)
            writer.text("}}")
        }
        writer.text(reply.calls.isEmpty ? "}" : "]}")
        return JSONText(unchecked: writer.bytes)
    }
}
