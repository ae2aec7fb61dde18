import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTools
import Testing

extension ProgramsOneByOne {
    @Suite struct ToolsFileTests {
        @Test("a tools file gives tools with their traits, and pools")
        func whole() async throws {
            let file = try ToolsFile(
                parsing: Array(
                    """
                    {"tools": [
                      {"name": "upper", "description": "Makes capitals.", "parameters": {"type": "object", "properties": {"text": {"type": "string"}}},
                       "command": ["tr", "a-z", "A-Z"], "cwd": "/", "env": {"LANG": "C"}, "timeout": 30, "attempt_timeout": "1500ms", "limit": 4, "pool": "local",
                       "rate": {"calls": 2, "per": "1s"}, "reads": ["disk"], "writes": ["log"], "read_only": true, "repeatable": true, "approval": true,
                       "sequential": true, "secrets": ["text"]},
                      {"name": "nap", "simulate": {"latency": 0, "result": {"slept": true}}}
                    ],
                    "pools": {"local": {"limit": 8, "rate": {"calls": 10, "per": 60}}}}
                    """.utf8), name: "tools.json")
            let upper = try #require(file.tools.first)
            #expect(upper.name == "upper" && upper.description == "Makes capitals." && upper.redacted == ["text"])
            #expect(upper.parameters["properties"]?["text"] == ["type": "string"])
            #expect(
                upper.traits
                    == .with {
                        $0.timeout = 30_000_000
                        $0.attemptTimeout = 1_500_000
                        $0.limit = 4
                        $0.pool = "local"
                        $0.rate = Event.Rate(calls: 2, per: 1_000_000)
                        $0.reads = ["disk"]
                        $0.writes = ["log"]
                        $0.readOnly = true
                        $0.repeatable = true
                        $0.needsApproval = true
                        $0.sequential = true
                    })
            #expect(file.pools == ["local": Pool(limit: 8, rate: Event.Rate(calls: 10, per: 60_000_000))])
            let context = ToolContext(time: StillTime())
            #expect(try await upper.run(context, ["text": "abc"]) == .value(["TEXT": "ABC"]))
            #expect(try await file.tools[1].run(context, [:]) == .value(["slept": true]))
        }

        static let broken: [(String, String)] = [
            ("{\"tools\": [\n{\"name\": \"a\",\n}]}", "f line 3: "),
            ("[]", "f line 1: this is an object"),
            ("{\"tools\": []}", "f line 1, tools: a tools file lists at least one tool"),
            ("{\"tool\": []}", "f line 1, tool: this key is not known; did you mean tools?"),
            ("{\"tools\": [\n{\"command\": [\"x\"]}]}", "f line 2, tools[0].name: a tool needs a name"),
            ("{\"tools\": [{\"name\": \"a b\", \"command\": [\"x\"]}]}", "f line 1, tools[0].name: a tool needs a name of letters"),
            ("{\"tools\": [{\"name\": \"a\"}]}", "f line 1, tools[0]: the tool a does nothing; give it a \"command\""),
            ("{\"tools\": [{\"name\": \"a\", \"command\": \"ls\"}]}", "f line 1, tools[0].command: this is a list of texts"),
            ("{\"tools\": [{\"name\": \"a\", \"command\": []}]}", "f line 1, tools[0].command: a command is a list of texts: the program"),
            (
                "{\"tools\": [{\"name\": \"a\", \"command\": [\"x\"],\n\"simulate\": {}}]}",
                "f line 2, tools[0].simulate: the tool a has command and simulate; keep one"
            ),
            (
                "{\"tools\": [{\"name\": \"a\", \"command\": [\"x\"],\n\n\"timout\": 3}]}",
                "f line 3, tools[0].timout: this key is not known; did you mean timeout?"
            ),
            (
                "{\"tools\": [{\"name\": \"a\", \"command\": [\"x\"], \"timeout\": \"soon\"}]}",
                "f line 1, tools[0].timeout: a time is a number of seconds"
            ),
            (
                "{\"tools\": [{\"name\": \"a\", \"command\": [\"x\"], \"rate\": {\"calls\": 2}}]}",
                "f line 1, tools[0].rate: a rate is so many calls per time"
            ),
            (
                "{\"tools\": [\n{\"name\": \"a\", \"command\": [\"x\"]},\n{\"name\": \"a\", \"command\": [\"x\"]}]}",
                "f line 3, tools[1].name: another tool has the name a already"
            ),
            (
                "{\"tools\": [{\"name\": \"a\", \"command\": [\"x\"], \"env\": {\"A\": 1}}]}",
                "f line 1, tools[0].env.A: the value of an environment variable"
            ),
            (
                "{\"tools\": [{\"name\": \"a\", \"command\": [\"x\"], \"limit\": 0}]}",
                "f line 1, tools[0].limit: this is a whole number from 1"
            ),
        ]

        @Test("what is wrong in a tools file is told with line, key and remedy", arguments: broken)
        func errors(_ text: String, _ words: String) {
            let error = #expect(throws: ToolsFileError.self) { try ToolsFile(parsing: Array(text.utf8), name: "f") }
            #expect(error?.message.hasPrefix(words) == true, "\(error?.message ?? "")")
        }

        @Test(
            "a file that cannot be read is told with its name",
            arguments: [("/no/such/tools.json", "there is no such file"), ("/tmp", "it is a directory")])
        func unreadable(_ path: String, _ words: String) {
            let error = #expect(throws: ToolsFileError.self) { try ToolsFile(path: path) }
            #expect(error?.message.contains("\(path): \(words)") == true)
        }

