package import FanoutAgent
package import FanoutJSON

/// A call as a test's model asks for it.
package struct SpokenCall: Sendable {
    package var id: String
    package var name: String
    /// As text, which may be no JSON.
    package var arguments: String

    package init(_ id: String, _ name: String, _ arguments: String) {
        self.id = id
        self.name = name
        self.arguments = arguments
    }
}

// Replies as a service would send them.
extension WireForm {
    /// The body of a reply that is not streamed.
    package func whole(saying text: String?, _ calls: [SpokenCall]) -> JSONValue {
        switch self {
        case .openAIChat:
            var message: JSONObject = ["role": "assistant", "content": text.map { .string($0) } ?? .null]
            if !calls.isEmpty {
                message["tool_calls"] = .array(
                    calls.map {
                        [
                            "id": .string($0.id), "type": "function",
                            "function": ["name": .string($0.name), "arguments": .string($0.arguments)],
                        ]
                    })
            }
            return [
                "id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_228_000, "model": "m",
                "choices": [["index": 0, "message": .object(message), "finish_reason": calls.isEmpty ? "stop" : "tool_calls"]],
            ]
        case .openAIResponses:
            return response(text, calls, status: "completed")
        case .anthropicMessages:
            let said: [JSONValue] = text.map { [["type": "text", "text": .string($0)]] } ?? []
            let blocks = calls.map {
                [
                    "type": "tool_use", "id": .string($0.id), "name": .string($0.name),
                    "input": JSONText(unchecked: Array($0.arguments.utf8)).value,
                ]
                    as JSONValue
            }
            return [
                "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": .array(said + blocks),
                "stop_reason": calls.isEmpty ? "end_turn" : "tool_use", "usage": ["input_tokens": 10, "output_tokens": 5],
            ]
        }
    }

    /// The same as server-sent events.
    ///
    /// - Parameter isCut: Whether it ends at its length limit.
    package func stream(saying text: String?, _ calls: [SpokenCall], isCut: Bool = false) -> [UInt8] {
        var events: [JSONValue]
        switch self {
        case .openAIChat: events = chatEvents(text, calls, isCut: isCut)
        case .openAIResponses: events = responsesEvents(text, calls, isCut: isCut)
        case .anthropicMessages: events = anthropicEvents(text, calls, isCut: isCut)
        }
        let lines = events.map { event in
            let name = self == .openAIChat ? "" : "event: \(event["type"]?.string ?? "")\n"
            return "\(name)data: \(event)\n\n"
        }
        return Array((lines.joined() + (self == .openAIChat ? "data: [DONE]\n\n" : "")).utf8)
    }

    /// A text in two pieces.
    private func halves(_ text: String) -> [String] {
        [String(text.prefix(text.count / 2)), String(text.dropFirst(text.count / 2))]
    }

    private func chatEvents(_ text: String?, _ calls: [SpokenCall], isCut: Bool) -> [JSONValue] {
        func chunk(_ delta: JSONValue, _ finish: JSONValue = nil) -> JSONValue {
            [
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_228_000, "model": "m",
                "choices": [["index": 0, "delta": delta, "finish_reason": finish]], "usage": nil,
            ]
        }
        var events = [chunk(["role": "assistant"])]
        events += (text.map(halves) ?? []).map { chunk(["content": .string($0)]) }
        for (index, call) in calls.enumerated() {
            let place = JSONValue.integer(Int64(index))
            events.append(
                chunk([
                    "tool_calls": [
                        [
                            "index": place, "id": .string(call.id), "type": "function",
                            "function": ["name": .string(call.name), "arguments": ""],
                        ]
                    ]
                ]))
            events += halves(call.arguments).map { chunk(["tool_calls": [["index": place, "function": ["arguments": .string($0)]]]]) }
        }
        events.append(chunk([:], isCut ? "length" : calls.isEmpty ? "stop" : "tool_calls"))
        return events
    }

