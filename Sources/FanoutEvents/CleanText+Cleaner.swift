/// Goes over text that is not plain ASCII, one scalar at a time, and keeps what may be shown.
struct TextCleaner {
    /// Columns from one tab stop to the next, where tabs are kept apart.
    private static let tabStop = 4

    /// What is done at a line break.
    private enum Breaks {
        case space, newLine
    }

    private let breaks: Breaks
    private var kept = String.UnicodeScalarView()
    private var lines: [String] = []
    /// Columns of the current line so far, for tab stops.
    private var column = 0
    /// Marks that the last base has; nil where there is no base to put one on.
    private var marks: Int?

    private init(breaks: Breaks) {
        self.breaks = breaks
    }

    static func line(of text: String) -> String {
        var cleaner = TextCleaner(breaks: .space)
        cleaner.read(text)
        return String(cleaner.kept)
    }

    static func lines(of text: String) -> [String] {
        var cleaner = TextCleaner(breaks: .newLine)
        cleaner.read(text)
        // A break ends a line and does not begin one.
        if !cleaner.kept.isEmpty {
            cleaner.endLine()
        }
        return cleaner.lines
    }

    private mutating func read(_ text: String) {
        let scalars = text.unicodeScalars
        kept.reserveCapacity(text.utf8.count)
        var index = scalars.startIndex
        while index < scalars.endIndex {
            let scalar = scalars[index]
            let next = scalars.index(after: index)
            switch scalar.value {
            case 0x20..<0x7F:
                keep(scalar, columns: 1)
                index = next
            case 0x0D where next < scalars.endIndex && scalars[next] == "\n":
                index = next
            case 0x0A...0x0D, 0x85, 0x2028, 0x2029:
                endLine()
                index = next
            case 0x09:
                putTab()
                index = next
            case 0x1B, 0x80..<0xA0:
                index = EscapeSequence.end(in: scalars, from: index)
            case 0x00..<0x20, 0x7F:
                index = next
            default:
                read(wide: scalar)
                index = next
            }
        }
    }

    private mutating func read(wide scalar: Unicode.Scalar) {
        if scalar.isHiddenOnScreen {
            return
        }
        switch scalar.columns {
        case ..<0:
            keep("\u{FFFD}", columns: 1)
        case 0:
            guard let marks, marks < CleanText.mostMarks else { return }
            kept.append(scalar)
            self.marks = marks + 1
        case let columns:
            keep(scalar, columns: columns)
        }
    }

    private mutating func keep(_ base: Unicode.Scalar, columns: Int) {
        kept.append(base)
        column += columns
        marks = 0
    }

    private mutating func putTab() {
        let spaces =
            switch breaks {
            case .space: 1
            case .newLine: Self.tabStop - column % Self.tabStop
            }
        for _ in 0..<spaces {
            keep(" ", columns: 1)
        }
    }

    private mutating func endLine() {
        switch breaks {
        case .space:
            keep(" ", columns: 1)
        case .newLine:
            lines.append(String(kept))
            kept = String.UnicodeScalarView()
            column = 0
            marks = nil
        }
    }
}

extension Unicode.Scalar {
    /// Whether it shows nothing of its own, and may change how its neighbours are read: direction, joining, variation, tags.
    ///
    /// Joiners go too: a terminal's cell holds one character with marks, so joined emoji stand side by side, each as wide as it is.
    fileprivate var isHiddenOnScreen: Bool {
        if value < 0x300 {
            return value == 0xAD
        }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: true
        default: properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
        }
    }
}
