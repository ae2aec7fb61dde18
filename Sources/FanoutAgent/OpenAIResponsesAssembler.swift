internal import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
internal import FanoutJSON

/// A reply of OpenAI's Responses, out of its events.
///
/// An item that is done and `completed` is whole; yet the last call of a response that ends as incomplete does not count, so a call is
/// sealed only when something follows it.
struct OpenAIResponsesAssembler: ReplyAssembler {
    private let reader = JSONReader()
    private var calls = ArrivingReplyCalls()
    /// The calls' places by `output_index`.
    private var places: [Int64: Int] = [:]
    /// Calls whose item was done as completed, and that nothing follows yet.
    private var completed: [Int] = []
    /// The items as they were done, by `output_index`, for servers whose last word does not repeat them.
    private var items: [(index: Int64, json: JSONText)] = []
    private var last: Result<Reply, ReplyError>?

    mutating func take(_ event: EventStreamParser.Event, _ pieces: inout [ReplyPiece]) throws(ReplyError) {
        guard !event.data.isEmpty, !event.data.elementsEqual("[DONE]".utf8) else { return }
        let root: JSONElement
        do {
            root = try reader.read(event.data)
        } catch {
            throw ReplyError("a piece of the stream is not JSON: \(error)")
        }
        switch event.hasName ? event.type : root.field("type")?.string ?? "" {
        case "response.output_item.added":
            sealCompleted(&pieces)
            begin(root, &pieces)
        case "response.output_item.done":
            end(root, event.data)
        case "response.function_call_arguments.delta", "response.custom_tool_call_input.delta":
            if let place = place(root), let delta = root.field("delta")?.utf8 {
                calls.append(delta, to: place)
            }
        case "response.output_text.delta":
            output(root, .text, &pieces)
        case "response.refusal.delta":
            output(root, .refusal, &pieces)
        case "response.reasoning_text.delta", "response.reasoning_summary_text.delta":
            output(root, .reasoning, &pieces)
        case "response.completed":
            sealCompleted(&pieces)
            last = whole(root, event.data)
        case "response.incomplete", "response.failed", "response.cancelled":
            last = whole(root, event.data)
        case "error":
            throw .provider(JSONValue(root), form: .openAIResponses)
        default:
            if let error = root.field("error"), !error.isNull {
                throw .provider(JSONValue(root), form: .openAIResponses)
            }
        }
    }

    private func place(_ root: JSONElement) -> Int? { root.field("output_index")?.integer.flatMap { places[$0] } }

    private func output(_ root: JSONElement, _ kind: Event.OutputKind, _ pieces: inout [ReplyPiece]) {
        if let delta = root.field("delta")?.string {
            pieces.add(.output(kind, delta))
        }
    }

    private mutating func begin(_ root: JSONElement, _ pieces: inout [ReplyPiece]) {
        guard let item = root.field("item"), let index = root.field("output_index")?.integer,
            ["function_call", "custom_tool_call"].contains(item.field("type")?.string)
        else { return }
        places[index] = calls.begin(id: item.field("call_id")?.string ?? "", name: item.field("name")?.string ?? "", &pieces)
    }

    private mutating func end(_ root: JSONElement, _ data: [UInt8]) {
        guard let item = root.field("item"), let index = root.field("output_index")?.integer else { return }
        if let raw = RawJSON(data, readAs: root, by: reader)["item"]?.json {
            items.append((index, raw))
        }
        guard let place = places[index] else { return }
        // What the item says in the end counts.
        if let arguments = (item.field("arguments") ?? item.field("input"))?.utf8 {
            calls.replace(Array(arguments), of: place)
        }
        if item.field("type")?.string == "function_call", item.field("status")?.string ?? "completed" == "completed" {
            completed.append(place)
        }
    }

    private mutating func sealCompleted(_ pieces: inout [ReplyPiece]) {
        for place in completed {
            calls.seal(place, emptyCounts: true, &pieces)
        }
        completed = []
    }

    private func whole(_ root: JSONElement, _ data: [UInt8]) -> Result<Reply, ReplyError> {
        guard let response = RawJSON(data, readAs: root, by: reader)["response"] else {
            return .failure(ReplyError("the last event of the stream holds no response"))
        }
        let output = response["output"]?.items ?? []
        let said = output.isEmpty ? items.sorted { $0.index < $1.index }.map(\.json) : output.map(\.json)
        return Result { () throws(ReplyError) in try OpenAIResponses.reply(from: response.value, items: said) }
    }

    mutating func reply() throws(ReplyError) -> Reply {
        guard let last else { throw .cutOff }
        return try last.get()
    }
}
