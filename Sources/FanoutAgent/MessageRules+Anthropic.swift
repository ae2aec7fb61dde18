internal import FanoutJSON

extension MessageRules {
    /// Every `tool_use` has one `tool_result` in the next message, which is the user's; results come first in its content, and ids are
    /// unique in the whole request.
    static func anthropicMessages(_ messages: [JSONValue]) -> [MessageFault] {
        var faults: [MessageFault] = []
        var seen: Set<String> = []
        // The calls of the message before.
        var open: [(id: String, name: String?)] = []

        for (index, message) in messages.enumerated() {
            let role = message["role"]?.string ?? ""
            if role != "user", role != "assistant" {
                faults.append(
                    MessageFault(
                        .malformed, message: index, call: "",
                        apiMessage: "messages: Unexpected role \"\(role)\". Allowed roles are \"user\" or \"assistant\"."))
            }
            let blocks = message["content"]?.array ?? []
            if blocks.isEmpty, message["content"]?.string?.isEmpty != false {
                faults.append(
                    MessageFault(
                        .malformed, message: index, call: "", apiMessage: "messages.\(index): all messages must have non-empty content"))
            }
            faults += resultFaults(in: blocks, at: index, of: role == "user" ? open : [])
            faults += missing(open, from: role == "user" ? blocks : [], at: index)
            open = []
            guard role == "assistant" else { continue }
            for (place, block) in blocks.enumerated() where block["type"]?.string == "tool_use" {
                let id = block["id"]?.string ?? ""
                if !seen.insert(id).inserted {
                    faults.append(
                        MessageFault(
                            .ambiguous, message: index, call: id,
                            apiMessage: "messages.\(index).content.\(place): `tool_use` ids must be unique"))
                }
                if block["input"]?.object == nil {
                    faults.append(
                        MessageFault(
                            .malformed, message: index, call: id,
                            apiMessage: "messages.\(index).content.\(place).tool_use.input: Input should be a valid dictionary"))
                }
                open.append((id, block["name"]?.string))
            }
        }
        return faults + missing(open, from: [], at: messages.count)
    }

    private static func resultFaults(in blocks: [JSONValue], at index: Int, of calls: [(id: String, name: String?)]) -> [MessageFault] {
        var faults: [MessageFault] = []
        var answered: Set<String> = []
        var hasOther = false
        for (place, block) in blocks.enumerated() {
            guard block["type"]?.string == "tool_result" else {
                hasOther = true
                continue
            }
            let id = block["tool_use_id"]?.string ?? ""
            let name = calls.first { $0.id == id }?.name
            if !calls.contains(where: { $0.id == id }) {
                faults.append(
                    MessageFault(
                        .extra, message: index, call: id,
                        apiMessage: "messages.\(index).content.\(place): unexpected `tool_use_id` found in `tool_result` blocks: \(id). "
                            + "Each `tool_result` block must have a corresponding `tool_use` block in the previous message."))
            } else if !answered.insert(id).inserted {
                faults.append(
                    MessageFault(
                        .repeated, message: index, call: id, tool: name,
                        apiMessage: "messages.\(index).content.\(place): each tool_use must have a single result. "
                            + "Found multiple `tool_result` blocks with id: \(id)"))
            } else if hasOther {
                faults.append(
                    MessageFault(.misplaced, message: index, call: id, tool: name, apiMessage: missingText([id], at: index)))
            }
        }
        return faults
    }

    private static func missing(_ calls: [(id: String, name: String?)], from blocks: [JSONValue], at index: Int) -> [MessageFault] {
        let answered = Set(blocks.filter { $0["type"]?.string == "tool_result" }.compactMap { $0["tool_use_id"]?.string })
        let missing = calls.filter { !answered.contains($0.id) }
        let text = missingText(missing.map(\.id), at: index)
        return missing.map { MessageFault(.missing, message: index - 1, call: $0.id, tool: $0.name, apiMessage: text) }
    }

    private static func missingText(_ ids: [String], at index: Int) -> String {
        "messages.\(index): `tool_use` ids were found without `tool_result` blocks immediately after: \(ids.joined(separator: ", ")). "
            + "Each `tool_use` block must have a corresponding `tool_result` block in the next message."
    }
}
