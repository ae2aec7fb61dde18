internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

/// The conversation as it stood at an instant, of which only what is seen is read and laid out.
///
/// It has no line numbers: a place in it is a passage and a row of that, so that neither a long session nor a long reply has to be laid out
/// to be gone through.
struct Transcript: Sendable {
    /// A part that is read and laid out as a whole.
    enum Passage: Sendable, Hashable {
        case utterance(Int)
        case heading(turn: Int)
        case reply(lane: Int)
        case call(lane: Int)
        /// How a turn ended that did not end well.
        case ending(turn: Int)
    }

    /// A place in it.
    struct Anchor: Sendable, Hashable {
        var passage: Passage
        var row: Int
    }

    /// What one row shows.
    enum Row: Sendable {
        case blank
        case text(TextRow)
        case heading(turn: Int)
        /// How a request to the model goes, or went.
        case status(lane: Int)
        case call(lane: Int)
        case ending(turn: Int)
    }

    /// What it is drawn from.
    struct Scene {
        var timeline: Timeline
        var t: Int64
        var event: (Place) -> Event?
        /// Columns that text may take.
        var columns: Int
    }

    /// A passage as it is laid out: text that is kept, and rows around it that are made anew each time.
    struct Layout {
        var before: [Row] = []
        var text: [TextRow] = []
        var after: [Row] = []

        var count: Int { before.count + text.count + after.count }

        subscript(row: Int) -> Row {
            if row < before.count { return before[row] }
            let row = row - before.count
            return row < text.count ? .text(text[row]) : after[row - text.count]
        }
    }

    struct Message: Sendable {
        var columns: Int
        var rows: [TextRow]
    }

    /// The first row on the screen; nil while it follows the end.
    var anchor: Anchor?
    /// The first row of what was drawn last.
    var top: Anchor?
    /// How many rows there were room for.
    var height = 1
    private var outline = TranscriptOutline()
    private(set) var replies: [Int: ReplyText] = [:]
    private var messages: [Int: Message] = [:]
    private var results: [Int: (place: Place, row: TextRow?)] = [:]
    /// The passages that the frame before needed.
    private var used: Set<Passage> = []

    // MARK: What is seen

    /// The rows of the screen, each with the place where it stands.
    mutating func rows(_ scene: Scene, height: Int) -> [(place: Anchor, row: Row)] {
        self.height = max(1, height)
        outline.update(scene.timeline)
        used = []
        var rows: [(place: Anchor, row: Row)] = []
        if let anchor {
            rows = forward(from: anchor, scene)
            if rows.count < self.height {
                self.anchor = nil
            }
        }
        if anchor == nil {
            rows = backward(scene)
        }
        top = rows.first?.place
        forgetUnseen()
        return rows
    }

    private mutating func forward(from anchor: Anchor, _ scene: Scene) -> [(place: Anchor, row: Row)] {
        guard var cursor = locate(anchor.passage, scene) else { return [] }
        var rows: [(place: Anchor, row: Row)] = []
        var first = anchor.row
        repeat {
            let layout = layOut(cursor, scene)
            for row in min(first, layout.count)..<layout.count where rows.count < height {
                rows.append((Anchor(passage: cursor.passage, row: row), layout[row]))
            }
            first = 0
        } while rows.count < height && step(&cursor, 1, scene)
        return rows
    }

    private mutating func backward(_ scene: Scene) -> [(place: Anchor, row: Row)] {
        guard var cursor = last(scene) else { return [] }
        var rows: [(place: Anchor, row: Row)] = []
        repeat {
            let layout = layOut(cursor, scene)
            for row in (0..<layout.count).reversed() where rows.count < height {
                rows.append((Anchor(passage: cursor.passage, row: row), layout[row]))
            }
        } while rows.count < height && step(&cursor, -1, scene)
        return rows.reversed()
    }

    // MARK: Going through it

    mutating func scroll(by rows: Int, _ scene: Scene) {
        outline.update(scene.timeline)
        guard let start = anchor ?? top, var cursor = locate(start.passage, scene) else { return }
        var row = start.row + rows
        while row < 0 {
            guard step(&cursor, -1, scene) else {
                row = 0
                break
            }
            row += layOut(cursor, scene).count
        }
        var count = layOut(cursor, scene).count
        while row >= count {
            guard step(&cursor, 1, scene) else {
                anchor = nil
                return
            }
            row -= count
            count = layOut(cursor, scene).count
        }
        anchor = Anchor(passage: cursor.passage, row: row)
    }

    mutating func goToBeginning(_ scene: Scene) {
        outline.update(scene.timeline)
        anchor = edge(scene, isLast: false).map { Anchor(passage: $0.passage, row: 0) }
    }

