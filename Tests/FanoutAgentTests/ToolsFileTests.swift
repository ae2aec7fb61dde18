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
            ("{\"tools\": [{\"name\": \"a\", \"command\": \"ls\"}]}", "f line 1, tools[0].command: this is a list: [ … ]"),
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

        /// What one tool's entry is told, whose arguments are a and b, the key first.
        static let brokenTools: [(String, String)] = [
            (#""command": ["x", "${c}"]"#, "command[1]: ${c} is not an argument that parameters names under properties; it names a, b"),
            (#""command": ["x", ["-n", "${a"]]"#, "command[1][1]: a ${ is not closed"),
            (#""command": ["${a}"]"#, "command[0]: which program runs is not an argument's to choose"),
            (#""command": ["x", 5]"#, "command[1]: a command is a list of texts"),
            (#""command": ["x", "${env:NO_SUCH}"]"#, "command[1]: the environment variable NO_SUCH is not set; set it, or leave"),
            (#""command": ["x"], "cwd": "${c}""#, "cwd: ${c} is not an argument"),
            (#""command": ["x"], "env": {"A": "${c}"}"#, "env.A: ${c} is not an argument"),
            (#""command": ["x"], "env": {"A=B": ""}"#, "env.A=B: this is no name of an environment variable"),
            (#""command": ["x", "y"], "shell": true"#, "command: with shell, a command is one text for /bin/sh"),
            (#""command": "echo ${env:HOME}", "shell": true"#, "command: the shell knows the environment by itself"),
            (
                #""command": ["x"], "parameters": {"properties": {"a": {"type": "strin"}}}"#,
                #"parameters.properties.a.type: there is no type "strin""#
            ),
            (
                #""command": ["x"], "parameters": {"allOf": [{"pattern": "("}]}"#,
                #"parameters.allOf[0].pattern: "(" is not a regular expression: a ( is not closed"#
            ),
            (
                #""command": "x", "shell": true, "parameters": {"properties": {"PATH": {}}}"#,
                "parameters: a shell takes the argument PATH as a variable; call it by letters"
            ),
            (#""http": "https://a""#, "http: this is an object"),
            (#""http": {}"#, "http.url: a request needs an address"),
            (#""http": {"url": "ftp://a/"}"#, "http.url: an address begins with http:// or https://"),
            (#""http": {"url": "https://${a}/"}"#, "http.url: the host of an address is not an argument's to choose"),
            (#""http": {"url": "https://host${a}/"}"#, "http.url: the host of an address is not an argument's to choose"),
            (#""http": {"url": "https://me:secret@host/"}"#, "http.url: a name and a password do not belong into an address"),
            (#""http": {"url": "https://host/#${a}"}"#, "http.url: what follows # in an address is never sent"),
            (#""http": {"url": "https://h/", "method": "get"}"#, "http.method: a method is a word in capitals"),
            (#""http": {"url": "https://h/", "ok": [20]}"#, "http.ok: this is a list of statuses"),
            (#""http": {"url": "https://h/", "redirects": -1}"#, "http.redirects: this is a whole number from 0"),
            (#""http": {"url": "https://h/", "headers": {"A B": "x"}}"#, "http.headers.A B: the name of a header"),
            (#""http": {"url": "https://h/", "headers": {"A": "x\ny"}}"#, "http.headers.A: the value of a header is one line"),
            (#""http": {"url": "https://h/", "headers": {"A": "${env:LINES2}"}}"#, "http.headers.A: the value of a header is one line"),
            (
                #""http": {"url": "https://h/", "headers": {"Content-Length": "1"}}"#,
                "http.headers.Content-Length: this header is written by"
            ),
            (#""http": {"url": "https://h/", "body": {"x": [1, "${c}"]}}"#, "http.body.x[1]: ${c} is not an argument"),
            (#""http": {"url": "https://h/", "body": {}, "form": {}}"#, "http.form: a request has one body; keep body or form"),
            (#""http": {"url": "https://h/", "form": {"x": 1}}"#, "http.form.x: the value of a form's field is a text"),
            (#""http": {"url": "https://h/", "hedders": {}}"#, "http.hedders: this key is not known; did you mean headers?"),
            (#""simulate": {"latency": {"min": 2, "max": 1}}"#, "simulate.latency: a latency is a time"),
            (#""simulate": {"latency": {"median": 2}}"#, "simulate.latency: a latency is a time"),
            (#""simulate": {"failures": 2}"#, "simulate.failures: this is a number from 0 to 1"),
            (#""simulate": {}, "cwd": "/""#, "cwd: this key belongs to command, and the tool t is a simulate; leave it out"),
        ]

        @Test("what is wrong with a tool is told with line, key and remedy", arguments: brokenTools)
        func toolErrors(_ keys: String, _ words: String) {
            let parameters = keys.contains("\"parameters\"") ? "" : #", "parameters": {"properties": {"a": {}, "b": {}}}"#
            let text = "{\"tools\": [\n{\"name\": \"t\",\n\(keys)\(parameters)}]}"
            let error = #expect(throws: ToolsFileError.self) {
                try ToolsFile(parsing: Array(text.utf8), name: "f") { $0 == "LINES2" ? "a\nb" : nil }
            }
            #expect(error?.message.hasPrefix("f line 3, tools[0].\(words)") == true, "\(error?.message ?? "")")
        }

        @Test("every tool that can be read is read, and each of the others has its error")
        func allErrors() {
            let text = #"{"tools": [{"name": "a", "command": ["x"]}, {"name": "b"}, {"name": "c", "simulate": {}, "limt": 1}], "pool": {}}"#
            let (file, errors) = ToolsFile.check(Array(text.utf8), name: "f")
            #expect(file.tools.map(\.name) == ["a"])
            #expect(
                errors.map { $0.message.prefix(25) } == [
                    "f line 1, pool: this key ", "f line 1, tools[1]: the t", "f line 1, tools[2].limt: ",
                ])
        }

        @Test("a file that is cut off anywhere has an error with its line, and does no harm")
        func everyPrefix() throws {
            let text = Array(
                """
                {"tools": [{"name": "t", "command": ["x", ["-n", "${a}"], "$${", "${env:E}"], "env": {"K": "${a.b}"},
                "parameters": {"properties": {"a": {"type": "object"}}}}],
                "pools": {"p": {"limit": 2}}}
                """.utf8)
            for count in 0..<text.count {
                let (_, errors) = ToolsFile.check(Array(text[..<count]), name: "f") { _ in "e" }
                #expect(errors.count == 1 && errors[0].message.hasPrefix("f line "), "\(count)")
            }
            #expect(try ToolsFile(parsing: text, name: "f") { _ in "e" }.tools.count == 1)
        }

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

        @Test(
            "simulated latencies are distributed as they are told to be, and the result takes arguments",
            arguments: [(#"{"min": "10ms", "max": "30ms"}"#, 20_000, 29_000), (#"{"median": "200ms", "p95": "900ms"}"#, 200_000, 900_000)])
        func latencies(_ latency: String, _ median: Double, _ p95: Double) async throws {
            let text =
                #"{"tools": [{"name": "s", "parameters": {"properties": {"n": {}}}, "simulate": {"latency": \#(latency), "seed": 7, "result": {"n": "${n}"}}}]}"#
            let tool = try ToolsFile(parsing: Array(text.utf8), name: "f").tools[0]
            var slept: [Double] = []
            for number in 0..<1000 {
                let time = SlippingTime()
                let result = try await tool.run(ToolContext(time: time), ["n": .integer(Int64(number))])
                #expect(result == .value(["n": .integer(Int64(number))]))
                slept.append(Double(time.now()))
            }
            slept.sort()
            #expect((0.9...1.1).contains(slept[500] / median))
            #expect((0.85...1.15).contains(slept[950] / p95))
        }
    }
}

/// A clock that is always at the instant that somebody waits for.
private final class SlippingTime: Timekeeper, AlarmOwner {
    private let instant = Guarded<Int64>(0)

    func now() -> Int64 { instant.withLock { $0 } }

    func wake(at instant: Int64, _ body: @escaping @Sendable () -> Void) -> Alarm {
        self.instant.withLock { $0 = max($0, instant) }
        Task { body() }
        return Alarm(0, of: self)
    }

    func revoke(_ alarm: UInt64) {}
}
