internal import FanoutJSON

/// Turns one line into a header or an event, with its instant as the producer gave it.
struct EventDecoder: ~Copyable {
    enum Line {
        /// Nothing stands in it.
        case blank
        /// It is in ``header``.
        case header
        /// It was put where it was to go.
        case event(When)
    }

    /// What a producer says about when something happened.
    enum When: Sendable {
        /// Microseconds since the session's start.
        case sinceStart(Int64)
        /// Microseconds since the Unix epoch.
        case absolute(Int64)
        case unsaid
    }

    /// The format's types of event.
    private enum Kind: String, CaseIterable, Sendable {
        case toolDeclared = "tool.declared"
        case turnStarted = "turn.started"
        case message = "message"
        case modelStarted = "model.started"
        case modelOutput = "model.output"
        case modelRetrying = "model.retrying"
        case modelFinished = "model.finished"
        case callAnnounced = "call.announced"
        case callRequested = "call.requested"
        case callQueued = "call.queued"
        case callDecided = "call.decided"
        case callStarted = "call.started"
        case callProgress = "call.progress"
        case callOutput = "call.output"
        case callRetrying = "call.retrying"
        case callFinished = "call.finished"
        case callReleased = "call.released"
        case turnFinished = "turn.finished"
        case marker = "marker"
        case sessionFinished = "session.finished"
    }

    private static let kinds = WordTable<Kind>()

    /// Whether the format knows a type of event of this name.
    static func isType(_ name: String) -> Bool { Kind(rawValue: name) != nil }

    private let kinds = Self.kinds
    private let reader = JSONReader()
    private var fields: EventFields
    /// The header decoded last, kept here so that it need not be handed about.
    private(set) var header = Header(session: "", started: 0)
    private let longestLine: Int

    init(_ options: EventReader.Options) {
        fields = EventFields(withPayloads: options.withPayloads)
        longestLine = options.longestLine
    }

    /// Says which bytes the next lines lie in, as ``JSONReader/expect(_:)`` has it.
    func expect(_ lines: UnsafeBufferPointer<UInt8>) { reader.expect(lines) }

    /// Decodes a line of a stream.
    ///
    /// - Parameters:
    ///   - isEnded: False for what is left where the stream ends.
    ///   - event: Where an event goes: it is too large to be handed about.
    mutating func decode(_ line: StreamLines.Line, isEnded: Bool, into event: inout Event) throws(EventProblem.Fault) -> Line {
        guard !line.isTooLong else { throw .tooLong(limit: longestLine) }
        guard !line.isBlank else { return .blank }
        do {
            return try decode(line.text, into: &event)
        } catch {
            // What is whole and yet no event is at fault for another reason.
            if !isEnded, case .notJSON = error { throw .torn }
            throw error
        }
    }

    /// Decodes one line that 64 readable bytes follow.
    private mutating func decode(_ line: UnsafeBufferPointer<UInt8>, into event: inout Event) throws(EventProblem.Fault) -> Line {
        let root: JSONElement
        do {
            root = try reader.read(padded: line)
        } catch {
            throw .notJSON(error)
        }
        guard fields.load(root, line: line) else {
            throw .notAnObject
        }
        guard let type = fields.utf8(.type) else {
            guard fields.has(.fanout) else {
                throw .noType
            }
            header = try readHeader()
            return .header
        }
        let kind = kinds.word(type)
        fields.drop(.type)
        let when = when()
        let session = fields.string(.session)
        let agent = fields.string(.agent)
        let approx: Event.Approximation? = fields.word(.approx)
        // An instant that is none gets another, and both must not be written side by side.
        fields.drop(.t)
        fields.drop(.approx)
        if let kind {
            event.body = try body(kind)
        } else {
            event.body = .other(type: String(decoding: type, as: UTF8.self))
        }
        event.session = session
        event.agent = agent
        event.approx = approx
        event.extra = fields.rest()
        return .event(when)
    }

