public import FanoutJSON

// The fields of each kind of event, under the names of the format.

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
        public var title: String?
        public var strategy: String?
        public var limit: Int?
        /// The call whose work this turn is.
        public var parent: String?

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
        public var text: String?
        public var turn: Int?
        /// The API's own form.
        public var raw: JSONText?

        public init(role: String, text: String? = nil, turn: Int? = nil, raw: JSONText? = nil) {
            self.role = role
            self.text = text
            self.turn = turn
            self.raw = raw
        }
    }

    public struct ModelStarted: Sendable, Hashable {
        public var turn: Int?
        /// Names one request of the session.
        public var request: String
        public var provider: String?
        public var model: String?

        public init(turn: Int?, request: String, provider: String? = nil, model: String? = nil) {
            self.turn = turn
            self.request = request
            self.provider = provider
            self.model = model
        }
    }

    public struct ModelOutput: Sendable, Hashable {
        public var turn: Int?
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
        public var turn: Int?
        public var request: String
        public var attempt: Int?
        public var error: CallError?
        /// Microseconds.
        public var delay: Int64?

        public init(turn: Int?, request: String, attempt: Int?, error: CallError?, delay: Int64?) {
            self.turn = turn
            self.request = request
            self.attempt = attempt
            self.error = error
            self.delay = delay
        }
    }

    public struct ModelFinished: Sendable, Hashable {
        public var turn: Int?
        public var request: String
        public var finish: Finish
        /// The API's own word.
        public var reason: String?
        public var usage: Usage?
        public var error: CallError?

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
        public var input: Int?
        public var output: Int?
        public var cached: Int?

        public init(input: Int? = nil, output: Int? = nil, cached: Int? = nil) {
            self.input = input
            self.output = output
            self.cached = cached
        }
    }

    public struct CallAnnounced: Sendable, Hashable {
        public var turn: Int?
        public var call: String
        public var name: String?
        /// The call's place in the reply, from 0.
        public var index: Int?

        public init(turn: Int?, call: String, name: String?, index: Int?) {
            self.turn = turn
            self.call = call
            self.name = name
            self.index = index
        }
    }

    public struct CallRequested: Sendable, Hashable {
        public var turn: Int?
        public var call: String
        public var name: String?
        /// The call's place in the reply, from 0.
        public var index: Int?
        /// An object, or a string where the arguments are not JSON.
        public var arguments: JSONText?
        private var details: Boxed<Details>?

        /// What few calls have, kept apart so that the others are light to hand on.
        private struct Details: Sendable, Hashable {
            var id: String?
            var after: [String] = []
            var parent: String?
            var retryOf: String?
            var expected: Expected?
            var redacted: [String] = []
        }

        /// The provider's own id, where ``call`` differs from it.
        public var id: String? {
            get { details?.value.id }
            set { change { $0.id = newValue } }
        }

        /// Calls whose results it refers to.
        public var after: [String] {
            get { details?.value.after ?? [] }
            set { change { $0.after = newValue } }
        }

        public var parent: String? {
            get { details?.value.parent }
            set { change { $0.parent = newValue } }
        }

        public var retryOf: String? {
            get { details?.value.retryOf }
            set { change { $0.retryOf = newValue } }
        }

        public var expected: Expected? {
            get { details?.value.expected }
            set { change { $0.expected = newValue } }
        }

        /// Paths of what was cut from the arguments.
        public var redacted: [String] {
            get { details?.value.redacted ?? [] }
            set { change { $0.redacted = newValue } }
        }

        private mutating func change(_ body: (inout Details) -> Void) {
            var changed = details?.value ?? Details()
            body(&changed)
            guard changed != details?.value else { return }
            details = changed == Details() ? nil : Boxed(changed)
        }

        public init(turn: Int?, call: String, name: String?, index: Int?, arguments: JSONText? = nil) {
            self.turn = turn
            self.call = call
            self.name = name
            self.index = index
            self.arguments = arguments
        }
    }

    /// How long a call is likely to run, from earlier ones; microseconds.
    public struct Expected: Sendable, Hashable {
        public var p50: Int64?
        public var p95: Int64?
        /// How many earlier runs.
        public var n: Int?

        public init(p50: Int64?, p95: Int64?, n: Int?) {
            self.p50 = p50
            self.p95 = p95
            self.n = n
        }
    }

    public struct CallQueued: Sendable, Hashable {
        public var call: String
        public var why: Wait
        /// The calls, the resource or the pool it waits for.
        public var on: [String] = []

        public init(call: String, why: Wait, on: [String] = []) {
            self.call = call
            self.why = why
            self.on = on
        }
    }

    public struct CallDecided: Sendable, Hashable {
        public var call: String
        public var decision: Decision
        public var by: String?
        public var scope: DecisionScope?

        public init(call: String, decision: Decision, by: String? = nil, scope: DecisionScope? = nil) {
            self.call = call
            self.decision = decision
            self.by = by
            self.scope = scope
        }
    }

    public struct CallStarted: Sendable, Hashable {
        public var call: String
        /// From 1.
        public var attempt: Int?
        public var name: String?
        public var turn: Int?
        /// The arguments with references resolved, where they differ from what was asked.
        public var arguments: JSONText?
        /// The call whose end let it start.
        public var freedBy: String?
        public var worker: String?

        public init(
            call: String, attempt: Int? = nil, name: String? = nil, turn: Int? = nil, arguments: JSONText? = nil, freedBy: String? = nil,
            worker: String? = nil
        ) {
            self.call = call
            self.attempt = attempt
            self.name = name
            self.turn = turn
            self.arguments = arguments
            self.freedBy = freedBy
            self.worker = worker
        }
    }

    public struct CallProgress: Sendable, Hashable {
        public var call: String
        public var done: Double?
        public var total: Double?
        public var message: String?

        public init(call: String, done: Double? = nil, total: Double? = nil, message: String? = nil) {
            self.call = call
            self.done = done
            self.total = total
            self.message = message
        }
    }

    public struct CallOutput: Sendable, Hashable {
        public var call: String
        public var text: String
        public var stream: OutputStream?

        public init(call: String, text: String, stream: OutputStream? = nil) {
            self.call = call
            self.text = text
            self.stream = stream
        }
    }

    public struct CallRetrying: Sendable, Hashable {
        public var call: String
        /// The one that failed.
        public var attempt: Int?
        public var error: CallError?
        /// Microseconds until the next.
        public var delay: Int64?

        public init(call: String, attempt: Int?, error: CallError?, delay: Int64?) {
            self.call = call
            self.attempt = attempt
            self.error = error
            self.delay = delay
        }
    }

    public struct CallFinished: Sendable, Hashable {
        public var call: String
        public var outcome: Outcome
        public var error: CallError?
        public var result: JSONText?
        /// Of the whole result.
        public var bytes: Int64?
        /// What the model was given of it.
        public var sentBytes: Int64?
        /// Microseconds, measured elsewhere.
        public var run: Int64?
        public var sharedWith: String?
        /// Its work goes on, and nobody waits for it.
        public var abandoned = false
        /// Its work goes on in the background, as asked.
        public var detached = false

        public init(call: String, outcome: Outcome, error: CallError? = nil, result: JSONText? = nil) {
            self.call = call
            self.outcome = outcome
            self.error = error
            self.result = result
        }
    }

    public struct CallReleased: Sendable, Hashable {
        public var call: String

        public init(call: String) { self.call = call }
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
        public var kind: MarkerKind?
        public var text: String?
        public var call: String?
        /// Microseconds since the session's start.
        public var until: Int64?

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
