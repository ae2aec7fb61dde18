internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// Finds out by asking what an endpoint supports: a few small requests that cost some hundred tokens.
public struct ProviderProbe: Sendable {
    public struct Finding: Sendable, Hashable {
        public enum Verdict: String, Sendable {
            case yes
            case no
            /// The answers do not tell.
            case unclear
        }

        /// What was asked for.
        public var subject: String
        public var verdict: Verdict
        /// What came.
        public var words: String
    }

    private let provider: any ModelProvider
    private let model: String

    public init(provider: any ModelProvider, model: String) {
        self.provider = provider
        self.model = model
    }

    private static let weather = Tool(
        name: "get_weather", description: "The weather in one city, now.",
        parameters: [
            "type": "object", "properties": ["city": ["type": "string"]], "required": ["city"], "additionalProperties": false,
        ]
    ) { _, _ in .text("") }

    private static let prompt =
        "What is the weather in Tokyo, in London and in Paris? Call get_weather for all three cities at once, in this one reply."

    /// Asks one thing after the other; where nothing can be reached it stops at the first.
    ///
    /// - Parameter report: Is told each finding as it is made.
    public func findings(_ report: (Finding) -> Void = { _ in }) async -> [Finding] {
        var findings: [Finding] = []
        func found(_ subject: String, _ verdict: Finding.Verdict, _ words: String) {
            let finding = Finding(subject: subject, verdict: verdict, words: words)
            findings.append(finding)
            report(finding)
        }
        switch await ask({ $0.isStreamed = false }) {
        case .failure(let error):
            found("reply", .no, error.error.message)
            return findings
        case .success(let answer):
            let named = answer.reply.model.map { ", from \($0)" } ?? ""
            found("reply", .yes, "a reply came\(named)")
            found("calls", answer.reply.calls.isEmpty ? .no : .yes, Self.words(answer.reply))
            let several = answer.reply.calls.count > 1
            found(
                "several calls", several ? .yes : .unclear, several ? "\(answer.reply.calls.count) in one reply" : Self.words(answer.reply))
        }
        switch await ask({ $0.isStreamed = true }) {
        case .failure(let error): found("streaming", .no, error.error.message)
        case .success(let answer):
            found(
                "streaming", answer.pieces > 1 ? .yes : .no,
                answer.pieces > 1 ? "it came in \(answer.pieces) pieces" : "it came in one piece, though asked for in several")
        }
        switch await ask({ $0.allowsParallelCalls = false }) {
        case .failure(let error): found("one call at a time", .no, error.error.message)
        case .success(let answer):
            let count = answer.reply.calls.count
            found(
                "one call at a time", count == 1 ? .yes : count > 1 ? .no : .unclear,
                count > 1
                    ? "\(count) calls came, though one was asked for; --no-parallel still runs them one by one" : Self.words(answer.reply))
        }
        switch await ask({ $0.isStrict = true }) {
        case .failure(let error): found("strict schemas", .no, error.error.message)
        case .success(let answer):
            let fits = answer.reply.calls.allSatisfy { (try? JSONValue(parsing: $0.arguments))?["city"]?.string != nil }
            found(
                "strict schemas", answer.reply.calls.isEmpty ? .unclear : fits ? .yes : .no,
                fits ? "taken, and the arguments fit" : "taken, and the arguments do not fit all the same")
        }
        return findings
    }

    private struct Answer {
        var reply: Reply
        var pieces: Int
    }

    private func ask(_ change: (inout RequestOptions) -> Void) async -> Result<Answer, ModelError> {
        var conversation = Conversation(form: provider.form, system: AgentOptions.encouragement)
        conversation.ask(Self.prompt)
        var options = RequestOptions(model: model, tools: [Self.weather], longestReply: 1000)
        change(&options)
        let pieces = Guarded(0)
        do {
            let reply = try await provider.reply(
                to: ModelRequest(body: conversation.request(options), isStreamed: options.isStreamed)
            ) { new in
                pieces.withLock { $0 += new.count }
            }
            return .success(Answer(reply: reply, pieces: pieces.withLock { $0 }))
        } catch {
            return .failure(error)
        }
    }

    private static func words(_ reply: Reply) -> String {
        switch reply.calls.count {
        case 0: "no call came\(reply.finish == .length ? ": the reply was cut off" : "; the model answered in words")"
        case 1: "one call came"
        case let count: "\(count) calls came"
        }
    }
}
