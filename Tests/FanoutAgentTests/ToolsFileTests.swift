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
