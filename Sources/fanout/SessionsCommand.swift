internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension ProgramCommand {
    /// Lists and finds sessions on this machine, and removes old recordings.
    static let sessions = ProgramCommand(
        name: "sessions", operands: "[WORD…|prune]",
        summary: "what was recorded here, newest first; WORDs search title, id and path; prune removes old ones",
        options: [
            Option("long", "reads long recordings whole, so that calls and errors are told of all"),
            Option("json", "one JSON object a session"),
            Option("older-than", argument: "AGE", "prune: those not written to for longer, such as 30d, 12h or 2w"),
            Option("larger-than", argument: "SIZE", "prune: the oldest, until what is left takes no more than this together, such as 1GB"),
            Option("dry-run", "prune: only says what would go"),
            Option("yes", "prune: does not ask"),
        ]
    ) { options in
        if options.operands.first == "prune" {
            return try SessionPruning(options).perform()
        }
        for name in ["older-than", "larger-than", "dry-run", "yes"] where options.has(name) {
            throw UsageError("--\(name): it belongs to prune; write `fanout sessions prune --\(name) …`")
        }
        let entries = SessionCatalog().entries(matching: options.operands, isThorough: options.has("long"))
        if options.has("json") {
            for entry in entries {
                Console.print(SessionListing.json(entry).description + "\n")
            }
            return 0
        }
        guard !entries.isEmpty else {
            let what =
                options.operands.isEmpty ? "nothing is recorded yet" : "no session has \(options.operands.joined(separator: " ")) in it"
            Console.complain("\(what); recordings are kept in \(StateDirectory.path())")
            return options.operands.isEmpty ? 0 : 1
        }
        SessionListing.lines(entries).forEach { Console.print($0.string + "\n") }
        return 0
    }
}

/// Sessions of this machine as they are written down.
enum SessionListing {
    static func json(_ entry: SessionEntry) -> JSONValue {
        var object: JSONObject = [
            "path": .string(entry.path), "kind": .string(entry.kind), "session": .string(entry.session),
            "started": .string(Instant.rfc3339(entry.started)), "changed": .string(Instant.rfc3339(entry.changed)),
            "size": .integer(entry.size), "state": .string(entry.state.rawValue),
        ]
        object["title"] = entry.title.map { .string($0) }
        object["length_us"] = entry.length.map { .integer($0) }
        object["calls"] = entry.calls.map { .integer(Int64($0)) }
        object["errors"] = entry.errors.map { .integer(Int64($0)) }
        return .object(object)
    }

    static func lines(_ entries: [SessionEntry]) -> [CleanText] {
        let rows = entries.map { entry in
            [
                LocalTime.text(entry.started), title(entry), CleanText(entry.kind), CleanText(entry.state.rawValue),
                entry.calls.map { CleanText($0) } ?? "", entry.errors.map { CleanText($0) } ?? "",
                entry.length.map { DurationText.length($0) } ?? "", ByteText.size(entry.size), CleanText(entry.path),
            ]
        }
        return TextTable.lines(
            ["WHEN", "TITLE", "KIND", "STATE", "CALLS", "ERRORS", "LENGTH", "SIZE", "PATH"], rows, names: [0, 1, 2, 3, 8])
    }

    /// Its title on one short line, or its id.
    static func title(_ entry: SessionEntry) -> CleanText {
        let title = entry.title.map { CleanText($0) } ?? ""
        return title.isEmpty ? "session " + CleanText(String(entry.session.prefix(8))) : title.cut(to: TextTable.widest)
    }
}

/// Instants as the user's clock on the wall has them.
enum LocalTime {
    /// - Parameter instant: Microseconds since the Unix epoch.
    static func text(_ instant: Int64) -> CleanText {
        var seconds = time_t(instant / 1_000_000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil else { return CleanText(Instant.rfc3339(instant)) }
        var text = [CChar](repeating: 0, count: 32)
        let count = strftime(&text, text.count, "%Y-%m-%d %H:%M", &parts)
        return CleanText(String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self))
    }
}
