internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A recording on its way into a ledger, a piece at a time, so that its beginning can be looked at while the rest is read.
///
/// A class, because it owns where it stands. It belongs to the thread that draws.
package final class RecordingReading {
    /// One file of the recording.
    private struct Stream {
        var reading: any FileReading
        var input: LedgerInput
        /// When it was last written to, in microseconds since the Unix epoch.
        var changed: Int64
    }

    private let recording: SessionFile.Recording
    private let ledger: Ledger
    private let isStrict: Bool
    private let options: EventReader.Options
    private let claude: ClaudeSession?
    private var current: Stream?
    /// Files that follow: what a session's agents wrote down.
    private var agents: [ClaudeFiles.AgentFile] = []
    private var sources: [Int] = []
    /// Bytes read so far, and bytes that there were in all when it was opened.
    private var read: Int64 = 0
    private var total: Int64 = 0

    /// Opens the recording at a path.
    ///
    /// - Parameters:
    ///   - isStrict: Whether a line that cannot be read is refused.
    ///   - withPayloads: Whether whoever observes the ledger wants arguments, results and texts, not only their places.
    package init(_ path: String, isStrict: Bool = false, withPayloads: Bool = false, into ledger: Ledger) throws(SessionError) {
        self.ledger = ledger
        self.isStrict = isStrict
        recording = try Importer.placed(try SessionFile.recording(at: path))
        claude = recording.claudeSession
        options = EventReader.Options(withPayloads: withPayloads, session: recording.session)
        begin(recording.file, by: claude.map { ClaudeParser(.transcript, options, session: $0) })
        if claude != nil {
            agents = ClaudeFiles(path).agents().files
        }
        total += agents.reduce(0) { $0 + (FolderListing.status($1.path)?.size ?? 0) }
    }

    /// How much of it was read, from 0 to 1.
    package var progress: Double { total > 0 ? min(1, Double(read) / Double(total)) : 1 }

    /// Reads on by about so many bytes.
    ///
    /// - Returns: Whether there is more.
    package func readOn(most: Int = .max) throws(SessionError) -> Bool {
        var left = most
        while left > 0, var stream = current {
            let count = try readOn(&stream)
            left -= Int(count)
            read += count
            if count == 0 {
                try beginNext()
            }
        }
        if current == nil, !sources.isEmpty {
            try end()
        }
        ledger.settle()
        return current != nil
    }

    private func readOn(_ stream: inout Stream) throws(SessionError) -> Int64 {
        do {
            return try stream.reading.readOn(arrival: .later(stream.changed), into: &stream.input)
        } catch {
            throw SessionError(.unreadable, "\(recording.path): reading stopped: \(error)")
        }
    }

    private func beginNext() throws(SessionError) {
        current = nil
        guard !agents.isEmpty, let claude else { return }
        let agent = agents.removeFirst()
        let file = try SessionFile.open(agent.path)
        claude.join(agent)
        begin(file, by: ClaudeParser(.transcript, options, session: claude, agent: agent.id))
    }

    /// - Parameter parser: Nil where the format needs none that other files share.
    private func begin(_ file: Int32, by parser: (any StreamParser)? = nil) {
        var status = stat()
        fstat(file, &status)
        if sources.isEmpty {
            total += Int64(status.st_size)
        }
        // The store reads payloads from it as long as the program runs.
        let source = ledger.addSource(file: file, format: recording.format)
        sources.append(source)
        current = Stream(
            reading: reading(of: file, status, by: parser), input: LedgerInput(ledger: ledger, source: source, isPlaced: true),
            changed: Int64(status.st_mtim.tv_sec) * 1_000_000)
    }

    private func reading(of file: Int32, _ status: stat, by parser: (any StreamParser)?) -> any FileReading {
        // What is no file, but a pipe, cannot be read at any place; and one without a size may hold something all the same.
        if parser == nil, recording.format == .events, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 {
            return EventFile(file, size: Int64(status.st_size), options)
        }
        return ParsedFile(file, by: parser ?? recording.format.parser(options))
    }

    private func end() throws(SessionError) {
        defer { sources = [] }
        try SessionFile.check(ledger.timelines, path: recording.path, format: recording.format, bytes: read, isStrict: isStrict)
        for source in sources {
            ledger.close(source: source)
        }
    }
}
