import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTools
import Foundation
import Testing

/// Tests that run programs: one of them ends all programs of the process.
@Suite(.serialized) enum ProgramsOneByOne {}

extension ProgramsOneByOne {
    @Suite(.timeLimit(.minutes(1))) struct CommandToolTests {
        let time = StillTime()

        func run(_ command: [String], _ arguments: JSONValue = [:], change: (inout CommandTool) -> Void = { _ in }) async throws
            -> ToolResult
        {
            var command = CommandTool(command: command)
            change(&command)
            let tool = command.tool(name: "t", description: "", parameters: [:])
            return try await tool.run(ToolContext(time: time), arguments)
        }

        static let results: [(String, ToolResult)] = [
            ("cat", .value(["city": "Zürich", "n": 3])),
            ("printf '{ \"price\": 1.10 }'", .json(JSONText(unchecked: Array(#"{"price":1.10}"#.utf8)))),
            ("echo plain; echo lines", .text("plain\nlines")),
            ("true", .text("")),
            // JSON only with mending: as it was printed.
            ("echo NaN", .text("NaN")),
            ("head -c 100 /dev/zero", .text("(100 bytes of binary output, not shown)")),
            ("printf 'caf\\351'", .text("caf\u{fffd}")),
            ("echo $FANOUT_TEST in ${PWD##*/}", .text("set in tmp")),
            ("exec 1>&-; exec 2>&-; cat > /dev/null", .text("")),
        ]

        @Test("what a program prints becomes the result", arguments: results)
        func result(_ script: String, _ expected: ToolResult) async throws {
            let result = try await run(["sh", "-c", script], ["city": "Zürich", "n": 3]) {
                $0.environment = ["FANOUT_TEST": Template(literal: "set")]
                $0.directory = Template(literal: "/tmp")
            }
            #expect(result == expected)
        }

        @Test("a program that reads nothing of a large input does no harm, and one that prints too much is cut and counted")
        func sizes() async throws {
            let large = JSONValue.string(String(repeating: "x", count: 1_000_000))
            #expect(try await run(["true"], ["text": large]) == .text(""))
            #expect(try await run(["wc", "-c"], ["text": large]) == .value(1_000_012))
            let cut = try await run(["sh", "-c", "head -c 3000000 /dev/zero | tr '\\0' a"]) { $0.outputLimit = 10 }
            #expect(cut == .text("aaaaaaaaaa\n… (2999990 more bytes were not kept)"))
        }

        static let failures: [([String], CallError.Kind, String)] = [
            (["sh", "-c", "echo one >&2; echo out; echo two >&2; exit 3"], .exitStatus, "exit 3\none\ntwo"),
            (["sh", "-c", "echo only this; exit 1"], .exitStatus, "exit 1\nonly this"),
            (["false"], .exitStatus, "exit 1"),
            (["sh", "-c", "ulimit -c 0; kill -SEGV $$"], .crashed, "ended by signal 11 (SEGV)"),
        ]

        @Test("how a program failed is told in one line, and what it said last in those below", arguments: failures)
        func failure(_ command: [String], _ kind: CallError.Kind, _ message: String) async throws {
            let error = await #expect(throws: CallError.self) { try await run(command) }
            #expect(error == CallError(kind, message))
        }

        static let notStarted: [([String], String?, String)] = [
            (["no-such-program-here"], nil, "there is no program no-such-program-here along PATH"),
            (["/no/such/program"], nil, "there is no program /no/such/program"),
            (["/etc/passwd"], nil, "/etc/passwd may not be executed"),
            (["true"], "/no/such/directory", "there is no directory /no/such/directory"),
        ]

        @Test("a program that cannot be started says why and what to do, and is not tried again", arguments: notStarted)
        func launch(_ command: [String], _ directory: String?, _ words: String) async throws {
            let failure = await #expect(throws: ToolFailure.self) {
                try await run(command) { $0.directory = directory.map { Template(literal: $0) } }
            }
            #expect(failure?.error.message.contains(words) == true)
            #expect(failure?.isFinal == true)
        }

        @Test("output is shown while the program runs, each stream apart")
        func liveOutput() async throws {
            let shown = Guarded<[Event.OutputStream?: String]>([:])
            let tool = CommandTool(command: ["sh", "-c", "echo a; echo b >&2; echo c"]).tool(name: "t", description: "", parameters: [:])
            let context = ToolContext(time: time) { report in
                guard case .output(let text, let stream) = report else { return }
                shown.withLock { $0[stream, default: ""] += text }
            }
            #expect(try await tool.run(context, [:]) == .text("a\nc"))
            #expect(shown.withLock { $0 } == [.stdout: "a\nc\n", .stderr: "b\n"])
        }

        @Test("a character torn between two pieces is shown once, whole; beyond the limit nothing is")
        func tornCharacters() {
            let shown = ShownOutput(limit: 12)
            let bytes = Array("zwölf €".utf8)
            let pieces = [bytes[0..<3], bytes[3..<7], bytes[7..<9], bytes[9...], [0x61, 0x62], [0x63], [0x64]]
            let texts = pieces.map { shown.text(for: $0, of: .output) }
            #expect(texts == ["zw", "ölf ", nil, "€", "ab\n… (further output is not shown)\n", nil, nil])
            #expect(shown.text(for: [0x65], of: .error) == "e")
        }

        /// A script that holds a FIFO open while anything of it runs, and says when it is ready.
        private func cancelled(_ script: String, kill: Bool) async throws {
            let fifo = NSTemporaryDirectory() + "fanout-test-\(UUID().uuidString)"
            try #require(mkfifo(fifo, 0o600) == 0)
            defer { unlink(fifo) }
            let reader = open(fifo, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            let ready = AsyncStream<Void>.makeStream()
            let context = ToolContext(time: time) { _ in ready.continuation.yield() }
            var command = CommandTool(command: ["sh", "-c", "exec 3> '\(fifo)'; \(script)"])
            command.grace = 1_000_000
            let tool = command.tool(name: "t", description: "", parameters: [:])
            let call = Task { try await tool.run(context, [:]) }
            for await _ in ready.stream {
                break
            }
            call.cancel()
            if kill {
                await time.until()
                time.advance(by: 1_000_000)
            }
            await #expect(throws: CancellationError.self) { try await call.value }
            // The end of the FIFO comes when its last writer is gone: this would wait for one that was left behind.
            _ = fcntl(reader, F_SETFL, 0)
            var byte: UInt8 = 0
            #expect(read(reader, &byte, 1) == 0)
        }

        @Test("a cancelled program ends with all that it started")
        func terminated() async throws {
            try await cancelled("sleep 1000 & echo ready; sleep 1000", kill: false)
        }

        @Test("a program that ignores TERM is killed after the grace time, and so is what it started")
        func killed() async throws {
            try await cancelled("trap '' TERM; sleep 1000 & echo ready; sleep 1000; sleep 1000", kill: true)
        }

        @Test("what a program leaves behind ends with it")
        func leftBehind() async throws {
            let fifo = NSTemporaryDirectory() + "fanout-test-\(UUID().uuidString)"
            try #require(mkfifo(fifo, 0o600) == 0)
            defer { unlink(fifo) }
            let reader = open(fifo, O_RDONLY | O_NONBLOCK)
            defer { close(reader) }
            #expect(try await run(["sh", "-c", "exec 3> '\(fifo)'; sleep 1000 & echo done"]) == .text("done"))
            _ = fcntl(reader, F_SETFL, 0)
            var byte: UInt8 = 0
            #expect(read(reader, &byte, 1) == 0)
        }

        @Test("what still runs when the process must end is ended with all that it started")
        func killedAtExit() async throws {
            let ready = AsyncStream<Void>.makeStream()
            let context = ToolContext(time: time) { _ in ready.continuation.yield() }
            let tool = CommandTool(command: ["sh", "-c", "trap '' TERM; echo ready; sleep 1000; sleep 1000"]).tool(
                name: "t", description: "", parameters: [:])
            let call = Task { try await tool.run(context, [:]) }
            for await _ in ready.stream {
                break
            }
            #expect(RunningPrograms.count == 1)
            RunningPrograms.kill()
            let error = await #expect(throws: CallError.self) { try await call.value }
            #expect(error == CallError(.crashed, "ended by signal 9 (KILL)\nready"))
            #expect(RunningPrograms.count == 0)
        }

        @Test("more than anybody reads is counted and not kept, and an endless line ends with its call")
        func floods() async throws {
            let flood = try await run(["sh", "-c", "head -c 100000000 /dev/zero | tr '\\0' a"])
            guard case .text(let text) = flood else { return #expect(Bool(false)) }
            #expect(text.hasSuffix("a\n… (98951424 more bytes were not kept)"))
            try await cancelled("echo ready; tr '\\0' a < /dev/zero", kill: false)
        }

        @Test("keys of model APIs reach no program, unless it is given them")
        func withheldKeys() async throws {
            setenv("ANTHROPIC_API_KEY", "sk-test", 1)
            defer { unsetenv("ANTHROPIC_API_KEY") }
            let script = ["sh", "-c", "echo ${ANTHROPIC_API_KEY-none} ${HOME+home}"]
            #expect(try await run(script) == .text("none home"))
            #expect(try await run(script) { $0.environment = ["ANTHROPIC_API_KEY": Template(literal: "given")] } == .text("given home"))
        }

        @Test("a hundred programs run at once")
        func many() async throws {
            try await withThrowingTaskGroup(of: ToolResult.self) { group in
                for number in 0..<100 {
                    group.addTask { try await run(["cat"], ["n": .integer(Int64(number))]) }
                }
                var results: Set<ToolResult> = []
                for try await result in group {
                    results.insert(result)
                }
                #expect(results.count == 100)
            }
        }
    }
}
