package import FanoutEvents
internal import FanoutJSON
package import FanoutTimeline

/// What is worth a line where there is no screen.
package enum PlainLine {
    /// The line for an event that has just been applied, or nil where it tells nothing new.
    package static func line(for event: Event, in timeline: Timeline, glyphs: Glyphs) -> CleanText? {
        func say(_ glyph: Glyph, _ parts: CleanText...) -> CleanText {
            // From the session's start, as places in it are told elsewhere: what comes late does not move it.
            let stamp = DurationText.position(event.t)
            let pad = CleanText(String(repeating: " ", count: max(0, 8 - stamp.columns)))
            return pad + stamp + "  " + CleanText(String(glyph.scalar)) + " " + parts.filter { !$0.isEmpty }.joined(separator: "  ")
        }
        func name(_ call: String) -> CleanText {
            guard let lane = timeline.lane(ofCall: call) else { return CleanText(call) }
            let place = timeline.lane(lane).ordinal.map { " #" + CleanText($0) } ?? ""
            return padded(CleanText(timeline.title(of: lane)) + place, 20)
        }
        switch event.body {
        case .turnStarted(let body):
            return say(glyphs.playing, "turn " + CleanText(body.turn), CleanText(body.title ?? ""), CleanText(body.strategy ?? ""))
        case .message(let body):
            guard let text = body.text, !text.isEmpty, body.role != "tool", body.role != "system" else { return nil }
            return say(glyphs.separator, CleanText(body.role) + ": " + CleanText(String(text.prefix(400))))
        case .modelFinished(let body):
            guard body.finish != .calls, body.finish != .stop else { return nil }
            return say(glyphs.failed, "model", CleanText(body.error?.message ?? body.reason ?? body.finish.rawValue))
        case .modelRetrying(let body):
            return say(
                glyphs.retrying, "model", CleanText(body.error?.message ?? ""),
                body.delay.map { "again in " + DurationText.length($0) } ?? "")
        case .callRequested(let body):
            return say(
                glyphs.queued, name(body.call), "requested",
                body.arguments.map { $0.isElided ? "" : ArgumentSummary.summary($0.value) } ?? "")
        case .callQueued(let body):
            return say(glyphs.queued, name(body.call), "waits: " + CleanText(body.why.rawValue), CleanText(body.on.joined(separator: ", ")))
        case .callDecided(let body):
            return say(glyphs.separator, name(body.call), CleanText(body.decision.rawValue), CleanText(body.by ?? ""))
        case .callStarted(let body):
            let attempt: CleanText = body.attempt.map { $0 > 1 ? "attempt " + CleanText($0) : "started" } ?? "started"
            return say(
                glyphs.running, name(body.call), attempt, body.arguments.map { $0.isElided ? "" : ArgumentSummary.summary($0.value) } ?? "")
        case .callRetrying(let body):
            return say(
                glyphs.retrying, name(body.call), CleanText(body.error?.message ?? "failed"),
                body.delay.map { "again in " + DurationText.length($0) } ?? "")
        case .callFinished(let body):
            guard let lane = timeline.lane(ofCall: body.call) else { return nil }
            let words = LaneWords(timeline, lane: lane, at: event.t, glyphs: glyphs)
            let run = LaneTime.text(timeline, lane: lane, at: event.t, glyphs: glyphs)
            let error = body.error.map { CleanText(String($0.message.prefix(400))) } ?? ""
            return say(words.glyph, name(body.call), CleanText(body.outcome.rawValue), run, error)
        case .turnFinished(let body):
            guard let turn = timeline.turn(numbered: body.turn) else { return nil }
            let figures = timeline.figures(ofTurn: turn, at: event.t)
            guard figures.calls > 0 else { return nil }
            let precision = timeline.precision(ofTurn: turn, at: event.t, path: CriticalPath())
            let speedup = figures.speedup.map { "speed-up " + DurationText.ratio($0, precision.speedup, glyphs) } ?? ""
            return say(
                glyphs.rule, "turn " + CleanText(body.turn) + " " + CleanText(body.outcome.rawValue),
                "wall " + DurationText.figure(figures.wall, precision.wall, glyphs),
                "sum " + DurationText.figure(figures.sum, precision.sum, glyphs), speedup, "peak " + CleanText(figures.peak),
                figures.errors > 0 ? CleanText(figures.errors) + " err" : "")
        case .marker(let body):
            return say(glyphs.critical, CleanText(body.label), CleanText(body.text ?? ""))
        case .toolDeclared, .modelStarted, .modelOutput, .callAnnounced, .callProgress, .callOutput, .callReleased, .sessionFinished,
            .other:
            return nil
        }
    }

    private static func padded(_ text: CleanText, _ columns: Int) -> CleanText {
        text + CleanText(String(repeating: " ", count: max(0, columns - text.columns)))
    }
}
