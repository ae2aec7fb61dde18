internal import FanoutJSON

extension MessageRules {
    /// Every call among the items has one output after it, under its `call_id`, and every output its call.
    ///
    /// - Parameter earlier: The calls of the response that the input continues, which it need not repeat.
    static func openAIResponses(_ items: [JSONValue], earlier: [String] = []) -> [MessageFault] {
        var faults: [MessageFault] = []
        var open: [(id: String, name: String?, place: Int)] = earlier.map { ($0, nil, 0) }
        var answered: Set<String> = []
        for (index, item) in items.enumerated() {
            let id = item["call_id"]?.string ?? ""
            switch item["type"]?.string {
            case "function_call", "custom_tool_call":
                if id.isEmpty || item["name"]?.string == nil || (item["arguments"] ?? item["input"])?.string == nil {
                    faults.append(
                        MessageFault(
                            .malformed, message: index, call: id,
                            apiMessage: "Invalid value for 'input[\(index)]': expected call_id, name and arguments as strings."))
                }
                open.append((id, item["name"]?.string, index))
            case "function_call_output", "custom_tool_call_output":
                if let place = open.firstIndex(where: { $0.id == id }) {
                    open.remove(at: place)
                    answered.insert(id)
                } else {
                    faults.append(
                        MessageFault(
                            answered.contains(id) ? .repeated : .extra, message: index, call: id,
                            apiMessage: "No tool call found for function call output with call_id \(id)."))
                }
                if item["output"]?.string == nil, item["output"]?.array == nil {
                    faults.append(
                        MessageFault(
                            .malformed, message: index, call: id,
                            apiMessage: "Invalid type for 'input[\(index)].output': expected a string or an array of parts."))
                }
            case nil, "message":
                let roles = ["developer", "system", "user", "assistant"]
                if !roles.contains(item["role"]?.string ?? "") {
                    faults.append(
                        MessageFault(.malformed, message: index, call: "", apiMessage: "Invalid value for 'input[\(index)].role'."))
                }
            default:
                break
            }
        }
        for call in open {
            faults.append(
                MessageFault(
                    .missing, message: call.place, call: call.id, tool: call.name,
                    apiMessage: "No tool output found for function call \(call.id)."))
        }
        return faults.sorted { $0.message < $1.message }
    }
}
