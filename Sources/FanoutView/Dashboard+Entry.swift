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
            /// Words to look for; what was looked for before comes back if they are given up.
            case search(before: TextHunt?)
            case filter(before: LaneFilter?)
            /// What is to be done.
            case command
        }

        var purpose: Purpose
        var field: LineField
        /// What is wrong with what is written so far.
        var problem: CleanText?
        /// What the word at the cursor of a command could become.
        var completion = Completion()

        init(_ purpose: Purpose, text: String = "") {
            self.purpose = purpose
            field = LineField(text)
        }
    }

    /// Hands a key to the line that is open.
    mutating func write(_ key: Key, _ input: Input) -> [Effect] {
        guard var entry else { return [] }
        // A line that is held twice would be copied with each key, however long it is.
        self.entry = nil
        if case .command = entry.purpose {
            return write(key, inCommand: &entry, input)
        }
        let answer = entry.field.handle(key)
        self.entry = answer == .goesOn ? entry : nil
        switch (entry.purpose, answer) {
        case (.prompt, .send(let text)): return ask(text)
        case (.prompt, .goesOn), (.prompt, .leave), (.command, _): break
        case (.search, .goesOn): look(for: entry.field.text, input)
        case (.search(let before), .leave): search = key == .escape ? before : nil
        case (.search, .send(let text)):
            look(for: text, input)
            if let index = sessionIndex(input.timelines) {
                moveMatch(1, input.timelines[index], instant(input.timelines[index], input))
            }
        case (.filter, .goesOn):
            entry.problem = filter(by: entry.field.text, input)
            self.entry = entry
        case (.filter(let before), .leave): arrangement.use(key == .escape ? before : nil)
        case (.filter, .send(let text)):
            guard let problem = filter(by: text, input) else { break }
            // What is wrong stays, to be mended.
            entry.problem = problem
            self.entry = entry
        case (.marker(let marker, let isNew), let answer): return name(marker, isNew: isNew, answer, key)
        }
        return []
    }

    /// The line while it is written: what for, the words with the cursor, and how to end it where there is room to say so.
    func drawEntry(_ y: Int, _ entry: Entry, into frame: inout Frame) {
        var line = Line(x: 1, y: y, limit: frame.width - 1)
        line.add(glyph: glyphs.selected, .accent, into: &frame)
        line.add(entry.purpose.title, .accent, gap: 1, into: &frame)
        let start = line.x + 1
        var end = frame.width - 1
        var hints = entry.purpose.hints
        var hintColumns: Int { hints.reduce(0) { $0 + $1.0.columns + $1.1.columns + 3 } }
        // What is written goes before how it is ended.
        let written = CleanText(entry.field.text).columns
        while !hints.isEmpty, start + written >= end - hintColumns { hints.removeFirst() }
        if let problem = entry.problem {
            let columns = min(problem.columns, max(0, frame.width - start - 16))
            end -= columns + 2
            frame.put(problem, x: end + 1, y: y, width: columns, role: .failed)
        } else if case .command = entry.purpose, entry.completion.isTelling {
            end = drawCompletion(entry, x: start, y: y, into: &frame)
        } else if frame.width >= 70 {
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
        case .search: "/"
        case .filter: "filter"
        case .command: ":"
        }
    }

    /// How it is ended.
    fileprivate var hints: [(CleanText, CleanText)] {
        switch self {
        case .prompt: [("Enter", "send"), ("Esc", "leave")]
        case .marker(_, isNew: true): [("Enter", "set"), ("Esc", "leave")]
        case .marker(_, isNew: false): [("Enter", "rename, empty: remove"), ("Esc", "leave")]
        case .search: [("Enter", "go to the next"), ("Esc", "as before")]
        case .filter(before: nil): [("", "tool:sql state:failed >2s text"), ("Enter", "keep"), ("Esc", "as before")]
        case .filter: [("Enter", "keep, nothing: all"), ("Esc", "as before")]
        case .command: [("Enter", "do it"), ("Esc", "leave")]
        }
    }
}
