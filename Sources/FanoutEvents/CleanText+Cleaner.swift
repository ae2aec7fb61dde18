/// Goes over text that is not plain ASCII, and keeps what may be shown.
struct TextCleaner {
    /// Columns from one tab stop to the next, where tabs are kept apart.
    private static let tabStop = 4

    /// What is done at a line break.
    private enum Breaks {
        case space, newLine
    }

    private let breaks: Breaks
    private var kept: [UInt8] = []
    private var lines: [String] = []
    /// Columns of the current line so far, for tab stops.
    private var column = 0
    /// Marks that the last base has; nil where there is no base to put one on.
    private var marks: Int?

    private init(breaks: Breaks) {
        self.breaks = breaks
    }

    static func line(of utf8: UnsafeBufferPointer<UInt8>) -> String {
        var cleaner = TextCleaner(breaks: .space)
        cleaner.read(utf8)
        return String(decoding: cleaner.kept, as: UTF8.self)
    }

    static func lines(of utf8: UnsafeBufferPointer<UInt8>) -> [String] {
        var cleaner = TextCleaner(breaks: .newLine)
        cleaner.read(utf8)
        // A break ends a line and does not begin one.
        if !cleaner.kept.isEmpty {
            cleaner.endLine()
        }
        return cleaner.lines
    }

    private mutating func read(_ utf8: UnsafeBufferPointer<UInt8>) {
        var index = 0
        while index < utf8.count {
            switch utf8[index] {
            case 0x20..<0x7F:
                index = keepPlain(utf8, from: index)
            case 0x0D where index + 1 < utf8.count && utf8[index + 1] == 0x0A:
                index += 1
            case 0x0A...0x0D:
                endLine()
                index += 1
            case 0x09:
                putTab()
                index += 1
            case 0x1B:
                index = EscapeSequence.end(in: utf8, from: index)
            case 0x00..<0x20, 0x7F:
                index += 1
            default:
                index = readWide(utf8, from: index)
            }
        }
    }

    /// Keeps printable ASCII up to where it ends.
    private mutating func keepPlain(_ utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start + 1
        while end < utf8.count, utf8[end] &- 0x20 < 0x5F {
            end += 1
        }
        kept.append(contentsOf: UnsafeBufferPointer(rebasing: utf8[start..<end]))
        column += end - start
        marks = 0
        return end
    }

    /// Reads a character beyond ASCII.
    private mutating func readWide(_ utf8: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start
        let scalar = Unicode.Scalar.decode(utf8, at: &end)
        switch scalar.value {
        case 0x85, 0x2028, 0x2029:
            endLine()
        case 0x80..<0xA0:
            return EscapeSequence.end(in: utf8, from: start)
        case _ where scalar.isHiddenOnScreen:
            break
        default:
            keep(scalar, UnsafeBufferPointer(rebasing: utf8[start..<end]))
        }
        return end
    }

    private mutating func keep(_ scalar: Unicode.Scalar, _ utf8: UnsafeBufferPointer<UInt8>) {
        switch scalar.columns {
        case ..<0:
            kept.append(contentsOf: "\u{FFFD}".utf8)
            column += 1
            marks = 0
        case 0:
            guard let marks, marks < CleanText.mostMarks else { return }
            kept.append(contentsOf: utf8)
            self.marks = marks + 1
        case let columns:
            kept.append(contentsOf: utf8)
            column += columns
            marks = 0
        }
    }

    private mutating func putTab() {
        let spaces =
            switch breaks {
            case .space: 1
            case .newLine: Self.tabStop - column % Self.tabStop
            }
        putSpaces(spaces)
    }

    private mutating func putSpaces(_ count: Int) {
        kept.append(contentsOf: repeatElement(0x20, count: count))
        column += count
        marks = 0
    }

    private mutating func endLine() {
        switch breaks {
        case .space:
            putSpaces(1)
        case .newLine:
            lines.append(String(decoding: kept, as: UTF8.self))
            kept.removeAll(keepingCapacity: true)
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
        switch value {
        case 0xAD:
            return true
        case 0xA0..<0x300, 0x370..<0x483, 0x2010..<0x2028, 0x2190..<0x2600, 0x3041..<0x3100, 0x4E00..<0xA000, 0xAC00..<0xD7A4:
            // What most text beyond ASCII consists of, without a look at the tables.
            return false
        default:
            break
        }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator: true
        default: properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint
        }
    }
}