    private mutating func when() -> When {
        if let t = fields.integer(.t) {
            return .sinceStart(Instant.held(t))
        }
        if let seconds = fields.element(.time)?.double, abs(seconds) < 9e12 {
            // The nearest microsecond; a double of today's date holds a quarter of one.
            let instant = Int64(seconds * 1_000_000 + (seconds < 0 ? -0.5 : 0.5))
            if Instant.written.contains(instant) {
                fields.drop(.time)
                return .absolute(instant)
            }
        }
        if let bytes = fields.utf8(.time), let instant = Instant.microseconds(rfc3339: String(decoding: bytes, as: UTF8.self)) {
            fields.drop(.time)
            return .absolute(instant)
        }
        return .unsaid
    }

    private mutating func readHeader() throws(EventProblem.Fault) -> Header {
        guard let version = fields.integer(.fanout), let session = fields.string(.session), let text = fields.string(.started),
            let started = Instant.microseconds(rfc3339: text)
        else {
            throw .badHeader
        }
        guard version == Header.version else {
            throw .otherVersion(version)
        }
        var source: Header.Source?
        if let value = fields.element(.source), let name = value.field("name")?.string {
            source = Header.Source(name: name, version: value.field("version")?.string)
            fields.drop(.source)
        }
        return Header(
            session: session, started: started, title: fields.string(.title), source: source, meta: fields.payload(.meta),
            extra: fields.rest())
    }

    private mutating func call() throws(EventProblem.Fault) -> String {
        guard let call = fields.string(.call) else {
            throw .missing("call")
        }
        return call
    }

