internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// OpenAI's Chat Completions, as its API reference and its clients' types describe them.
enum OpenAIChat {
    static func request(system: String?, messages: [JSONText], options: RequestOptions) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"model\":")
        writer.string(options.model)
        writer.text(",\"messages\":[")
        let opening = system.map { [JSONText(["role": "system", "content": .string($0)])] } ?? []
        writer.list(opening + messages)
        writer.text("]")
        writer.openAITools(
            options, definition: { definition(of: $0, isStrict: options.isStrict) },
            naming: { ["type": "function", "function": ["name": .string($0)]] })
        if let longest = options.longestReply {
            writer.text(",\"max_completion_tokens\":")
            writer.integer(Int64(longest))
        }
        if options.isStreamed {
            writer.text(",\"stream\":true,\"stream_options\":{\"include_usage\":true}")
        }
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }

    private static func definition(of tool: Tool, isStrict: Bool) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"type\":\"function\",\"function\":{")
        writer.definition(of: tool, schemaKey: "parameters")
        writer.text(isStrict ? ",\"strict\":true}}" : "}}")
        return JSONText(unchecked: writer.bytes)
    }

    static func message(for result: CallAnswer) -> JSONText {
        var writer = JSONWriter()
        writer.bytes.reserveCapacity(64 + result.id.utf8.count + result.text.utf8.count)
        writer.text("{\"role\":\"tool\",\"tool_call_id\":")
        writer.string(result.id)
        writer.text(",\"content\":")
        writer.string(result.text)
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }
}

// Replies.
extension OpenAIChat {
    static func reply(from body: JSONElement, _ raw: RawJSON) throws(ReplyError) -> Reply {
        guard var choices = body.field("choices")?.items, let choice = choices.next(), let message = choice.field("message") else {
            throw ReplyError("the reply has no choices[0].message: the server does not speak OpenAI Chat Completions; check the base URL")
        }
        let word = choice.field("finish_reason")?.string
        let calls = message.field("tool_calls")?.list ?? []
        let refusal = message.field("refusal")?.string

        var reply = Reply(finish: finish(word, lastCallIsWhole: calls.last.map(isWhole), isRefused: refusal != nil))
        reply.text = text(of: message.field("content"))
        reply.refusal = refusal
        // No field of the API's own: servers with open models have the one or the other.
        reply.reasoning = message.field("reasoning_content")?.string ?? message.field("reasoning")?.string
        reply.calls = calls.map(call(from:))
        reply.reason = word
        reply.usage = usage(from: JSONValue(body.field("usage")))
        reply.model = body.field("model")?.string
        reply.messages = raw.entering("choices")?.entering()?.entering("message").map { [messageToSendBack($0)] } ?? []
        return reply
    }

    /// Arguments stay in the words of the model.
    private static func call(from call: JSONElement) -> ToolCall {
        let custom = call.field("custom")
        let part = custom ?? call.field("function")
        return ToolCall(
            id: call.field("id")?.string ?? "", name: part?.field("name")?.string ?? "",
            arguments: custom == nil ? arguments(of: call) : part?.field("input")?.string ?? "")
    }

    private static func arguments(of call: JSONElement) -> String {
        guard let arguments = call.field("function")?.field("arguments") else { return "" }
        return switch arguments.kind {
        case .string: arguments.string ?? ""
        case .object: JSONValue(arguments).description  // imitators do not quote them
        case .null, .yes, .no, .signed, .unsigned, .double, .array, nil: ""
        }
    }

    /// Calls count, and not the word: a forced tool ends with `stop`, and so do the replies of some servers. A last call whose arguments
    /// do not parse was cut off, also where the server says `tool_calls`.
    ///
    /// - Parameter lastCallIsWhole: Nil where there is no call.
    static func finish(_ word: String?, lastCallIsWhole: Bool?, isRefused: Bool) -> Event.Finish {
        switch word {
        case "length": .length
        case "content_filter": .filtered
        case "tool_calls", "function_call", "stop":
            switch lastCallIsWhole {
            case true?: .calls
            case false?: .length
            case nil: isRefused ? .refused : .stop
            }
        default: .other
        }
    }

    private static func isWhole(_ call: JSONElement) -> Bool {
        guard call.field("custom") == nil else { return true }
        let text = arguments(of: call)
        // None at all stand for an empty object.
        return text.utf8.allSatisfy { $0 <= 0x20 } || (try? JSONValue(parsing: text)) != nil
    }

    private static func text(of content: JSONElement?) -> String {
        guard let content else { return "" }
        return content.string ?? content.list.compactMap { $0.field("text")?.string }.joined()
    }

    static func usage(from value: JSONValue) -> Event.Usage? {
        guard value.object != nil else { return nil }
        return Event.Usage(
            input: value["prompt_tokens"]?.integer.map(Int.init(clamping:)),
            output: value["completion_tokens"]?.integer.map(Int.init(clamping:)),
            cached: value["prompt_tokens_details"]?["cached_tokens"]?.integer.map(Int.init(clamping:)))
    }

    /// Without the fields that only replies have (`annotations`, a null `refusal`): some servers refuse what they do not know.
    private static func messageToSendBack(_ message: RawJSON) -> JSONText {
        let null = Array("null".utf8)
        func part(_ name: String) -> [UInt8]? {
            guard let bytes = message[name]?.json.utf8, bytes != null, bytes != Array("[]".utf8) else { return nil }
            return bytes
        }
        let (refusal, calls) = (part("refusal"), part("tool_calls"))
        var writer = JSONWriter()
        writer.text("{\"role\":\"assistant\",\"content\":")
        // A message that says nothing at all is refused where its content is null.
        writer.raw(part("content") ?? (refusal == nil && calls == nil ? Array("\"\"".utf8) : null))
        if let refusal {
            writer.text(",\"refusal\":")
            writer.raw(refusal)
        }
        if let calls {
            writer.text(",\"tool_calls\":")
            writer.raw(calls)
        }
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }
}

// What of it may be recorded.
extension OpenAIChat {
    static func recorded(_ message: JSONText, secretTools: Set<String>) -> JSONText {
        guard case .object(var object) = message.value, let calls = object["tool_calls"]?.array else { return message }
        object["tool_calls"] = .array(
            calls.map { call in
                guard case .object(var fields) = call, case .object(var function)? = fields["function"],
                    let name = function["name"]?.string, secretTools.contains(name)
                else { return call }
                function["arguments"] = "{}"
                fields["function"] = .object(function)
                return .object(fields)
            })
        return JSONText(.object(object))
    }
}

extension JSONWriter {
    /// Items with commas between them.
    mutating func list(_ items: [JSONText]) {
        for (index, item) in items.enumerated() {
            if index > 0 {
                text(",")
            }
            raw(item.utf8)
        }
    }
}
