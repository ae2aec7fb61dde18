internal import FanoutIngest
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Where `watch` was told to look: what it is called, and how its events are come by.
struct WatchedOperand {
    /// What events are taken into.
    struct Context {
        var ledger: Ledger
        var session: String
        var withPayloads: Bool
        /// Which sessions `claude` stands for.
        var claude: ClaudeSource.Scope
    }

    /// What it is called where it is spoken of.
    var name: String
    /// Whether its events stand nowhere else.
    var isStream: Bool
    /// Whether there is something already.
    var isThere = true
    /// A file to be followed; those of one command are followed together.
    private var file: String?
    private var open: (Context) throws -> (any EventSource)?

    /// What an operand can be, in the order in which it is looked at: the last one takes whatever is left.
    private static let kinds: [@Sendable (String) throws -> WatchedOperand?] = [
        standardInput, openDescriptor, socket, claude, transcript, file,
    ]

    init(_ text: String) throws {
        for kind in Self.kinds {
            if let operand = try kind(text) {
                self = operand
                return
            }
        }
        throw UsageError("\(text): it is nothing that can be watched")
    }

    private init(name: String, isStream: Bool, isThere: Bool = true, open: @escaping (Context) throws -> (any EventSource)?) {
        self.name = name
        self.isStream = isStream
        self.isThere = isThere
        self.open = open
    }

    /// Opens all of them, in their order but for files.
    static func sources(_ operands: [WatchedOperand], _ context: Context) throws -> [any EventSource] {
        let files = operands.compactMap(\.file)
        let followed: [any EventSource] =
            files.isEmpty
            ? []
            : [try FileSource(files, session: context.session, withPayloads: context.withPayloads, ledger: context.ledger)]
        return followed + (try operands.compactMap { try $0.open(context) })
    }

    /// What stands after `--`: a program to start.
    init(command: [String], _ display: Display) throws {
        guard !command.isEmpty else {
            throw UsageError("--: name a command after it, as in `fanout watch -- python3 agent.py`")
        }
        // Before anything is started that would have to be ended again.
        guard display != .dashboard || Display.hasScreen else {
            throw UsageError("standard output is no terminal that can draw; use --ui plain")
        }
        let console: ProgramSource.Console =
            switch display {
            case .auto, .dashboard: .captured
            // Standard output is for what is told of it.
            case .plain, .json: .passed(output: 2, error: 2)
            case .quiet: .passed(output: 1, error: 2)
            }
        self.init(name: Composition.baseName(command[0]), isStream: true) {
            try ProgramSource(command, console: console, session: $0.session, ledger: $0.ledger, clock: Clock.monotonic)
        }
    }

    /// `-`
    @Sendable private static func standardInput(_ text: String) throws -> WatchedOperand? {
        guard text == "-" else { return nil }
        guard isatty(0) != 1 else {
            throw UsageError("-: standard input is a terminal; pipe events into it, or name a file")
        }
        return pipe("standard input", fcntl(0, F_DUPFD_CLOEXEC, 3))
    }

    /// `/dev/fd/N`
    @Sendable private static func openDescriptor(_ text: String) throws -> WatchedOperand? {
        guard text.hasPrefix("/dev/fd/") else { return nil }
        guard let number = Int32(text.dropFirst(8)), fcntl(number, F_GETFD) >= 0 else {
            throw SessionError(.missing, "\(text): there is no such descriptor; open it in the shell, as in `3< <(program)`")
        }
        var status = stat()
        if fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
            throw SessionError(.isDirectory, "\(text): it is a directory; name a file of events in it")
        }
        return pipe(text, fcntl(number, F_DUPFD_CLOEXEC, 3))
    }

    /// `unix:PATH`, `tcp:PORT`
    @Sendable private static func socket(_ text: String) throws -> WatchedOperand? {
        let address: SocketAddress
        do {
            guard let named = try SocketAddress(text) else { return nil }
            address = named
        } catch {
            throw UsageError(error.description)
        }
        return WatchedOperand(name: text, isStream: true) { try SocketSource(address, session: $0.session, ledger: $0.ledger) }
    }

    /// `claude`: sessions of Claude Code, wherever it keeps them.
    @Sendable private static func claude(_ text: String) throws -> WatchedOperand? {
        guard text == "claude" else { return nil }
        return WatchedOperand(name: "Claude Code", isStream: false) {
            try ClaudeSource($0.claude, withPayloads: $0.withPayloads, ledger: $0.ledger)
        }
    }

    /// A session of Claude Code by its own file: those of its agents are followed with it.
    @Sendable private static func transcript(_ path: String) throws -> WatchedOperand? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, !path.hasPrefix("/dev/fd/"), ClaudeFiles(path).id != nil,
            let file = try? SessionFile.open(path)
        else { return nil }
        defer { close(file) }
        guard SessionFile.format(of: file, isWhole: false) == .claudeTranscript else { return nil }
        return WatchedOperand(name: path, isStream: false) {
            try ClaudeSource(.file(path), withPayloads: $0.withPayloads, ledger: $0.ledger)
        }
    }

    /// A file, which need not be there yet, or something at a path that is read once.
    @Sendable private static func file(_ path: String) throws -> WatchedOperand? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            guard errno == ENOENT else {
                throw errno == EACCES
                    ? SessionError(
                        .unreadable, "\(path): a folder on the way may not be entered; name a file in a folder that you may read")
                    : SessionError(.unreadable, "\(path): \(String(cString: strerror(errno))); check the path")
            }
            return follow(path, isThere: false)
        }
        switch status.st_mode & S_IFMT {
        case S_IFDIR:
            throw SessionError(.isDirectory, "\(path): it is a directory; name a file of events in it")
        case S_IFSOCK:
            throw SessionError(.unreadable, "\(path): it is a socket; to listen there, write unix:\(path)")
        case S_IFREG:
            close(try SessionFile.open(path))
            return follow(path, isThere: true)
        default:
            return pipe(path, try SessionFile.open(path))
        }
    }

    private static func follow(_ path: String, isThere: Bool) -> WatchedOperand {
        var operand = WatchedOperand(name: path, isStream: false, isThere: isThere) { _ in nil }
        operand.file = path
        return operand
    }

    private static func pipe(_ name: String, _ descriptor: Int32) -> WatchedOperand {
        WatchedOperand(name: name, isStream: true) { PipeSource(descriptor, session: $0.session, ledger: $0.ledger) }
    }
}
