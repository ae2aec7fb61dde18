import FanoutEvents
import FanoutJSON
import FanoutSession
import Foundation

/// What a parser of Claude Code's lines hands on.
struct ClaudeRun: EventReceiver {
    var headers: [Header] = []
    var events: [Event] = []
    var offsets: [Int64] = []
    var problems: [EventProblem] = []

    mutating func open(_ header: Header, session: Int) { headers.append(header) }
    mutating func report(_ problem: EventProblem) { problems.append(problem) }
    mutating func take(_ event: Event, session: Int, offset: Int64) {
        events.append(event)
        offsets.append(offset)
    }

    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/claude")

    static func fixture(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: fixtures.appending(path: name))) }

    /// Reads all of some bytes, in pieces of a size.
    init(
        _ bytes: [UInt8], _ dialect: ClaudeParser.Dialect = .transcript, session: ClaudeSession = ClaudeSession(hookDirectory: nil),
        agent: String? = nil, withPayloads: Bool = true, piece: Int = .max, arrival: EventReader.Arrival = .later(1_795_300_000_000_000),
        isWhole: Bool = true
    ) {
        let parser = ClaudeParser(dialect, EventReader.Options(withPayloads: withPayloads), session: session, agent: agent)
        var rest = bytes[...]
        while !rest.isEmpty {
            let next = Array(rest.prefix(piece))
            rest = rest.dropFirst(next.count)
            next.withUnsafeBytes { parser.read($0, arrival: arrival, into: &self) }
        }
        if isWhole {
            parser.finish(arrival: arrival, into: &self)
        }
    }

    /// Reads lines that are written as they matter: what every line of the conversation has is put in.
    init(lines: [String], _ dialect: ClaudeParser.Dialect = .transcript, session: ClaudeSession = ClaudeSession(hookDirectory: nil)) {
        self.init(Array(ClaudeRun.whole(lines).utf8), dialect, session: session)
    }

    /// Lines such as `1 user "content":"hi"`: the second at which it was written, its type, and the fields that matter; of a conversation's
    /// line, `"content"` is the message's.
    static func whole(_ lines: [String]) -> String {
        var text = ""
        for (number, line) in lines.enumerated() {
            guard !line.hasPrefix("{") else {
                text += line + "\n"
                continue
            }
            let parts = line.split(separator: " ", maxSplits: 2).map(String.init)
            let time = "2026-11-21T02:00:\(parts[0].count < 2 ? "0" : "")\(parts[0]).000Z"
            text += #"{"type":"\#(parts[1])","uuid":"line-\#(number)","timestamp":"\#(time)","sessionId":"s",\#(parts[2])}"# + "\n"
        }
        return text
    }

    /// Each event in few words: its instant in milliseconds with a mark where it was not measured, what it is, and what tells it from others.
    var brief: [String] { events.map { Self.brief($0) } }

    static func brief(_ event: Event) -> String {
        let mark =
            switch event.approx {
            case nil: ""
            case .upper?: "≤"
            case .lower?: "≥"
            case .inferred?: "~"
            case .arrival?: "@"
            case .order?: "#"
            }
        let agent = event.agent.map { "[\($0)] " } ?? ""
        let words: [String?] =
            switch event.body {
            case .message(let body): [body.role, body.text]
            case .turnStarted(let body): ["turn", "\(body.turn)", body.parent.map { "of \($0)" }]
            case .turnFinished(let body): ["turn", "\(body.turn)", body.outcome.rawValue]
            case .modelStarted(let body): [body.request, "asked", body.model]
            case .modelOutput(let body): [body.request, body.kind.rawValue, body.text]
            case .modelRetrying(let body): [body.request, "retries", body.error?.message, body.delay.map { "in \($0 / 1000)" }]
            case .modelFinished(let body):
                [body.request, body.finish.rawValue, body.error?.kind.rawValue, body.usage.map { "\($0.input ?? -1)/\($0.output ?? -1)" }]
            case .callAnnounced(let body): [body.call, "announced", body.name, body.index.map { "#\($0)" }]
            case .callRequested(let body): [body.call, "requested", body.name, body.index.map { "#\($0)" }]
            case .callQueued(let body): [body.call, "waits", body.why.rawValue]
            case .callDecided(let body): [body.call, body.decision.rawValue, body.by]
            case .callStarted(let body): [body.call, "starts"]
            case .callProgress(let body): [body.call, "progress", body.message]
            case .callFinished(let body):
                [
                    body.call, body.outcome.rawValue, body.error?.kind.rawValue, body.run.map { "ran \($0 / 1000)" },
                    body.detached ? "detached" : nil,
                ]
            case .callReleased(let body): [body.call, "released"]
            case .marker(let body): ["marker", body.label, body.text]
            case .sessionFinished(let body): ["session", body.outcome.rawValue]
            case .toolDeclared, .callOutput, .callRetrying, .other: ["?"]
            }
        return "\(mark)\(event.t / 1000) \(agent)\(words.compactMap { $0 }.joined(separator: " "))"
    }
}
