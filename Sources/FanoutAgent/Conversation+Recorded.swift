internal import FanoutEngine
public import FanoutEvents
internal import FanoutJSON

extension Conversation {
    /// Takes up what was said in a recorded session.
    ///
    /// Where the recording ends before the results of the last reply's calls, they are answered as interrupted: a request without them would
    /// be refused.
    public init(form: WireForm, system: String?, recorded: [Event.Message]) {
        let recordedSystem = recorded.first { $0.role == "system" }?.text
        self.init(form: form, system: system ?? recordedSystem, messages: recorded.compactMap(\.raw))
        let missing = faults.filter { $0.kind == .missing }
        answer(
            missing.map { fault in
                let why: JSONValue = [
                    "error": "The run was interrupted before this call ended; whether it did anything is not known.",
                    "tool": fault.tool.map { .string($0) } ?? .null,
                ]
                return CallAnswer(id: fault.call, text: why.description, isError: true)
            })
    }

    /// What a session posts that takes up messages recorded before it.
    func opening(_ recorded: [Event.Message]) -> [Event.Message] {
        guard !messages.isEmpty else { return [] }
        let texts = recorded.filter { $0.raw != nil }
        return (system.map { [Event.Message(role: "system", text: $0)] } ?? [])
            + messages.enumerated().map { place, raw in
                let before = texts.indices.contains(place) ? texts[place] : nil
                return Event.Message(role: before?.role ?? "tool", text: before?.text, raw: raw)
            }
    }
}
