internal import CSystem

extension Unicode.Scalar {
    /// How many columns of a terminal it takes: 0 (a mark on the character before it), 1 or 2; -1 where it cannot be shown.
    ///
    /// It is what libc's `wcwidth` says in a UTF-8 locale, whatever locale the program runs in: ncurses counts by that too, and two
    /// opinions would shift what follows.
    package var columns: Int {
        switch value {
        case 0x20..<0x7F, 0xAE..<0x300, 0x2500..<0x25FD: 1  // Latin; the boxes and blocks that a dashboard consists of
        case 0x4E00..<0x9FFD, 0xAC00..<0xD7A4: 2  // Han; Hangul
        default: Int(csystem_columns(value))
        }
    }
}

extension CleanText {
    /// How many columns of a terminal it takes.
    package var columns: Int {
        string.unicodeScalars.reduce(0) { $0 + max(0, $1.columns) }
    }
}

extension CleanText {
    /// The text in pieces of at most so many columns.
    package func wrapped(columns limit: Int) -> [CleanText] {
        guard limit > 0, string.utf8.count > limit, columns > limit else { return [self] }
        var pieces: [CleanText] = []
        var piece = String.UnicodeScalarView()
        var used = 0
        for scalar in string.unicodeScalars {
            let columns = max(0, scalar.columns)
            if used + columns > limit {
                pieces.append(CleanText(clean: String(piece)))
                piece = String.UnicodeScalarView()
                used = 0
            }
            piece.append(scalar)
            used += columns
        }
        pieces.append(CleanText(clean: String(piece)))
        return pieces
    }
}

extension CleanText {
    /// The text in lines of at most so many columns, broken at spaces or beside a wide character where there is one; a word that is longer
    /// is broken in its midst, and marks stay with the character that bears them.
    ///
    /// - Parameter hang: By how many columns the lines after the first are shorter.
    package func lines(columns limit: Int, hanging hang: Int = 0) -> [CleanText] {
        guard limit > 0, string.utf8.count > limit, columns > limit else { return [self] }
        let units = units
        var lines: [CleanText] = []
        var first = 0
        while first < units.count {
            let end = Self.lineEnd(units, from: first, limit: lines.isEmpty ? limit : max(1, limit - hang))
            var last = end
            while last > first, units[last - 1].isSpace {
                last -= 1
            }
            let stop = last < units.count ? units[last].start : string.endIndex
            lines.append(CleanText(clean: String(string.unicodeScalars[units[first].start..<stop])))
            first = end
            while first < units.count, units[first].isSpace {
                first += 1
            }
        }
        return lines
    }

    /// A character with its marks.
    private struct Unit {
        var start: String.Index
        var columns: Int
        var isSpace: Bool
    }

    private var units: [Unit] {
        var units: [Unit] = []
        let scalars = string.unicodeScalars
        units.reserveCapacity(scalars.count)
        for index in scalars.indices {
            let columns = max(0, scalars[index].columns)
            if columns > 0 || units.isEmpty {
                units.append(Unit(start: index, columns: columns, isSpace: scalars[index] == " "))
            }
        }
        return units
    }

    /// The unit before which a line ends that begins at `first`.
    private static func lineEnd(_ units: [Unit], from first: Int, limit: Int) -> Int {
        var end = first
        var used = 0
        while end < units.count, used + units[end].columns <= limit {
            used += units[end].columns
            end += 1
        }
        guard end < units.count, end > first else { return max(end, first + 1) }
        // An indent is not a place to break at.
        let indent = units[first...].firstIndex { !$0.isSpace } ?? end
        var place = end
        while place > indent {
            if units[place].isSpace || units[place - 1].isSpace || units[place].columns == 2 || units[place - 1].columns == 2 {
                return place
            }
            place -= 1
        }
        return end
    }
}

extension Unicode.Scalar {
    /// Reads one scalar of well-formed UTF-8 and moves on behind it.
    package static func decode(_ utf8: UnsafeBufferPointer<UInt8>, at position: inout Int) -> Unicode.Scalar {
        let first = UInt32(utf8[position])
        let (length, bits): (Int, UInt32) =
            switch first {
            case ..<0x80: (1, first)
            case ..<0xE0: (2, first & 0x1F)
            case ..<0xF0: (3, first & 0x0F)
            default: (4, first & 0x07)
            }
        var value = bits
        for offset in 1..<max(1, length) {
            value = value << 6 | UInt32(utf8[position + offset] & 0x3F)
        }
        position += length
        return Unicode.Scalar(value) ?? "\u{FFFD}"
    }
}
