internal import FanoutEvents
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension ProgramCommand {
    /// Puts what other programs wrote into events.
    static let importing = ProgramCommand(
        name: "import", operands: "FILE|-", summary: "puts any known format into events",
        options: [
            Option("output", short: "o", argument: "FILE|-", "writes there, to a file that must not exist; else to standard output"),
            Option(
                "from", argument: "FORMAT",
                "takes it for this: \(StreamFormat.allCases.map(\.rawValue).joined(separator: ", ")); else it is found by looking"),
            Option("strict", "refuses a file with a line that cannot be read"),
        ]
    ) { options in
        guard options.operands.count == 1 else {
            throw UsageError(options.operands.isEmpty ? "import: name a file, or - for standard input" : "import: one file at a time")
        }
        let path = options.operands[0]
        let format = try options.word("from", as: StreamFormat.self)
        let name = path == "-" ? "standard input" : path
        if path == "-", isatty(0) == 1 {
            throw UsageError("-: standard input is a terminal; pipe something into it, or name a file")
        }
        let recording =
            path == "-" ? try SessionFile.recording(ofStream: 0, path: name, as: format) : try SessionFile.recording(at: path, as: format)
        defer { close(recording.file) }
        let output = options.value("output") ?? "-"
        let file = try NewFile(output)
        let summary: Importer.Summary
        do {
            summary = try Importer.run(recording, to: file.descriptor)
            try check(summary, name: name, isStrict: options.has("strict"))
        } catch {
            file.remove()
            throw error
        }
        Console.complain(report(summary, name: name, isTold: format != nil))
        return 0
    }

    private static func check(_ summary: Importer.Summary, name: String, isStrict: Bool) throws(SessionError) {
        let problem = summary.firstProblem.map { ": \($0)" } ?? "; it is empty"
        if summary.events == 0 {
            throw SessionError(
                .otherFormat,
                "\(name): it was taken for \(summary.format.words), and no line of it could be read\(problem); name another format with --from"
            )
        }
        if isStrict, summary.problemCount > 0 {
            throw SessionError(.otherFormat, "\(name)\(problem)")
        }
    }

    /// What it was taken for, and what came of it.
    private static func report(_ summary: Importer.Summary, name: String, isTold: Bool) -> String {
        var text = "\(name): \(isTold ? "read as" : "taken for") \(summary.format.words): "
        text += [
            counted(summary.sessions, "session"), counted(summary.turns, "turn"), counted(summary.calls, "call"),
            counted(summary.events, "event"),
        ].joined(separator: ", ")
        if let problem = summary.firstProblem {
            text += "; \(counted(summary.problemCount, "line")) could not be read, the first: \(problem)"
        }
        return text
    }
}

/// Where events are written: standard output, or a file that was not there before.
private struct NewFile {
    let descriptor: Int32
    private let path: String?

    init(_ path: String) throws(SessionError) {
        guard path != "-" else {
            descriptor = 1
            self.path = nil
            return
        }
        descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        self.path = path
        guard descriptor >= 0 else {
            throw errno == EEXIST
                ? SessionError(.exists, "\(path): it exists, and is not written over; name another file with -o")
                : SessionError(.unwritable, "\(path): \(String(cString: strerror(errno))); name another file with -o")
        }
    }

    /// Takes back what was begun and is worth nothing.
    func remove() {
        if let path {
            unlink(path)
        }
    }
}
