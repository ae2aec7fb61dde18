package import FanoutEvents
internal import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Puts a stream of any known format into events, one session after the other, each in the order of time.
package enum Importer {
    /// What was read and written.
    package struct Summary: Sendable, Hashable {
        package var format: StreamFormat
        package var sessions = 0
        package var turns = 0
        package var calls = 0
        package var events = 0
        /// Lines that could not be read: how many, and the first.
        package var problemCount = 0
        package var firstProblem: EventProblem?
    }

    /// Reads a file to its end and writes its events.
    ///
    /// - Parameters:
    ///   - recording: What to read; it stays open.
    ///   - output: Where events are written.
    package static func run(_ recording: SessionFile.Recording, to output: Int32) throws(SessionError) -> Summary {
        var input = SpooledEvents(format: recording.format, file: try TemporaryFile.create())
        defer { close(input.file) }
        let claude = recording.claudeSession
        _ = try SessionFile.read(recording, withPayloads: true, claude: claude, into: &input)
        if let claude {
            try SessionFile.readAgents(of: recording.path, claude, withPayloads: true, into: &input)
        }
        try input.finish()
        try input.write(to: output)
        return input.summary
    }

    /// A recording whose payloads can be read back from where they stand: itself, or its events in a file without a name.
    ///
    /// Problems of its lines are told as those of events, which know no more of them.
    static func placed(_ recording: SessionFile.Recording) throws(SessionError) -> SessionFile.Recording {
        guard !recording.format.isPlaced else { return recording }
        defer { close(recording.file) }
        var placed = recording
        placed.file = try TemporaryFile.create()
        placed.format = .events
        let summary = try run(recording, to: placed.file)
        if summary.events == 0, let problem = summary.firstProblem {
            throw SessionError(
                .otherFormat, "\(recording.path): it was taken for \(recording.format.words), and cannot be read: \(problem)")
        }
        lseek(placed.file, 0, SEEK_SET)
        return placed
    }
}

/// Events on their way into the order of time: their lines lie in a file, and only their places and instants in memory.
private struct SpooledEvents: EventReceiver {
    private struct Line {
        var t: Int64
        var offset: Int64
        var length: Int
    }

    private struct Session {
        var header: Header
        var lines: [Line] = []
    }

    let file: Int32
    private(set) var summary: Importer.Summary
    private var sessions: [Session] = []
    private var indices: [String: Int] = [:]
    /// For each session of the stream that is read, its place among ``sessions``.
    private var routes: [Int] = []
    private var writer = EventWriter()
    private var offset: Int64 = 0
    /// Why the temporary file takes no more; 0 while it does.
    private var failure: Int32 = 0
    /// Counts what is told as any reader would.
    private var timelines = Timelines()

    init(format: StreamFormat, file: Int32) {
        self.file = file
        summary = Importer.Summary(format: format)
    }

    mutating func open(_ header: Header, session: Int) {
        timelines.open(header, session: session, source: 0)
        let place = indices[header.session] ?? sessions.count
        if place == sessions.count {
            indices[header.session] = place
            sessions.append(Session(header: header))
        } else {
            sessions[place].header = header
        }
        if session == routes.count {
            routes.append(place)
        }
    }

    mutating func take(_ event: Event, session: Int, offset: Int64) {
        guard routes.indices.contains(session) else { return }
        timelines.apply(event, session: session, source: 0, place: .none)
        summary.events += 1
        var event = event
        // Each session's lines stand under its own header.
        event.session = nil
        let start = writer.bytes.count
        writer.write(event)
        sessions[routes[session]].lines.append(
            Line(t: event.t, offset: self.offset + Int64(start), length: writer.bytes.count - start))
        if writer.bytes.count >= 1 << 20 {
            flush()
        }
    }

    mutating func report(_ problem: EventProblem) {
        summary.problemCount += 1
        summary.firstProblem = summary.firstProblem ?? problem
    }

    private mutating func flush() {
        offset += Int64(writer.bytes.count)
        defer { writer.clear() }
        guard failure == 0 else { return }
        failure = writer.bytes.withUnsafeBytes { writeAll($0, to: file) }
    }

    /// To be called when everything has come.
    mutating func finish() throws(SessionError) {
        flush()
        guard failure == 0 else { throw TemporaryFile.unwritable(failure) }
        timelines.close(source: 0)
        summary.sessions = sessions.count
        summary.turns = timelines.all.reduce(0) { $0 + $1.namedTurns }
        summary.calls = timelines.figures().calls
    }

    /// Writes every session, its lines in the order of time; what happened at one instant stays in the order it was told.
    mutating func write(to output: Int32) throws(SessionError) {
        var gathered: [UInt8] = []
        for session in sessions {
            writer.write(session.header)
            gathered += writer.bytes
            writer.clear()
            let lines = session.lines.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }
            for (_, line) in lines {
                let start = gathered.count
                gathered.append(contentsOf: repeatElement(0, count: line.length))
                let count = gathered.withUnsafeMutableBytes {
                    pread(file, $0.baseAddress.map { $0 + start }, line.length, off_t(line.offset))
                }
                guard count == line.length else {
                    throw SessionError(.unreadable, "the temporary file could not be read back: \(String(cString: strerror(errno)))")
                }
                if gathered.count >= 1 << 20 {
                    try Self.write(gathered, to: output)
                    gathered.removeAll(keepingCapacity: true)
                }
            }
        }
        try Self.write(gathered, to: output)
    }

    private static func write(_ bytes: [UInt8], to output: Int32) throws(SessionError) {
        let code = bytes.withUnsafeBytes { writeAll($0, to: output) }
        guard code == 0 else {
            throw SessionError(.unwritable, "the events could not be written: \(String(cString: strerror(code)))")
        }
    }
}
