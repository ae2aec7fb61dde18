internal import FanoutEvents
internal import FanoutJSON

/// Makes the calls of a reply ready to run: reads and checks their arguments, finds what they refer to.
struct BatchPreparation {
    let turn: Int
    let tools: [EngineTool]
    /// The tools' places by name.
    let places: [String: Int]
    let usesReferences: Bool
    /// One for all: making a parser costs more than reading arguments.
    private let reader = JSONReader()

    init(turn: Int, tools: [EngineTool], places: [String: Int], usesReferences: Bool) {
        self.turn = turn
        self.tools = tools
        self.places = places
        self.usesReferences = usesReferences
    }

    func prepare(_ calls: [ToolCall], names: [String]) -> (calls: [PreparedCall], references: References?) {
        var references: References?
        if usesReferences, calls.contains(where: { References.mayHold($0.arguments) }) {
            references = References(ids: calls.map(\.id), names: names)
        }
        var prepared: [PreparedCall] = []
        prepared.reserveCapacity(calls.count)
        var tool: EngineTool?
        for index in calls.indices {
            // Calls of one tool mostly come one after the other.
            if index == 0 || calls[index].name != calls[index - 1].name {
                tool = self.tool(named: calls[index].name)
            }
            prepared.append(call(calls[index], of: tool, name: names[index], index: index, references))
        }
        return (prepared, references)
    }

    /// A call of a reply that still arrives, which refers to none.
    func prepare(_ call: ToolCall, name: String, index: Int) -> PreparedCall {
        self.call(call, of: tool(named: call.name), name: name, index: index, nil)
    }

    private func tool(named name: String) -> EngineTool? { places[name].map { tools[$0] } }

    private func call(_ call: ToolCall, of tool: EngineTool?, name: String, index: Int, _ references: References?) -> PreparedCall {
        let (arguments, fault) = read(call.arguments)
        let (shown, redacted) = show(arguments, of: call, cutting: tool?.redaction)
        var ready = arguments ?? .null
        var after: [Int] = []
        var failure = call.refusal
        if failure == nil {
            if let tool, let arguments {
                do throws(CallError) {
                    after = try references?.calls(in: arguments) ?? []
                    if after.isEmpty {
                        ready = try tool.completed(arguments)
                    }
                } catch {
                    failure = error
                }
            } else {
                failure = tool == nil ? unknown(call.name) : fault
            }
        }
        return PreparedCall(
            call: name, id: call.id, name: call.name, index: index, turn: turn, tool: tool, arguments: arguments ?? .null, shown: shown,
            redacted: redacted, ready: ready, after: after, failure: failure, retryOf: nil)
    }

    private func unknown(_ name: String) -> CallError {
        let known = tools.prefix(40).map(\.tool.name).joined(separator: ", ")
        return CallError(.unknownTool, "There is no tool \(name)." + (known.isEmpty ? "" : " There are: \(known)."))
    }

    private func read(_ text: String) -> (JSONValue?, CallError?) {
        guard !text.utf8.allSatisfy({ $0 == 0x20 || (0x09...0x0d).contains($0) }) else { return (.object([:]), nil) }
        do throws(JSONError) {
            return (JSONValue(try reader.read(text.utf8)), nil)
        } catch {
            return (nil, CallError(.invalidJSON, "The arguments are not JSON: \(error)."))
        }
    }

    /// The arguments as events show them: an object's text as it stood, or a string of what is no object.
    private func show(_ arguments: JSONValue?, of call: ToolCall, cutting redaction: Redaction?) -> (JSONText, [String]) {
        let hasSecrets = redaction.map { !$0.isEmpty } ?? false
        guard case .object(let object)? = arguments else {
            // What cannot be read cannot be cut either: all of it goes.
            return hasSecrets ? (JSONText(string: ""), [""]) : (JSONText(string: call.arguments), [])
        }
        if hasSecrets, let redaction {
            let (value, cut) = redaction.cut(.object(object))
            return (JSONText(value), cut)
        }
        // A line must stay one, and what needed mending is no JSON as it stands.
        let isPlain = !object.isEmpty && !reader.wasMended && call.arguments.utf8.allSatisfy { $0 != 0x0a && $0 != 0x0d }
        return (isPlain ? JSONText(unchecked: call.arguments) : JSONText(.object(object)), [])
    }
}