    /// Goes to the turn before or after the one at the top.
    mutating func goToTurn(_ direction: Int, _ scene: Scene) {
        outline.update(scene.timeline)
        guard let start = anchor ?? top, let cursor = locate(start.passage, scene) else { return }
        let isInside = direction < 0 && (cursor.place > 0 || start.row > 0)
        let wanted = isInside ? cursor.section : cursor.section + direction
        guard outline.sections.prefix(outline.count(at: scene.t)).indices.contains(wanted) else {
            if direction > 0 {
                anchor = nil
            }
            return
        }
        if let first = passages(wanted, scene).first {
            anchor = Anchor(passage: first, row: 0)
        }
    }

    fileprivate struct Cursor {
        var section: Int
        var passages: [Passage]
        var place: Int

        var passage: Passage { passages[place] }
    }

    private func last(_ scene: Scene) -> Cursor? { edge(scene, isLast: true) }

    private func edge(_ scene: Scene, isLast: Bool) -> Cursor? {
        let count = outline.count(at: scene.t)
        for offset in 0..<count {
            let section = isLast ? count - 1 - offset : offset
            let passages = passages(section, scene)
            if !passages.isEmpty {
                return Cursor(section: section, passages: passages, place: isLast ? passages.count - 1 : 0)
            }
        }
        return nil
    }

    private func locate(_ passage: Passage, _ scene: Scene) -> Cursor? {
        let timeline = scene.timeline
        let section: TranscriptOutline.Section
        switch passage {
        case .utterance(let number): section = timeline.utterance(number).turn.map { .turn($0) } ?? .loose(number)
        case .heading(let turn), .ending(let turn): section = .turn(turn)
        case .reply(let lane), .call(let lane):
            guard timeline.laneRange.contains(lane) else { return nil }
            section = .turn(Int(timeline.lane(lane).turn))
        }
        guard let index = outline.index(of: section, in: timeline), index < outline.count(at: scene.t) else { return nil }
        let passages = passages(index, scene)
        return passages.firstIndex(of: passage).map { Cursor(section: index, passages: passages, place: $0) }
    }

    /// Goes to the next passage, or the one before; false where there is none.
    private func step(_ cursor: inout Cursor, _ direction: Int, _ scene: Scene) -> Bool {
        if cursor.passages.indices.contains(cursor.place + direction) {
            cursor.place += direction
            return true
        }
        let count = outline.count(at: scene.t)
        var section = cursor.section + direction
        while section >= 0, section < count {
            let passages = passages(section, scene)
            if !passages.isEmpty {
                cursor = Cursor(section: section, passages: passages, place: direction > 0 ? 0 : passages.count - 1)
                return true
            }
            section += direction
        }
        return false
    }

    /// What a section had to show at the instant.
    private func passages(_ index: Int, _ scene: Scene) -> [Passage] {
        let timeline = scene.timeline
        switch outline.sections[index].section {
        case .loose(let number):
            return [.utterance(number)]
        case .turn(let turn):
            let lanes = timeline.turns[turn].lanes.lazy.map { Int($0) }.filter { timeline.lane($0).seen <= scene.t }
            let said = timeline.utterances(ofTurn: turn).filter { timeline.utterance($0).t <= scene.t }
            // What a reply says is told piece by piece; only where it was not, its message tells.
            let isHeard = lanes.contains { timeline.lane($0).kind == .model && timeline.hasOutput($0) }
            var passages: [Passage] = said.filter { Self.opens(timeline.utterance($0).speaker) }.map { .utterance($0) }
            passages.append(.heading(turn: turn))
            let replies = isHeard ? [] : said.filter { timeline.utterance($0).speaker == .assistant }
            var isSaid = replies.isEmpty
            for lane in lanes {
                if timeline.lane(lane).kind == .model {
                    passages.append(.reply(lane: lane))
                } else {
                    if !isSaid {
                        passages += replies.map { .utterance($0) }
                        isSaid = true
                    }
                    passages.append(.call(lane: lane))
                }
            }
            if !isSaid {
                passages += replies.map { .utterance($0) }
            }
            let own = timeline.turns[turn]
            if own.finished <= scene.t, let outcome = own.outcome, outcome != .ok {
                passages.append(.ending(turn: turn))
            }
            return passages
        }
    }

    /// Whether what somebody says stands before the turn that answers it.
    private static func opens(_ speaker: Utterance.Speaker) -> Bool {
        switch speaker {
        case .system, .user, .other: true
        case .assistant, .tool: false
        }
    }
}

