internal import FanoutJSON

/// Finds out how a server wants to be spoken to: asks as the newest revision has it, and turns to the handshake where that is not understood.
///
/// A step says what to ask; the next one follows from the answer.
struct MCPNegotiation: Sendable {
    enum Step: Sendable, Hashable {
        /// Ask `server/discover`. Where it is only a question, silence is an answer.
        case discover(isQuestion: Bool)
        /// Ask `initialize`, as of this revision.
        case initialize(String)
        /// The handshake is over but for `notifications/initialized`.
        case announce(MCPEra)
        case ready(MCPEra)
        /// Why there is no way: the end of a sentence that begins with the server's name.
        case failed(String)
    }

    enum Answer: Sendable {
        case result(JSONValue)
        case fault(MCPFault)
        case silence
    }

    private enum State {
        case new
        case asked
        /// `afterSilence`: whether the server may yet turn out to know nothing of handshakes.
        case initializing(afterSilence: Bool)
        case askedAgain
        case over
    }

    private var state = State.new
    /// Whether it is known that the server wants the handshake.
    private let isHandshakeKnown: Bool
    /// What the server may be told from the handshake on: whether it takes `logging/setLevel`.
    private(set) var takesLogLevel = false

    init(isHandshakeKnown: Bool = false) {
        self.isHandshakeKnown = isHandshakeKnown
    }

    mutating func begin() -> Step {
        guard !isHandshakeKnown else { return initialize(afterSilence: false) }
        state = .asked
        return .discover(isQuestion: true)
    }

    mutating func next(_ answer: Answer) -> Step {
        switch state {
        case .asked: discovered(answer)
        case .initializing(let afterSilence): initialized(answer, afterSilence)
        case .askedAgain: discoveredAtLast(answer)
        case .new, .over: end(.failed("was asked out of turn"))
        }
    }

    private mutating func discovered(_ answer: Answer) -> Step {
        let revisions: [String]
        switch answer {
        case .result(let result):
            guard let listed = Self.revisions(result["supportedVersions"]) else { return initialize(afterSilence: false) }
            revisions = listed
        case .fault(let fault):
            guard fault.code == MCPFault.unsupportedVersion, let listed = Self.revisions(fault.data?["supported"]) else {
                return initialize(afterSilence: false)
            }
            revisions = listed
        case .silence:
            return initialize(afterSilence: true)
        }
        if let modern = MCPEra.modernRevisions.first(where: revisions.contains) {
            return end(.ready(.modern(modern)))
        }
        guard MCPEra.handshakeRevisions.contains(where: revisions.contains) else { return end(Self.unknown(revisions)) }
        return initialize(afterSilence: false)
    }

    private mutating func initialized(_ answer: Answer, _ afterSilence: Bool) -> Step {
        switch answer {
        case .result(let result):
            guard let revision = result["protocolVersion"]?.string else {
                return end(.failed("answers initialize without a protocolVersion; it does not speak MCP"))
            }
            guard MCPEra.handshakeRevisions.contains(revision) else { return end(Self.unknown([revision])) }
            takesLogLevel = result["capabilities"]?["logging"]?.object != nil
            return end(.announce(.handshake(revision)))
        case .fault where afterSilence:
            // It was slow to start, and not silent.
            state = .askedAgain
            return .discover(isQuestion: false)
        case .fault(let fault):
            return end(.failed("refuses to begin: \(fault.words)"))
        case .silence:
            return end(.failed("does not answer; is it an MCP server?"))
        }
    }

    private mutating func discoveredAtLast(_ answer: Answer) -> Step {
        guard case .result(let result) = answer, let revisions = Self.revisions(result["supportedVersions"]) else {
            return end(.failed("understands neither server/discover nor initialize; is it an MCP server?"))
        }
        guard let modern = MCPEra.modernRevisions.first(where: revisions.contains) else { return end(Self.unknown(revisions)) }
        return end(.ready(.modern(modern)))
    }

    private mutating func initialize(afterSilence: Bool) -> Step {
        state = .initializing(afterSilence: afterSilence)
        return .initialize(MCPEra.handshakeRevisions[0])
    }

    private mutating func end(_ step: Step) -> Step {
        state = .over
        return step
    }

    private static func revisions(_ value: JSONValue?) -> [String]? {
        value?.array?.compactMap(\.string)
    }

    private static func unknown(_ revisions: [String]) -> Step {
        let spoken = revisions.isEmpty ? "no revision of the protocol" : revisions.joined(separator: ", ")
        return .failed("speaks \(spoken); Fanout speaks \(MCPEra.known)")
    }
}
