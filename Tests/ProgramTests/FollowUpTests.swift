import FanoutAgent
import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// Prompts that follow up on an answer, in the dashboard.
struct FollowUpTests {
    private static let look = AgentScene.ScriptTool(name: "look", script: "echo a house")
    /// Waits until it is ended.
    private static let hang = AgentScene.ScriptTool(name: "hang", script: "echo $$ > group; sleep 100")

    private static func expectRestored(_ terminal: PseudoTerminal) {
        #expect(!terminal.screen.isAlternate && terminal.screen.isCursorVisible && terminal.takesLines)
        #expect(terminal.screen.unknown == [])
    }

    @Test("two prompts in one conversation: recorded as one session, shown in the transcript, answered in order, and taken up again")
    func followUp() throws {
        let scene = try AgentScene(
            tools: [Self.look],
            steps: [
                .reply(AgentScene.asks(for: AgentScene.call("c1", "look", "one"))), .reply(AgentScene.says("It is a house.")),
                .reply(AgentScene.asks(for: AgentScene.call("c1", "look", "two"))), .reply(AgentScene.says("Nobody's.\nAs I said.")),
                .reply(AgentScene.says("Still nobody's.")),
            ])
        let terminal = try scene.open()
        try terminal.wait(for: "the answer") { $0.lines[0].contains("✓ DONE, waits for you") }
        terminal.type("\u{1B}[19~")
        try terminal.wait(forRow: "It is a house.")
        terminal.type("p")
        try terminal.wait(forRow: "▸ ask")
        terminal.type("Whoose is it\u{1B}[H\u{1B}[C\u{1B}[C\u{1B}[3~\u{1B}[F \u{1B}[200~日本\nqp\u{1B}[201~?")
        try terminal.wait(forRow: "▸ ask Whose is it 日本 qp?")
        terminal.type("\r")
        try terminal.wait(for: "the second answer") { $0.hasRow("As I said.") && $0.lines[0].contains("✓ DONE, waits for you") }
        #expect(terminal.screen.hasRow("│ Whose is it 日本 qp?"))
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal)
        let lines = terminal.screen.lines
        let first = try #require(lines.firstIndex(of: "It is a house."))
        #expect(lines[first...].prefix(4) == ["It is a house.", "", "Nobody's.", "As I said."])

        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == ["ok"])
        #expect(try scene.events("turn.started").map { $0["turn"]?.integer } == [1, 2, 3, 4])
        #expect(
            try scene.events("message").compactMap { $0["role"]?.string == "user" ? $0["text"]?.string : nil } == [
                "do it", "Whose is it 日本 qp?",
            ])
        #expect(try scene.events("call.requested").compactMap { $0["call"]?.string } == ["c1", "c1~2"])
        let roles = scene.server.bodies[3]["messages"]?.array?.map { $0["role"]?.string }
        #expect(roles == ["system", "user", "assistant", "tool", "assistant", "user", "assistant", "tool"])
        #expect(try scene.check()["turns"] == 4)

        let again = try scene.folder.shell(
            "exec \"$FANOUT\" run 'Sure?' --base-url '\(scene.server.baseURL)' --tools tools.json --continue kept --record more")
        #expect(again.status == 0 && again.output == "Still nobody's.\n", "\(again.error)")
        #expect(scene.server.bodies[4]["messages"]?.array?.count == 10)
    }

    @Test("while a prompt is answered no other is taken; Ctrl-C ends that answer, and another may be asked")
    func interruptAndGoOn() throws {
        let scene = try AgentScene(
            tools: [Self.hang],
            steps: [.reply(AgentScene.asks(for: AgentScene.call("c1", "hang", "one"))), .reply(AgentScene.says("Then not."))])
        let terminal = try scene.open()
        try terminal.wait(forRow: "● hang one running")
        let group = try scene.wait(forFile: "group")
        terminal.type("p")
        try terminal.wait(forText: "it is still at work")
        terminal.type("\u{3}")
        try terminal.wait(for: "the end") { $0.hasRow("⊘ hang one cancelled") && $0.lines[0].contains("CANCELLED, waits for you") }
        #expect(try scene.processes(inGroup: group) == "")
        terminal.type("pLeave it.\r")
        try terminal.wait(for: "the answer") { $0.lines[0].contains("✓ DONE, waits for you") }
        // Nothing is answered now: Ctrl-C leaves.
        terminal.type("\u{3}")
        #expect(try terminal.end(seconds: 5) == 130)
        Self.expectRestored(terminal)
        #expect(terminal.screen.lines.contains("Then not."))
        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == ["ok"])
        #expect(
            try scene.results(inRequest: 1).first?.contains("cancelled") == true
                || scene.server.bodies[1]["messages"]?.array?.contains { $0["role"]?.string == "tool" } == true)
        try scene.check()
    }

    @Test("a run that failed can be asked again, and Ctrl-C in the midst of a prompt leaves")
    func failed() throws {
        let scene = try AgentScene(
            tools: [Self.look], steps: [.error(400, message: "no such thing", type: "invalid_request_error")])
        let terminal = try scene.open()
        try terminal.wait(for: "the failure") { $0.lines[0].contains("✗ FAILED, waits for you") }
        terminal.type("phalf a")
        try terminal.wait(forRow: "▸ ask half a")
        terminal.type("\u{3}")
        #expect(try terminal.end(seconds: 5) == 130)
        Self.expectRestored(terminal)
        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == ["failed"])
        try scene.check()
    }

    @Test("R calls again what failed, while its turn waits for others")
    func retry() throws {
        let fails = AgentScene.ScriptTool(name: "once", script: "[ -e tried ] && echo well || { touch tried; exit 3; }")
        let gate = AgentScene.ScriptTool(name: "gate", script: "cat gate")
        let scene = try AgentScene(
            tools: [fails, gate],
            steps: [
                .reply(AgentScene.asks(for: AgentScene.call("c1", "once", "one"), AgentScene.call("c2", "gate", "two"))),
                .reply(AgentScene.says("All done.")),
            ])
        #expect(try scene.folder.shell("mkfifo gate").status == 0)
        let terminal = try scene.open()
        try terminal.wait(for: "the failure") { $0.hasRow("✗ once one exit 3") && $0.hasRow("● gate two running") }
        terminal.type("R")
        try terminal.wait(forText: "select a call first")
        terminal.type("gj")
        try terminal.wait(forRow: "▸ ✗ once one exit 3")
        terminal.type("R")
        try terminal.wait(forRow: "✓ once one ok")
        #expect(try scene.folder.shell("echo open > gate").status == 0)
        try terminal.wait(for: "the end") { $0.lines[0].contains("DONE") }
        terminal.type("R")
        try terminal.wait(forText: "the turn of that call is over")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal)
        #expect(try scene.results(inRequest: 1) == ["c1: well", "c2: open"])
        #expect(try scene.events("call.requested").compactMap { $0["retry_of"]?.string } == ["c1"])
        try scene.check()
    }
}
