internal import FanoutEngine
public import FanoutJSON

/// What was said so far, in the form of one API, so that it can be sent again as it was.
public struct Conversation: Sendable {
    public let form: WireForm
    /// What the model is told beside the messages.
    public var system: String?
    /// In the API's own form, each on one line.
    public private(set) var messages: [JSONText] = []
    /// The last reply that the server keeps, and how many messages it knows with it.
    private var kept: (id: String, count: Int)?

    /// - Parameter messages: What was said before, as recorded in `message.raw`.
    public init(form: WireForm, system: String? = nil, messages: [JSONText] = []) {
        self.form = form
        self.system = system
        self.messages = messages
    }

    /// Adds what the user says.
    public mutating func ask(_ text: String) {
        messages.append(form.message(fromUser: text))
    }

    /// Adds the model's reply as it came.
    public mutating func append(_ reply: Reply) {
        messages += reply.messages
        kept = reply.responseID.map { ($0, messages.count) }
    }

    /// Adds the results of the last reply's calls, one for each, in call order.
    public mutating func answer(_ results: [CallAnswer]) {
        messages += form.messages(answering: results)
    }

    /// The body of the request that asks the model to go on.
    public func request(_ options: RequestOptions) -> JSONText {
        guard options.keepsState, let kept else {
            return form.request(system: system, messages: messages, options: options)
        }
        return form.request(system: system, messages: Array(messages[kept.count...]), previous: kept.id, options: options)
    }

    /// What the API would refuse in it.
    public var faults: [MessageFault] {
        MessageRules.faults(in: messages.map(\.value), form: form)
    }
}
