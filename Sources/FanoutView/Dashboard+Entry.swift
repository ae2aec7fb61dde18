internal import FanoutEvents
internal import FanoutTimeline

// The line at the bottom in which words are written: what for, what each key does to it, how it looks.
extension Dashboard {
    /// A line while it is written.
    struct Entry: Sendable {
        /// What the words are for.
        enum Purpose: Sendable {
            case prompt
            /// The name of a marker, which is set with it or has another so far.
            case marker(OwnMarker, isNew: Bool)
        }

        var purpose: Purpose
        var field: LineField

        init(_ purpose: Purpose, text: String = "") {
            self.purpose = purpose
            field = LineField(text)
        }
    }

    /// Hands a key to the line that is open.
    mutating func write(_ key: Key, in entry: Entry, _ input: Input) -> [Effect] {
        var entry = entry
        let answer = entry.field.handle(key)
        self.entry = answer == .goesOn ? entry : nil
        switch (entry.purpose, answer) {
        case (.prompt, .send(let text)): return ask(text)
        case (.prompt, .goesOn), (.prompt, .leave): return []
        case (.marker(let marker, let isNew), let answer): return name(marker, isNew: isNew, answer, key)
        }
    }

    /// The line while it is written: what for, the words with the cursor, and how to end it where there is room to say so.
    func drawEntry(_ y: Int, _ entry: Entry, into frame: inout Frame) {
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        line.add(glyph: glyphs.selected, .accent, into: &frame)
        line.add(entry.purpose.title, .accent, gap: 1, into: &frame)
        let start = line.x + 1
        var end = frame.width - 1
        let hints = entry.purpose.hints
        let hintColumns = hints.reduce(0) { $0 + $1.0.columns + $1.1.columns + 3 }
        if frame.width >= 70 {
            end -= hintColumns
            var right = Line(x: end + 2, y: y, limit: frame.width)
            for (key, word) in hints {
                right.add(key, .footerKey, gap: right.x == end + 2 ? 0 : 2, into: &frame)
                right.add(word, .muted, gap: 1, into: &frame)
            }
        }
        let (text, cursor) = entry.field.visible(columns: end - start)
        frame.put(text, x: start, y: y, width: end - start, role: .title)
        frame.invert(x: start + cursor, y: y)
    }
}

extension Dashboard.Entry.Purpose {
    /// What stands before the words.
    fileprivate var title: CleanText {
        switch self {
        case .prompt: "ask"
        case .marker: "marker"
        }
    }

    /// How it is ended.
    fileprivate var hints: [(CleanText, CleanText)] {
        switch self {
        case .prompt: [("Enter", "send"), ("Esc", "leave")]
        case .marker(_, isNew: true): [("Enter", "set"), ("Esc", "leave")]
        case .marker(_, isNew: false): [("Enter", "rename, empty: remove"), ("Esc", "leave")]
        }
    }
}
