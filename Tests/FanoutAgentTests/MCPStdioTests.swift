import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTools
import Foundation
import Testing

extension ProgramsOneByOne {
    @Suite(.timeLimit(.minutes(2))) struct MCPStdioTests {
        let rig: MCPRig

        init() throws {
            rig = try MCPRig()
        }

        @Test("tools are listed page by page under the server's name, with the traits that follow from its word and the file's")
        func listing() async throws {
            let servers = try await rig.start(
                rig.fake {
                    $0.traits.timeout = 9
                    var hidden = MCPTraits()
                    hidden.isHidden = true
                    $0.tools["mute"] = hidden
                    var safe = MCPTraits()
                    safe.readOnly = true
                    safe.timeout = 5
                    $0.tools["log"] = safe
                    var bold = MCPTraits()
                    bold.readOnly = false
                    bold.approval = true
                    $0.tools["echo"] = bold
                }, taken: ["fake__odd_name"])
            #expect(
                servers.tools.map(\.name) == [
                    "fake__echo", "fake__hang", "fake__cancelled", "fake__progress", "fake__die", "fake__fail", "fake__wrong",
                    "fake__flood",
                    "fake__endless", "fake__ask", "fake__log", "fake__env", "fake__odd_name_f81ee948",
                ])
            func traits(_ name: String) -> ToolTraits? { servers.tools.first { $0.name == name }?.traits }
            #expect(
                traits("fake__hang")
                    == .with {
                        $0.readOnly = true
                        $0.reads = ["mcp:fake"]
                        $0.timeout = 9
                    })
            #expect(
                traits("fake__die")
                    == .with {
                        $0.writes = ["mcp:fake"]
                        $0.timeout = 9
                    })
            #expect(
                traits("fake__log")
                    == .with {
                        $0.readOnly = true
                        $0.reads = ["mcp:fake"]
                        $0.timeout = 5
                    })
            #expect(
                traits("fake__echo")
                    == .with {
                        $0.writes = ["mcp:fake"]
                        $0.timeout = 9
                        $0.needsApproval = true
                    })
            #expect(try await servers.call("fake__odd_name_f81ee948") == .text("odd"))
            #expect(rig.problems.count == 2)
            #expect(rig.problems.first == "fake has a tool no schema without an inputSchema, which is left out")
            #expect(rig.problems.last?.hasPrefix("fake has a tool bad schema whose inputSchema is no JSON Schema") == true)
            await servers.stop()
            #expect(RunningPrograms.count == 0)
        }

        @Test("servers of either era work side by side, each in its folder and with its environment", arguments: ["handshake", "modern"])
        func eras(era: String) async throws {
            let servers = try await rig.start(rig.fake(era, name: "a"), rig.fake(era, name: "b"))
            #expect(try await servers.call("a__env") == .text("set in \(URL(fileURLWithPath: rig.folder).lastPathComponent)"))
            try await withThrowingTaskGroup(of: (String, ToolResult).self) { group in
                for number in 0..<200 {
                    group.addTask {
                        let text = "text \(number)"
                        return (text, try await servers.call(number % 2 == 0 ? "a__echo" : "b__echo", ["text": .string(text)]))
                    }
                }
                for try await (sent, came) in group {
                    #expect(came == .text(sent))
                }
            }
            #expect(rig.starts == 2)
            await servers.stop()
            #expect(RunningPrograms.count == 0)
        }

        @Test("a server that is silent to the question is taken for one of the handshake's era once its time is up")
        func silent() async throws {
            async let started = rig.start(rig.fake("silent"))
            await rig.time.until(sleepers: 2)
            rig.time.advance(by: 5_000_000)
            let servers = try await started
            #expect(try await servers.call("fake__echo", ["text": "hi"]) == .text("hi"))
            await servers.stop()
        }

        @Test("a server that ends at the question is started again and not asked it")
        func diesAtQuestion() async throws {
            let servers = try await rig.start(rig.fake("dies"))
            #expect(try await servers.call("fake__echo", ["text": "hi"]) == .text("hi"))
            #expect(rig.starts == 2)
            await servers.stop()
        }

        static let ends: [(JSONValue, String)] = [
            (["status": 3], "fake (an MCP server) ended with exit status 3\none\nlast words"),
            (["status": 0], "fake (an MCP server) ended with exit status 0\none\nlast words"),
        ]

        @Test(
            "a server that dies fails its calls with its last words; the next call starts it anew, and others notice nothing",
            arguments: ends)
        func death(_ arguments: JSONValue, _ message: String) async throws {
            let servers = try await rig.start(rig.fake(), rig.fake("modern", name: "other"))
            let hanging = await servers.hanging("fake__hang")
            let elsewhere = await servers.hanging("other__hang")
            let error = await #expect(throws: CallError.self) { try await servers.call("fake__die", arguments) }
            #expect(error == CallError(.connection, message))
            await #expect(throws: CallError(.connection, message)) { try await hanging.value }
            #expect(try await servers.call("other__echo", ["text": "still here"]) == .text("still here"))
            #expect(try await servers.call("fake__echo", ["text": "back"]) == .text("back"))
            #expect(rig.starts == 3)
            await servers.stop()
            await #expect(throws: CallError(.connection, "other (an MCP server) has been stopped")) { try await elsewhere.value }
            #expect(RunningPrograms.count == 0)
        }

        @Test("a server that cannot be started anew is tried a few times, later each time, and then no more")
        func backOff() async throws {
            let servers = try await rig.start(rig.fake())
            rig.write("refuse")
            await #expect(throws: CallError.self) { try await servers.call("fake__die") }
            for attempt in 1...4 {
                let failed = Task { try await servers.call("fake__echo") }
                if attempt > 1 {
                    await rig.time.until(sleepers: 1)
                    rig.time.advance(by: 250_000 << Int64(attempt - 2))
                }
                let error = await #expect(throws: CallError.self) { try await failed.value }
                #expect(error?.message == "fake (an MCP server) ended with exit status 7\nrefused to start")
            }
            #expect(rig.starts == 5)
            try rig.remove("refuse")
            let error = await #expect(throws: CallError.self) { try await servers.call("fake__echo") }
            #expect(
                error?.message
                    == "fake (an MCP server) failed 5 times in a row and is not started again; the last time:\nfake (an MCP server) ended with exit status 7\nrefused to start"
            )
            #expect(rig.starts == 5)
            await servers.stop()
        }

        @Test("a server that dies at every call is given up too, and one that answers between is not")
        func diesAgain() async throws {
            let servers = try await rig.start(rig.fake(), rig.fake(name: "better"))
            for death in 1...5 {
                let failed = Task { try await servers.call("fake__die") }
                if death > 2 {
                    await rig.time.until(sleepers: 1)
                    rig.time.advance(by: 250_000 << Int64(death - 3))
                }
                let error = await #expect(throws: CallError.self) { try await failed.value }
                #expect(error?.message.hasPrefix("fake (an MCP server) ended with exit status 3") == true)
                await #expect(throws: CallError.self) { try await servers.call("better__die") }
                #expect(try await servers.call("better__echo", ["text": "back"]) == .text("back"))
            }
            let error = await #expect(throws: CallError.self) { try await servers.call("fake__echo") }
            #expect(error?.message.hasPrefix("fake (an MCP server) failed 5 times in a row") == true, "\(error?.message ?? "")")
            await servers.stop()
        }

        @Test("a cancelled call ends at once, and the server is told", arguments: ["handshake", "modern"])
        func cancellation(era: String) async throws {
            let servers = try await rig.start(rig.fake(era))
            let call = await servers.hanging("fake__hang")
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            let early = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await servers.call("fake__hang")
            }
            await #expect(throws: CancellationError.self) { try await early.value }
            // One that was cancelled before it was sent is not heard of.
            let told = try await servers.call("fake__cancelled")
            guard case .text(let text) = told else { return #expect(Bool(false), "\(told)") }
            #expect(text.wholeMatch(of: /\d+: the call was cancelled/) != nil, "\(text)")
            await servers.stop()
        }

        @Test("progress and what the server logs are told of the call that runs", arguments: ["handshake", "modern"])
        func reports(era: String) async throws {
            let servers = try await rig.start(rig.fake(era))
            let reports = Guarded<[ToolContext.Report]>([])
            let clock = rig.time
            #expect(
                try await servers.call("fake__progress", time: clock) { report in reports.withLock { $0.append(report) } }
                    == .text("stepped"))
            // The clock stands still, so what came between is not worth telling.
            #expect(
                reports.withLock { $0 } == [
                    .progress(done: 1, total: 3, message: "step 1"), .progress(done: 3, total: 3, message: "step 3"),
                ])
            let logged = Guarded<Set<ToolContext.Report>>([])
            _ = try await servers.call("fake__log") { report in logged.withLock { _ = $0.insert(report) } }
            #expect(logged.withLock { $0 }.contains(.output("fake: {\"n\":1}\n", stream: .stderr)))
            await servers.stop()
            #expect(rig.logs.contains("to stderr") || logged.withLock { $0 }.contains(.output("to stderr\n", stream: .stderr)))
        }

        @Test("answers under wrong ids are dropped and told of, and the right one counts")
        func wrongIDs() async throws {
            let servers = try await rig.start(rig.fake())
            let reports = Guarded<[ToolContext.Report]>([])
            #expect(try await servers.call("fake__wrong") { report in reports.withLock { $0.append(report) } } == .text("right at last"))
            let complaints = rig.problems.suffix(3)
            #expect(complaints.count == 3)
            #expect(complaints.first?.contains("answered a request that was never made (id 100") == true, "\(complaints)")
            #expect(complaints.dropFirst().first?.contains("(id \"") == true, "\(complaints)")
            #expect(complaints.last?.contains("wrote what is no message: {\"jsonrpc\": \"2.0\", \"id\": null") == true, "\(complaints)")
            #expect(reports.withLock { $0.count } == 3)
            #expect(try await servers.call("fake__echo", ["text": "on"]) == .text("on"))
            await servers.stop()
        }

        @Test("a flood is borne: what is told of it is bounded, and the answer behind it arrives")
        func flood() async throws {
            let servers = try await rig.start(rig.fake(), rig.fake(name: "other"))
            let told = Guarded(0)
            async let flooded = servers.call("fake__flood", ["count": 5000], time: rig.time) { report in
                guard case .output(let text, _) = report else { return }
                told.withLock { $0 += text.utf8.count }
            }
            #expect(try await servers.call("other__echo", ["text": "untouched"]) == .text("untouched"))
            #expect(try await flooded == .text("dry again"))
            #expect(rig.problems.filter { $0.contains("noise") }.count == 3)
            #expect(rig.problems.filter { $0.contains("never made") }.count == 3)
            #expect(told.withLock { $0 } <= 1 << 20)
            await servers.stop()
        }

        @Test("a line without an end costs the server its life, and the call learns why")
        func endless() async throws {
            let servers = try await rig.start(rig.fake())
            let error = await #expect(throws: CallError.self) { try await servers.call("fake__endless") }
            #expect(
                error
                    == CallError(
                        .connection, "fake (an MCP server) wrote a line of more than 64 MB, which is no message, and was ended"))
            #expect(try await servers.call("fake__echo", ["text": "back"]) == .text("back"))
            await servers.stop()
            #expect(RunningPrograms.count == 0)
        }

        @Test("a server that closes its output and stays is ended")
        func mute() async throws {
            let servers = try await rig.start(rig.fake())
            let call = Task { try await servers.call("fake__mute") }
            await rig.time.until(sleepers: 2)
            rig.time.advance(by: 200_000)
            let error = await #expect(throws: CallError.self) { try await call.value }
            #expect(error?.message == "fake (an MCP server) closed its output and was ended")
            await servers.stop()
            #expect(RunningPrograms.count == 0)
        }

        @Test("what a server asks is answered: a ping with a sign of life, the rest with a refusal")
        func serverRequests() async throws {
            let servers = try await rig.start(rig.fake())
            #expect(
                try await servers.call("fake__ask")
                    == .value(["ping": [:], "roots/list": -32601, "sampling/createMessage": -32601, "elicitation/create": -32601]))
            await servers.stop()
        }

        @Test("a call that the tool failed, and one that the server refuses, fail with its words")
        func failures() async throws {
            let servers = try await rig.start(rig.fake())
            await #expect(throws: CallError(.toolError, "it cannot be done")) { try await servers.call("fake__fail") }
            await servers.stop()
        }

        static let misfits: [(@Sendable (inout MCPServerSettings) -> Void, String)] = [
            (
                { $0.transport = .program(command: ["no-such-server"], environment: [:], directory: nil) },
                "here: fake (an MCP server) cannot be started: there is no program no-such-server along PATH; install it, or give its path"
            ),
            (
                { $0.transport = .program(command: ["sh", "-c", "echo usage: nothing; exit 2"], environment: [:], directory: nil) },
                "here: fake (an MCP server) ended with exit status 2\nusage: nothing"
            ),
            (
                { settings in
                    var traits = MCPTraits()
                    traits.place = "there"
                    settings.tools["eco"] = traits
                },
                "there: fake has no tool eco; it has echo, hang"
            ),
        ]

        @Test("a server that cannot be used is named with the remedy, and none is left running", arguments: misfits)
        func unusable(_ change: @Sendable (inout MCPServerSettings) -> Void, _ message: String) async throws {
            let error = await #expect(throws: ToolsFileError.self) {
                try await rig.start(
                    rig.fake {
                        $0.traits.place = "here"
                        change(&$0)
                    }, rig.fake(name: "other"))
            }
            #expect(error?.message.hasPrefix(message) == true, "\(error?.message ?? "")")
            #expect(RunningPrograms.count == 0)
        }

        @Test("a program that never answers is given up when its time is up")
        func neverAnswers() async throws {
            let started = Task {
                try await rig.start(
                    rig.fake {
                        $0.transport = .program(command: ["sleep", "1000"], environment: [:], directory: nil)
                        $0.startTimeout = 3_000_000
                    })
            }
            await rig.time.until(sleepers: 2)
            rig.time.advance(by: 3_000_000)
            let error = await #expect(throws: ToolsFileError.self) { try await started.value }
            #expect(error?.message.contains("fake (an MCP server) did not begin within 3 s") == true, "\(error?.message ?? "")")
        }
    }
}
