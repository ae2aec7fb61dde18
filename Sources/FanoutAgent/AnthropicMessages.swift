internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// Anthropic's Messages, as its API reference and its clients' types describe them.
enum AnthropicMessages {
    /// The API demands a limit; every model that is still served takes this one.
    private static let longestReply = 8192

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
            writer.list(options.tools.map { definition(of: $0, isStrict: options.isStrict) })
            writer.text("]")
            if let choice = choice(options) {
                writer.text(",\"tool_choice\":")
                writer.value(choice)
            }
        }
        writer.text(",\"messages\":[")
        writer.list(messages)
        writer.text(options.isStreamed ? "],\"stream\":true}" : "]}")
        return JSONText(unchecked: writer.bytes)
    }

    /// The switch against several calls lives inside it. Nil where it says what the API assumes.
    private static func choice(_ options: RequestOptions) -> JSONValue? {
        var choice: JSONObject =
            switch options.toolChoice {
            case .auto: ["type": "auto"]
            case .none: ["type": "none"]
            case .required: ["type": "any"]
            case .tool(let name): ["type": "tool", "name": .string(name)]
            }
        if !options.allowsParallelCalls, options.toolChoice != .none {
            choice["disable_parallel_tool_use"] = true
        }
        return options.toolChoice == .auto && options.allowsParallelCalls ? nil : .object(choice)
    }

    private static func definition(of tool: Tool, isStrict: Bool) -> JSONText {
        var writer = JSONWriter()
        writer.text("{")
        writer.definition(of: tool, schemaKey: "input_schema")
        writer.text(isStrict ? ",\"strict\":true}" : "}")
        return JSONText(unchecked: writer.bytes)
    }

    /// Every result of the turn in one message: split over several, they teach the model to stop calling in parallel.
    static func message(for results: [CallAnswer]) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"role\":\"user\",\"content\":[")
        for (place, result) in results.enumerated() {
            if place > 0 {
                writer.text(",")
            }
            writer.text("{\"type\":\"tool_result\",\"tool_use_id\":")
            writer.string(result.id)
            writer.text(",\"content\":")
            writer.string(result.text)
            if result.isError {
                writer.text(",\"is_error\":true")
            }
            writer.text("}")
        }
        writer.text("]}")
        return JSONText(unchecked: writer.bytes)
    }
}

// Replies.
extension AnthropicMessages {
    static func reply(from body: JSONElement, _ raw: RawJSON) throws(ReplyError) -> Reply {
        guard let content = body.field("content"), content.kind == .array, let rawContent = raw["content"] else {
            throw ReplyError("the reply has no content: the server does not speak Anthropic Messages; check the base URL")
        }
        let blocks = content.list
        let word = body.field("stop_reason")?.string
        // Calls that the server runs itself (server_tool_use) are none of ours.
        let calls = zip(blocks, rawContent.items).filter { $0.0.isBlock("tool_use") }.map { call(from: $0, $1) }

        var reply = Reply(finish: finish(word, calls: calls))
        reply.text = blocks.filter { $0.isBlock("text") }.compactMap { $0.field("text")?.string }.joined()
        let reasoning = blocks.filter { $0.isBlock("thinking") }.compactMap { $0.field("thinking")?.string }.joined()
        reply.reasoning = reasoning.isEmpty ? nil : reasoning
        if reply.finish == .refused {
            reply.refusal = body.field("stop_details")?.field("explanation")?.string ?? reply.text
        }
        reply.calls = calls
        reply.reason = word
        reply.usage = usage(from: JSONValue(body.field("usage")))
        reply.model = body.field("model")?.string
        if !blocks.isEmpty {
            var writer = JSONWriter()
            writer.text("{\"role\":\"assistant\",\"content\":")
            writer.text(rawContent.json)
            writer.text("}")
            reply.messages = [JSONText(unchecked: writer.bytes)]
        }
        return reply
    }

    /// The input is an object and no text: it is cut out as it was written.
    private static func call(from block: JSONElement, _ raw: RawJSON) -> ToolCall {
        ToolCall(
            id: block.field("id")?.string ?? "", name: block.field("name")?.string ?? "", arguments: raw["input"]?.json.description ?? "")
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
    private static func usage(from value: JSONValue) -> Event.Usage? {
        guard value.object != nil else { return nil }
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

extension JSONElement {
    /// Whether it is a content block of that type.
    fileprivate func isBlock(_ type: String) -> Bool {
        field("type")?.utf8?.elementsEqual(type.utf8) ?? false
    }
}
