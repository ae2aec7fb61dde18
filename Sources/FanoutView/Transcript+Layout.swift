internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

// What a passage looks like.
extension Transcript {
    mutating func layOut(_ cursor: Cursor, _ scene: Scene) -> Layout {
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
    mutating func forgetUnseen() {
        let rows = replies.values.reduce(0) { $0 + $1.rows.count } + messages.values.reduce(0) { $0 + $1.rows.count }
        guard rows > 20_000 || replies.count + messages.count > 400 || results.count > 4096 else { return }
        let used = used
        replies = replies.filter { used.contains(.reply(lane: $0.key)) }
        messages = messages.filter { used.contains(.utterance($0.key)) }
        results = results.filter { used.contains(.call(lane: $0.key)) }
    }
}
