internal import FanoutEngine
public import FanoutEvents

/// A conversation with an agent that goes on from prompt to prompt, recorded as one session.
///
/// A value: whoever asks holds it, and two prompts cannot be answered at once.
public struct AgentSession: Sendable {
    private let agent: Agent
    private var conversation: Conversation
    private var turn = 0
    private var outcome = Event.SessionOutcome.ok

    /// Begins a session, and posts what it continues, so that it can be continued by itself.
    ///
    /// - Parameter recorded: The messages of a session before it, as they were recorded in the same form.
    public init(_ agent: Agent, continuing recorded: [Event.Message] = []) {
        self.agent = agent
        conversation = Conversation(form: agent.provider.form, system: agent.options.system, recorded: recorded)
        agent.engine.log.post(conversation.opening(recorded).map { .message($0) })
    }

    /// Answers a prompt. Cancelling the task ends it, with what ran answered as cancelled; the session goes on all the same.
    public mutating func ask(_ prompt: String) async -> AgentAnswer {
        let answer = await agent.ask(prompt, in: &conversation, turn: &turn)
        outcome = answer.outcome
        return answer
    }

    /// Posts that the session is over; it ended as its last prompt did.
    public func finish() {
        agent.engine.log.post(.sessionFinished(Event.SessionFinished(outcome: outcome)))
    }
}
