internal import FanoutEvents
internal import FanoutTimeline

/// The list of all sessions, while it is open.
///
/// Its order is that of the moment at which it was opened: nothing moves under the eye, and a session that begins meanwhile comes last.
struct Overview: Sendable {
    /// Places among the timelines.
    var order: [Int]
    /// The row of the cursor, and the first one on the screen.
    var cursor = 0
    var top = 0
    /// Rows there were room for.
    var height = 1

    mutating func meet(count: Int) {
        guard order.count < count else { return }
        order += order.count..<count
    }

    mutating func move(to row: Int) {
        cursor = max(0, min(order.count - 1, row))
    }

    mutating func scroll(height: Int) {
        self.height = max(1, height)
        top = max(0, min(max(top, cursor - self.height + 1), cursor, order.count - self.height))
    }
}

/// What of a session takes a walk through all of it; found no more often than it is looked at.
struct SessionTotals: Sendable {
    var version: Int
    var clock: Int64
    var calls: Int
    var wall: Int64
    var precision: Precision
    var agents: Int

    /// Microseconds of the clock after which they are found again where anything changed.
    static let freshness: Int64 = 500_000
}

extension Dashboard {
    mutating func openOverview(_ input: Input) {
        let activity = input.timelines.all.map { SessionDigest.activity(of: $0) }
        var overview = Overview(order: SessionOrder.newestFirst(activity))
        overview.move(to: sessionIndex(input.timelines).flatMap { overview.order.firstIndex(of: $0) } ?? 0)
        self.overview = overview
    }

    /// Answers the keys of the list; false for one that means something else.
    mutating func handleOverview(_ command: Command, _ input: Input) -> Bool {
        guard var list = overview else { return false }
        switch command {
        case .up: list.move(to: list.cursor - 1)
        case .down: list.move(to: list.cursor + 1)
        case .halfPageUp, .pageUp: list.move(to: list.cursor - max(1, list.height / 2))
        case .halfPageDown, .pageDown: list.move(to: list.cursor + max(1, list.height / 2))
        case .top: list.move(to: 0)
        case .bottom: list.move(to: list.order.count - 1)
        case .open:
            if list.order.indices.contains(list.cursor) {
                show(list.order[list.cursor], input)
            }
            overview = nil
            return true
        case .close, .sessions:
            overview = nil
            return true
        default: return false
        }
        overview = list
        return true
    }

    mutating func drawOverview(_ input: Input, into frame: inout Frame) {
        guard var list = overview else { return }
        let digests = digests(of: list.order, input)
        drawOverviewHeader(digests, into: &frame)
        drawRule(1, into: &frame)
        drawRule(frame.height - 2, into: &frame)
        drawFooter(frame.height - 1, nil, 0, into: &frame)
        let table = SessionTable(width: frame.width, firstColumn: "SESSION", glyphs: glyphs)
        table.drawHeads(2, into: &frame)
        let rows = 3..<frame.height - 2
        list.scroll(height: rows.count)
        overview = list
        mark(.overview, columns: 0..<frame.width, rows: 0..<frame.height)
        for (offset, row) in (list.top..<min(list.order.count, list.top + rows.count)).enumerated() {
            let place = list.order[row]
            let timeline = input.timelines[place]
            let totals = totals(place, timeline, input)
            let digest = digests[row]
            let agents: CleanText = totals.agents > 1 ? " " + CleanText(totals.agents) + " agents" : ""
            let entry = SessionTable.Entry(
                glyph: digest.glyph(glyphs), role: digest.role, title: digest.title,
                source: (timeline.header.source.map { CleanText($0.name) } ?? "") + agents, words: words(digest, timeline),
                calls: totals.calls, errors: digest.errors,
                length: totals.wall == 0 ? "" : DurationText.length(totals.wall, totals.precision, glyphs),
                when: ago(digest.activity, input.now), isCurrent: place == sessionIndex(input.timelines))
            table.draw(entry, rows.lowerBound + offset, isSelected: row == list.cursor, into: &frame)
            mark(.session(row), columns: 0..<frame.width, rows: rows.lowerBound + offset..<rows.lowerBound + offset + 1)
        }
        if list.order.count > rows.count {
            let position = CleanText(list.cursor + 1) + " of " + CleanText(list.order.count)
            frame.put(" " + position + " ", x: frame.width - 3 - position.columns, y: frame.height - 2, role: .muted)
        }
        if showsKeys {
            drawKeys(into: &frame)
        }
    }

    private func drawOverviewHeader(_ digests: [SessionDigest], into frame: inout Frame) {
        var line = Line(x: 1, y: 0, limit: frame.width - 1)
        line.add("fanout", .title, into: &frame)
        line.add(CleanText(digests.count) + (digests.count == 1 ? " session" : " sessions"), .text, gap: 2, into: &frame)
        let asking = digests.count { $0.state == .asks }
        let running = digests.count { if case .running = $0.state { true } else { $0.state == .thinks } }
        let failed = digests.count { $0.errors > 0 }
        let parts: [(Int, CleanText, Role)] = [
            (asking, canControl ? asking == 1 ? " waits for you" : " wait for you" : asking == 1 ? " asks" : " ask", .retrying),
            (running, " at work", .running),
            (failed, " with errors", .failed),
        ]
        for (count, words, role) in parts where count > 0 {
            line.add(CleanText(count) + words, role, gap: 3, into: &frame)
        }
    }

    /// What waits, what runs, what failed: the most pressing first.
    private func words(_ digest: SessionDigest, _ timeline: Timeline) -> [(text: CleanText, role: Role)] {
        var words: [(text: CleanText, role: Role)] = []
        if let asking = digest.asking {
            words.append(("approve? " + asking, .retrying))
        }
        if !digest.running.isEmpty {
            words.append((digest.running.joined(separator: ", "), .running))
        } else if digest.state == .thinks {
            words.append(("thinking", .running))
        } else if digest.asking == nil {
            words.append((timeline.over == nil ? "idle" : "over", .muted))
        }
        if let error = timeline.error(before: .max) {
            let word = timeline.word(of: error.lane).map { " " + CleanText($0) } ?? ""
            words.append(("failed: " + CleanText(timeline.title(of: error.lane)) + word, .failed))
        }
        return words
    }

    /// How long ago something was, in as few letters as an eye needs.
    private func ago(_ instant: Int64, _ now: Int64) -> CleanText {
        let age = now - instant
        if age < 1_000_000 { return "now" }
        return age < 60_000_000 ? CleanText(age / 1_000_000) + "s" : DurationText.length(age)
    }

    private mutating func totals(_ place: Int, _ timeline: Timeline, _ input: Input) -> SessionTotals {
        if let known = totals[place], known.version == timeline.version || input.clock - known.clock < SessionTotals.freshness {
            return known
        }
        let t = timeline.over == nil ? max(timeline.last, input.now - timeline.header.started) : timeline.last
        let figures = timeline.figures(at: t)
        let found = SessionTotals(
            version: timeline.isActive(at: t) ? -1 : timeline.version, clock: input.clock, calls: figures.calls, wall: figures.wall,
            precision: timeline.precision(at: t).wall, agents: timeline.agents.count)
        totals[place] = found
        return found
    }
}
