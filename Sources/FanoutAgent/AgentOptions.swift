public import FanoutEngine
public import FanoutEvents

/// How an agent asks and how it runs what is asked of it.
public struct AgentOptions: Sendable {
    /// The model's name, as its API wants it.
    public var model: String
    /// What the model is told before the prompt.
    public var system: String?
    /// How each turn runs.
    public var turn = TurnOptions()
    /// How the first turns run, where they differ.
    public var plan: [TurnPlan] = []
    /// Requests to the model that one prompt may cost.
    public var mostTurns = 50
    public var patience = Patience()
    /// Tokens of one reply; nil leaves it to the server.
    public var longestReply: Int?
    /// Microseconds that one prompt may take, from its first request to its answer.
    public var longestRun: Int64?
    /// What the first request of a prompt asks for; those after it leave the choice to the model, but for ``ToolChoice/none``.
    public var toolChoice = ToolChoice.auto
    /// Whether replies are wanted in pieces, so that what they say is seen, and may start, as it comes.
    public var isStreamed = true
    /// Whether a server that can is asked to keep the conversation.
    public var keepsState = false

    public init(model: String, system: String? = nil) {
        self.model = model
        self.system = system
    }

    /// What makes models ask for independent things together: to be told so.
    public static let encouragement =
        "When you need several things that do not depend on each other, ask for all of them at once, in one reply. "
        + "Where one call needs the result of another, ask for them one after the other."

    /// The same where calls may refer to each other's results.
    public static let encouragementWithReferences =
        "When you need several things, ask for all of them at once, in one reply. "
        + "Where an argument needs the result of another call of the same reply, write \"$ref:#N\" in its place, N being that call's place in the "
        + "reply from 1; \"$ref:#N.field.0.name\" takes a value in it, and {{$ref:#N.field}} puts it into a longer text. "
        + "Each call starts when what it refers to is there."
}

/// How one turn runs, and what is shown beside it.
public struct TurnPlan: Sendable, Hashable {
    public var title: String?
    public var options: TurnOptions

    public init(title: String? = nil, options: TurnOptions) {
        self.title = title
        self.options = options
    }
}

/// What came of a prompt.
public struct AgentAnswer: Sendable, Hashable {
    /// The model's last words; where it refused, its refusal.
    public var text = ""
    public var outcome = Event.SessionOutcome.ok
    /// Why there is no whole answer.
    public var error: CallError?
    /// Something to tell beside the answer: a sentence.
    public var note: String?
    /// How many calls ended as failed or timed out.
    public var callErrors = 0

    public init() {}
}
