public import FanoutJSON

// The fields of each kind of event, under the names of the format. `Optional<…>` is written out for the reason that Event+CallFields gives.

extension Event {
    public struct ToolDeclared: Sendable, Hashable {
        public var name: String
        /// Resources that it reads, and those that it writes.
        public var reads: [String] = []
        public var writes: [String] = []
        public var sequential = false
        public var readOnly = false
        public var repeatable = false
        public var pool: String?
        public var limit: Int?
        public var rate: Rate?
        public var timeout: Int64?

        public init(name: String) { self.name = name }
    }

    /// How many calls may start in an interval.
    public struct Rate: Sendable, Hashable {
        public var calls: Int
        /// Microseconds.
        public var per: Int64

        public init(calls: Int, per: Int64) {
            self.calls = calls
            self.per = per
        }
    }

    public struct TurnStarted: Sendable, Hashable {
        /// From 1, unique in the session.
        public var turn: Int
        public var title: Optional<String>
        public var strategy: Optional<String>
        public var limit: Optional<Int>
        /// The call whose work this turn is.
        public var parent: Optional<String>

        public init(turn: Int, title: String? = nil, strategy: String? = nil, limit: Int? = nil, parent: String? = nil) {
            self.turn = turn
            self.title = title
            self.strategy = strategy
            self.limit = limit
            self.parent = parent
        }
    }

    public struct Message: Sendable, Hashable {
        public var role: String
        public var text: Optional<String>
        public var turn: Optional<Int>
        /// The API's own form.
        public var raw: Optional<JSONText>

        public init(role: String, text: String? = nil, turn: Int? = nil, raw: JSONText? = nil) {
            self.role = role
            self.text = text
            self.turn = turn
            self.raw = raw
        }
    }

    public struct ModelStarted: Sendable, Hashable {
        public var turn: Optional<Int>
        /// Names one request of the session.
        public var request: String
        public var provider: Optional<String>
        public var model: Optional<String>

        public init(turn: Int?, request: String, provider: String? = nil, model: String? = nil) {
            self.turn = turn
            self.request = request
            self.provider = provider
            self.model = model
        }
    }

    public struct ModelOutput: Sendable, Hashable {
        public var turn: Optional<Int>
        public var request: String
        public var kind: OutputKind
        public var text: String

        public init(turn: Int?, request: String, kind: OutputKind, text: String) {
            self.turn = turn
            self.request = request
            self.kind = kind
            self.text = text
        }
    }

    public struct ModelRetrying: Sendable, Hashable {
        public var turn: Optional<Int>
        public var request: String
        public var attempt: Optional<Int>
        public var error: Optional<CallError>
        /// Microseconds.
        public var delay: Optional<Int64>

        public init(turn: Int?, request: String, attempt: Int?, error: CallError?, delay: Int64?) {
            self.turn = turn
            self.request = request
            self.attempt = attempt
            self.error = error
            self.delay = delay
        }
    }

    public struct ModelFinished: Sendable, Hashable {
        public var turn: Optional<Int>
        public var request: String
        public var finish: Finish
        /// The API's own word.
        public var reason: Optional<String>
        public var usage: Optional<Usage>
        public var error: Optional<CallError>

        public init(turn: Int?, request: String, finish: Finish, reason: String? = nil, usage: Usage? = nil, error: CallError? = nil) {
            self.turn = turn
            self.request = request
            self.finish = finish
            self.reason = reason
            self.usage = usage
            self.error = error
        }
    }

    /// Tokens.
    public struct Usage: Sendable, Hashable {
        public var input: Optional<Int>
        public var output: Optional<Int>
        public var cached: Optional<Int>

        public init(input: Int? = nil, output: Int? = nil, cached: Int? = nil) {
            self.input = input
            self.output = output
            self.cached = cached
        }
    }

    public struct TurnFinished: Sendable, Hashable {
        public var turn: Int
        public var outcome: TurnOutcome

        public init(turn: Int, outcome: TurnOutcome) {
            self.turn = turn
            self.outcome = outcome
        }
    }

    public struct Marker: Sendable, Hashable {
        public var label: String
        public var kind: Optional<MarkerKind>
        public var text: Optional<String>
        public var call: Optional<String>
        /// Microseconds since the session's start.
        public var until: Optional<Int64>

        public init(label: String, kind: MarkerKind? = nil, text: String? = nil, call: String? = nil, until: Int64? = nil) {
            self.label = label
            self.kind = kind
            self.text = text
            self.call = call
            self.until = until
        }
    }

    public struct SessionFinished: Sendable, Hashable {
        public var outcome: SessionOutcome

        public init(outcome: SessionOutcome) { self.outcome = outcome }
    }
}

extension Event.Body {
    /// The call that it is about, if it is about one.
    public var call: String? {
        switch self {
        case .callAnnounced(let event): event.call
        case .callRequested(let event): event.call
        case .callQueued(let event): event.call
        case .callDecided(let event): event.call
        case .callStarted(let event): event.call
        case .callProgress(let event): event.call
        case .callOutput(let event): event.call
        case .callRetrying(let event): event.call
        case .callFinished(let event): event.call
        case .callReleased(let event): event.call
        case .toolDeclared, .turnStarted, .message, .modelStarted, .modelOutput, .modelRetrying, .modelFinished, .turnFinished, .marker,
            .sessionFinished, .other:
            nil
        }
    }
}
