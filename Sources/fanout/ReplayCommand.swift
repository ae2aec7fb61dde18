internal import FanoutEvents
internal import FanoutIngest
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

extension ProgramCommand {
    /// Plays a recording.
    static let replay = ProgramCommand(
        name: "replay", operands: "[FILE]", summary: "plays a recording: pause, speed, seek, step; without FILE it asks which",
        options: display + [
            Option("speed", argument: "N", "how many times as fast, 0.1 to 64"),
            Option("seek", argument: "SECONDS", "begins there"),
            Option("start-paused", "waits at the beginning"),
            Option("strict", "refuses a file with a line that cannot be read"),
        ]
    ) { options in
        guard options.operands.count <= 1 else {
            throw UsageError("replay: one recording at a time")
        }
        let speed = try options.positive("speed", most: 64) ?? 1
        let seek = try options.seconds("seek", most: 1e9) ?? 0
        let display = try Display.choose(options)
        let looks = try Looks(options)
        guard let path = try options.operands.first ?? chosen(display, looks) else {
            return 0
        }
        guard display == .dashboard else {
            return try print(path, display, looks, options)
        }
        let ledger = Ledger(recorder: nil)
        let reading = try RecordingReading(path, isStrict: options.has("strict"), into: ledger)
        // Only what is refused must be read to its end first; else a beginning is enough to begin with.
        var hasMore = true
        while hasMore, ledger.timelines.isEmpty || options.has("strict") {
            hasMore = try reading.readOn(most: Self.beginning)
        }
        let first = ledger.timelines[0].extent.lowerBound + Int64(seek * 1_000_000)
        let playhead = Playhead.replay(from: first, at: Clock.monotonic(), speed: speed, isPaused: options.has("start-paused"))
        var dashboard = Dashboard(source: CleanText(path), playhead: playhead, isReplay: true, glyphs: looks.glyphs)
        if ledger.timelines.problemCount > 0, let first = ledger.timelines.problems.first {
            dashboard.notice = CleanText("\(ledger.timelines.problemCount) lines could not be read; the first: \(first.problem)")
        }
        let rest = hasMore ? RecordingSource(reading).map { [$0] } ?? [] : []
        let show = try Show(ledger, display: display, looks: looks, dashboard: dashboard, sources: rest)
        return Composition.finish(show.perform(), show, ledger: ledger, isRecorded: false)
    }

    /// Bytes of a recording that are read before it is shown.
    private static let beginning = 8 << 20

    /// The recording that somebody chooses; nil where they want none.
    private static func chosen(_ display: Display, _ looks: Looks) throws -> String? {
        let entries = SessionCatalog().entries()
        guard !entries.isEmpty else {
            throw UsageError("replay: name a recording; none is kept in \(StateDirectory.path()) yet, where `fanout demo` leaves one")
        }
        guard display == .dashboard else {
            let newest = entries.prefix(5).map { "\n  " + CleanText($0.path).string }.joined()
            let more = entries.count > 5 ? "\n`fanout sessions` lists all \(entries.count)" : ""
            throw UsageError("replay: name a recording, such as\(newest)\(more)")
        }
        let (path, signal) = try RecordingPicker(entries, looks: looks).choose()
        signal?.performDefault()
        return path
    }

    /// Without a screen a recording is told from beginning to end, as fast as it can be read.
    private static func print(_ path: String, _ display: Display, _ looks: Looks, _ options: Options) throws -> Int32 {
        if options.has("strict") {
            // Nothing is told of a file that is refused.
            _ = try SessionFile.load(path, isStrict: true)
        }
        if let note = looks.note(isBrief: false) {
            Console.complain(note)
        }
        let printer = Printer(display, glyphs: looks.glyphs, isWhole: true)
        let ledger = Ledger(recorder: nil, observer: printer)
        defer { printer?.finish() }
        try ledger.load(path, isStrict: options.has("strict"), withPayloads: true)
        return 0
    }
}
