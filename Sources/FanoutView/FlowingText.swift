internal import FanoutEvents

/// A row of text of the transcript: what stands before it, and how it reads.
struct TextRow: Sendable {
    enum Mark: Sendable { case none, said, thought, retried }

    var text: CleanText
    var role: Role
    var mark = Mark.none
    /// Columns further in than other text.
    var indent = 0
}

/// Text that comes in pieces and is laid out as it comes: a piece costs the line that it continues, not what stands before it.
struct FlowingText: Sendable {
    private(set) var rows: [TextRow] = []
    let columns: Int

    /// The line that goes on, where its rows begin, and how many empty ones stand between them and the row before.
    private var open = ""
    private var openRow = 0
    private var openBlanks = 0
    /// Empty lines since the last row: they are shown once something follows.
    private var blanks = 0
    private var look: (role: Role, mark: TextRow.Mark)?

    init(columns: Int) {
        self.columns = columns
    }

    /// Goes on with text of one look; another look begins a paragraph of its own.
    mutating func write(_ text: String, _ role: Role, _ mark: TextRow.Mark = .none) {
        guard !text.isEmpty else { return }
        if let look, look != (role, mark) {
            close()
            blanks = rows.isEmpty ? 0 : 1
            openBlanks = blanks
        }
        look = (role, mark)
        rows.removeSubrange(openRow...)
        blanks = openBlanks
        open += text
        let lines = open.utf8.split(separator: 0x0a, omittingEmptySubsequences: false).map { String(Substring($0)) }
        for line in lines.dropLast() {
            lay(line, role, mark)
        }
        (openRow, openBlanks) = (rows.count, blanks)
        open = lines.last ?? ""
        if !open.isEmpty {
            lay(open, role, mark)
        }
    }

    /// Adds rows that are laid out already, on their own.
    mutating func add(_ added: [TextRow]) {
        close()
        rows += added
        close()
    }

    /// Takes back everything behind the first so many rows.
    mutating func keep(first count: Int) {
        rows.removeSubrange(min(count, rows.count)...)
        close()
    }

    private mutating func close() {
        open = ""
        look = nil
        (openRow, blanks, openBlanks) = (rows.count, 0, 0)
    }

    private mutating func lay(_ line: String, _ role: Role, _ mark: TextRow.Mark) {
        let lines = CleanText.lines(of: line)
        for line in lines.isEmpty ? [""] : lines {
            guard line.string.utf8.contains(where: { $0 != 0x20 }) else {
                // Models like to begin with empty lines.
                blanks += rows.isEmpty ? 0 : 1
                continue
            }
            rows += repeatElement(TextRow(text: "", role: role, mark: mark), count: blanks)
            blanks = 0
            let hang = line.hang < columns / 2 ? line.hang : 0
            for (number, part) in line.lines(columns: columns, hanging: hang).enumerated() {
                rows.append(TextRow(text: part, role: role, mark: mark, indent: number == 0 ? 0 : hang))
            }
        }
    }
}

extension CleanText {
    /// How far the lines that continue it stand in: as far as the words of a list's item, or as its own indent.
    fileprivate var hang: Int {
        let rest = string.drop { $0 == " " }
        let indent = string.count - rest.count
        let number = rest.prefix { $0.isNumber }
        if rest.hasPrefix("- ") || rest.hasPrefix("* ") || rest.hasPrefix("+ ") || rest.hasPrefix("• ") { return indent + 2 }
        if (1...3).contains(number.count), rest.dropFirst(number.count).hasPrefix(". ") { return indent + number.count + 2 }
        return indent
    }
}
