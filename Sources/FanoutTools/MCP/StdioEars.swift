internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// What listens to a server that is a program: made before it, because it speaks as soon as it runs.
///
/// The poller's thread speaks to it, and whoever ends the program asks it why, so it is a class with its state behind the lock.
final class StdioEars: Sendable {
    /// Why the program must be ended.
    enum Fault: Sendable {
        case endlessLine
        /// It has closed its input or its output, and cannot go on.
        case closed(String)
    }

    private struct State {
        var lines = LineCutter(limit: StdioEars.longestLine)
        var log = LineCutter(limit: 8192)
        var reader = JSONReader()
        /// What it wrote last that is no message: the last words of one that tells its error on the wrong stream.
        var stray: [Substring] = []
        /// Why it is being ended, where that is known better than from its end.
        var reason: String?
        var onFault: (@Sendable (Fault) -> Void)?
        /// What is to happen unless it ends before.
        var alarms: [Alarm] = []
        var hasEnded = false
    }

    /// Bytes of one message; whoever sends more is ended.
    static let longestLine = 64 << 20
    /// Lines that a failure tells.
    private static let linesTold = 12
    /// After a text beyond this the parser's memory is given back.
    private static let largeText = 1 << 20

    private let connection: MCPConnection
    private let state = Guarded(State())

    init(_ connection: MCPConnection) {
        self.connection = connection
    }

    /// Has `body` called when the program must be ended.
    func onFault(_ body: @escaping @Sendable (Fault) -> Void) {
        state.withLock { $0.onFault = body }
    }

    /// Says why it is being ended, if that is not said.
    func explain(_ reason: String) {
        state.withLock { $0.reason = $0.reason ?? reason }
    }

    /// Calls an alarm off when the program ends.
    func hold(_ alarm: Alarm) {
        let isTooLate = state.withLock { state in
            if !state.hasEnded {
                state.alarms.append(alarm)
            }
            return state.hasEnded
        }
        if isTooLate {
            alarm.cancel()
        }
    }

    func hear(_ bytes: ArraySlice<UInt8>, from stream: Program.Stream) {
        switch stream {
        case .output: hearMessages(bytes)
        case .error: tell(state.withLock { $0.log.take(bytes) })
        }
    }

    /// One of its outputs has ended.
    func close(_ stream: Program.Stream) {
        switch stream {
        case .error:
            tell(state.withLock { $0.log.end() })
        case .output:
            let onFault = state.withLock { state -> (@Sendable (Fault) -> Void)? in
                guard state.reason == nil else { return nil }
                for line in state.lines.end() {
                    Self.keep(String(decoding: line.prefix(200), as: UTF8.self), &state)
                }
                return state.onFault
            }
            onFault?(.closed("closed its output"))
        }
    }

    func end(_ outcome: Program.Outcome) {
        let (reason, stray, alarms) = state.withLock { state in
            state.onFault = nil
            state.hasEnded = true
            defer { state.alarms = [] }
            return (state.reason, state.stray, state.alarms)
        }
        for alarm in alarms {
            alarm.cancel()
        }
        let said = String(decoding: outcome.errorOutput.tail, as: UTF8.self).split(separator: "\n").suffix(Self.linesTold)
        let ending = "\(connection.server) (an MCP server) \(reason ?? outcome.ending.words)"
        connection.end(.lost(([Substring(ending)] + (said.isEmpty ? stray[...] : said[...])).joined(separator: "\n")))
    }

    private func hearMessages(_ bytes: ArraySlice<UInt8>) {
        let (messages, onFault) = state.withLock { state -> ([MCPMessage], (@Sendable (Fault) -> Void)?) in
            guard state.reason == nil else { return ([], nil) }
            let lines = state.lines.take(bytes)
            guard !state.lines.wasCut else {
                state.reason = "wrote a line of more than \(Self.longestLine >> 20) MB, which is no message, and was ended"
                return ([], state.onFault)
            }
            return (lines.flatMap { Self.messages(in: $0, &state) }, nil)
        }
        for message in messages {
            connection.receive(message)
        }
        onFault?(.endlessLine)
    }

    private static func messages(in line: [UInt8], _ state: inout State) -> [MCPMessage] {
        let messages = MCPMessage.read(line, by: state.reader)
        if line.count > largeText {
            state.reader = JSONReader()
        }
        for case .other(let text) in messages {
            keep(text, &state)
        }
        return messages
    }

    private static func keep(_ stray: String, _ state: inout State) {
        state.stray = state.stray.suffix(linesTold - 1) + [stray[...]]
    }

    private func tell(_ lines: [[UInt8]]) {
        for line in lines {
            connection.log(String(decoding: line, as: UTF8.self), level: "stderr")
        }
    }
}

extension Program.Ending {
    /// How it ended, as a sentence goes on.
    fileprivate var words: String {
        switch self {
        case .exited(let status): "ended with exit status \(status)"
        case .signalled(let signal): "was ended by signal \(signal)"
        }
    }
}
