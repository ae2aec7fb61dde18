public import FanoutJSON

// The fields of the events of a call, under the names of the format.
//
// Why `Optional<…>` is written out, and why no field has a default: a `String?` is nil before an initialiser sets it, and a value whose fields are set
// twice is built in one place and copied to another. Events are made and handed on by the million.

extension Event {
    public struct CallAnnounced: Sendable, Hashable {
        public var turn: Optional<Int>
        public var call: String
        public var name: Optional<String>
        /// The call's place in the reply, from 0.
        public var index: Optional<Int>

        public init(turn: Int?, call: String, name: String?, index: Int?) {
            self.turn = turn
            self.call = call
            self.name = name
            self.index = index
        }
    }

    public struct CallRequested: Sendable, Hashable {
        public var turn: Optional<Int>
        public var call: String
        public var name: Optional<String>
        /// The call's place in the reply, from 0.
        public var index: Optional<Int>
        /// An object, or a string where the arguments are not JSON.
        public var arguments: Optional<JSONText>
        private var details: Rare<Details>

        private struct Details: RareFields {
            var id: String?
            var after: [String] = []
            var parent: String?
            var retryOf: String?
            var expected: Expected?
            var redacted: [String] = []
        }

        /// The provider's own id, where ``call`` differs from it.
        public var id: String? {
            get { details.fields?.id }
            set { details.change { $0.id = newValue } }
        }

        /// Calls whose results it refers to.
        public var after: [String] {
            get { details.fields?.after ?? [] }
            set { details.change { $0.after = newValue } }
        }

        public var parent: String? {
            get { details.fields?.parent }
            set { details.change { $0.parent = newValue } }
        }

        public var retryOf: String? {
            get { details.fields?.retryOf }
            set { details.change { $0.retryOf = newValue } }
        }

        public var expected: Expected? {
            get { details.fields?.expected }
            set { details.change { $0.expected = newValue } }
        }

        /// Paths of what was cut from the arguments.
        public var redacted: [String] {
            get { details.fields?.redacted ?? [] }
            set { details.change { $0.redacted = newValue } }
        }

        public init(turn: Int?, call: String, name: String?, index: Int?, arguments: JSONText? = nil) {
            self.turn = turn
            self.call = call
            self.name = name
            self.index = index
            self.arguments = arguments
            details = Rare()
        }
    }

    /// How long a call is likely to run, from earlier ones; microseconds.
    public struct Expected: Sendable, Hashable {
        public var p50: Optional<Int64>
        public var p95: Optional<Int64>
        /// How many earlier runs.
        public var n: Optional<Int>

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
        public var on: [String]

        public init(call: String, why: Wait, on: [String] = []) {
            self.call = call
            self.why = why
            self.on = on
        }
    }

    public struct CallDecided: Sendable, Hashable {
        public var call: String
        public var decision: Decision
        public var by: Optional<String>
        public var scope: Optional<DecisionScope>

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
        public var attempt: Optional<Int>
        public var name: Optional<String>
        public var turn: Optional<Int>
        /// The call whose end let it start.
        public var freedBy: Optional<String>
        private var details: Rare<Details>

        private struct Details: RareFields {
            var arguments: JSONText?
            var worker: String?
        }

        /// The arguments with references resolved, where they differ from what was asked.
        public var arguments: JSONText? {
            get { details.fields?.arguments }
            set { details.change { $0.arguments = newValue } }
        }

        public var worker: String? {
            get { details.fields?.worker }
            set { details.change { $0.worker = newValue } }
        }

        public init(
            call: String, attempt: Int? = nil, name: String? = nil, turn: Int? = nil, arguments: JSONText? = nil, freedBy: String? = nil,
            worker: String? = nil
        ) {
            self.call = call
            self.attempt = attempt
            self.name = name
            self.turn = turn
            self.freedBy = freedBy
            details = Rare()
            if arguments != nil || worker != nil {
                details.change {
                    $0.arguments = arguments
                    $0.worker = worker
                }
            }
        }
    }

    public struct CallProgress: Sendable, Hashable {
        public var call: String
        public var done: Optional<Double>
        public var total: Optional<Double>
        public var message: Optional<String>

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
        public var stream: Optional<OutputStream>

        public init(call: String, text: String, stream: OutputStream? = nil) {
            self.call = call
            self.text = text
            self.stream = stream
        }
    }

    public struct CallRetrying: Sendable, Hashable {
        public var call: String
        /// The one that failed.
        public var attempt: Optional<Int>
        public var error: Optional<CallError>
        /// Microseconds until the next.
        public var delay: Optional<Int64>

        public init(call: String, attempt: Int?, error: CallError?, delay: Int64?) {
            self.call = call
            self.attempt = attempt
            self.error = error
            self.delay = delay
        }
    }

    public struct CallFinished: Sendable, Hashable {
        public var call: String
        public var result: Optional<JSONText>
        public var outcome: Outcome
        /// Of the whole result.
        public var bytes: Optional<Int64>
        /// What the model was given of it.
        public var sentBytes: Optional<Int64>
        /// Its work goes on, and nobody waits for it.
        public var abandoned: Bool
        /// Its work goes on in the background, as asked.
        public var detached: Bool
        @usableFromInline var details: Rare<Details>

        @usableFromInline
        struct Details: RareFields {
            var error: CallError?
            var run: Int64?
            var sharedWith: String?

            @usableFromInline
            init() {}
        }

        public var error: CallError? {
            get { details.fields?.error }
            set { details.change { $0.error = newValue } }
        }

        /// Microseconds, measured elsewhere.
        public var run: Int64? {
            get { details.fields?.run }
            set { details.change { $0.run = newValue } }
        }

        public var sharedWith: String? {
            get { details.fields?.sharedWith }
            set { details.change { $0.sharedWith = newValue } }
        }

        /// Inlined, since most of it is nil wherever it is made.
        @inlinable @inline(__always)
        public init(
            call: String, outcome: Outcome, error: CallError? = nil, result: JSONText? = nil, bytes: Int64? = nil, sentBytes: Int64? = nil,
            run: Int64? = nil, sharedWith: String? = nil, abandoned: Bool = false, detached: Bool = false
        ) {
            self.call = call
            self.outcome = outcome
            self.result = result
            self.bytes = bytes
            self.sentBytes = sentBytes
            self.abandoned = abandoned
            self.detached = detached
            details = Rare()
            if error != nil || run != nil || sharedWith != nil {
                setDetails(error, run, sharedWith)
            }
        }

        @usableFromInline
        mutating func setDetails(_ error: CallError?, _ run: Int64?, _ sharedWith: String?) {
            details.change {
                $0.error = error
                $0.run = run
                $0.sharedWith = sharedWith
            }
        }
    }

    public struct CallReleased: Sendable, Hashable {
        public var call: String

        public init(call: String) { self.call = call }
    }
}
