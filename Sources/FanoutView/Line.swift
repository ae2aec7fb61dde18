package import FanoutEvents

/// Puts pieces of text side by side, and leaves out whole pieces where the row ends.
package struct Line {
    package private(set) var x: Int
    package let y: Int
    /// The first column that may not be used.
    package let limit: Int

    package init(x: Int, y: Int, limit: Int) {
        self.x = x
        self.y = y
        self.limit = limit
    }

    /// Adds a piece after a gap; one that does not fit is left out, and said so by false.
    @discardableResult
    package mutating func add(_ text: CleanText, _ role: Role, gap: Int = 0, into frame: inout Frame) -> Bool {
        let columns = text.columns
        guard columns > 0, x + gap + columns <= limit else { return false }
        x += gap
        x += frame.put(text, x: x, y: y, width: columns, role: role)
        return true
    }

    /// Adds a piece that may be cut.
    package mutating func addCut(_ text: CleanText, _ role: Role, gap: Int = 0, most: Int = .max, into frame: inout Frame) {
        let room = min(most, limit - x - gap)
        guard room > 1, !text.isEmpty else { return }
        x += gap
        x += frame.put(text, x: x, y: y, width: room, role: role)
    }

    /// Adds a name and its value, together or not at all.
    @discardableResult
    package mutating func add(_ name: CleanText, _ value: CleanText, _ role: Role, gap: Int = 3, into frame: inout Frame) -> Bool {
        let columns = name.columns + 1 + value.columns
        guard x + gap + columns <= limit else { return false }
        add(name, .muted, gap: gap, into: &frame)
        return add(value, role, gap: 1, into: &frame)
    }

    package mutating func add(glyph: Glyph, _ role: Role, gap: Int = 0, into frame: inout Frame) {
        guard x + gap < limit else { return }
        frame.put(glyph, x: x + gap, y: y, role: role)
        x += gap + 1
    }
}
