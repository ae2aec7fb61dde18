internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// OpenAI's Responses, as its API reference and its clients' types describe them.
///
/// A conversation is a list of items. The server keeps nothing unless it is asked to (`previous_response_id`): then every item goes back
/// each time, the model's reasoning with it, in the form that only the server can read.
enum OpenAIResponses {
    static func request(system: String?, items: [JSONText], previous: String?, options: RequestOptions) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"model\":")
        writer.string(options.model)
        if let system {
            writer.text(",\"instructions\":")
            writer.string(system)
        }
        if let previous {
            writer.text(",\"previous_response_id\":")
            writer.string(previous)
        }
        writer.text(",\"input\":[")
        writer.list(items)
        writer.text("]")
        writer.openAITools(
            options, definition: { definition(of: $0, isStrict: options.isStrict) }, naming: { ["type": "function", "name": .string($0)] })
        if let longest = options.longestReply {
            writer.text(",\"max_output_tokens\":")
            writer.integer(Int64(longest))
        }
        writer.text(options.keepsState ? ",\"store\":true" : ",\"store\":false,\"include\":[\"reasoning.encrypted_content\"]")
        if options.isStreamed {
            writer.text(",\"stream\":true")
        }
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }

    /// Not strict, unless asked for: the schemas of tools are any JSON Schema, and the strict kind takes few.
    private static func definition(of tool: Tool, isStrict: Bool) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"type\":\"function\",")
        writer.definition(of: tool, schemaKey: "parameters")
        writer.text(isStrict ? ",\"strict\":true}" : ",\"strict\":false}")
        return JSONText(unchecked: writer.bytes)
    }

    static func item(for result: CallAnswer) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"type\":\"function_call_output\",\"call_id\":")
        writer.string(result.id)
        writer.text(",\"output\":")
        writer.string(result.text)
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }
}

// Replies.
extension OpenAIResponses {
    static func reply(from raw: RawJSON) throws(ReplyError) -> Reply {
        guard let output = raw["output"] else {
            throw ReplyError("the reply has no output: the server does not speak OpenAI Responses; check the base URL")
        }
        return try reply(from: raw.value, items: output.items.map(\.json))
    }

    /// - Parameter items: The response's output items, as they were written.
    static func reply(from response: JSONValue, items: [JSONText]) throws(ReplyError) -> Reply {
        let status = response["status"]?.string
        if status == "failed" {
            throw .provider(response, form: .openAIResponses)
        }
        let values = items.map(\.value)
        var reply = Reply(finish: .stop)
        reply.calls = values.compactMap(call(from:))
        let parts = values.filter { $0["type"]?.string == "message" }.flatMap { $0["content"]?.array ?? [] }
        reply.text = parts.compactMap { $0["type"]?.string == "output_text" ? $0["text"]?.string : nil }.joined()
        let refusal = parts.compactMap { $0["refusal"]?.string }.joined()
        reply.refusal = refusal.isEmpty ? nil : refusal
        let reasoning = values.filter { $0["type"]?.string == "reasoning" }
            .flatMap { ($0["content"]?.array ?? []) + ($0["summary"]?.array ?? []) }.compactMap { $0["text"]?.string }.joined(
                separator: "\n")
        reply.reasoning = reasoning.isEmpty ? nil : reasoning
        reply.reason = response["incomplete_details"]?["reason"]?.string ?? status
        reply.finish = finish(status, reply)
        reply.usage = usage(from: response["usage"] ?? .null)
        reply.model = response["model"]?.string
        reply.responseID = response["id"]?.string
        // What was cut off is no call that could be answered.
        reply.messages = items
        return reply
    }

    private static func call(from item: JSONValue) -> ToolCall? {
        switch item["type"]?.string {
        case "function_call":
            ToolCall(id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", arguments: item["arguments"]?.string ?? "")
        case "custom_tool_call":
            ToolCall(id: item["call_id"]?.string ?? "", name: item["name"]?.string ?? "", arguments: item["input"]?.string ?? "")
        default: nil
        }
    }

    private static func finish(_ status: String?, _ reply: Reply) -> Event.Finish {
        switch status {
        case "completed", nil:
            if !reply.calls.isEmpty {
                return .calls
            }
            return reply.refusal == nil ? .stop : .refused
        case "incomplete":
            // Reasons that are newer than this cut it off all the same.
            return reply.reason == "content_filter" ? .filtered : .length
        default:
            return .other
        }
    }

    private static func usage(from value: JSONValue) -> Event.Usage? {
        guard value.object != nil else { return nil }
        return Event.Usage(
            input: value["input_tokens"]?.integer.map(Int.init(clamping:)),
            output: value["output_tokens"]?.integer.map(Int.init(clamping:)),
            cached: value["input_tokens_details"]?["cached_tokens"]?.integer.map(Int.init(clamping:)))
    }

    /// Without the arguments of calls that may hold secrets.
    static func recorded(_ item: JSONText, secretTools: Set<String>) -> JSONText {
        guard case .object(var fields) = item.value, let name = fields["name"]?.string, secretTools.contains(name) else { return item }
        if fields["arguments"] != nil {
            fields["arguments"] = "{}"
        }
        if fields["input"] != nil {
            fields["input"] = ""
        }
        return JSONText(.object(fields))
    }
}
