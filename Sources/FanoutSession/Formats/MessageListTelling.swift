internal import FanoutEvents
internal import FanoutJSON

/// Turns the messages of one conversation into events of a session.
///
/// Chat Completions, Responses and Messages are told apart by each message's own form: calls stand beside a text, as items of their
/// own, or as blocks of one.
struct MessageListTelling {
    /// A millisecond apart, so that the order can be seen.
    private static let step: Int64 = 1000

    private let session: Int
    private let withPayloads: Bool
    private var t: Int64 = 0
    private var turn = 0
    private struct Call {
        /// What it is answered under; several may bear the same.
        var id: String
        var call: String
        var name: String
        var turn: Int
    }

    /// Calls that nobody has answered so far, oldest first. An answer may come turns later.
    private var open: [Call] = []
    /// How often each id was borne.
    private var bearers: [String: Int] = [:]
    /// Whether the next call belongs to the turn that goes on.
    private var isAsking = false
    /// The calls of that turn so far.
    private var asked = 0

    init(session: Int, withPayloads: Bool) {
        self.session = session
        self.withPayloads = withPayloads
    }

    /// The first thing that the user said.
    static func title(of messages: [JSONValue]) -> String? {
        messages.first { $0["role"]?.string == "user" }.flatMap { text(of: $0["content"]) }?
            .split(whereSeparator: \.isNewline).first.map { String($0.prefix(80)) }
    }

    mutating func tell(_ messages: [JSONValue], _ receiver: inout some EventReceiver) {
        for message in messages {
            switch message["type"]?.string {
            case "function_call", "custom_tool_call":
                ask(
                    id: message["call_id"]?.string, name: message["name"]?.string,
                    arguments: message["arguments"] ?? message["input"], &receiver)
            case "function_call_output", "custom_tool_call_output":
                answer(id: message["call_id"]?.string, with: message["output"], isError: false, &receiver)
            case "reasoning", "item_reference":
                continue
            default:
                tell(message, &receiver)
            }
        }
        finishTurn(&receiver)
    }

    private mutating func tell(_ message: JSONValue, _ receiver: inout some EventReceiver) {
        let role = message["role"]?.string ?? "user"
        let blocks = message["content"]?.array ?? []
        switch role {
        case "tool":
            return answer(id: message["tool_call_id"]?.string, with: message["content"], isError: false, &receiver)
        case "function":
            let name = message["name"]?.string
            return answer(id: open.first { $0.name == name }?.id, with: message["content"], isError: false, &receiver)
        case "assistant":
            finishTurn(&receiver)
            let calls = Self.calls(of: message)
            if !calls.isEmpty {
                beginTurn(&receiver)
            }
            say(role, message, &receiver)
            for call in calls {
                ask(id: call.id, name: call.name, arguments: call.arguments, &receiver)
            }
        default:
            let results = blocks.filter { $0["type"]?.string == "tool_result" }
            for block in results {
                answer(
                    id: block["tool_use_id"]?.string, with: block["content"], isError: block["is_error"]?.bool ?? false, &receiver)
            }
            if results.count < max(1, blocks.count) {
                finishTurn(&receiver)
                say(role, message, &receiver)
            }
        }
    }

    private mutating func say(_ role: String, _ message: JSONValue, _ receiver: inout some EventReceiver) {
        let raw = withPayloads ? JSONText(message) : .elided
        let text = Self.text(of: message["content"])
        take(.message(Event.Message(role: role, text: text, turn: isAsking ? turn : nil, raw: raw)), &receiver)
    }

    private mutating func beginTurn(_ receiver: inout some EventReceiver) {
        turn += 1
        asked = 0
        isAsking = true
        take(.turnStarted(Event.TurnStarted(turn: turn)), &receiver)
    }

