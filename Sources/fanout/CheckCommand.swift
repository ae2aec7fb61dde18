internal import FanoutAgent
internal import FanoutEvents
internal import FanoutJSON

extension ProgramCommand {
    /// Says what an API would refuse in a list of messages.
    static let check = ProgramCommand(
        name: "check", operands: "MESSAGES.json", summary: "finds in a message list what an API would refuse, and names the call",
        options: [
            Option("form", argument: "WORD", "openai-chat, openai-responses or anthropic-messages; else found by looking"),
            Option("json", "what was found as JSON"),
        ]
    ) { options in
        guard let path = options.operands.first, options.operands.count == 1 else {
            throw UsageError("check: name one file of messages, or - for standard input")
        }
        let form = try options.word("form", as: WireForm.self)
        let text: [UInt8]
        do {
            text = try WholeFile.bytes(path == "-" ? "/dev/stdin" : path)
        } catch {
            throw UsageError("check \(error)")
        }
        let list: MessageList
        do {
            list = try MessageList(JSONValue(parsing: text), form: form)
        } catch let error as JSONError {
            Console.complain("\(path) line \(error.position(in: text).line): \(error.reason); messages are JSON")
            return 1
        } catch {
            Console.complain("\(path): \(error)")
            return 1
        }
        let faults = list.faults
        let name = CleanText(path).string
        if options.has("json") {
            Console.print(json(list, faults).description + "\n")
        } else if faults.isEmpty {
            let calls =
                list.calls == 1
                ? "its one call has its result" : list.calls == 0 ? "it has no calls" : "each of \(list.calls) calls has its result"
            Console.print("\(name): \(list.form.rawValue), \(counted(list.messages.count, "message")): \(calls)\n")
        } else {
            for fault in faults {
                Console.print("\(name): \(CleanText(fault.description).string)\n")
            }
            Console.print("\(name): \(list.form.rawValue) would refuse it: \(CleanText(faults[0].apiMessage).string)\n")
        }
        return faults.isEmpty ? 0 : 1
    }

    private static func json(_ list: MessageList, _ faults: [MessageFault]) -> JSONValue {
        [
            "form": .string(list.form.rawValue), "messages": .integer(Int64(list.messages.count)), "calls": .integer(Int64(list.calls)),
            "faults": .array(
                faults.map { fault in
                    var object: JSONObject = [
                        "kind": .string(fault.kind.rawValue), "message": .integer(Int64(fault.message)), "call": .string(fault.call),
                    ]
                    object["tool"] = fault.tool.map { .string($0) }
                    object["api_message"] = .string(fault.apiMessage)
                    return .object(object)
                }),
        ]
    }
}
