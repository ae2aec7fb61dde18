/// Takes what a reader finds in a stream.
public protocol EventReceiver {
    /// A session begins, or the header of one that began without is there. Its index names it from here on.
    mutating func open(_ header: Header, session: Int)
    /// An event of a session, whose line begins at that byte of the stream. Its `session` is set only where the line said so.
    mutating func take(_ event: Event, session: Int, offset: Int64)
    /// A line that could not be read.
    mutating func report(_ problem: EventProblem)
}

/// Reads a stream of lines into events of sessions, with every instant resolved.
///
/// Bytes come in pieces of any size; a line is read once it is whole. A line that cannot be read is reported with its number and
/// skipped. A producer may leave out the header, and the instants too: `time` counts from the session's start, and where there is
/// neither, the time of arrival does.
public struct EventReader: ~Copyable {
    public struct Options: Sendable {
        /// Whether arguments, results, output, long texts and unknown fields are read. Where not, events carry
        /// `JSONText.elided` for a payload that is there, and its place tells where.
        public var withPayloads = true
        /// The id of the session that events belong to before any header.
        public var session = "stream"
        /// Bytes of a line beyond which it is skipped, and said so.
        public var longestLine = 256 << 20

        public init(withPayloads: Bool = true, session: String = "stream") {
            self.withPayloads = withPayloads
            self.session = session
        }
    }

    /// When bytes arrived.
    public enum Arrival: Sendable, Hashable {
        /// As they were written; microseconds since the Unix epoch.
        case live(Int64)
        /// Long after; where nothing else is known, this is taken for the start of the session.
        case later(Int64)
    }

    private var decoder: EventDecoder
    /// The event decoded last.
    private var event = Event(t: 0, .other(type: ""))
    private var sessions: StreamSessions
    /// Lines that were decoded elsewhere.
    private var taken = 0
    private var cutter: StreamLines
    /// Lines seen so far, whole ones and blank ones too.
    public var lines: Int { cutter.count + taken }
    /// Where the next line begins, in bytes from the start of the stream.
    public var offset: Int64 { cutter.offset }

    public init(_ options: Options = Options()) {
        decoder = EventDecoder(options)
        sessions = StreamSessions(unnamed: options.session)
        cutter = StreamLines(longest: options.longestLine)
    }

    /// Whether this version of the format has a type of event of that name.
    package static func isType(_ name: String) -> Bool { EventDecoder.isType(name) }

    /// Takes the next bytes, and hands on what they complete.
    public mutating func read(_ bytes: UnsafeRawBufferPointer, arrival: Arrival, into receiver: inout some EventReceiver) {
        var rest = bytes
        while let line = cutter.next(&rest) {
            take(line, isEnded: true, arrival, &receiver)
        }
    }

    /// Reads what is left when the stream ends: a last line without its end is read if it is one whole value, and else reported torn.
    public mutating func finish(arrival: Arrival, into receiver: inout some EventReceiver) {
        if let line = cutter.rest() {
            take(line, isEnded: false, arrival, &receiver)
        }
    }

    private mutating func take(_ line: StreamLines.Line, isEnded: Bool, _ arrival: Arrival, _ receiver: inout some EventReceiver) {
        do {
            switch try decoder.decode(line, isEnded: isEnded, into: &event) {
            case .blank: break
            case .header: sessions.open(decoder.header, &receiver)
            case .event(let when): sessions.take(&event, when, arrival, line.offset, &receiver)
            }
        } catch {
            receiver.report(EventProblem(line: line.number, fault: error))
        }
    }

    /// Takes up the lines that follow what was read, decoded by a ``LineDecoder``.
    package mutating func take(_ lines: inout DecodedLines, arrival: Arrival, into receiver: inout some EventReceiver) {
        for line in lines.lines {
            switch line.content {
            case .event(let when, let index):
                sessions.take(&lines.events[index], when, arrival, line.offset, &receiver)
            case .header(let index):
                sessions.open(lines.headers[index], &receiver)
            case .fault(let index):
                receiver.report(EventProblem(line: taken + line.number, fault: lines.faults[index]))
            }
        }
        taken += lines.count
    }
}
