internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
internal import FanoutTimeline

/// What Claude Code writes gives the same events in any pieces; every call ends once, and what was left in place stands there.
func fuzzClaude(_ bytes: [UInt8]) -> String? {
    for dialect in [ClaudeParser.Dialect.transcript, .stream] {
        let whole = ClaudeReading(bytes, dialect) { $0 }
        if whole.events != ClaudeReading(bytes, dialect, piece: { _ in 1 }).events {
            return "byte by byte it reads otherwise"
        }
        var random = SeededGenerator(seed: UInt64(bytes.count))
        if whole.events != ClaudeReading(bytes, dialect, piece: { Int.random(in: 1...max(1, min($0, 200)), using: &random) }).events {
            return "in pieces it reads otherwise"
        }
        if let broken = whole.brokenPromise(in: bytes) {
            return broken
        }
        let light = ClaudeReading(bytes, dialect, withPayloads: false) { $0 }
        if light.events.map(\.t) != whole.events.map(\.t) || light.offsets != whole.offsets {
            return "without payloads it reads otherwise"
        }
        if let broken = ClaudeReading.live(bytes, dialect) {
            return broken
        }
    }
    return nil
}

/// What a hook is told comes to one short line, or to nothing.
func fuzzHooks(_ bytes: [UInt8]) -> String? {
    for input in bytes.split(separator: 0x0a).map(Array.init) + [bytes] {
        guard let entry = HookEntry(input: input, time: 1_700_000_000_000_000) else { continue }
        let line = entry.line
        guard line.last == 0x0a, !line.dropLast().contains(0x0a) else { return "what is written is not one line: \(line)" }
        guard let path = HookFile.path(session: entry.session, in: "/hooks"), path.hasPrefix("/hooks/"),
            !path.dropFirst(7).contains("/"), !path.contains("\0"), !path.contains("..")
        else { return "a session's file is somewhere else: \(entry.session)" }
        guard let value = try? JSONValue(parsing: Array(line.dropLast())), value["session"]?.string == entry.session,
            value["time"]?.integer == entry.time
        else { return "what is written cannot be read again" }
    }
    return nil
}

/// One reading of a stream, with all it gave.
private struct ClaudeReading: EventReceiver {
    var events: [Event] = []
    var offsets: [Int64] = []
    var isOpen = false
    var opened = 0
    private let dialect: ClaudeParser.Dialect

    /// So short that a fuzzer gets beyond it.
    private static let longestLine = 3000
    private static let late = EventReader.Arrival.later(1_700_000_000_000_000)

    mutating func open(_ header: Header, session: Int) {
        isOpen = true
        opened += 1
    }
    mutating func take(_ event: Event, session: Int, offset: Int64) {
        events.append(event)
        offsets.append(offset)
    }
    mutating func report(_ problem: EventProblem) {}

    /// - Parameter piece: How many of the bytes that are left come next.
    init(_ bytes: [UInt8], _ dialect: ClaudeParser.Dialect, withPayloads: Bool = true, piece: (Int) -> Int) {
        self.dialect = dialect
        let parser = Self.parser(dialect, withPayloads: withPayloads)
        var rest = bytes[...]
        while !rest.isEmpty {
            // A piece of its own, so that reading beyond it can be seen.
            let next = Array(rest.prefix(max(1, min(rest.count, piece(rest.count)))))
            rest = rest.dropFirst(next.count)
            next.withUnsafeBytes { parser.read($0, arrival: Self.late, into: &self) }
        }
        parser.finish(arrival: Self.late, into: &self)
    }

    private static func parser(_ dialect: ClaudeParser.Dialect, withPayloads: Bool) -> ClaudeParser {
        var options = EventReader.Options(withPayloads: withPayloads)
        options.longestLine = longestLine
        return ClaudeParser(dialect, options, session: ClaudeSession(hookDirectory: nil))
    }

    /// Line by line as it comes, into a timeline.
    static func live(_ bytes: [UInt8], _ dialect: ClaudeParser.Dialect) -> String? {
        var reading = ClaudeReading([], dialect) { $0 }
        let parser = parser(dialect, withPayloads: false)
        var now: Int64 = 1_700_000_000_000_000
        for line in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
            now += 1000
            (Array(line) + [0x0a]).withUnsafeBytes { parser.read($0, arrival: .live(now), into: &reading) }
        }
        parser.finish(arrival: .live(now), into: &reading)
        var timeline = Timeline(header: Header(session: "s", started: 0))
        for event in reading.events {
            timeline.apply(event)
        }
        timeline.settle()
        return reading.doubled
    }

    /// A call that ended twice, or a turn that began twice.
    var doubled: String? {
        var ended: Set<String> = []
        var turns: Set<Int> = []
        for event in events {
            switch event.body {
            case .callFinished(let body):
                guard ended.insert(body.call).inserted else { return "\(body.call) ends twice" }
            case .turnStarted(let body):
                guard turns.insert(body.turn).inserted else { return "turn \(body.turn) begins twice" }
            default: break
            }
        }
        return nil
    }

    func brokenPromise(in bytes: [UInt8]) -> String? {
        guard events.isEmpty || isOpen else { return "events came before their session" }
        if let doubled { return doubled }
        let requested = Set(events.compactMap { event in if case .callRequested(let body) = event.body { body.call } else { nil } })
        let ended = Set(events.compactMap { event in if case .callFinished(let body) = event.body { body.call } else { nil } })
        guard requested.isSubset(of: ended) else { return "\(requested.subtracting(ended)) never end" }
        let reader = (dialect == .transcript ? StreamFormat.claudeTranscript : .claudeStream).payloads()
        for (event, offset) in zip(events, offsets) {
            guard abs(event.t) <= Instant.furthest else { return "an instant out of range: \(event)" }
            guard event.body.isFound else { continue }
            let place = LinePart(offset: offset)
            guard place.line >= 0, place.line < bytes.count, place.line == 0 || bytes[Int(place.line) - 1] == 0x0a else {
                return "no line begins at \(place.line): \(event)"
            }
            let line = Array(bytes[Int(place.line)...].prefix { $0 != 0x0a })
            let padded = line + [UInt8](repeating: 0, count: JSONReader.padding)
            let found = padded.withUnsafeBufferPointer {
                reader.event(in: UnsafeBufferPointer(rebasing: $0[..<line.count]), part: place.part)
            }
            guard let found, event.body.isSame(found.body) else {
                return "\(event.body) is not in its line, but \(String(describing: found))"
            }
        }
        return nil
    }
}

extension Event.Body {
    /// Whether its payload is looked for where it stands.
    fileprivate var isFound: Bool {
        switch self {
        case .callRequested, .modelOutput, .message, .modelRetrying: true
        case .callFinished(let body): body.outcome != .unknown
        default: false
        }
    }

    fileprivate func isSame(_ other: Event.Body) -> Bool {
        switch (self, other) {
        case (.callRequested(let a), .callRequested(let b)): a.arguments == b.arguments
        case (.callFinished(let a), .callFinished(let b)): a == b
        case (.modelOutput(let a), .modelOutput(let b)): a.text == b.text
        case (.message(let a), .message(let b)): a.text == b.text
        case (.modelRetrying(let a), .modelRetrying(let b)): a.error == b.error
        default: false
        }
    }
}
