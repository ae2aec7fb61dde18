package import FanoutEvents

/// Sessions under each other: those of the screen, or recordings to choose from.
package struct SessionTable {
    package struct Entry {
        package var glyph: Glyph
        package var role: Role
        package var title: CleanText
        /// What wrote it.
        package var source: CleanText
        /// What it does or came to; what does not fit is left out from the end.
        package var words: [(text: CleanText, role: Role)]
        package var calls: Int?
        package var errors: Int?
        package var length: CleanText
        package var when: CleanText
        /// Whether it is the one that is shown.
        package var isCurrent: Bool

        package init(
            glyph: Glyph, role: Role, title: CleanText, source: CleanText, words: [(text: CleanText, role: Role)], calls: Int?,
            errors: Int?, length: CleanText, when: CleanText, isCurrent: Bool = false
        ) {
            self.glyph = glyph
            self.role = role
            self.title = title
            self.source = source
            self.words = words
            self.calls = calls
            self.errors = errors
            self.length = length
            self.when = when
            self.isCurrent = isCurrent
        }
    }

    private let width: Int
    private let firstColumn: CleanText
    private let lengthColumn: CleanText
    private let lastColumn: CleanText
    private let glyphs: Glyphs
    private let title: Int
    private let source: Int
    private let when: Int
    /// Whether there is room for calls and length, and for errors.
    private let hasFigures: Bool
    private let hasErrors: Bool

    /// - Parameters:
    ///   - lengthColumn: What is over the lengths: those of sessions on a screen are their walls.
    ///   - whenColumns: Columns that the last column needs.
    package init(
        width: Int, firstColumn: CleanText, lengthColumn: CleanText = "WALL", lastColumn: CleanText = "LAST", whenColumns: Int = 6,
        glyphs: Glyphs
    ) {
        self.width = width
        self.firstColumn = firstColumn
        self.lengthColumn = lengthColumn
        self.lastColumn = lastColumn
        self.glyphs = glyphs
        when = whenColumns
        hasErrors = width >= 64
        hasFigures = width >= 80
        source = width >= 110 ? 16 : 0
        title = width >= 150 ? 40 : width >= 80 ? max(20, width / 4) : max(12, width * 2 / 5)
    }

    private var wordsStart: Int { 4 + title + 2 + (source > 0 ? source + 2 : 0) }
    /// Right edges of the columns of figures.
    private var lengthEnd: Int { width - 1 - when - 2 }
    private var errorsEnd: Int { hasFigures ? lengthEnd - 9 : width - 1 - when - 2 }
    private var callsEnd: Int { errorsEnd - 6 }
    private var wordsEnd: Int { hasFigures ? callsEnd - 7 : hasErrors ? errorsEnd - 5 : width - 1 - when - 2 }

    package func drawHeads(_ y: Int, into frame: inout Frame) {
        frame.put(firstColumn, x: 4, y: y, width: title, role: .muted)
        if source > 0 {
            frame.put("SOURCE", x: 4 + title + 2, y: y, width: source, role: .muted)
        }
        frame.put("STATE", x: wordsStart, y: y, width: max(0, wordsEnd - wordsStart), role: .muted)
        putRight(lastColumn, width - 1, y, .muted, &frame)
        if hasErrors {
            putRight("ERR", errorsEnd, y, .muted, &frame)
        }
        if hasFigures {
            putRight("CALLS", callsEnd, y, .muted, &frame)
            putRight(lengthColumn, lengthEnd, y, .muted, &frame)
        }
    }

    package func draw(_ entry: Entry, _ y: Int, isSelected: Bool, into frame: inout Frame) {
        if isSelected {
            frame.put(glyphs.selected, x: 0, y: y, role: .accent)
        }
        frame.put(entry.glyph, x: 2, y: y, role: entry.role)
        frame.put(entry.title, x: 4, y: y, width: title, role: entry.isCurrent ? .title : .text)
        if source > 0 {
            frame.put(entry.source, x: 4 + title + 2, y: y, width: source, role: .muted)
        }
        var line = Line(x: wordsStart, y: y, limit: wordsEnd)
        for (place, word) in entry.words.enumerated() {
            if place > 0 {
                guard line.x + 8 < wordsEnd else { break }
                line.add(glyph: glyphs.separator, .muted, gap: 1, into: &frame)
            }
            line.addCut(word.text, word.role, gap: place > 0 ? 1 : 0, into: &frame)
        }
        putRight(entry.when, width - 1, y, .muted, &frame)
        if hasErrors, let errors = entry.errors {
            putRight(CleanText(errors), errorsEnd, y, errors > 0 ? .failed : .muted, &frame)
        }
        if hasFigures {
            if let calls = entry.calls {
                putRight(CleanText(calls), callsEnd, y, .text, &frame)
            }
            putRight(entry.length, lengthEnd, y, .text, &frame)
        }
        if isSelected {
            frame.select(row: y, x: 0..<width)
        }
    }

    private func putRight(_ text: CleanText, _ end: Int, _ y: Int, _ role: Role, _ frame: inout Frame) {
        frame.put(text, x: end - text.columns, y: y, role: role)
    }
}
