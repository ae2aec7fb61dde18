internal import FanoutEvents
internal import FanoutJSON

/// What the shell knows of one call of its batch.
struct BatchEntry: Sendable {
    /// Unique in the session.
    let call: String
    let id: String
    let name: String
    let index: Int
    /// Its tool's place among the engine's.
    let tool: Int?
    /// As the model wrote them; parsed, and null where they could not be.
    let arguments: JSONValue
    /// What events show of them.
    let shown: JSONText
    let redacted: [String]
    /// What the work is given: defaults filled in, references replaced.
    var ready: JSONValue
    /// The calls that it refers to.
    var after: [Int] = []
    var failure: CallError?
    var task: Task<Void, Never>?
    var value: WorkValue?
    var answer: CallResult?
    /// The attempt's arguments, where references were replaced.
    var resolved: JSONText?
    /// The end of the call whose place it takes is answered by its own.
    var retryOf: String?

    func requested(turn: Int, names: (Int) -> String) -> Event.CallRequested {
        var event = Event.CallRequested(turn: turn, call: call, name: name, index: index, arguments: shown)
        if id != call {
            event.id = id
        }
        event.after = after.map(names)
        event.retryOf = retryOf
        event.redacted = redacted
        return event
    }
}

/// What work gave, as it is recorded and as it is sent.
struct WorkValue: Sendable {
    let json: JSONText
    let text: String

    init(_ result: ToolResult) {
        switch result {
        case .text(let text):
            json = JSONText(.string(text))
            self.text = text
        case .json(let json):
            // Elided bytes are no value.
            self.json = json.isElided ? JSONText(.null) : json
            text = String(decoding: self.json.utf8, as: UTF8.self)
        }
    }
}
