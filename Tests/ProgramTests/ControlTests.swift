import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// What people and policies do to a run while it goes on: approve, deny, cancel, interrupt.
struct ControlTests {
    /// Leaves its argument in a file.
    private static let guarded = AgentScene.ScriptTool(name: "guarded", script: "cat >> ran; echo did it", needsApproval: true)
    private static let free = AgentScene.ScriptTool(name: "free", script: "echo free")
    /// Leaves the number of its process group in a file, and waits with a child of its own.
    private static let hang = AgentScene.ScriptTool(name: "hang", script: "echo $$ > group; sleep 100 & sleep 100")
    /// The same, and does not end when it is asked to.
    private static let stubborn = AgentScene.ScriptTool(
        name: "hang", script: "trap '' TERM; echo $$ > group; sleep 100 & sleep 100; sleep 100")
    /// Says what comes through a pipe.
    private static let gate = AgentScene.ScriptTool(name: "gate", script: "cat gate")

    private static func expectRestored(_ terminal: PseudoTerminal) {
        #expect(!terminal.screen.isAlternate)
        #expect(terminal.screen.isCursorVisible)
        #expect(terminal.takesLines)
        #expect(terminal.screen.unknown == [])
    }

    @Test("a call asks for approval on the screen: a lets it run once, d denies it, A lets its tool run from then on")
    func approval() throws {
        let scene = try AgentScene(
            tools: [Self.guarded, Self.free],
            steps: [
                .reply(AgentScene.asks(for: AgentScene.call("c1", "guarded", "one"), AgentScene.call("c2", "free"))),
                .reply(AgentScene.asks(for: AgentScene.call("c3", "guarded", "two"))),
                .reply(AgentScene.asks(for: AgentScene.call("c4", "guarded", "three"))),
                .reply(AgentScene.asks(for: AgentScene.call("c5", "guarded", "four"))),
                .reply(AgentScene.says("All done.")),
            ])
        let terminal = try scene.open()
        for (path, key, end) in [
            ("one", "a", "✓ guarded one ok"), ("two", "d", "✗ guarded two denied"), ("three", "A", "✓ guarded three ok"),
        ] {
            try terminal.wait(for: "the question") {
                $0.hasRow("◌ guarded \(path) approve?") && $0.hasRow("asks for approval a approve A always d deny")
            }
            if path == "one" {
                // Who need not ask does not wait for who must.
                try terminal.wait(forRow: "✓ free ok")
            }
            terminal.type(key)
            try terminal.wait(forRow: end)
        }
        try terminal.wait(for: "the end") {
            $0.hasRow("✓ guarded four ok") && $0.lines[0].contains("DONE") && !$0.hasRow("asks for approval")
        }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal)
        #expect(terminal.screen.lines.contains("All done."))

