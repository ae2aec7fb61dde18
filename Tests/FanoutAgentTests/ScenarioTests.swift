import FanoutAgent
import FanoutDemos
import FanoutEngine
import FanoutEvents
import FanoutJSON
import Testing

extension Scenario: CustomTestStringConvertible {
    public var testDescription: String { name }
}

@Suite(.timeLimit(.minutes(1))) struct ScenarioTests {
    /// Runs a scenario without delays; what sleeps until a deadline is woken at once.
    static func perform(_ scenario: Scenario, _ session: Session) async throws -> (AgentAnswer, ScriptedProvider) {
        var settings = ScenarioSettings()
        settings.latency = 0
        let performance = try scenario.prepare(log: session.log, time: session.time, settings: settings)
        let ticking = Task {
            // Only what never ends sleeps where nothing takes time.
            guard scenario.name == "partial" else { return }
            let begun = AsyncStream<Void>.makeStream()
            let reader = session.log.reader { begun.continuation.yield() }
            for await _ in begun.stream where reader.take().events.contains(where: { $0.body.brief.hasPrefix("progress") }) {
                session.time.advance(by: 50_000)
                return
            }
        }
        let answer = await performance.run()
        ticking.cancel()
        return (answer, performance.provider)
    }

    @Test("a scenario runs to its answer, by the rules of its API and of the events", arguments: Scenario.all)
    func whole(_ scenario: Scenario) async throws {
        let session = Session()
        let (answer, provider) = try await Self.perform(scenario, session)
        #expect(answer.outcome == .ok && !answer.text.isEmpty && answer.error == nil)
        for request in provider.requests {
            let messages = try #require(request.value["messages"]?.array)
            #expect(MessageRules.faults(in: messages, form: provider.form) == [])
        }
        #expect(try session.violations() == "")
    }
}
