public import FanoutEngine
public import FanoutEvents
internal import FanoutJSON

/// Asks a model, runs the calls it asks for and sends their results back, until it stops.
///
/// Everything that happens is posted in the engine's log, with the messages in the API's own form, so that a conversation can be
/// continued from a recording.
public struct Agent: Sendable {
    /// Runs the calls; through it they are cancelled and approved.
    public let engine: Engine
    let provider: any ModelProvider
    let options: AgentOptions
    /// Draws from 0 up to 1.
    let random: @Sendable () -> Double

    public init(
        engine: Engine, provider: any ModelProvider, options: AgentOptions,
        random: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.engine = engine
        self.provider = provider
        self.options = options
        self.random = random
    }

    /// Answers one prompt, as a whole session: `session.finished` is posted at its end. Cancelling the task ends it. Where prompts may
    /// follow, ``AgentSession`` takes them one after the other.
    ///
    /// - Parameter recorded: The messages of a session before it, as they were recorded in the same form, which this one continues.
    public func run(_ prompt: String, continuing recorded: [Event.Message] = []) async -> AgentAnswer {
        var session = AgentSession(self, continuing: recorded)
        let answer = await session.ask(prompt)
        session.finish()
        return answer
    }

    /// Answers one prompt of a conversation that may go on.
    ///
    /// - Parameters:
    ///   - conversation: In the provider's form; the prompt, the replies and the results are added.
    ///   - turn: The number of the last turn of the session so far; counts on.
    public func ask(_ prompt: String, in conversation: inout Conversation, turn: inout Int) async -> AgentAnswer {
        let isFirst = conversation.messages.isEmpty
        conversation.ask(prompt)
        var opening = [Event.Message(role: "user", text: prompt, raw: conversation.messages.last)]
        if isFirst, let system = conversation.system {
            opening.insert(Event.Message(role: "system", text: system), at: 0)
        }
        let run = await AgentRun(agent: self, conversation: conversation, turn: turn).answering(opening, within: options.longestRun)
        conversation = run.conversation
        turn = run.turn
        return run.answer
    }
}
