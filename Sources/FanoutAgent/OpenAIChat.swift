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
        if !options.tools.isEmpty {
            writer.text(",\"tools\":[")
            writer.list(options.tools.map(definition(of:)))
            writer.text("]")
            // On by default, and refused by some servers where it says nothing new.
            if !options.allowsParallelCalls {
                writer.text(",\"parallel_tool_calls\":false")
            }
        }
        if let longest = options.longestReply {
            writer.text(",\"max_completion_tokens\":")
            writer.integer(Int64(longest))
        }
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }

    private static func definition(of tool: Tool) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"type\":\"function\",\"function\":{\"name\":")
        writer.string(tool.name)
        if !tool.description.isEmpty {
            writer.text(",\"description\":")
            writer.string(tool.description)
        }
        writer.text(",\"parameters\":")
        writer.value(tool.parameters)
        writer.text("}}")
        return JSONText(unchecked: writer.bytes)
    }

    static func message(for result: CallAnswer) -> JSONText {
        JSONText(["role": "tool", "tool_call_id": .string(result.id), "content": .string(result.text)])
    }
}

// Replies.
extension OpenAIChat {
    static func reply(from body: RawJSON) throws(ReplyError) -> Reply {
        guard let choice = body["choices"]?.items.first, let message = choice["message"] else {
            throw ReplyError("the reply has no choices[0].message: the server does not speak OpenAI Chat Completions; check the base URL")
        }
        let word = choice["finish_reason"]?.value.string
        let calls = message["tool_calls"]?.items ?? []
        let refusal = message["refusal"]?.value.string

        var reply = Reply(finish: finish(word, lastCall: calls.last, isRefused: refusal != nil))
        reply.text = text(of: message["content"]?.value)
        reply.refusal = refusal
        reply.reasoning = message["reasoning_content"]?.value.string
        reply.calls = calls.map(call(from:))
        reply.reason = word
        reply.usage = usage(from: body["usage"]?.value)
        reply.model = body["model"]?.value.string
        reply.message = messageToSendBack(message)
        return reply
    }

    /// Arguments stay in the words of the model.
    private static func call(from raw: RawJSON) -> ToolCall {
        let part = raw["custom"] ?? raw["function"]
        return ToolCall(
            id: raw["id"]?.value.string ?? "", name: part?["name"]?.value.string ?? "",
            arguments: raw["custom"] == nil ? arguments(of: raw) : part?["input"]?.value.string ?? "")
    }

    private static func arguments(of call: RawJSON) -> String {
        let arguments = call["function"]?["arguments"]
        return switch arguments?.value {
        case .string(let text): text
        case .object: arguments?.json.description ?? ""  // imitators do not quote them
        case .null, .bool, .integer, .number, .array, nil: ""
        }
    }

    /// Calls count, and not the word: a forced tool ends with `stop`, and so do the replies of some servers. A last call whose arguments
    /// do not parse was cut off, also where the server says `tool_calls`.
    private static func finish(_ word: String?, lastCall: RawJSON?, isRefused: Bool) -> Event.Finish {
        switch word {
        case "length": .length
        case "content_filter": .filtered
        case "tool_calls", "function_call", "stop":
            if let lastCall {
                isWhole(lastCall) ? .calls : .length
            } else {
                isRefused ? .refused : .stop
            }
        default: .other
        }
    }

    private static func isWhole(_ call: RawJSON) -> Bool {
        guard call["custom"] == nil else { return true }
        let text = arguments(of: call)
        // None at all stand for an empty object.
        return text.utf8.allSatisfy { $0 <= 0x20 } || (try? JSONValue(parsing: text)) != nil
    }

    private static func text(of content: JSONValue?) -> String {
        switch content {
        case .string(let text): text
        case .array(let parts): parts.compactMap { $0["text"]?.string }.joined()
        case .null, .bool, .integer, .number, .object, nil: ""
        }
    }

    private static func usage(from value: JSONValue?) -> Event.Usage? {
        guard let value, value.object != nil else { return nil }
        return Event.Usage(
            input: value["prompt_tokens"]?.integer.map(Int.init(clamping:)),
            output: value["completion_tokens"]?.integer.map(Int.init(clamping:)),
            cached: value["prompt_tokens_details"]?["cached_tokens"]?.integer.map(Int.init(clamping:)))
    }

    /// Without the fields that only replies have (`annotations`, a null `refusal`): some servers refuse what they do not know.
    private static func messageToSendBack(_ message: RawJSON) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"role\":\"assistant\",\"content\":")
        writer.raw(message["content"]?.json.utf8 ?? Array("null".utf8))
        if let refusal = message["refusal"], !refusal.value.isNull {
            writer.text(",\"refusal\":")
            writer.raw(refusal.json.utf8)
        }
        if let calls = message["tool_calls"], !calls.items.isEmpty {
            writer.text(",\"tool_calls\":")
            writer.raw(calls.json.utf8)
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
