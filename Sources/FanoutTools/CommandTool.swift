package import FanoutEngine
internal import FanoutEvents
package import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A tool that runs a program for each call.
///
/// The program reads the call's arguments, one JSON object, from its standard input; places in its command line, environment and directory
/// take them too. What it writes to its standard output is the result: as
/// JSON where it is JSON, else as text. Both outputs are shown while it runs. Any exit status but 0 is a failure. It is the leader of a process
/// group of its own: when the call is cancelled or its time is up, the group gets TERM and, after a grace time, KILL; and what
/// a program leaves behind ends with it.
package struct CommandTool: Sendable {
    /// The program and its arguments.
    package var command: CommandLineTemplate
    /// Arguments of the call that become variables of the environment by their own names; those that are missing are not there at all.
    package var variables: [String] = []
    /// Put over the environment of this process.
    package var environment: [String: Template] = [:]
    /// Nil for the directory of this process.
    package var directory: Template?
    /// Bytes of standard output that become the result, and of each output that are shown while it runs.
    package var outputLimit = 1 << 20
    /// Microseconds between TERM and KILL.
    package var grace: Int64 = 2_000_000

    package init(command: [String]) {
        self.command = CommandLineTemplate(command)
    }

    init(command: CommandLineTemplate) {
        self.command = command
    }

    package func tool(name: String, description: String, parameters: JSONValue, traits: ToolTraits = ToolTraits(), redacted: [String] = [])
        -> Tool
    {
        Tool(name: name, description: description, parameters: parameters, traits: traits, redacted: redacted) { context, arguments in
            try await run(arguments, context)
        }
    }

    private func run(_ arguments: JSONValue, _ context: ToolContext) async throws -> ToolResult {
        let program = try program(arguments)
        let shown = ShownOutput(limit: outputLimit)
        let running: RunningProgram
        do {
            running = try RunningProgram(program, limit: outputLimit) { stream, bytes in
                if let text = shown.text(for: bytes, of: stream) {
                    context.output(text, stream: stream == .output ? .stdout : .stderr)
                }
            }
        } catch {
            throw ToolFailure(CallError(.toolError, error.message), isFinal: true)
        }
        let outcome = await withKill(running, context)
        try Task.checkCancellation()
        switch outcome.ending {
        case .exited(0): return Self.result(outcome.output)
        case .exited(let status): throw CallError(.exitStatus, Self.message("exit \(status)", outcome))
        case .signalled(let signal): throw CallError(.crashed, Self.message("ended by signal \(signal) (\(Self.name(signal)))", outcome))
        }
    }

    private func program(_ arguments: JSONValue) throws(ToolFailure) -> Program {
        var program = Program(arguments: try command.filled(arguments), input: JSONText(arguments).utf8 + [0x0a])
        for name in variables {
            program.environment[name] = .some(arguments[name].flatMap { $0.isNull ? nil : $0.templateText })
        }
        for (name, template) in environment {
            // What needs an argument that is missing is not set.
            program.environment[name] = .some(template.filled(arguments))
        }
        guard !program.environment.values.contains(where: { $0?.utf8.contains(0) ?? false }) else {
            throw CallError.unfit("a variable of the environment cannot hold the character NUL")
        }
        if let directory {
            guard let path = directory.filled(arguments), !path.utf8.contains(0) else {
                throw CallError.unfit("the directory needs an argument that is missing, or holds the character NUL")
            }
            program.directory = path
        }
        return program
    }

    /// Waits for the end, which a cancelled task asks for: kindly first.
    private func withKill(_ running: RunningProgram, _ context: ToolContext) async -> Program.Outcome {
        let killing = Guarded<Alarm?>(nil)
        let outcome = await withTaskCancellationHandler {
            await running.outcome()
        } onCancel: {
            running.signal(SIGTERM)
            // By the timer and not by a task, which would be cancelled with this one or start a thread pool of its own.
            let alarm = context.wake(after: grace) { running.signal(SIGKILL) }
            killing.withLock { $0 = alarm }
        }
        killing.withLock { $0 }?.cancel()
        return outcome
    }
}

// What becomes of its output.
extension CommandTool {
    /// Lines of standard error, or of standard output where that is empty, that a failure tells.
    private static let linesTold = 12

    private static func result(_ output: CapturedOutput) -> ToolResult {
        guard !output.head.contains(0) else {
            return .text("(\(output.count) bytes of binary output, not shown)")
        }
        guard output.isWhole else {
            let kept = String(decoding: output.head, as: UTF8.self)
            return .text(kept + "\n… (\(output.count - output.head.count) more bytes were not kept)")
        }
        // What is JSON only after mending stays as it was printed.
        if let json = try? RawJSON(parsing: output.head), !json.wasMended {
            return .json(json.json)
        }
        let trimmed = output.head.last == 0x0a ? output.head.dropLast() : output.head[...]
        return .text(String(decoding: trimmed, as: UTF8.self))
    }

    /// The first line says how it ended, and is all that fits a lane; what the program said last follows.
    private static func message(_ ending: String, _ outcome: Program.Outcome) -> String {
        let said = outcome.errorOutput.count > 0 ? outcome.errorOutput : outcome.output
        let lines = String(decoding: said.tail, as: UTF8.self).split(separator: "\n").suffix(linesTold)
        return ([Substring(ending)] + lines).joined(separator: "\n")
    }

    private static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGHUP: "HUP"
        case SIGINT: "INT"
        case SIGQUIT: "QUIT"
        case SIGILL: "ILL"
        case SIGTRAP: "TRAP"
        case SIGABRT: "ABRT"
        case SIGBUS: "BUS"
        case SIGFPE: "FPE"
        case SIGKILL: "KILL"
        case SIGSEGV: "SEGV"
        case SIGPIPE: "PIPE"
        case SIGALRM: "ALRM"
        case SIGTERM: "TERM"
        default: "a signal without a name here"
        }
    }
}
