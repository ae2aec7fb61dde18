package import FanoutEvents
internal import FanoutJSON

/// Reads what Claude Code writes into events: a session's transcript, or the stream of its `stream-json`.
///
/// Both are private formats that change from version to version, so everything is optional and what is unknown is passed over.
package final class ClaudeParser: StreamParser {
    package enum Dialect: Sendable {
        case transcript, stream
    }

    /// An event that waits for the session's clock.
    struct Held {
        var event: Event
        var offset: Int64
    }

    let dialect: Dialect
    let session: ClaudeSession
    /// The agent whose file this is; nil for a session's own.
    let agentID: String?
    let options: EventReader.Options
    private var cutter = StreamLines()
    private let reader = JSONReader()
    private var clock = ClaudeClock()
    var fields = ClaudeFields()
    var threads: [String: ClaudeThread] = [:]
    /// The agents within the main file, by the lines that are theirs: for versions that kept them there.
    var sidechains: [UInt64: String] = [:]
    /// Whether this parser has told of the session.
    private var isOpen = false
    /// What came before any line told the time.
    private var held: [Held] = []
    var headline = Headline()
    /// How the stream's last answer ended.
    var outcome: Event.SessionOutcome?
    /// When the program said that it asks the model; microseconds since the Unix epoch.
    var asking: Int64?

    // The line that is being read.
    /// Its instant in microseconds since the Unix epoch; nil where neither it nor its arrival tells.
    var instant: Int64?
    /// What is known of the instant, where it is not the line's own.
    var approx: Event.Approximation?
    private var offset: Int64 = 0
    private var last: Int64?
    /// Microseconds by which a stream comes later than it was written, where that is long: it was kept, and is told as if it were written now,
    /// since of its lines only some tell when they were. Nil before one told.
    private(set) var lag: Int64?
    private static let mostLag: Int64 = 60_000_000

    /// What a header tells beside the session's id and start.
    struct Headline {
        var session: String?
        var cwd: String?
        var branch: String?
        var version: String?
        var model: String?
    }

    package init(_ dialect: Dialect, _ options: EventReader.Options, session: ClaudeSession? = nil, agent: String? = nil) {
        self.dialect = dialect
        self.options = options
        self.session = session ?? ClaudeSession()
        agentID = agent
        cutter = StreamLines(longest: options.longestLine)
    }

    package func read(_ bytes: UnsafeRawBufferPointer, arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        // Hooks are synchronous: what they measured stands in their file before the line that tells of the same thing.
        if lag ?? 0 == 0 {
            session.readHooks()
        } else {
            session.hooks = ClaudeHooks()
        }
        var rest = bytes
        while let line = cutter.next(&rest) {
            read(line, arrival, &receiver)
        }
        takeNewlyAsked(&receiver)
        if case .live = arrival {
            settle(&receiver)
        }
    }

    package func finish(arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        if let line = cutter.rest(), !line.isBlank {
            if !line.isTooLong, (try? reader.read(padded: line.text)) != nil {
                read(line, arrival, &receiver)
            } else {
                receiver.report(EventProblem(line: line.number, fault: line.isTooLong ? .tooLong(limit: options.longestLine) : .torn))
            }
        }
        if !isOpen, !held.isEmpty || session.header != nil {
            open(at: Self.time(of: arrival), &receiver)
        }
        guard isOpen else { return }
        close(arrival, &receiver)
    }

    private static func time(of arrival: EventReader.Arrival) -> Int64 {
        switch arrival {
        case .live(let now), .later(let now): now
        }
    }

    private func read(_ line: StreamLines.Line, _ arrival: EventReader.Arrival, _ receiver: inout some EventReceiver) {
        guard !line.isTooLong else {
            return receiver.report(EventProblem(line: line.number, fault: .tooLong(limit: options.longestLine)))
        }
        guard !ClaudeLook.isIdle(line.text), !line.isBlank else { return }
        let root: JSONElement
        do {
            root = try reader.read(padded: line.text)
        } catch {
            return receiver.report(EventProblem(line: line.number, fault: .notJSON(offset: error.offset, reason: error.reason)))
        }
        guard fields.load(root) else {
            return receiver.report(EventProblem(line: line.number, fault: .notAnObject))
        }
        offset = line.offset
        when(arrival)
        if fields[.session] != nil || dialect == .transcript {
            note()
        }
        if let instant, !isOpen {
            // A stream without a single instant in it is counted from when it came.
            let isSure = approx == nil || approx == .arrival
            if isSure, fields[.type] != nil {
                open(at: instant, &receiver)
            }
        }
        take(&receiver)
        if let instant {
            last = max(last ?? instant, instant)
        }
    }

    /// Finds out when the line was written.
    private func when(_ arrival: EventReader.Arrival) {
        approx = nil
        if let text = fields[.timestamp]?.utf8, let t = clock.instant(text) {
            if case .live(let now) = arrival, dialect == .stream, lag == nil {
                lag = now - t > Self.mostLag ? now - t : 0
            }
            instant = t + (lag ?? 0)
            return
        }
        switch arrival {
        case .live(let now) where dialect == .stream:
            instant = max(now, last ?? now)
            approx = .arrival
        case .live, .later:
            instant = last
            approx = .order
        }
    }

    /// Keeps what the header tells.
    private func note() {
        headline.session = headline.session ?? fields.string(.session)
        headline.cwd = headline.cwd ?? fields.string(.cwd)
        headline.branch = headline.branch ?? fields.string(.branch)
        if headline.version == nil || dialect == .stream {
            headline.version = fields.string(.version) ?? headline.version
        }
    }

    /// Opens the session, whose clock begins with its first line.
    private func open(at t: Int64, _ receiver: inout some EventReceiver) {
        isOpen = true
        if session.header == nil {
            var header = Header(session: session.id ?? headline.session ?? options.session, started: t)
            header.source = Header.Source(name: "claude-code", version: headline.version)
            var meta: JSONObject = [:]
            for (name, text) in [("cwd", headline.cwd), ("branch", headline.branch)] {
                if let text, !text.isEmpty {
                    meta[name] = .string(text)
                }
            }
            header.meta = meta.isEmpty ? nil : JSONText(.object(meta))
            session.begin(header)
        }
        if let header = session.header {
            receiver.open(header, session: 0)
        }
        for thread in threads.values {
            thread.change { $0.last = max($0.last, t) }
        }
        for held in held {
            receiver.take(held.event, session: 0, offset: held.offset)
        }
        held = []
    }

    /// Has the session bear another title, where this one tells more.
    func title(_ title: String?, _ source: ClaudeSession.TitleSource, _ receiver: inout some EventReceiver) {
        guard let title, session.setTitle(title, source), isOpen, let header = session.header else { return }
        receiver.open(header, session: 0)
    }

    // MARK: What is told

    /// Which part of the line an event's payload stands in.
    enum Part {
        /// A block of the message's content.
        case block(Int)
        /// What the whole line says.
        case text
        /// How the reply ended that the line is of.
        case end
        /// Why a request failed.
        case retry
        /// A piece of a reply that arrives.
        case piece

        static let blocks = 1000

        var number: Int {
            switch self {
            case .block(let index): min(index, Self.blocks - 1)
            case .text: Self.blocks
            case .end: Self.blocks + 1
            case .retry: Self.blocks + 2
            case .piece: Self.blocks + 3
            }
        }
    }

    /// Hands on an event, at the line's own instant unless another is given.
    func post(
        _ body: Event.Body, of thread: ClaudeThread?, at t: Int64? = nil, approx: Event.Approximation?, part: Part = .text,
        line: Int64? = nil, _ receiver: inout some EventReceiver
    ) {
        post(body, agent: thread?.agent, at: t, approx: approx, part: part, line: line, &receiver)
    }

    func post(
        _ body: Event.Body, agent: String?, at t: Int64? = nil, approx: Event.Approximation?, part: Part = .text, line: Int64? = nil,
        _ receiver: inout some EventReceiver
    ) {
        var event = Event(t: 0, agent: agent, approx: approx, body)
        let place = LinePart(line: line ?? offset, part: part.number).offset
        guard isOpen, let started = session.header?.started else {
            event.approx = .order
            held.append(Held(event: event, offset: place))
            return
        }
        event.t = Instant.held((t ?? instant ?? last ?? started).subtractingSaturating(started))
        receiver.take(event, session: 0, offset: place)
    }

    /// Where the line stands.
    var lineOffset: Int64 { offset }
    /// The instant of the line, or of the one before that told one.
    var now: Int64 { instant ?? last ?? session.header?.started ?? 0 }
    /// The last instant that any line told.
    var latest: Int64 { last ?? session.header?.started ?? 0 }
}

extension Int64 {
    fileprivate func subtractingSaturating(_ other: Int64) -> Int64 {
        let (difference, isOver) = subtractingReportingOverflow(other)
        return isOver ? (other > 0 ? .min : .max) : difference
    }
}
