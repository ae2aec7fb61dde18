internal import CSystem

extension Unicode.Scalar {
    /// How many columns of a terminal it takes: 0 (a mark on the character before it), 1 or 2; -1 where it cannot be shown.
    ///
    /// It is what libc's `wcwidth` says in a UTF-8 locale, whatever locale the program runs in: ncurses counts by that too, and two
    /// opinions would shift what follows.
    package var columns: Int {
        // Latin; and the boxes and blocks that a dashboard consists of.
        if (0x20..<0x7F).contains(value) || (0xAE..<0x300).contains(value) || (0x2500..<0x25FD).contains(value) {
            return 1
        }
        return Int(csystem_columns(value))
    }
}

extension CleanText {
    /// How many columns of a terminal it takes.
    package var columns: Int {
        string.unicodeScalars.reduce(0) { $0 + max(0, $1.columns) }
    }
}
