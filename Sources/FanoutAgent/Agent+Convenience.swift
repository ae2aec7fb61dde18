public import FanoutEngine
public import FanoutEvents

extension Agent {
    /// An agent with a session, a clock and an engine of its own.
    ///
    /// - Parameters:
    ///   - provider: The model: a ``LiveProvider``, or a ``ScriptedProvider`` in tests.
    ///   - model: Its name, as the provider's API wants it.
    ///   - system: What it is told before the prompt.
    ///   - tools: What it may call.
    ///   - time: The session's clock.
    ///   - change: Whatever else should differ from ``AgentOptions/init(model:system:)``: `{ $0.turn.limit = 4 }`.
    /// - Throws: `ToolError` for a name that stands twice, or a tool whose schema cannot be found or compiled.
    public init(
        _ provider: any ModelProvider, model: String, system: String? = AgentOptions.encouragement, tools: [Tool] = [],
        time: any Timekeeper = SystemTime(), _ change: (inout AgentOptions) -> Void = { _ in }
    ) throws(ToolError) {
        var options = AgentOptions(model: model, system: system)
        change(&options)
        let engine = try Engine(log: EventLog { time.now() }, time: time, tools: tools)
        self.init(engine: engine, provider: provider, options: options)
    }

    /// What happens from now on, as it happens, until the session is finished.
    public func events() -> EventStream { engine.log.events() }
}