    private func anthropicEvents(_ text: String?, _ calls: [SpokenCall], isCut: Bool) -> [JSONValue] {
        var events: [JSONValue] = [
            [
                "type": "message_start",
                "message": [
                    "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": nil,
                    "usage": ["input_tokens": 10, "output_tokens": 1],
                ],
            ]
        ]
        func block(_ index: Int, _ opening: JSONValue, _ deltas: [JSONValue]) {
            let place = JSONValue.integer(Int64(index))
            events.append(["type": "content_block_start", "index": place, "content_block": opening])
            events += deltas.map { ["type": "content_block_delta", "index": place, "delta": $0] }
            events.append(["type": "content_block_stop", "index": place])
        }
        if let text {
            block(0, ["type": "text", "text": ""], halves(text).map { ["type": "text_delta", "text": .string($0)] })
        }
        for (index, call) in calls.enumerated() {
            block(
                index + (text == nil ? 0 : 1), ["type": "tool_use", "id": .string(call.id), "name": .string(call.name), "input": [:]],
                ([""] + halves(call.arguments)).map { ["type": "input_json_delta", "partial_json": .string($0)] })
        }
        let reason: JSONValue = isCut ? "max_tokens" : calls.isEmpty ? "end_turn" : "tool_use"
        events.append(
            ["type": "message_delta", "delta": ["stop_reason": reason, "stop_sequence": nil], "usage": ["output_tokens": 5]])
        events.append(["type": "message_stop"])
        return events
    }

    private func responsesEvents(_ text: String?, _ calls: [SpokenCall], isCut: Bool) -> [JSONValue] {
        var opening: JSONObject = response(nil, [], status: "in_progress").object ?? [:]
        opening["usage"] = nil
        var events: [JSONValue] = [["type": "response.created", "response": .object(opening)]]
        let whole: JSONObject = response(text, calls, status: isCut ? "incomplete" : "completed").object ?? [:]
        for (index, item) in (whole["output"]?.array ?? []).enumerated() {
            events += itemEvents(item, JSONValue.integer(Int64(index)))
        }
        events.append(["type": isCut ? "response.incomplete" : "response.completed", "response": .object(whole)])
        return events.enumerated().map { number, event in
            guard case .object(var numbered) = event else { return event }
            numbered["sequence_number"] = .integer(Int64(number))
            return .object(numbered)
        }
    }

    /// One item of the output, from its opening to its end.
    private func itemEvents(_ item: JSONValue, _ place: JSONValue) -> [JSONValue] {
        guard case .object(var opening) = item, let id = item["id"] else { return [] }
        func event(_ type: JSONValue, _ fields: JSONObject) -> JSONValue {
            var event: JSONObject = ["type": type, "item_id": id, "output_index": place]
            for (name, value) in fields {
                event[name] = value
            }
            return .object(event)
        }
        opening["status"] = "in_progress"
        var events: [JSONValue] = []
        if let arguments = item["arguments"]?.string {
            opening["arguments"] = ""
            events += halves(arguments).map { event("response.function_call_arguments.delta", ["delta": .string($0)]) }
            events.append(event("response.function_call_arguments.done", ["arguments": .string(arguments)]))
        } else {
            let part = item["content"]?[0] ?? [:]
            let text = part["text"]?.string ?? ""
            let empty: JSONValue = ["type": "output_text", "text": "", "annotations": []]
            opening["content"] = []
            events.append(event("response.content_part.added", ["content_index": 0, "part": empty]))
            events += halves(text).map {
                event("response.output_text.delta", ["content_index": 0, "delta": .string($0), "logprobs": []])
            }
            events.append(event("response.output_text.done", ["content_index": 0, "text": .string(text), "logprobs": []]))
            events.append(event("response.content_part.done", ["content_index": 0, "part": part]))
        }
        return [["type": "response.output_item.added", "output_index": place, "item": .object(opening)]] + events
            + [["type": "response.output_item.done", "output_index": place, "item": item]]
    }

    private func response(_ text: String?, _ calls: [SpokenCall], status: JSONValue) -> JSONValue {
        let said: [JSONValue] =
            text.map { text in
                [
                    [
                        "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                        "content": [["type": "output_text", "text": .string(text), "annotations": []]],
                    ]
                ]
            } ?? []
        let items = calls.enumerated().map { place, call -> JSONValue in
            [
                "type": "function_call", "id": .string("fc_\(place)"), "call_id": .string(call.id), "name": .string(call.name),
                "arguments": .string(call.arguments), "status": "completed",
            ]
        }
        return [
            "id": "resp_1", "object": "response", "created_at": 1_795_228_000, "model": "m", "status": status,
            "incomplete_details": status == "incomplete" ? ["reason": "max_output_tokens"] : nil, "output": .array(said + items),
            "parallel_tool_calls": true, "tool_choice": "auto", "tools": [],
            "usage": [
                "input_tokens": 10, "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0], "output_tokens": 5,
                "output_tokens_details": ["reasoning_tokens": 0], "total_tokens": 15,
            ],
        ]
    }
}