        #expect(try scene.results(inRequest: 1) == ["c1: did it", "c2: free"])
        #expect(try scene.results(inRequest: 2) == [#"c3: {"error":"The user denied it.","tool":"guarded"}"#])
        #expect(try scene.results(inRequest: 4) == ["c5: did it"])
        #expect(try scene.folder.read("ran") == #"{"path":"one"}"# + "\n" + #"{"path":"three"}"# + "\n" + #"{"path":"four"}"# + "\n")
        #expect(
            try scene.decisions() == [
                "c1 approved by user, once", "c3 denied by user, once", "c4 approved by user, tool", "c5 approved, tool",
            ])
        #expect(scene.server.left == 0)
        try scene.check()
    }

    @Test("without a terminal the policy answers, and asking is denying", arguments: ["always", "never", "ask"])
    func policy(when: String) throws {
        let scene = try AgentScene(
            tools: [Self.guarded, Self.free],
            steps: [
                .reply(AgentScene.asks(for: AgentScene.call("c1", "guarded", "one"), AgentScene.call("c2", "free"))),
                .reply(AgentScene.says("All done.")),
            ])
        let isApproved = when == "always"
        let run = try scene.run("--approve \(when) --fail-on calls")
        #expect(run.status == (isApproved ? 0 : 1), "\(run.error)")
        #expect(run.output == "All done.\n")
        let denied = #"{"error":"The policy denies calls that need approval.","tool":"guarded"}"#
        #expect(try scene.results(inRequest: 1) == ["c1: \(isApproved ? "did it" : denied)", "c2: free"])
        #expect(try scene.decisions() == ["c1 \(isApproved ? "approved" : "denied") by policy"])
        #expect((scene.folder.contents["ran"] != nil) == isApproved)
        try scene.check()
    }

    @Test("x cancels the selected call with all that it started, and no other")
    func cancelCall() throws {
        let scene = try AgentScene(
            tools: [Self.hang, Self.gate],
            steps: [
                .reply(AgentScene.asks(for: AgentScene.call("c1", "hang", "one"), AgentScene.call("c2", "gate", "two"))),
                .reply(AgentScene.says("All done.")),
            ])
        #expect(try scene.folder.shell("mkfifo gate").status == 0)
        let terminal = try scene.open()
        try terminal.wait(for: "both") { $0.hasRow("● hang one running") && $0.hasRow("● gate two running") }
        let group = try scene.wait(forFile: "group")
        terminal.type("x")
        try terminal.wait(forText: "select a call first")
        terminal.type("gj")
        try terminal.wait(forRow: "▸ ● hang one running")
        terminal.type("x")
        try terminal.wait(forRow: "▸ ⊘ hang one cancelled")
        #expect(try scene.processes(inGroup: group) == "")
        #expect(terminal.screen.hasRow("● gate two running"))
        // Nothing of Swift's own thread pool, which wakes every second, was begun for it.
        #expect(!terminal.descriptors.isEmpty)
        #expect(!terminal.descriptors.contains { $0.contains("timerfd") })
        #expect(try scene.folder.shell("echo open > gate").status == 0)
        try terminal.wait(for: "the end") { $0.hasRow("✓ gate two ok") && $0.lines[0].contains("DONE") }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal)
        #expect(terminal.screen.lines.contains("All done."))
        #expect(
            try scene.results(inRequest: 1) == [
                #"c1: {"error":"It was cancelled by the user; the other calls of the turn went on.","tool":"hang"}"#, "c2: open",
            ])
        try scene.check()
    }

    @Test("X cancels the turn's calls, which the model is told in the order of its calls, and the run goes on")
    func cancelTurn() throws {
        let scene = try AgentScene(
            tools: [Self.hang, Self.gate, Self.free],
            steps: [
                .reply(
                    AgentScene.asks(
                        for: AgentScene.call("c1", "gate", "one"), AgentScene.call("c2", "free"), AgentScene.call("c3", "hang", "three"))),
                .reply(AgentScene.says("So be it.")),
            ])
        #expect(try scene.folder.shell("mkfifo gate").status == 0)
        let terminal = try scene.open()
        try terminal.wait(for: "all") {
            $0.hasRow("● gate one running") && $0.hasRow("✓ free ok") && $0.hasRow("● hang three running")
        }
        let group = try scene.wait(forFile: "group")
        terminal.type("X")
        try terminal.wait(for: "the end") {
            // On a busy machine a program may take longer to end than its call is kept waiting for: then it is said to be abandoned.
            $0.hasRow("⊘ gate one ") && $0.hasRow("⊘ hang three ") && !$0.lines[0].contains("LIVE")
        }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal)
        #expect(try scene.processes(inGroup: group) == "")
        #expect(terminal.screen.lines.contains("So be it."))
        let cancelled = "The turn was cancelled by the user."
        #expect(
            try scene.results(inRequest: 1) == [
                #"c1: {"error":"\#(cancelled)","tool":"gate"}"#, "c2: free", #"c3: {"error":"\#(cancelled)","tool":"hang"}"#,
            ])
        try scene.check()
    }

    private static func interrupted(_ tool: AgentScene.ScriptTool) throws -> (AgentScene, PseudoTerminal, group: String) {
        let scene = try AgentScene(tools: [tool], steps: [.reply(AgentScene.asks(for: AgentScene.call("c1", "hang", "one")))])
        let terminal = try scene.open()
        try terminal.wait(forRow: "● hang one running")
        let group = try scene.wait(forFile: "group")
        terminal.type("\u{3}")
        try terminal.wait(forText: "ending the turn; once more to leave at once")
        return (scene, terminal, group)
    }

    @Test("Ctrl-C ends the run kindly: its end is recorded, and can be looked at")
    func interruptOnce() throws {
        let (scene, terminal, group) = try Self.interrupted(Self.hang)
        try terminal.wait(for: "the end") { $0.hasRow("⊘ hang one cancelled") && !$0.lines[0].contains("LIVE") }
        #expect(try scene.processes(inGroup: group) == "")
        terminal.type("q")
        #expect(try terminal.end() == 130)
        Self.expectRestored(terminal)
        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == ["cancelled"])
        try scene.check()
    }

    @Test("Ctrl-C twice leaves at once, and nothing that a tool started stays behind, even if it ignores TERM")
    func interruptTwice() throws {
        let (scene, terminal, group) = try Self.interrupted(Self.stubborn)
        terminal.type("\u{3}")
        #expect(try terminal.end(seconds: 5) == 130)
        Self.expectRestored(terminal)
        #expect(try scene.processes(inGroup: group) == "")
        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == ["cancelled"])
        try scene.check()
    }
}
