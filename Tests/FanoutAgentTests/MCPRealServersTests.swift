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
    }
}
