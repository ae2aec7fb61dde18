internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// Anthropic's Messages, as its API reference and its clients' types describe them.
enum AnthropicMessages {
    /// The API demands a limit; every model that takes tools takes this one.
    private static let longestReply = 4096

    static func request(system: String?, messages: [JSONText], options: RequestOptions) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"model\":")
        writer.string(options.model)
        writer.text(",\"max_tokens\":")
        writer.integer(Int64(options.longestReply ?? longestReply))
        if let system {
            writer.text(",\"system\":")
            writer.string(system)
        }
        if !options.tools.isEmpty {
            writer.text(",\"tools\":[")
            writer.list(options.tools.map(definition(of:)))
            writer.text("]")
            if !options.allowsParallelCalls {
                writer.text(",\"tool_choice\":{\"type\":\"auto\",\"disable_parallel_tool_use\":true}")
            }
        }
        writer.text(",\"messages\":[")
        writer.list(messages)
        writer.text("]}")
        return JSONText(unchecked: writer.bytes)
    }

    private static func definition(of tool: Tool) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"name\":")
        writer.string(tool.name)
        if !tool.description.isEmpty {
            writer.text(",\"description\":")
            writer.string(tool.description)
        }
        writer.text(",\"input_schema\":")
        writer.value(tool.parameters)
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }

    /// Every result of the turn in one message: split over several, they teach the model to stop calling in parallel.
    static func message(for results: [CallAnswer]) -> JSONText {
        let blocks = results.map { result -> JSONValue in
            var block: JSONObject = ["type": "tool_result", "tool_use_id": .string(result.id), "content": .string(result.text)]
            if result.isError {
                block["is_error"] = true
            }
            return .object(block)
        }
        return JSONText(["role": "user", "content": .array(blocks)])
    }
}

// Replies.
extension AnthropicMessages {
    static func reply(from body: RawJSON) throws(ReplyError) -> Reply {
        guard let content = body["content"], content.value.array != nil else {
            throw ReplyError("the reply has no content: the server does not speak Anthropic Messages; check the base URL")
        }
        let blocks = content.items
        let word = body["stop_reason"]?.value.string
        // Calls that the server runs itself (server_tool_use) are none of ours.
        let calls = blocks.filter { $0.type == "tool_use" }.map(call(from:))

        var reply = Reply(finish: finish(word, calls: calls))
        reply.text = blocks.filter { $0.type == "text" }.compactMap { $0["text"]?.value.string }.joined()
        let reasoning = blocks.filter { $0.type == "thinking" }.compactMap { $0["thinking"]?.value.string }.joined()
        reply.reasoning = reasoning.isEmpty ? nil : reasoning
        if reply.finish == .refused {
            reply.refusal = body["stop_details"]?["explanation"]?.value.string ?? reply.text
        }
        reply.calls = calls
        reply.reason = word
        reply.usage = usage(from: body["usage"]?.value)
        reply.model = body["model"]?.value.string
        if !blocks.isEmpty {
            var writer = JSONWriter()
            writer.text("{\"role\":\"assistant\",\"content\":")
            writer.raw(content.json.utf8)
            writer.text("}")
            reply.message = JSONText(unchecked: writer.bytes)
        }
        return reply
    }

    private static func call(from block: RawJSON) -> ToolCall {
        ToolCall(
            id: block["id"]?.value.string ?? "", name: block["name"]?.value.string ?? "", arguments: block["input"]?.json.description ?? "")
    }

    private static func finish(_ word: String?, calls: [ToolCall]) -> Event.Finish {
        switch word {
        case "tool_use", "end_turn", "stop_sequence": calls.isEmpty ? .stop : .calls
        case "max_tokens", "model_context_window_exceeded": .length
        case "pause_turn": .paused
        case "refusal": .refused
        default: .other
        }
    }

    /// Its `input_tokens` leave out what came from the cache or went into it; ours count them.
    private static func usage(from value: JSONValue?) -> Event.Usage? {
        guard let value, value.object != nil else { return nil }
        let cached = value["cache_read_input_tokens"]?.integer
        let input = value["input_tokens"]?.integer.map { $0 + (cached ?? 0) + (value["cache_creation_input_tokens"]?.integer ?? 0) }
        return Event.Usage(
            input: input.map(Int.init(clamping:)), output: value["output_tokens"]?.integer.map(Int.init(clamping:)),
            cached: cached.map(Int.init(clamping:)))
    }
}

// What of it may be recorded.
extension AnthropicMessages {
    static func recorded(_ message: JSONText, secretTools: Set<String>) -> JSONText {
        guard case .object(var object) = message.value, let blocks = object["content"]?.array else { return message }
        object["content"] = .array(
            blocks.map { block in
                guard case .object(var fields) = block, fields["type"]?.string == "tool_use",
                    let name = fields["name"]?.string, secretTools.contains(name)
                else { return block }
                fields["input"] = [:]
                return .object(fields)
            })
        return JSONText(.object(object))
    }
}

extension RawJSON {
    /// The kind of a content block.
    fileprivate var type: String { self["type"]?.value.string ?? "" }
}
