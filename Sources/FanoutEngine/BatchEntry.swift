internal import FanoutEvents
internal import FanoutJSON

/// A call as it was asked for, named, read and checked; it does not change any more.
///
/// A class, because entries, contexts and work share it.
final class PreparedCall: Sendable {
    /// Unique in the session.
    let call: String
    /// The provider's own.
    let id: String
    let name: String
    /// Its place in the reply, from 0.
    let index: Int
    let turn: Int
    /// Nil where there is none of that name.
    let tool: EngineTool?
    /// As the model wrote them; null where they could not be read.
    let arguments: JSONValue
    /// What events show of them.
    let shown: JSONText
    let redacted: [String]
    /// What the work is given, with defaults filled in, where it refers to nothing.
    let ready: JSONValue
    /// The calls that it refers to.
    let after: [Int]
    let failure: CallError?
    /// The call that it repeats, whose end is answered by its own.
    let retryOf: String?

    init(
        call: String, id: String, name: String, index: Int, turn: Int, tool: EngineTool?, arguments: JSONValue, shown: JSONText,
        redacted: [String],
        ready: JSONValue, after: [Int], failure: CallError?, retryOf: String?
    ) {
        self.call = call
        self.id = id
        self.name = name
        self.index = index
        self.turn = turn
        self.tool = tool
        self.arguments = arguments
        self.shown = shown
        self.redacted = redacted
        self.ready = ready
        self.after = after
        self.failure = failure
        self.retryOf = retryOf
    }

    /// The same call under another id.
    func repeated(as call: String) -> PreparedCall { copy(call: call, retryOf: self.call) }

    /// The call as one that takes another's place.
    func standing(for other: String) -> PreparedCall { copy(call: call, retryOf: other) }

    private func copy(call: String, retryOf: String) -> PreparedCall {
        PreparedCall(
            call: call, id: id, name: name, index: index, turn: turn, tool: tool, arguments: arguments, shown: shown, redacted: redacted,
            ready: ready, after: after, failure: failure, retryOf: retryOf)
    }

    /// - Parameters:
    ///   - expected: How long earlier calls of its tool ran.
    ///   - names: The id of the call at a place.
    func requested(expected: Event.Expected? = nil, names: (Int) -> String) -> Event.CallRequested {
        var event = Event.CallRequested(turn: turn, call: call, name: name, index: index, arguments: shown)
        if id != call {
            event.id = id
        }
        if !after.isEmpty {
            event.after = after.map(names)
        }
        if let retryOf {
            event.retryOf = retryOf
        }
        if let expected {
            event.expected = expected
        }
        if !redacted.isEmpty {
            event.redacted = redacted
        }
        return event
    }
}

/// What the shell knows of one call while its batch runs.
struct BatchEntry: Sendable {
    let prepared: PreparedCall
    /// What the work is given, where references were replaced, and what events show of it.
    var resolved: (arguments: JSONValue, shown: JSONText)?
    var task: AttemptTask?
    /// What its work gave; nil until there is something, and when it is not needed any more.
    var value: ToolResult?
    var isEnded = false
    /// Why it ended without a result.
    var error: CallError?
    /// What the model is sent of its end, once that is known.
    var sent: String?

    init(_ prepared: PreparedCall) { self.prepared = prepared }
}
