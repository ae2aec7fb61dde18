import FanoutAgent
import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// Runs whose tools come from servers: what the model is told of them, and that none of them outlives the program.
struct ToolServerTests {
    private static let server = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("FanoutAgentTests/Fixtures/mcp/server.py").path

    /// A scene whose tools are those of servers, by their names: each a command, or the fake one's era.
    private static func scene(_ servers: [String: String], steps: [FakeModelServer.Step]) throws -> AgentScene {
        let scene = try AgentScene(steps: steps)
        let entries = servers.map { name, era -> (String, JSONValue) in
            (name, ["command": "python3", "args": [.string(server), .string(era)]])
        }
        try scene.folder.write("tools.json", (["mcpServers": .object(JSONObject(entries))] as JSONValue).description)
        return scene
    }

    /// The fake servers that were started there and still run.
    private static func left(in scene: AgentScene) throws -> String {
        try scene.folder.shell(
            """
            for try in $(seq 100); do
                left=$(for pid in $(cat starts); do ps -o pid=,stat=,args= -p $pid | awk '$2 !~ /^Z/'; done)
                [ -z "$left" ] && exit
                sleep 0.02
            done
            echo "$left"
            """
        ).output
    }

    @Test("a model calls the tools of two servers in one turn, one of which dies; the answer and the record tell of it, and none is left")
    func run() throws {
        let scene = try Self.scene(
            ["one": "handshake", "two": "modern"],
            steps: [
                .reply(
                    AgentScene.asks(
                        for: AgentScene.call("c1", "one__progress"), AgentScene.call("c2", "two__die"), AgentScene.call("c3", "one__fail"))),
                .reply(AgentScene.asks(for: AgentScene.call("c4", "two__env"))),
                .reply(AgentScene.says("Done.")),
            ])
        let run = try scene.run()
        #expect(run.status == 0, "\(run.error)")
        #expect(run.output == "Done.\n")
        #expect(run.error.contains("one (an MCP server) has a tool no schema without an inputSchema, which is left out"))
        let results = try scene.results(inRequest: 1)
        #expect(
            results == [
                "c1: stepped",
                #"c2: {"error":"two (an MCP server) ended with exit status 3\none\nlast words","tool":"two__die"}"#,
                #"c3: {"error":"it cannot be done","tool":"one__fail"}"#,
            ])
        #expect(try scene.results(inRequest: 2).first?.hasPrefix("c4:  in fanout-program-") == true)
        let names = scene.server.bodies[0]["tools"]?.array?.compactMap { $0["function"]?["name"]?.string } ?? []
        #expect(names.contains("one__echo") && names.contains("two__echo") && names.count == 28)
        let progress = try scene.events("call.progress").last
        #expect(progress?["call"] == "c1" && progress?["done"]?.double == 3 && progress?["total"]?.double == 3)
        #expect(
            try scene.events("call.finished").map { $0["error"]?["kind"]?.string ?? "" }.sorted() == ["", "", "connection", "tool_error"])
        #expect(try Self.left(in: scene) == "")
        try scene.check()
    }

    @Test("Ctrl-C while servers start, while a call runs, and twice, leaves none of them running", arguments: ["start", "call", "twice"])
    func interrupted(when: String) throws {
        let scene = try Self.scene(
            ["one": when == "start" ? "silent" : "handshake"],
            steps: [.reply(AgentScene.asks(for: AgentScene.call("c1", "one__hang")))])
        let terminal = try scene.open()
        _ = try scene.wait(forFile: "starts")
        if when == "start" {
            terminal.type("\u{3}")
            #expect(try terminal.end(seconds: 5) == -2)
        } else {
            try terminal.wait(forRow: "one__hang running")
            terminal.type("\u{3}")
            if when == "call" {
                try terminal.wait(forRow: "one__hang cancelled")
            } else {
                terminal.type("\u{3}")
            }
            terminal.type("q")
            #expect(try terminal.end(seconds: 5) == 130)
            try scene.check()
        }
        #expect(try Self.left(in: scene) == "")
    }

    @Test("a signal that ends the program ends its servers")
    func terminated() throws {
        let scene = try Self.scene(["one": "modern"], steps: [.reply(AgentScene.asks(for: AgentScene.call("c1", "one__hang")))])
        let run = try scene.folder.shell(
            """
            { until grep -q call.started kept 2>/dev/null; do sleep 0.02; done; kill -TERM $$; } &
            exec "$FANOUT" run hi --model m --base-url '\(scene.server.baseURL)' --tools tools.json --record kept
            """)
        #expect(run.status == -15)
        #expect(try Self.left(in: scene) == "")
    }

    @Test("the tools of servers are listed and called like those of the file, and no server is left")
    func tools() throws {
        let scene = try Self.scene(["one": "modern"], steps: [])
        let list = try scene.folder.run("tools", "--tools", "tools.json")
        #expect(list.status == 0, "\(list.error)")
        #expect(list.output.contains("one__echo") && list.output.contains("read-only, reads mcp:one") && list.output.contains("mcp"))
        let call = try scene.folder.run("tools", "call", "one__echo", #"{"text": "hello"}"#, "--tools", "tools.json")
        #expect(call.status == 0 && call.output == "hello\n", "\(call.error)")
        let unknown = try scene.folder.run("tools", "call", "one__eco", "--tools", "tools.json")
        #expect(unknown.status == 2 && unknown.error.contains("did you mean one__echo?"), "\(unknown.error)")
        try scene.folder.write("tools.json", #"{"mcpServers": {"bad": {"command": "no-such-server"}}}"#)
        let broken = try scene.folder.run("tools", "--tools", "tools.json")
        #expect(broken.status == 1 && broken.error.contains("mcpServers.bad: bad (an MCP server) cannot be started"), "\(broken.error)")
        #expect(try Self.left(in: scene) == "")
    }

    @Test("a server that cannot be started ends the run before it begins, with its place, its words and the remedy")
    func unusable() throws {
        let scene = try AgentScene(steps: [])
        try scene.folder.write("tools.json", #"{"mcpServers": {"bad": {"command": "sh", "args": ["-c", "echo no licence >&2; exit 4"]}}}"#)
        let run = try scene.run()
        #expect(run.status == 1)
        #expect(
            run.error == "fanout: tools.json line 1, mcpServers.bad: bad (an MCP server) ended with exit status 4\nno licence\n")
        #expect(scene.server.requests.isEmpty)
    }
}