    private mutating func ask(id: String?, name: String?, arguments: JSONValue?, _ receiver: inout some EventReceiver) {
        if !isAsking {
            finishTurn(&receiver)
            beginTurn(&receiver)
        }
        let id = id ?? "call_\(turn)_\(asked + 1)"
        let call = callName(of: id)
        var requested = Event.CallRequested(
            turn: turn, call: call, name: name, index: asked, arguments: payload(arguments.map(Self.parsed)))
        requested.id = call == id ? nil : id
        take(.callRequested(requested), &receiver)
        take(.callStarted(Event.CallStarted(call: call)), &receiver)
        open.append(Call(id: id, call: call, name: name ?? "", turn: turn))
        asked += 1
    }

    /// The call's name in the session, which its id may not be: a provider repeats ids.
    private mutating func callName(of id: String) -> String {
        bearers[id, default: 0] += 1
        let number = bearers[id] ?? 1
        return number == 1 ? id : "\(id)~\(number)"
    }

    private mutating func answer(id: String?, with content: JSONValue?, isError: Bool, _ receiver: inout some EventReceiver) {
        isAsking = false
        let place = open.firstIndex { $0.id == id }
        // What answers no call that was asked is shown all the same.
        let call = place.map { open.remove(at: $0).call } ?? callName(of: id ?? "result")
        var finished = Event.CallFinished(call: call, outcome: .ok, result: payload(content))
        if isError || Self.isRefusal(content) {
            finished.outcome = .failed
            finished.error = CallError(.toolError, Self.text(of: content) ?? "")
        }
        take(.callFinished(finished), &receiver)
    }

    /// A turn is over when something else is said; one with a call that nobody answered stays open.
    private mutating func finishTurn(_ receiver: inout some EventReceiver) {
        guard asked > 0 else { return }
        asked = 0
        isAsking = false
        if !open.contains(where: { $0.turn == turn }) {
            take(.turnFinished(Event.TurnFinished(turn: turn, outcome: .ok)), &receiver)
        }
    }

    private mutating func take(_ body: Event.Body, _ receiver: inout some EventReceiver) {
        receiver.take(Event(t: t, approx: .order, body), session: session, offset: 0)
        t += Self.step
    }

    /// What an assistant's message asks for, wherever its API puts that.
    private static func calls(of message: JSONValue) -> [(id: String?, name: String?, arguments: JSONValue?)] {
        var calls: [(id: String?, name: String?, arguments: JSONValue?)] = []
        for call in message["tool_calls"]?.array ?? [] {
            let body = call["function"] ?? call["custom"]
            calls.append((call["id"]?.string, body?["name"]?.string, body?["arguments"] ?? body?["input"]))
        }
        if let call = message["function_call"], call["name"] != nil {
            calls.append((nil, call["name"]?.string, call["arguments"]))
        }
        for block in message["content"]?.array ?? [] where block["type"]?.string == "tool_use" {
            calls.append((block["id"]?.string, block["name"]?.string, block["input"]))
        }
        return calls
    }

    private func payload(_ value: JSONValue?) -> JSONText? {
        value.map { withPayloads ? JSONText($0) : .elided }
    }

    /// Arguments as they were meant: an API's JSON in a string is that JSON; what is none stays a string.
    private static func parsed(_ arguments: JSONValue) -> JSONValue {
        guard let text = arguments.string else { return arguments }
        guard !text.isEmpty else { return [:] }
        return (try? JSONValue(parsing: text)).flatMap { $0.object == nil ? nil : $0 } ?? arguments
    }

    /// Whether a result is what Fanout itself sends a model of a call that failed; the API has no flag for it.
    private static func isRefusal(_ content: JSONValue?) -> Bool {
        guard let text = content?.string, text.hasPrefix("{"), let object = (try? JSONValue(parsing: text))?.object else { return false }
        return object.count == 2 && object["error"]?.string != nil && object["tool"]?.string != nil
    }

    /// The text of a content, whichever form it has; nil where there is none.
    private static func text(of content: JSONValue?) -> String? {
        if let text = content?.string { return text }
        let parts = (content?.array ?? []).compactMap { $0["text"]?.string ?? $0["refusal"]?.string }
        return parts.isEmpty ? nil : parts.joined(separator: "\n")
    }
}
