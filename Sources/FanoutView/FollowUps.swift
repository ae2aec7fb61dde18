package import FanoutEvents

/// Whether a run takes another prompt, and when.
package enum FollowUps: Sendable, Hashable {
    /// It takes none.
    case none
    /// It is at work, and will take one when it has stopped.
    case busy
    /// It has stopped like this, and waits.
    case awaited(after: Event.SessionOutcome)
}

extension Dashboard {
    /// Opens the line for a prompt, where one is taken.
    mutating func openPrompt() {
        switch followUps {
        case .none: notice = "there is nobody here to ask"
        case .busy: notice = "it is still at work; ask when it has stopped"
        case .awaited: prompt = PromptField()
        }
    }

    /// Hands a key to the line that is open.
    mutating func write(_ key: Key, in field: PromptField) -> [Effect] {
        var field = field
        switch field.handle(key) {
        case .goesOn:
            prompt = field
            return []
        case .leave:
            prompt = nil
            return []
        case .send(let text):
            prompt = nil
            playhead.follow()
            selection = nil
            transcript.anchor = nil
            followUps = .busy
            return [.ask(text)]
        }
    }

    /// The line at the bottom while a prompt is written.
    func drawPrompt(_ y: Int, _ field: PromptField, into frame: inout Frame) {
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        line.add(glyph: glyphs.selected, .accent, into: &frame)
        line.add("ask", .accent, gap: 1, into: &frame)
        let start = line.x + 1
        var end = frame.width - 1
        let hints: [(CleanText, CleanText)] = [("Enter", "send"), ("Esc", "leave")]
        let hintColumns = hints.reduce(0) { $0 + $1.0.columns + $1.1.columns + 3 }
        if frame.width >= 70 {
            end -= hintColumns
            var right = Line(x: end + 2, y: y, limit: frame.width)
            for (key, word) in hints {
                right.add(key, .footerKey, gap: right.x == end + 2 ? 0 : 2, into: &frame)
                right.add(word, .muted, gap: 1, into: &frame)
            }
        }
        let (text, cursor) = field.visible(columns: end - start)
        frame.put(text, x: start, y: y, width: end - start, role: .title)
        frame.invert(x: start + cursor, y: y)
    }
}