    private mutating func body(_ kind: Kind) throws(EventProblem.Fault) -> Event.Body {
        switch kind {
        case .toolDeclared:
            guard let name = fields.string(.name) else { throw .missing("name") }
            var tool = Event.ToolDeclared(name: name)
            tool.reads = fields.list(.reads)
            tool.writes = fields.list(.writes)
            tool.sequential = fields.flag(.sequential)
            tool.readOnly = fields.flag(.readOnly)
            tool.repeatable = fields.flag(.repeatable)
            tool.pool = fields.string(.pool)
            tool.limit = fields.int(.limit)
            if let rate = fields.numbers(.rate), let calls = rate["calls"], let per = rate["per_us"] {
                tool.rate = Event.Rate(calls: Int(clamping: calls), per: per)
            }
            tool.timeout = fields.integer(.timeout)
            return .toolDeclared(tool)
        case .turnStarted:
            guard let turn = fields.int(.turn) else { throw .missing("turn") }
            return .turnStarted(
                Event.TurnStarted(
                    turn: turn, title: fields.string(.title), strategy: fields.string(.strategy), limit: fields.int(.limit),
                    parent: fields.string(.parent)))
        case .message:
            return .message(
                Event.Message(
                    role: fields.string(.role) ?? "", text: fields.longText(.text), turn: fields.int(.turn), raw: fields.payload(.raw)))
        case .modelStarted:
            return .modelStarted(
                Event.ModelStarted(
                    turn: fields.int(.turn), request: request(), provider: fields.string(.provider), model: fields.string(.model)))
        case .modelOutput:
            return .modelOutput(
                Event.ModelOutput(
                    turn: fields.int(.turn), request: request(), kind: fields.word(.kind) ?? .text, text: fields.longText(.text) ?? ""))
        case .modelRetrying:
            return .modelRetrying(
                Event.ModelRetrying(
                    turn: fields.int(.turn), request: request(), attempt: fields.int(.attempt), error: fields.error(.error),
                    delay: fields.integer(.delay)))
        case .modelFinished:
            var finished = Event.ModelFinished(turn: fields.int(.turn), request: request(), finish: fields.word(.finish) ?? .other)
            finished.reason = fields.string(.reason)
            if let usage = fields.numbers(.usage) {
                finished.usage = Event.Usage(
                    input: usage["input"].map(Int.init), output: usage["output"].map(Int.init), cached: usage["cached"].map(Int.init))
            }
            finished.error = fields.error(.error)
            return .modelFinished(finished)
        case .callAnnounced:
            return .callAnnounced(
                Event.CallAnnounced(turn: fields.int(.turn), call: try call(), name: fields.string(.name), index: fields.int(.index)))
        case .callRequested:
            return .callRequested(hasDetails ? try requestedWithDetails() : try requested())
        case .callQueued:
            return .callQueued(Event.CallQueued(call: try call(), why: fields.word(.why) ?? .limit, on: fields.list(.on)))
        case .callDecided:
            return .callDecided(
                Event.CallDecided(
                    call: try call(), decision: fields.word(.decision) ?? .approved, by: fields.string(.by), scope: fields.word(.scope)))
        case .callStarted:
            return .callStarted(
                Event.CallStarted(
                    call: try call(), attempt: fields.int(.attempt), name: fields.string(.name), turn: fields.int(.turn),
                    arguments: fields.payload(.arguments),
                    freedBy: fields.string(.freedBy), worker: fields.string(.worker)))
        case .callProgress:
            return .callProgress(
                Event.CallProgress(
                    call: try call(), done: fields.double(.done), total: fields.double(.total), message: fields.string(.message)))
        case .callOutput:
            return .callOutput(Event.CallOutput(call: try call(), text: fields.longText(.text) ?? "", stream: fields.word(.stream)))
        case .callRetrying:
            return .callRetrying(
                Event.CallRetrying(
                    call: try call(), attempt: fields.int(.attempt), error: fields.error(.error), delay: fields.integer(.delay)))
        case .callFinished:
            return .callFinished(
                Event.CallFinished(
                    call: try call(), outcome: fields.word(.outcome) ?? .unknown, error: fields.error(.error),
                    result: fields.payload(.result),
                    bytes: fields.integer(.bytes), sentBytes: fields.integer(.sentBytes), run: fields.integer(.run),
                    sharedWith: fields.string(.sharedWith), abandoned: fields.flag(.abandoned), detached: fields.flag(.detached)))
        case .callReleased:
            return .callReleased(Event.CallReleased(call: try call()))
        case .turnFinished:
            guard let turn = fields.int(.turn) else { throw .missing("turn") }
            return .turnFinished(Event.TurnFinished(turn: turn, outcome: fields.word(.outcome) ?? .ok))
        case .marker:
            var marker = Event.Marker(label: fields.string(.label) ?? "", kind: fields.word(.kind))
            marker.text = fields.string(.text)
            marker.call = fields.string(.call)
            marker.until = fields.integer(.until)
            return .marker(marker)
        case .sessionFinished:
            return .sessionFinished(Event.SessionFinished(outcome: fields.word(.outcome) ?? .ok))
        }
    }

    private mutating func requested() throws(EventProblem.Fault) -> Event.CallRequested {
        Event.CallRequested(
            turn: fields.int(.turn), call: try call(), name: fields.string(.name), index: fields.int(.index),
            arguments: fields.payload(.arguments))
    }

    /// The same, with what few calls have.
    private mutating func requestedWithDetails() throws(EventProblem.Fault) -> Event.CallRequested {
        var requested = try requested()
        requested.id = fields.string(.id)
        requested.after = fields.list(.after)
        requested.parent = fields.string(.parent)
        requested.retryOf = fields.string(.retryOf)
        if let expected = fields.numbers(.expected) {
            requested.expected = Event.Expected(p50: expected["p50"], p95: expected["p95"], n: expected["n"].map(Int.init))
        }
        requested.redacted = fields.list(.redacted)
        return requested
    }

    /// Whether the line says of a request what few do.
    private var hasDetails: Bool {
        fields.has(.id) || fields.has(.after) || fields.has(.parent) || fields.has(.retryOf) || fields.has(.expected)
            || fields.has(.redacted)
    }

    private mutating func request() -> String { fields.string(.request) ?? "" }
}
