package import FanoutAgent
package import FanoutEngine
package import FanoutEvents

/// A built-in demonstration: real tools, real calls, and a model that says what it was told to.
package struct Scenario: Sendable {
    /// The word that chooses it.
    package let name: String
    package let title: String
    /// What the user asks.
    package let prompt: String
    /// What is to be seen in it.
    package let summary: String
    let form: WireForm
    let cast: @Sendable (ScenarioSettings) throws(ScenarioError) -> Cast

    init(
        name: String, title: String, prompt: String, summary: String, form: WireForm = .openAIChat,
        cast: @escaping @Sendable (ScenarioSettings) throws(ScenarioError) -> Cast
    ) {
        self.name = name
        self.title = title
        self.prompt = prompt
        self.summary = summary
        self.form = form
        self.cast = cast
    }

    package static let all: [Scenario] = [.weather, .stocks, .single, .claude, .travel, .orchestrator, .ordered, .clinical, .partial]

    /// The scenario of that name.
    package static func named(_ name: String) -> Scenario? {
        all.first { $0.name == name }
    }

    /// Sets everything up, so that it can be watched before it begins.
    package func prepare(log: EventLog, time: any Timekeeper, settings: ScenarioSettings = ScenarioSettings()) throws(ScenarioError)
        -> Performance
    {
        let cast = try cast(settings)
        let engine: Engine
        do {
            engine = try Engine(log: log, time: time, tools: cast.tools)
        } catch {
            cast.close()
            throw ScenarioError("\(error)")
        }
        let provider = ScriptedProvider(name: "script", form: form, steps: cast.steps, time: time)
        var options = AgentOptions(model: "scripted", system: AgentOptions.encouragement)
        options.turn = cast.turn
        options.plan = cast.plan
        return Performance(
            engine: engine, provider: provider, agent: Agent(engine: engine, provider: provider, options: options), prompt: prompt,
            cast: cast)
    }
}

/// What a scenario is run with.
package struct ScenarioSettings: Sendable {
    /// By how much the delays of tools and model are stretched; 0 for none.
    package var latency = 1.0
    /// How turns run, but for what a scenario is there to show.
    package var turn = TurnOptions()
    /// The database that the clinical tools ask; nil for a temporary one.
    package var clinic: ClinicalDatabase?

    package init() {}

    /// A delay as it is stretched: microseconds from milliseconds.
    func delay(milliseconds: Double) -> Int64 {
        Int64(milliseconds * 1000 * max(0, latency))
    }
}

/// Why a scenario cannot be shown: a sentence.
package struct ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String

    init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}

/// What a scenario puts on the stage.
struct Cast: Sendable {
    var tools: [Tool]
    /// What the model says, in turn.
    var steps: [ScriptedProvider.Step]
    var turn: TurnOptions
    var plan: [TurnPlan] = []
    /// Adds what only the run itself can tell to the answer.
    var epilogue: @Sendable (inout AgentAnswer, [Event]) -> Void = { _, _ in }
    /// Takes away what was set up.
    var close: @Sendable () -> Void = {}
}

/// A scenario that is ready to begin. It is run once, or else discarded.
package struct Performance: Sendable {
    /// For whoever wants to cancel, approve or deny.
    package let engine: Engine
    /// For whoever wants to see what was sent.
    package let provider: ScriptedProvider
    let agent: Agent
    let prompt: String
    let cast: Cast

    /// Runs it once, to the last event of its session.
    package func run() async -> AgentAnswer {
        let events = engine.log.reader()
        var answer = await agent.run(prompt)
        cast.epilogue(&answer, Array(events.take().events))
        cast.close()
        return answer
    }

    /// Takes away what was set up, where it is not run.
    package func discard() {
        cast.close()
    }
}
