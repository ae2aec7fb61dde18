internal import FanoutEvents
internal import FanoutTimeline

extension Dashboard {
    /// Two lines: which session and how it goes; what the turn amounts to.
    func drawHeader(_ timeline: Timeline, _ t: Int64, _ focus: Int?, _ path: CriticalPath, into frame: inout Frame) {
        var line = Line(x: 1, y: 0, limit: frame.width - 1)
        line.add("fanout", .title, into: &frame)
        let (glyph, word, role) = motion(timeline, t)
        line.add(glyph: glyph, role, gap: 2, into: &frame)
        line.add(word, role, gap: 1, into: &frame)

        // What the right end says is put first, since it must not be crowded out by a title.
        let figures = focus.map { timeline.figures(ofTurn: $0, at: t) } ?? Figures()
        let counts = Self.counts(figures, room: frame.width - line.x - 3)
        let countColumns = counts.reduce(0) { $0 + $1.text.columns + 1 }
        var right = Line(x: max(line.x + 2, frame.width - 1 - countColumns), y: 0, limit: frame.width)
        for count in counts {
            right.add(count.text, count.role, into: &frame)
            right.add(" ", .text, into: &frame)
        }
        var middle = Line(x: line.x, y: 0, limit: frame.width - 3 - countColumns)
        middle.addCut(SessionDigest.title(of: timeline), .text, gap: 2, most: max(8, frame.width / 3), into: &frame)
        if let focus, let number = timeline.turns[focus].number {
            // Where numbers leave some out, or are told twice, how many there are says nothing beside them.
            let turns = timeline.namedTurns
            let several = turns > 1 && number <= turns ? " of " + CleanText(turns) : ""
            let turn = "turn " + CleanText(number) + several
            if middle.x + 3 + turn.columns <= middle.limit {
                middle.add(glyph: glyphs.separator, .muted, gap: 1, into: &frame)
                middle.add(turn, .text, gap: 1, into: &frame)
            }
        }
        drawFigures(timeline, t, focus, figures, path, into: &frame)
    }

    private func drawFigures(
        _ timeline: Timeline, _ t: Int64, _ focus: Int?, _ figures: Figures, _ path: CriticalPath, into frame: inout Frame
    ) {
        var line = Line(x: 1, y: 1, limit: frame.width - 1)
        let precision = findings.precision
        if precision.wall == .orderOnly {
            line.add("only the order is known", .muted, into: &frame)
        } else {
            line.add("wall", DurationText.length(figures.wall, precision.wall, glyphs), .text, gap: 0, into: &frame)
            line.add("sum", DurationText.figure(figures.sum, precision.sum, glyphs), .text, into: &frame)
            if let speedup = figures.speedup {
                let isWon = speedup >= 1.05 && precision.speedup != .orderOnly
                line.add("speed-up", DurationText.ratio(speedup, precision.speedup, glyphs), isWon ? .accent : .text, into: &frame)
            }
        }
        let limit = focus.flatMap { timeline.turns[$0].limit }.map { "/" + CleanText($0) } ?? ""
        line.add("peak", CleanText(figures.peak) + limit, .text, into: &frame)
        if !path.lanes.isEmpty, precision.criticalPath != .orderOnly {
            line.add("critical path", DurationText.length(path.length, precision.criticalPath, glyphs), .critical, into: &frame)
        }
        if figures.errors > 0 {
            line.add("err", CleanText(figures.errors), .failed, into: &frame)
        }
        if let left = focus.flatMap({ timeLeft(timeline, $0, t) }) {
            line.add("ETA", "~" + DurationText.length(left), .estimate, into: &frame)
        }
        if let strategy = focus.flatMap({ timeline.turns[$0].strategy }) {
            line.add("strategy", CleanText(strategy), .text, into: &frame)
        }
        if findings.unaccounted >= 100_000, precision.wall != .orderOnly {
            line.add("unaccounted", DurationText.length(findings.unaccounted), .muted, into: &frame)
        }
    }

    /// Microseconds until the calls of a turn that run are likely to be done; nil where that is not known of all of them.
    private func timeLeft(_ timeline: Timeline, _ turn: Int, _ t: Int64) -> Int64? {
        var left: Int64?
        for lane in timeline.openLanes(at: t) where Int(timeline.lane(lane).turn) == turn && timeline.lane(lane).kind == .call {
            guard let end = timeline.expectedEnd(of: lane, at: t) else { return nil }
            left = max(left ?? 0, end - t)
        }
        return left
    }

    private func motion(_ timeline: Timeline, _ t: Int64) -> (Glyph, CleanText, Role) {
        switch playhead.motion {
        case .following:
            if case .awaited(let outcome) = followUps {
                switch outcome {
                case .ok: return (glyphs.ok, "DONE, waits for you", .ok)
                case .failed: return (glyphs.failed, "FAILED, waits for you", .failed)
                case .cancelled: return (glyphs.cancelled, "CANCELLED, waits for you", .cancelled)
                }
            }
            if timeline.over != nil { return end(timeline, orElse: "DONE") }
            return timeline.isActive(at: t) ? (glyphs.live, "LIVE", .running) : (glyphs.live, "IDLE", .muted)
        case .still:
            return (glyphs.paused, "PAUSED", .retrying)
        case .playing:
            if t >= timeline.last, timeline.over != nil { return end(timeline, orElse: "END") }
            return (glyphs.playing, isReplay ? "REPLAY" : "PLAYING", .accent)
        }
    }

    /// How a session ended, where it did not end well.
    private func end(_ timeline: Timeline, orElse word: CleanText) -> (Glyph, CleanText, Role) {
        switch timeline.outcome {
        case .failed: (glyphs.failed, "FAILED", .failed)
        case .cancelled: (glyphs.cancelled, "CANCELLED", .cancelled)
        // Its source ended while something went on.
        case nil where timeline.hasLooseEnds: (glyphs.unknown, "ENDED", .muted)
        case .ok, nil: (glyphs.ok, word, .ok)
        }
    }

    /// How many calls are in which state; where there is no room for all, what matters least is left out first.
    private static func counts(_ figures: Figures, room: Int) -> [(text: CleanText, role: Role)] {
        guard figures.calls > 0 else { return [("no calls", .muted)] }
        let all = CleanText(figures.calls) + (figures.calls == 1 ? " call:" : " calls:")
        // With the order in which they go.
        var counts: [(text: CleanText, role: Role, order: Int)] = [(all, .text, 0)]
        let parts: [(Int, CleanText, Role, Int)] = [
            (figures.running, " run", .running, 6), (figures.waiting, " queued", .queued, 5), (figures.ok, " ok", .ok, 1),
            (figures.errors, " err", .failed, 7), (figures.cancelled, " cancelled", .cancelled, 4),
            (figures.skipped, " skipped", .skipped, 3),
            (figures.unknown, " no end", .muted, 2),
        ]
        for (count, word, role, order) in parts where count > 0 {
            counts.append((CleanText(count) + word, role, order))
        }
        while counts.count > 1, counts.reduce(0, { $0 + $1.text.columns + 1 }) > room,
            let least = counts.indices.min(by: { counts[$0].order < counts[$1].order })
        {
            counts.remove(at: least)
        }
        return counts.map { ($0.text, $0.role) }
    }
}
