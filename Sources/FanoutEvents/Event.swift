public import FanoutJSON

/// Something that happened in a session, version 1 of the format.
///
/// Everything but the kind of event may be missing in what other programs write; Fanout's own engine leaves nothing out. A field
/// that this version does not know is kept in ``extra`` and written back as it stood.
public struct Event: Sendable, Hashable {
    // Optionals are written out for the reason that Event+CallFields gives.

    /// Whose event it is, where several sessions share a stream; nil stands for the last header's.
    public var session: Optional<String>
    /// Which agent of the session, where there are several.
    public var agent: Optional<String>
    /// Microseconds since the session's `started`.
    public var t: Int64
    public var body: Body
    /// Set where the instant was concluded and not measured.
    public var approx: Optional<Approximation>
    /// Fields that are not this version's, in the order they stood.
    public var extra: [ExtraField]

    public init(
        t: Int64, session: String? = nil, agent: String? = nil, approx: Approximation? = nil, _ body: Body, extra: [ExtraField] = []
    ) {
        self.session = session
        self.agent = agent
        self.t = t
        self.body = body
        self.approx = approx
        self.extra = extra
    }

    /// A field kept as it stood.
    public struct ExtraField: Sendable, Hashable {
        public var name: String
        public var value: JSONText

        public init(name: String, value: JSONText) {
            self.name = name
            self.value = value
        }
    }

    /// What is known of an instant that nobody measured.
    public enum Approximation: String, Sendable, Hashable, CaseIterable {
        /// It happened no later.
        case upper
        /// It happened no earlier.
        case lower
        /// It is when the line arrived.
        case arrival
        /// It was concluded from other events.
        case inferred
        /// Only the order is known.
        case order
    }

    /// Each kind of event, with its own fields; behind a reference where they are many, so that every event is light to hand on.
    public enum Body: Sendable, Hashable {
        /// Posted before the first call that may use the tool.
        indirect case toolDeclared(ToolDeclared)
        /// Posted before anything else of the turn; ``turnFinished(_:)`` follows.
        case turnStarted(TurnStarted)
        /// A prompt, a reply, or what a continued conversation needs.
        case message(Message)
        /// Posted when the request leaves; ``modelFinished(_:)`` follows.
        case modelStarted(ModelStarted)
        /// A piece of what the model writes.
        case modelOutput(ModelOutput)
        /// An attempt failed and another follows.
        case modelRetrying(ModelRetrying)
        /// Posted when the reply is whole, or failed.
        indirect case modelFinished(ModelFinished)
        /// Streaming: the name is known and arguments still arrive; ``callRequested(_:)`` or ``callFinished(_:)`` follows.
        case callAnnounced(CallAnnounced)
        /// The call is whole; ``callFinished(_:)`` follows.
        case callRequested(CallRequested)
        /// Posted each time it starts to wait, or waits for something else.
        case callQueued(CallQueued)
        /// An approval was answered.
        case callDecided(CallDecided)
        /// An attempt begins; ``callRetrying(_:)`` or ``callFinished(_:)`` ends it.
        case callStarted(CallStarted)
        case callProgress(CallProgress)
        /// A piece of output, before the result.
        case callOutput(CallOutput)
        /// The attempt failed and another follows.
        case callRetrying(CallRetrying)
        /// Exactly once per call. Only ``callReleased(_:)`` may follow.
        case callFinished(CallFinished)
        /// The work of an abandoned or detached call really ended.
        case callReleased(CallReleased)
        /// Posted by our engine after every call of the turn finished.
        case turnFinished(TurnFinished)
        case marker(Marker)
        /// The last event of a session.
        case sessionFinished(SessionFinished)
        /// A type that this version does not know; its fields are in ``Event/extra``.
        case other(type: String)
    }
}

/// The first line of a recording, and of each session in a stream.
public struct Header: Sendable, Hashable {
    /// The version of the format; this is version 1.
    public static let version: Int64 = 1

    public var session: String
    /// Microseconds since the Unix epoch at which the session's clock stood at zero.
    public var started: Int64
    public var title: String?
    public var source: Source?
    public var meta: JSONText?
    public var extra: [Event.ExtraField]

    public init(
        session: String, started: Int64, title: String? = nil, source: Source? = nil, meta: JSONText? = nil, extra: [Event.ExtraField] = []
    ) {
        self.session = session
        self.started = started
        self.title = title
        self.source = source
        self.meta = meta
        self.extra = extra
    }

    /// The program that wrote it.
    public struct Source: Sendable, Hashable {
        public var name: String
        public var version: String?

        public init(name: String, version: String? = nil) {
            self.name = name
            self.version = version
        }
    }
}
