import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTools
import Foundation
import Testing

extension ProgramsOneByOne {
    /// Servers that others have written, as `.dev/setup` installs them.
    @Suite(.timeLimit(.minutes(2))) struct MCPRealServersTests {
        let rig: MCPRig

        init() throws {
            rig = try MCPRig()
        }

        private func settings(_ name: String, _ program: String, _ arguments: String...) -> MCPServerSettings {
            MCPServerSettings(
                name: name,
                transport: .program(command: [MCPRig.installed(program)] + arguments, environment: [:], directory: rig.folder))
        }

        private func git(_ arguments: String...) throws {
            let git = Process()
            git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            git.arguments = ["git", "-C", rig.folder, "-c", "user.name=x", "-c", "user.email=x@example.org"] + arguments
            git.standardOutput = Pipe()
            try git.run()
            git.waitUntilExit()
            try #require(git.terminationStatus == 0)
        }

        @Test("mcp-server-time and mcp-server-git list their tools and answer, side by side")
        func timeAndGit() async throws {
            try git("init", "--quiet", "--initial-branch=main")
            rig.write("file")
            try git("add", "file")
            try git("commit", "--quiet", "--message=first")
            let time = SystemTime()
            let servers = try await rig.start(
                settings("time", "mcp-server-time", "--local-timezone", "UTC"),
                settings("git", "mcp-server-git", "--repository", rig.folder),
                time: time)
            #expect(servers.tools.map(\.name).prefix(2) == ["time__get_current_time", "time__convert_time"])
            #expect(servers.tools.map(\.name).contains("git__git_log"))
            #expect(servers.tools.filter { $0.name.hasPrefix("time__") }.allSatisfy { $0.traits.readOnly })

            let converted: JSONValue = ["source_timezone": "UTC", "time": "10:00", "target_timezone": "Asia/Tokyo"]
            async let conversion = servers.call("time__convert_time", converted, time: time)
            async let log = servers.call("git__git_log", ["repo_path": .string(rig.folder)], time: time)
            async let status = servers.call("git__git_status", ["repo_path": .string(rig.folder)], time: time)
            guard case .json(let json) = try await conversion else { return #expect(Bool(false), "it is not JSON") }
            #expect(json.value["time_difference"]?.string == "+9.0h")
            guard case .text(let history) = try await log else { return #expect(Bool(false), "it is not text") }
            #expect(history.contains("Message: first"))
            #expect(try await status == .text("Repository status:\nOn branch main\nnothing to commit, working tree clean"))

            let error = await #expect(throws: CallError.self) {
                try await servers.call("time__get_current_time", ["timezone": "Nowhere/City"], time: time)
            }
            #expect(error?.kind == .toolError && error?.message.contains("Nowhere/City") == true)
            await servers.stop()
            #expect(RunningPrograms.count == 0)
        }

        @Test("a call in an engine's turn runs, and its arguments are checked against the server's schema")
        func inEngine() async throws {
            let time = SystemTime()
            let servers = try await rig.start(settings("time", "mcp-server-time", "--local-timezone", "UTC"), time: time)
            let engine = try Engine(log: EventLog { time.now() }, time: time, tools: servers.tools)
            let results = await engine.run(
                turn: 1,
                calls: [
                    ToolCall(id: "1", name: "time__get_current_time", arguments: #"{"timezone": "UTC"}"#),
                    ToolCall(id: "2", name: "time__get_current_time", arguments: ""),
                ])
            #expect(results.map(\.outcome) == [.ok, .failed])
            #expect(results.last?.error?.kind == .invalidArguments)
            await servers.stop()
        }

        /// A server that the official SDK serves over HTTP.
        ///
        /// A class, because the program must be ended.
        private final class WebServer {
            private let program = Process()
            let url: String

            init() throws {
                let (output, error) = (Pipe(), Pipe())
                program.executableURL = URL(fileURLWithPath: MCPRig.installed("python"))
                program.arguments = [MCPRig.sdkServer, "http"]
                program.standardOutput = output
                program.standardError = error
                try program.run()
                let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).trimmingCharacters(in: .newlines)
                url = "http://127.0.0.1:\(port)/mcp"
                // It says so once it listens.
                var said = ""
                while !said.contains("running on") {
                    let piece = error.fileHandleForReading.availableData
                    try #require(!piece.isEmpty, "it ended: \(said)")
                    said += String(decoding: piece, as: UTF8.self)
                }
                error.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
            }

            deinit {
                // What it still does for requests that were let go of would hold it up.
                kill(program.processIdentifier, SIGKILL)
                program.waitUntilExit()
            }
        }

        @Test("a server of the official SDK counts, tells how far it is, and is cancelled", arguments: ["stdio", "http"])
        func sdk(transport: String) async throws {
            let web = transport == "http" ? try WebServer() : nil
            let time = SystemTime()
            let settings = MCPServerSettings(
                name: "sdk",
                transport: web.map { .http(url: $0.url, headers: []) }
                    ?? .program(command: [MCPRig.installed("python"), MCPRig.sdkServer], environment: [:], directory: rig.folder))
            let servers = try await rig.start(settings, time: time)
            #expect(servers.tools.map(\.name) == ["sdk__count", "sdk__hang", "sdk__released"])
            let reports = Guarded<[ToolContext.Report]>([])
            let counted = try await servers.call("sdk__count", ["n": 3], time: time) { report in reports.withLock { $0.append(report) } }
            #expect(counted == .value(["result": "counted 3"]))
            let steps = reports.withLock { $0 }.filter { if case .progress = $0 { true } else { false } }
            #expect(steps.first == .progress(done: 1, total: 3, message: "step 1"))
            #expect(steps.last == .progress(done: 3, total: 3, message: "step 3"))

            let waits = AsyncStream<Void>.makeStream()
            let call = Task { try await servers.call("sdk__hang", time: time) { _ in waits.continuation.yield() } }
            for await _ in waits.stream {
                break
            }
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(try await servers.call("sdk__released", time: time) == .value(["result": "it was"]))
            await servers.stop()
            #expect(rig.problems == [])
            withExtendedLifetime(web) {}
        }
    }
}
