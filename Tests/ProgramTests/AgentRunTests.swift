import FanoutAgent
import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// A run from prompt to answer, and against servers that give it trouble.
struct AgentRunTests {
    /// Ends no sooner than all three of its kind have begun: what says the script that follows.
    private static func together(_ name: String, _ script: String) -> AgentScene.ScriptTool {
        AgentScene.ScriptTool(
            name: name, script: "touch began.\(name); until [ $(ls began.* | wc -l) -eq 3 ]; do sleep 0.01; done; \(script)")
    }

    @Test("turns of command tools side by side: each request keeps the API's rules, the answer and the record tell what happened")
    func mainJob() throws {
        let scene = try AgentScene(
            tools: [
                Self.together("warn", "echo careful >&2; echo warned"),
                Self.together("broken", "echo it broke >&2; exit 3"),
                Self.together("count", #"echo '{"n": 1, "of": [2, 3]}'"#),
            ],
            steps: [
                .reply(
                    AgentScene.asks(for: AgentScene.call("c1", "warn"), AgentScene.call("c2", "broken"), AgentScene.call("c3", "count"))),
                .reply(AgentScene.asks(for: AgentScene.call("c4", "count", "again"))),
                .reply(AgentScene.says("One of three broke.\nThe rest is well.")),
            ])
        let run = try scene.run()
        #expect(run.status == 0, "\(run.error)")
        #expect(run.output == "One of three broke.\nThe rest is well.\n")
        #expect(run.error.contains("broken") && run.error.contains("exit 3"))

        let bodies = scene.server.bodies
        #expect(bodies.count == 3)
        for body in bodies {
            #expect(MessageRules.faults(in: body["messages"]?.array ?? [], form: .openAIChat) == [])
            #expect(body["model"]?.string == "m")
            #expect(body["tools"]?.array?.map { $0["function"]?["name"]?.string } == ["warn", "broken", "count"])
            #expect(body["messages"]?.array?.prefix(2).map { $0["role"]?.string } == ["system", "user"])
        }
        #expect(bodies[0]["messages"]?[1]?["content"]?.string == "do it")
        #expect(
            try scene.results(inRequest: 1) == [
                "c1: warned", #"c2: {"error":"exit 3\nit broke","tool":"broken"}"#, #"c3: {"n":1,"of":[2,3]}"#,
            ])
        #expect(try scene.results(inRequest: 2) == [#"c4: {"n":1,"of":[2,3]}"#])

        let output = try scene.events("call.output").map {
            "\($0["call"]?.string ?? "") \($0["stream"]?.string ?? "") \($0["text"]?.string ?? "")"
        }
        #expect(output.contains("c1 stderr careful\n") && output.contains("c1 stdout warned\n"))
        let counted = try #require(try scene.check().object)
        #expect(counted["turns"] == 3 && counted["calls"] == 4 && counted["errors"] == 1 && counted["peak"] == 3)
        let stats = try JSONValue(parsing: scene.folder.run("stats", "--json", "kept").output)
        for key in counted.keys {
            #expect(stats[key]?.double == counted[key]?.double, "\(key)")
        }
        #expect(try scene.folder.run("replay", "kept", "--ui", "json").output == scene.folder.read("kept"))
    }

    struct Trouble: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var steps: [FakeModelServer.Step]
        var status = 1
        /// What standard error says last; nothing where the run goes well.
        var told: String?
        var retries: [String] = []
    }

    private static let soon = ["retry-after-ms": "1"]
    private static let troubles = [
        Trouble(
            testDescription: "hangs up in the middle of a reply",
            steps: [.cutOff(AgentScene.says("Half")), .reply(AgentScene.says("Well."))],
            status: 0, retries: ["connection"]),
        Trouble(
            testDescription: "fails twice, then works",
            steps: [
                .error(500, message: "overloaded", headers: soon), .error(503, message: "again", headers: soon),
                .reply(AgentScene.says("Well.")),
            ], status: 0, retries: ["server_error", "server_error"]),
        Trouble(
            testDescription: "goes on failing",
            steps: Array(repeating: .error(500, message: "the disk is on fire", headers: soon), count: 4),
            told: "answers 500: the disk is on fire", retries: ["server_error", "server_error", "server_error"]),
        Trouble(testDescription: "answers with a page", steps: [.page], told: "check the base URL"),
        Trouble(
            testDescription: "refuses the request", steps: [.error(400, message: "no such model: m", type: "invalid_request_error")],
            told: "answers 400: no such model: m"),
    ]

    @Test("what a server does is told, tried again where that may help, and recorded", arguments: troubles)
    func trouble(_ trouble: Trouble) throws {
        let scene = try AgentScene(steps: trouble.steps)
        try scene.folder.write("tools.json", #"{"tools": [{"name": "t", "simulate": {}}]}"#)
        let run = try scene.run("--ui quiet")
        #expect(run.status == trouble.status)
        #expect(run.output == (trouble.told == nil ? "Well.\n" : ""))
        if let told = trouble.told {
            #expect(run.error.split(separator: "\n").count == 1)
            #expect(run.error.contains(told), "\(run.error)")
        } else {
            #expect(run.error == "")
        }
        #expect(try scene.events("model.retrying").map { $0["error"]?["kind"]?.string } == trouble.retries)
        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == [trouble.status == 0 ? "ok" : "failed"])
        #expect(scene.server.left == 0)
        try scene.check()
    }

    @Test("a refused key is told in the provider's words, and stands nowhere", arguments: ["plain", "json"])
    func key(display: String) throws {
        let scene = try AgentScene(tools: [Self.together("t", "")], key: "sk-the-right-one", steps: [])
        let run = try scene.run("--ui \(display)", environment: ["OPENAI_API_KEY": "sk-quite-another-4711"])
        #expect(run.status == 1)
        #expect(run.error.contains("answers 401: Incorrect API key provided: [key]."), "\(run.error)")
        #expect(scene.server.requests.map { $0.headers["authorization"] } == ["Bearer sk-quite-another-4711"])
        for text in [run.output, run.error, try scene.folder.read("kept")] {
            #expect(!text.contains("4711"))
        }
        try scene.check()
    }

    @Test("Ctrl-C ends a run whose model does not answer, and the terminal is as it was")
    func hangingModel() throws {
        let scene = try AgentScene(tools: [Self.together("t", "")], steps: [.hang])
        let terminal = try scene.open()
        try terminal.wait(forRow: "thinking")
        terminal.type("\u{3}")
        try terminal.wait(for: "the end", seconds: 3) { !$0.lines[0].contains("LIVE") && !$0.hasRow("thinking") }
        terminal.type("\u{3}")
        #expect(try terminal.end(seconds: 3) == 130)
        #expect(!terminal.screen.isAlternate && terminal.screen.isCursorVisible && terminal.takesLines)
        #expect(try scene.events("session.finished").map { $0["outcome"]?.string } == ["cancelled"])
        try scene.check()

        let next = try AgentScene(tools: [Self.together("t", "")], steps: [.hang])
        let run = try next.folder.shell(
            """
            { until grep -q model.started kept 2>/dev/null; do sleep 0.02; done; kill -INT $$; } &
            exec "$FANOUT" run hi --model m --base-url '\(next.server.baseURL)' --tools tools.json --record kept
            """)
        #expect(run.status == 130)
        #expect(run.output == "")
        try next.check()
    }
}
