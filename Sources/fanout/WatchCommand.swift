internal import FanoutEvents
internal import FanoutIngest
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension ProgramCommand {
    /// Follows events that another program writes.
    static let watch = ProgramCommand(
        name: "watch", operands: "FILE…|-|/dev/fd/N", summary: "follows events that another program writes",
        options: display + recording + Notices.options + [Option("strict", "ends at the first line that cannot be read")]
    ) { options in
        guard !options.operands.isEmpty else {
            throw UsageError("watch: name a file of events, or - for standard input")
        }
        let display = try Display.choose(options)
        let looks = try Looks(options)
        let session = SessionName.random()
        let streams = try options.operands.map { try WatchedPath($0) }
        let isRecorded = streams.contains { $0.isStream }
        let recorder = try Composition.recorder(options, session: session, isWorthKeeping: isRecorded)
        let printer = Printer(display, glyphs: looks.glyphs)
        let strict = options.has("strict") ? StrictObserver(printer) : nil
        let notices = try Notices(options, before: strict ?? printer)
        let ledger = Ledger(recorder: recorder, observer: notices ?? strict ?? printer)
        let sources: [any EventSource] = try streams.map { try $0.open(ledger, session: session, withPayloads: printer != nil) }
        if display != .dashboard {
            for stream in streams where !stream.isThere {
                Console.complain("\(stream.name): it is not there yet; waiting for it")
            }
        }
        let name = options.operands.count == 1 ? streams[0].name : "\(streams.count) sources"
        let dashboard = Dashboard(source: CleanText(name), playhead: .live(), isReplay: false, glyphs: looks.glyphs)
        let show = try Show(
            ledger, display: display, looks: looks, dashboard: dashboard, sources: sources, notices: notices,
            shouldStop: { strict?.refused != nil })
        let end = show.perform()
        printer?.finish()
        let status = Composition.finish(end, show, ledger: ledger, isRecorded: isRecorded)
        if let refused = strict?.refused {
            Console.complain("\(name): \(refused)")
            return 1
        }
        if end == .finished, ledger.timelines.isEmpty, let first = ledger.timelines.problems.first {
            throw SessionError(.otherFormat, "\(name): no line of it is a Fanout event (\(first.problem))")
        }
        return status
    }
}

/// Where `watch` was told to look.
private struct WatchedPath {
    var path: String
    /// A descriptor that is read once, such as a pipe.
    var descriptor: Int32?

    private(set) var isThere = true

    var isStream: Bool { descriptor != nil }
    var name: String { path == "-" ? "standard input" : path }

    init(_ path: String) throws {
        self.path = path
        if path == "-" {
            guard isatty(0) != 1 else {
                throw UsageError("-: standard input is a terminal; pipe events into it, or name a file")
            }
            descriptor = fcntl(0, F_DUPFD_CLOEXEC, 3)
            return
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            // A file that will be.
            guard errno == ENOENT else {
                throw SessionError(.unreadable, "\(path): \(String(cString: strerror(errno))); check the path")
            }
            if path.hasPrefix("/dev/fd/") {
                throw SessionError(.missing, "\(path): there is no such descriptor; open it in the shell, as in `3< <(program)`")
            }
            isThere = false
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            throw SessionError(.isDirectory, "\(path): it is a directory; name a file of events in it")
        case S_IFREG where !path.hasPrefix("/dev/fd/"):
            let file = try SessionFile.open(path)
            close(file)
        default:
            let opened =
                path.hasPrefix("/dev/fd/")
                ? Int32(path.dropFirst(8)).map { fcntl($0, F_DUPFD_CLOEXEC, 3) } ?? -1 : try SessionFile.open(path)
            guard opened >= 0 else {
                throw SessionError(.unreadable, "\(path): \(String(cString: strerror(errno)))")
            }
            descriptor = opened
        }
    }

    func open(_ ledger: Ledger, session: String, withPayloads: Bool) throws -> any EventSource {
        if let descriptor {
            return PipeSource(descriptor, session: session, ledger: ledger)
        }
        guard let source = FileSource(path, session: session, withPayloads: withPayloads, ledger: ledger) else {
            throw SessionError(.unreadable, "\(path): it cannot be followed: \(String(cString: strerror(errno)))")
        }
        return source
    }
}
