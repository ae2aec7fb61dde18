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
            Option("speed", argument: "N", "how many times as fast, 0.1 to 64; max: all of it within three seconds"),
            Option("seek", argument: "WHERE", "begins there: seconds, M:SS, H:MM:SS, 50%, or a marker's name"),
            Option("start-paused", "waits there"),
            Option("idle-limit", argument: "SECONDS", "skips the rest of longer stretches without an event, from 0.5"),
            Option("loop", "begins again at the end"),
            Option("strict", "refuses a file with a line that cannot be read"),
        ]
    ) { options in
        let options = Settings(options).filled(options)
        guard options.operands.count <= 1 else {
            throw UsageError("replay: one recording at a time")
        }
        let speed = try speed(options)
        let idleLimit = try idleLimit(options)
        let seek = options.value("seek").map { SeekPlace($0) } ?? .instant(0)
        let display = try Display.choose(options)
        var looks = try Looks(options)
        guard let path = try options.operands.first ?? chosen(display, &looks) else {
            return 0
        }
        guard display == .dashboard else {
            return try print(path, display, looks, seek, options)
        }
        let ledger = Ledger(recorder: nil)
        let reading = try RecordingReading(path, isStrict: options.has("strict"), into: ledger)
        // Only what is refused must be read to its end first; else a beginning is enough to begin with.
        var hasMore = true
        while hasMore, ledger.timelines.isEmpty || options.has("strict") || seek.needsMore(than: ledger.timelines[0]) {
            hasMore = try reading.readOn(most: Self.beginning)
        }
        let markers = MarkerFile(recording: path)
        let first = try instant(seek, ledger.timelines[0], markers.markers)
        let playhead = Playhead.replay(from: first, at: Clock.monotonic(), speed: speed, isPaused: options.has("start-paused"))
        var dashboard = Dashboard(source: CleanText(path), playhead: playhead, isReplay: true, glyphs: looks.glyphs)
        dashboard.transport.isLoop = options.has("loop")
        if let idleLimit {
            (dashboard.transport.skipsIdle, dashboard.transport.idleLimit) = (true, idleLimit)
        }
        if ledger.timelines.problemCount > 0, let first = ledger.timelines.problems.first {
            dashboard.notice = CleanText("\(counted(ledger.timelines.problemCount, "line")) could not be read; the first: \(first.problem)")
        }
        let rest = hasMore ? RecordingSource(reading).map { [$0] } ?? [] : []
        let show = try Show(ledger, display: display, looks: looks, dashboard: dashboard, sources: rest, markers: markers)
        return Composition.finish(show.perform(), show, ledger: ledger, isRecorded: false)
    }

    /// Bytes of a recording that are read before it is shown.
    private static let beginning = 8 << 20

    private static func speed(_ options: Options) throws(UsageError) -> Double {
        guard let text = options.value("speed") else { return 1 }
        if text.lowercased() == "max" { return Playhead.asFastAsPossible }
        guard let speed = Double(text.hasSuffix("x") ? String(text.dropLast()) : text),
            (Playhead.slowest...Playhead.fastest).contains(speed)
        else {
            throw UsageError("--speed \(text): it takes a number from 0.1 to 64, or max")
        }
        return speed
    }

    /// Microseconds that are played of a stretch without an event; nil where all of it is.
    private static func idleLimit(_ options: Options) throws(UsageError) -> Int64? {
        guard let text = options.value("idle-limit") else { return nil }
        guard let limit = Transport.idleLimit(text) else {
            throw UsageError("--idle-limit \(text): it takes a number of seconds from 0.5 to 86400")
        }
        return limit
    }

    /// The instant of a place; a marker that there is not is wrong usage.
    private static func instant(_ place: SeekPlace, _ timeline: Timeline, _ markers: OwnMarkers) throws(UsageError) -> Int64 {
        do throws(SeekPlace.NoMarker) {
            return try place.instant(in: timeline, markers: markers)
        } catch {
            let labels = error.labels.filter { !$0.isEmpty }
            let names = labels.prefix(5).map { "\"" + CleanText($0).string + "\"" }.joined(separator: ", ")
            let known = names.isEmpty ? "no markers" : names + (labels.count > 5 ? " and \(labels.count - 5) more" : "")
            let near = error.near.map { "did you mean \"\(CleanText($0).string)\"? " } ?? ""
            throw UsageError(
                "--seek \(error.name): \(near)it takes seconds from 0, M:SS, H:MM:SS, a percentage such as 50%, or a marker's name; this recording has \(known)"
            )
        }
    }

    /// The recording that somebody chooses; nil where they want none.
    private static func chosen(_ display: Display, _ looks: inout Looks) throws -> String? {
        let entries = SessionCatalog().entries()
        guard !entries.isEmpty else {
            throw UsageError("replay: name a recording; none is kept in \(StateDirectory.path()) yet, where `fanout demo` leaves one")
        }
        guard display == .dashboard else {
            let newest = entries.prefix(5).map { "\n  " + CleanText($0.path).string }.joined()
            let more = entries.count > 5 ? "\n`fanout sessions` lists all \(entries.count)" : ""
            throw UsageError("replay: name a recording, such as\(newest)\(more)")
        }
        let picker = try RecordingPicker(entries, looks: looks)
        let (path, signal) = picker.choose()
        looks = picker.looks
        signal?.performDefault()
        return path
    }

    /// Without a screen a recording is told from beginning to end, as fast as it can be read.
    private static func print(
        _ path: String, _ display: Display, _ looks: Looks, _ seek: SeekPlace, _ options: Options
    ) throws -> Int32 {
        if options.has("strict") {
            // Nothing is told of a file that is refused.
            _ = try SessionFile.load(path, isStrict: true)
        }
        if case .marker = seek {
            // It is told from its beginning all the same; but what is no marker of it was a mistake.
            _ = try instant(seek, SessionFile.load(path)[0], MarkerFile(recording: path).markers)
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
