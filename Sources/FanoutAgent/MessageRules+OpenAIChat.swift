internal import FanoutJSON

extension MessageRules {
    /// Right after a message with calls come tool messages for all of them, in any order, before any other role. An id may come
    /// twice, since servers that imitate the API repeat them: then each occurrence has its own result.
    static func openAIChat(_ messages: [JSONValue]) -> [MessageFault] {
        var faults: [MessageFault] = []
        // The calls that still wait for a result, in order, and those that had theirs.
        var open: [(id: String, name: String?)] = []
        var answered: Set<String> = []
        var asking = 0

        func closeOpen() {
            let missing = open.map(\.id).joined(separator: ", ")
            for call in open {
                faults.append(
                    MessageFault(
                        .missing, message: asking, call: call.id, tool: call.name,
                        apiMessage: "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
                            + "'tool_call_id'. The following tool_call_ids did not have response messages: \(missing)"))
            }
            open = []
        }

        for (index, message) in messages.enumerated() {
            guard message["role"]?.string == "tool" else {
                closeOpen()
                answered = []
                asking = index
                if message["role"]?.string == "assistant" {
                    for call in message["tool_calls"]?.array ?? [] {
                        let name = call["function"]?["name"] ?? call["custom"]?["name"]
                        open.append((call["id"]?.string ?? "", name?.string))
                    }
                }
                faults += malformed(message, at: index)
                continue
            }
            let id = message["tool_call_id"]?.string ?? ""
            if let place = open.firstIndex(where: { $0.id == id }) {
                open.remove(at: place)
                answered.insert(id)
            } else {
                faults.append(
                    MessageFault(
                        answered.contains(id) ? .repeated : .extra, message: index, call: id,
                        apiMessage:
                            "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."))
            }
            if message["content"]?.string == nil, message["content"]?.array == nil {
                faults.append(
                    MessageFault(
                        .malformed, message: index, call: id,
                        apiMessage: "Invalid value for 'messages.[\(index)].content': expected a string or an array of parts."))
            }
        }
        closeOpen()
        return faults
    }

    private static func malformed(_ message: JSONValue, at index: Int) -> [MessageFault] {
        let roles = ["developer", "system", "user", "assistant"]
        guard let role = message["role"]?.string, roles.contains(role) else {
            return [MessageFault(.malformed, message: index, call: "", apiMessage: "Invalid value for 'messages.[\(index)].role'.")]
        }
        return (message["tool_calls"]?.array ?? []).enumerated().compactMap { place, call in
            let hasFunction = call["function"]?["arguments"]?.string != nil && call["function"]?["name"]?.string != nil
            guard call["id"]?.string == nil || !(hasFunction || call["custom"]?["input"]?.string != nil) else { return nil }
            return MessageFault(
                .malformed, message: index, call: call["id"]?.string ?? "",
                apiMessage: "Invalid value for 'messages.[\(index)].tool_calls[\(place)]': expected id, name and arguments as strings.")
        }
    }
}
