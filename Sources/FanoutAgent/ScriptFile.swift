public import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// What a model says, written down in a file: for tests, demos, and a first try without a key.
///
///     {"form": "openai-chat", "replies": [
///       {"after": "300ms", "body": {…a whole reply of the API…}},
///       {"after": "100ms", "stream": [{"after": "20ms", "data": {…an event of its stream…}}, …, {"data": "[DONE]"}]}]}
///
/// The forms are those of ``WireForm``. Each request is checked by the API's rules and answered by the next reply.
public struct ScriptFile: Sendable {
    public let form: WireForm
    private let name: String
    private let steps: [ScriptedProvider.Step]

    /// Why a file is no script: a sentence that names the place and the remedy.
    public struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
        public var description: String
    }

    public init(path: String) throws(Fault) {
        let text: [UInt8]
        do {
            text = try WholeFile.bytes(path)
        } catch {
            throw Fault(description: error.description)
        }
        try self.init(parsing: text, name: path)
    }

    public init(parsing text: [UInt8], name: String) throws(Fault) {
        let root: RawJSON
        do {
            root = try RawJSON(parsing: text)
        } catch {
            throw Fault(description: "\(name) line \(error.position(in: text).line): \(error.reason); a script is one JSON object")
        }
        let word = root["form"]?.value.string ?? ""
        guard let form = WireForm(rawValue: word) else {
            let forms = WireForm.allCases.map(\.rawValue).joined(separator: ", ")
            throw Fault(description: "\(name), form: \(word.isEmpty ? "it is missing" : "there is no form \(word)"); it is one of \(forms)")
        }
        guard let replies = root["replies"]?.items, !replies.isEmpty else {
            throw Fault(description: "\(name), replies: a script has at least one reply")
        }
        self.form = form
        self.name = name
        var steps: [ScriptedProvider.Step] = []
        for (place, reply) in replies.enumerated() {
            steps.append(try Self.step(reply, "\(name), replies[\(place)]"))
        }
        self.steps = steps
    }

    public func provider(_ time: any Timekeeper) -> ScriptedProvider {
        ScriptedProvider(name: "script", form: form, steps: steps, time: time)
    }

    private static func step(_ reply: RawJSON, _ place: String) throws(Fault) -> ScriptedProvider.Step {
        let delay = try delay(reply, place)
        if let body = reply["body"] {
            return ScriptedProvider.Step(delay: delay, body: body.json)
        }
        guard let events = reply["stream"]?.items, !events.isEmpty else {
            throw Fault(description: "\(place): a reply has a body, or a stream of events")
        }
        var pieces: [ScriptedProvider.Piece] = []
        for (index, event) in events.enumerated() {
            let place = "\(place).stream[\(index)]"
            guard let data = event["data"] else {
                throw Fault(description: "\(place): an event has data: {\"after\": \"20ms\", \"data\": {…}}")
            }
            // Text that is no JSON, such as [DONE], stands as a string.
            let bytes = data.value.string.map { Array($0.utf8) } ?? data.json.utf8
            pieces.append(ScriptedProvider.Piece(delay: try Self.delay(event, place), data: bytes))
        }
        return ScriptedProvider.Step(delay: delay, pieces: pieces)
    }

    private static func delay(_ object: RawJSON, _ place: String) throws(Fault) -> Int64 {
        guard let text = object["after"] else { return 0 }
        guard let delay = text.value.string.flatMap(Int64.init(durationText:)) else {
            throw Fault(description: "\(place).after: a time is text with a unit, such as \"200ms\" or \"2s\"")
        }
        return delay
    }
}
