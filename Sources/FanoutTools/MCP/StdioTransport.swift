internal import FanoutEngine

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A server that is a program: a line of its standard input or output is a message, and its standard error is its log.
///
/// A class, because it owns the program.
final class StdioTransport: MCPTransport {
    /// Bytes that may wait for the server to read them.
    private static let mostWaiting = 64 << 20
    /// Microseconds in which a server may end of itself, and then after TERM.
    private static let grace: Int64 = 2_000_000
    /// Microseconds in which a server that has closed its input or output may end of itself.
    private static let patience: Int64 = 200_000

    private let program: RunningProgram
    private let ears: StdioEars
    private let time: any Timekeeper

    /// Starts the program.
    init(_ program: Program, for connection: MCPConnection, time: any Timekeeper) throws(Program.LaunchError) {
        self.time = time
        let ears = StdioEars(connection)
        self.ears = ears
        self.program = try RunningProgram(
            program, limit: 0, keepsInput: true,
            onOutput: { stream, bytes in ears.hear(bytes, from: stream) },
            onClose: { stream in ears.close(stream) },
            onEnd: { outcome in ears.end(outcome) })
        ears.onFault { [weak self] fault in self?.end(fault) }
    }

    func carry(_ message: MCPOutgoing, for connection: MCPConnection) async {
        switch send(message) {
        case .taken:
            break
        case .full:
            connection.lose(message.id, .lost("\(connection.server) (an MCP server) does not read what it is asked"))
        case .closed:
            // It is about to end, or is made to; its end is the answer.
            end(.closed("closed its input"))
        }
    }

    func post(_ message: MCPOutgoing) {
        _ = send(message)
    }

    func close() async {
        program.closeInput()
        for (delay, signal) in [(Self.grace, SIGTERM), (2 * Self.grace, SIGKILL)] {
            ears.hold(time.wake(at: time.now() + delay) { [program] in program.signal(signal) })
        }
        _ = await program.outcome()
    }

    func abort() {
        program.signal(SIGKILL)
    }

    private func end(_ fault: StdioEars.Fault) {
        switch fault {
        case .endlessLine:
            abort()
        case .closed(let what):
            // As a rule it is just ending, and its own end says more.
            for (delay, signal) in [(Self.patience, SIGTERM), (Self.patience + Self.grace, SIGKILL)] {
                let alarm = time.wake(at: time.now() + delay) { [program, ears] in
                    ears.explain("\(what) and was ended")
                    program.signal(signal)
                }
                ears.hold(alarm)
            }
        }
    }

    private func send(_ message: MCPOutgoing) -> RunningProgram.Sending {
        program.send(message.text + [0x0a], mostWaiting: Self.mostWaiting)
    }
}
