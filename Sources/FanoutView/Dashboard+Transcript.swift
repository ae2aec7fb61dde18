internal import FanoutEvents
internal import FanoutTimeline

// The conversation in the place of the lanes.
extension Dashboard {
    /// Columns beyond which lines of text are no longer easy to read.
    private static let widestText = 120
    /// Where text begins, and what a call is worth.
    private static let textStart = 3

    func scene(_ timeline: Timeline, _ t: Int64, _ input: Input) -> Transcript.Scene {
        let columns = max(8, min(input.width - Self.textStart - 2, Self.widestText))
        return Transcript.Scene(timeline: timeline, t: t, event: input.event, columns: columns)
    }

    mutating func drawTranscript(_ area: Range<Int>, _ timeline: Timeline, _ t: Int64, _ input: Input, into frame: inout Frame) {
        let rows = transcript.rows(scene(timeline, t, input), height: area.count)
        guard !rows.isEmpty else {
            let text: CleanText = "nothing was said yet"
            frame.put(text, x: max(0, (frame.width - text.columns) / 2), y: area.lowerBound + area.count / 2, role: .muted)
            return
        }
        for (offset, row) in rows.prefix(area.count).enumerated() {
            draw(row.row, area.lowerBound + offset, timeline, t, input, into: &frame)
        }
    }

    private mutating func draw(_ row: Transcript.Row, _ y: Int, _ timeline: Timeline, _ t: Int64, _ input: Input, into frame: inout Frame) {
        switch row {
        case .blank:
            break
        case .text(let text):
            switch text.mark {
            case .none: break
            case .said: frame.put(glyphs.divider, x: 1, y: y, role: .accent)
            case .thought: frame.put(glyphs.now, x: 1, y: y, role: .border)
            case .retried: frame.put(glyphs.retrying, x: 1, y: y, role: .retrying)
            }
            let x = text.role == .muted && text.mark == .none && text.indent == 0 ? 1 : Self.textStart + text.indent
            frame.put(text.text, x: x, y: y, width: frame.width - x - 1, role: text.role)
        case .heading(let turn):
            drawTurn(turn, y, timeline, into: &frame)
        case .status(let lane):
            drawStatus(lane, y, timeline, t, into: &frame)
        case .call(let lane):
            drawCall(lane, y, timeline, t, input, into: &frame)
        case .ending(let turn):
            let (glyph, role, words) = ending(timeline.turns[turn].outcome)
            var line = Line(x: 1, y: y, limit: frame.width - 1)
            line.add(glyph: glyph, role, into: &frame)
            line.add(words, role, gap: 1, into: &frame)
        }
    }

    private func drawTurn(_ turn: Int, _ y: Int, _ timeline: Timeline, into frame: inout Frame) {
        let own = timeline.turns[turn]
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        line.add(own.number.map { "turn " + CleanText($0) } ?? "calls of no turn", .header, into: &frame)
        if let title = own.title, title != own.strategy {
            line.addCut(CleanText(title), .text, gap: 1, most: frame.width / 3, into: &frame)
        }
        if let parent = own.parent {
            line.addCut("for " + CleanText(timeline.title(of: parent)), .muted, gap: 2, most: frame.width / 3, into: &frame)
        }
        let stamp = DurationText.position(own.started - timeline.extent.lowerBound)
        let start = frame.width - 1 - stamp.columns
        frame.fill(line.x + 1..<max(line.x + 1, start - 1), y: y, with: glyphs.rule, role: .border)
        frame.put(stamp, x: max(line.x + 1, start), y: y, role: .muted)
    }

    /// How a request to the model goes: what it does, or how it ended and what it took.
    private func drawStatus(_ lane: Int, _ y: Int, _ timeline: Timeline, _ t: Int64, into frame: inout Frame) {
        let reply = transcript.replies[lane]
        var words = LaneWords(timeline, lane: lane, at: t, glyphs: glyphs)
        let own = timeline.lane(lane)
        let hasEnded = own.hasEnded && own.ended <= t
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        var role = words.role
        if !hasEnded, words.role == .running, reply?.hasWritten == true {
            words.words = "writing"
        } else if hasEnded, let end = reply?.end {
            (words.words, role) = Self.finish(end)
            if role != .muted {
                words.glyph = glyphs.failed
            }
        }
        line.add(glyph: words.glyph, role == .muted ? .ok : role, into: &frame)
        line.addCut(words.words, role, gap: 1, into: &frame)
        var facts: [CleanText] = [CleanText(timeline.name(of: lane))]
        let end = min(t, own.hasEnded ? own.ended : timeline.over == nil ? t : timeline.last)
        // From its request, when the clock began that its user heard ticking, to its last word.
        let ending = Precision(end: hasEnded ? own.approxEnd : nil)
        facts.append(DurationText.length(end - own.seen, Precision(start: own.approxStart) + ending, glyphs))
        if hasEnded, let usage = reply?.end?.usage {
            for (count, word) in [(usage.input, " in"), (usage.output, " out"), (usage.cached, " cached")] as [(Int?, CleanText)] {
                if let count {
                    facts.append(CleanText(count) + word)
                }
            }
        }
        for fact in facts where line.x + 3 + fact.columns <= line.limit {
            line.add(glyph: glyphs.separator, .muted, gap: 1, into: &frame)
            line.add(fact, .muted, gap: 1, into: &frame)
        }
    }