        @Test("servers are read in the form that other programs use, variables put in and limits made a pool")
        func servers() throws {
            let variables = ["TOKEN": "s3cret-token", "EMPTY": "", "TINY": "abc"]
            let file = try ToolsFile(
                parsing: Array(
                    """
                    {"mcpServers": {
                      "time": {"command": "${HOME_OF_TOOLS:-/opt}/uvx", "args": ["mcp-server-time", "--x=${env:TINY}"], "env": {"K": "${EMPTY:-v}"}, "cwd": "/tmp",
                               "timeout": 30, "limit": 4, "rate": {"calls": 2, "per": "1s"}, "alwaysAllow": ["now"], "description": "Tells the time.",
                               "tools": {"now": {"read_only": false, "timeout": "5s", "writes": []}, "zone": {"hidden": true}}},
                      "docs": {"type": "http", "url": "https://example.org/mcp?k=${TOKEN}", "headers": {"Authorization": "Bearer ${TOKEN}"}, "pool": "net",
                               "repeatable": true, "approval": true, "start_timeout": "5s"},
                      "off": {"command": "${NOT_SET}", "disabled": true}
                    }}
                    """.utf8), name: "f"
            ) { variables[$0] }
            #expect(file.tools.isEmpty)
            #expect(file.servers.map(\.name) == ["time", "docs"])
            #expect(file.pools == ["mcp:time": Pool(limit: 4, rate: Event.Rate(calls: 2, per: 1_000_000))])
            let time = try #require(file.servers.first)
            #expect(
                time.transport
                    == .program(command: ["/opt/uvx", "mcp-server-time", "--x=abc"], environment: ["K": "v"], directory: "/tmp"))
            #expect(time.traits.timeout == 30_000_000 && time.traits.pool == "mcp:time" && time.traits.place == "f line 2, mcpServers.time")
            #expect(time.tools["now"]?.readOnly == false && time.tools["now"]?.timeout == 5_000_000 && time.tools["now"]?.writes == [])
            #expect(time.tools["zone"]?.isHidden == true && time.secrets == [])
            let docs = try #require(file.servers.last)
            #expect(
                docs.transport
                    == .http(
                        url: "https://example.org/mcp?k=s3cret-token",
                        headers: [.init(name: "Authorization", value: "Bearer s3cret-token")]))
            #expect(docs.secrets == ["s3cret-token"] && docs.startTimeout == 5_000_000 && docs.traits.pool == "net")
            #expect(docs.traits.repeatable == true && docs.traits.approval == true)
        }

        static let brokenServers: [(String, String)] = [
            (#"{"url": "http://h", "command": "x", "type": "http"}"#, "command: this is for a server that is a program"),
            (#"{"command": "x", "url": "http://h"}"#, "url: this is for a server behind a url"),
            (#"{"args": ["x"]}"#, " a server has either a \"command\" with \"args\", or a \"url\""),
            (#"{"command": "x", "args": "y"}"#, "args: this is a list of texts"),
            (
                #"{"command": "x", "args": ["${NOT_SET}"]}"#,
                "args[0]: the environment variable NOT_SET is not set; set it, or write ${NOT_SET:-DEFAULT}"
            ),
            (#"{"command": "${x"}"#, "command: a ${ has no }"),
            (#"{"url": "ftp://h"}"#, "url: a url begins with https:// or http://"),
            (#"{"type": "sse", "url": "http://h"}"#, "type: the transport of 2024 is not spoken"),
            (#"{"type": "carrier pigeon", "url": "http://h"}"#, "type: this is stdio or http"),
            (#"{"command": "x", "commandd": "y"}"#, "commandd: this key is not known; did you mean command?"),
            (#"{"command": "x", "env": {"A": 1}}"#, "env.A: this is a text"),
            (#"{"command": "x", "tools": {"a": {"readonly": true}}}"#, "tools.a.readonly: this key is not known; did you mean read_only?"),
            (#"{"command": "x", "excludeTools": ["a"]}"#, "excludeTools: a tool is left out with"),
            (#"{"url": "http://h", "oauth": {}}"#, "oauth: Fanout does not sign in anywhere"),
            (#"{"command": "x", "pool": "p", "limit": 2}"#, "pool: the limit and the rate of a pool stand in \"pools\""),
        ]

        @Test("what is wrong with a server is told with line, key and remedy", arguments: brokenServers)
        func serverErrors(_ server: String, _ words: String) {
            let text = "{\"mcpServers\": {\n\"s\": \(server)}}"
            let error = #expect(throws: ToolsFileError.self) {
                try ToolsFile(parsing: Array(text.utf8), name: "f") { _ in nil }
            }
            let place = words.hasPrefix(" ") ? "f line 2, mcpServers.s:" : "f line 2, mcpServers.s."
            #expect(error?.message.hasPrefix(place + words) == true, "\(error?.message ?? "")")
        }

        @Test("a simulated tool does the same for the same seed, arguments and attempt")
        func simulated() async {
            func outcomes(seed: UInt64) async -> [Bool] {
                let tool = SimulatedTool(latency: 0...0, failures: 0.5, seed: seed) { _ in "done" }.tool(name: "s")
                var outcomes: [Bool] = []
                for number in 0..<40 {
                    outcomes.append((try? await tool.run(ToolContext(time: StillTime()), ["n": .integer(Int64(number))])) != nil)
                }
                return outcomes
            }
            let first = await outcomes(seed: 1)
            #expect(await outcomes(seed: 1) == first)
            #expect(await outcomes(seed: 2) != first)
            #expect((10...30).contains(first.count { $0 }))
        }
    }
}
