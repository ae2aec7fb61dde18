import FanoutAgent
import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct AgentSessionTests {
    private let rig = AgentTests()

    @Test("prompts one after the other are one session, and each goes on where the last one ended")
    func several() async throws {
        let (agent, provider) = try rig.scripted([
            Chat.calls([("c1", "add", #"{"a":1,"b":2}"#)]), Chat.answer("3."), Chat.answer("As I said."),
        ])
        var session = AgentSession(agent)
        #expect(await session.ask("What is 1 + 2?").text == "3.")
        #expect(await session.ask("Sure?").text == "As I said.")
        session.finish()
        #expect(rig.sent(provider) == ["assistant", "c1: 3", "assistant", "user"])
        let briefs = rig.session.events.map(\.body.brief)
        #expect(briefs.filter { $0.hasPrefix("turn ") } == ["turn 1", "turn 1 ok", "turn 2", "turn 2 ok", "turn 3", "turn 3 ok"])
        #expect(briefs.filter { $0.hasPrefix("session") } == ["session ok"])
        #expect(briefs.count { $0 == "message system" } == 1)
        #expect(try rig.session.violations() == "")
    }

    @Test("a prompt that was cancelled leaves a conversation that can go on: its calls are answered as cancelled")
    func cancelled() async throws {
        let (agent, provider) = try rig.scripted([Chat.calls([("c1", "never", "{}")]), Chat.answer("Then not.")])
        let first = Task {
            var session = AgentSession(agent)
            let answer = await session.ask("Go.")
            return (answer, session)
        }
        await rig.session.until { $0.contains { $0.body.brief == "progress c1" } }
        first.cancel()
        var (answer, session) = await first.value
        #expect(answer.outcome == .cancelled)
        answer = await session.ask("Leave it.")
        #expect(answer.outcome == .ok && answer.text == "Then not.")
        session.finish()
        let sent = rig.sent(provider)
        #expect(sent.map { $0.prefix(3) } == ["ass", "c1:", "use"] && sent[1].contains("cancelled"), "\(sent)")
        #expect(rig.session.events.last?.body.brief == "session ok")
        #expect(try rig.session.violations() == "")
    }
}