    /// How a reply ended in words, and whether that is as it should be.
    private static func finish(_ end: Event.ModelFinished) -> (CleanText, Role) {
        let why: CleanText = end.reason.map { " (" + CleanText(String($0.prefix(60))) + ")" } ?? ""
        switch end.finish {
        case .stop: return ("done", .muted)
        case .calls: return ("asks for calls", .muted)
        case .length: return ("cut off at its length limit" + why, .retrying)
        case .filtered: return ("ended by the provider's filter" + why, .failed)
        case .refused: return ("refused" + why, .failed)
        case .paused: return ("paused by the provider" + why, .retrying)
        case .error: return ("failed" + (end.error.map { ": " + CleanText($0.kind.rawValue) } ?? ""), .failed)
        case .other: return ("ended for another reason" + why, .retrying)
        }
    }

    private mutating func drawCall(_ lane: Int, _ y: Int, _ timeline: Timeline, _ t: Int64, _ input: Input, into frame: inout Frame) {
        fetchSummary(lane, timeline, t, input)
        let words = LaneWords(timeline, lane: lane, at: t, glyphs: glyphs)
        let time = LaneTime.text(timeline, lane: lane, at: t, glyphs: glyphs)
        let timeColumns = 6
        let edge = min(frame.width - 1, Self.textStart + Self.widestText)
        frame.put(time, x: edge - time.columns, y: y, role: words.role == .queued ? .muted : .text)
        let stateColumns = 9
        frame.put(words.words, x: edge - timeColumns - 1 - stateColumns, y: y, width: stateColumns, role: words.role)
        var line = Line(x: 1, y: y, limit: edge - timeColumns - stateColumns - 2)
        line.add(glyph: words.glyph, words.role, into: &frame)
        let name = max(8, min(max(longestName, 12), frame.width / 4))
        line.addCut(CleanText(timeline.title(of: lane)), .text, gap: 1, most: name, into: &frame)
        let start = 3 + name + 2
        if let summary = summaries[lane]?.text, start < line.limit {
            frame.put(summary, x: start, y: y, width: line.limit - start, role: .muted)
        }
    }

    private func ending(_ outcome: Event.TurnOutcome?) -> (Glyph, Role, CleanText) {
        switch outcome {
        case .failed: (glyphs.failed, .failed, "the turn failed")
        case .cancelled: (glyphs.cancelled, .cancelled, "the turn was cancelled")
        case .cut: (glyphs.failed, .retrying, "the turn was cut off")
        case .ok, nil: (glyphs.ok, .ok, "")
        }
    }

    // MARK: Keys

    /// Answers the keys that go through the conversation; nil for one that means the same as in the lanes.
    mutating func handleTranscript(_ command: Command, _ timeline: Timeline, _ t: Int64, _ input: Input) -> Bool {
        let scene = scene(timeline, t, input)
        let page = max(1, transcript.height - 2)
        switch command {
        case .up: transcript.scroll(by: -1, scene)
        case .down: transcript.scroll(by: 1, scene)
        case .halfPageUp: transcript.scroll(by: -max(1, page / 2), scene)
        case .halfPageDown: transcript.scroll(by: max(1, page / 2), scene)
        case .pageUp: transcript.scroll(by: -page, scene)
        case .pageDown: transcript.scroll(by: page, scene)
        case .top: transcript.goToBeginning(scene)
        case .bottom: transcript.anchor = nil
        case .previousTurn: transcript.goToTurn(-1, scene)
        case .nextTurn: transcript.goToTurn(1, scene)
        case .close: view = .lanes
        case .follow:
            transcript.anchor = nil
            return false
        default: return false
        }
        return true
    }
}