// What a passage looks like.
extension Transcript {
    private mutating func layOut(_ cursor: Cursor, _ scene: Scene) -> Layout {
        used.insert(cursor.passage)
        // What begins it all needs no room before it.
        let room: [Row] = cursor.section == 0 && cursor.place == 0 ? [] : [.blank]
        switch cursor.passage {
        case .utterance(let number):
            let text = message(number, scene)
            return Layout(before: text.isEmpty ? [] : room, text: text)
        case .heading(let turn):
            return Layout(before: room + [.heading(turn: turn)])
        case .reply(let lane):
            var reply = replies.removeValue(forKey: lane) ?? ReplyText()
            reply.update(lane, scene)
            let text = reply.rows
            var after: [Row] = [.status(lane: lane)]
            if scene.timeline.lane(lane).ended <= scene.t, let error = reply.end?.error {
                let lines = CleanText.lines(of: String(error.message.prefix(4000))).flatMap { $0.lines(columns: scene.columns - 2) }
                after += lines.map { .text(TextRow(text: $0, role: .failed, indent: 2)) }
            }
            replies[lane] = reply
            return Layout(text: text, after: after)
        case .call(let lane):
            let result = scene.timeline.lane(lane).ended <= scene.t ? result(lane, scene) : nil
            return Layout(before: [.call(lane: lane)], text: result.map { [$0] } ?? [])
        case .ending(let turn):
            return Layout(before: [.ending(turn: turn)])
        }
    }

    /// Bytes of a message that are laid out.
    private static let longestMessage = 1 << 20

    private mutating func message(_ number: Int, _ scene: Scene) -> [TextRow] {
        if let known = messages[number], known.columns == scene.columns {
            return known.rows
        }
        var rows: [TextRow] = []
        let said = scene.timeline.utterance(number)
        if case .message(let body)? = scene.event(said.place)?.body,
            let text = body.text ?? body.raw?.value["content"]?.string, text.contains(where: { !$0.isWhitespace })
        {
            rows = Self.rows(said.speaker, role: body.role, text, columns: scene.columns)
        }
        messages[number] = Message(columns: scene.columns, rows: rows)
        return rows
    }

    private static func rows(_ speaker: Utterance.Speaker, role: String, _ text: String, columns: Int) -> [TextRow] {
        let shown = String(decoding: text.utf8.prefix(longestMessage), as: UTF8.self)
        let lines = CleanText.lines(of: shown)
        switch speaker {
        case .system, .tool, .other:
            // Folded to one line: it is there, and in nobody's way.
            let first = lines.first { !$0.isEmpty } ?? ""
            return [TextRow(text: CleanText(String(role.prefix(20))) + "  " + first + (lines.count > 1 ? " ..." : ""), role: .muted)]
        case .user, .assistant:
            var rows = lines.flatMap { $0.lines(columns: columns) }
                .map { TextRow(text: $0, role: speaker == .user ? .title : .text, mark: speaker == .user ? .said : .none) }
            while rows.last?.text.isEmpty == true {
                rows.removeLast()
            }
            if shown.utf8.count < text.utf8.count {
                rows.append(TextRow(text: "[the rest of this message stands in the recording]", role: .muted))
            }
            return rows
        }
    }

    /// The first line of what came of a call.
    private mutating func result(_ lane: Int, _ scene: Scene) -> TextRow? {
        let place = scene.timeline.lane(lane).result
        if let known = results[lane], known.place == place {
            return known.row
        }
        var row: TextRow?
        if case .callFinished(let body)? = scene.event(place)?.body {
            let text = body.error?.message ?? body.result.map { $0.value.string ?? Self.beginning($0) }
            // What its lane says already need not stand here again.
            let word = scene.timeline.word(of: lane).map { CleanText($0) }
            let line = text.flatMap { text in
                CleanText.lines(of: String(text.prefix(2000))).first { line in line != word && line.string.contains { $0 != " " } }
            }
            row = line.map { TextRow(text: $0, role: body.outcome.isError ? .failed : .muted, indent: 2) }
        }
        results[lane] = (place, row)
        return row
    }

    private static func beginning(_ json: JSONText) -> String {
        String(decoding: json.utf8.prefix(2000), as: UTF8.self)
    }

    /// Keeps what the last frame showed, and of the rest only so much.
    private mutating func forgetUnseen() {
        let rows = replies.values.reduce(0) { $0 + $1.rows.count } + messages.values.reduce(0) { $0 + $1.rows.count }
        guard rows > 20_000 || replies.count + messages.count > 400 || results.count > 4096 else { return }
        let used = used
        replies = replies.filter { used.contains(.reply(lane: $0.key)) }
        messages = messages.filter { used.contains(.utterance($0.key)) }
        results = results.filter { used.contains(.call(lane: $0.key)) }
    }
}
