package import FanoutEvents

extension Frame {
    /// What is done with text that does not fit.
    package enum Overflow: Sendable {
        /// Its end is cut off.
        case cut
        /// Its end is cut off, and an ellipsis says so.
        case ellipsis
    }

    /// Puts text into a row, at most `width` columns of it, and returns how many columns it took.
    ///
    /// - Parameters:
    ///   - x: The column of its first character; what lies left of the grid is cut off.
    ///   - width: Columns that it may take; the grid's right edge is a limit too.
    @discardableResult
    package mutating func put(
        _ text: CleanText, x: Int, y: Int, width: Int = .max, role: Role, overflow: Overflow = .ellipsis
    ) -> Int {
        guard y >= 0, y < height, width > 0, x < self.width, x > -Frame.farthest else { return 0 }
        let limit = min(self.width, x + min(width, Frame.farthest))
        var writer = TextWriter(x: x, limit: limit, row: y * self.width, role: role)
        var string = text.string
        let fits = string.withUTF8 { writer.write($0, into: &self) }
        if !fits, overflow == .ellipsis {
            writer.writeEllipsis(into: &self)
        }
        return max(0, writer.x - x)
    }

    /// Columns beyond which nothing is ever looked for.
    private static let farthest = 1 << 20
}

/// Puts one text into one row, character by character.
private struct TextWriter {
    /// The column at which the next character goes.
    var x: Int
    /// The first column that may not be written.
    let limit: Int
    /// Where the row begins among the cells.
    let row: Int
    let role: Role

    /// Returns false where the text did not fit.
    mutating func write(_ utf8: UnsafeBufferPointer<UInt8>, into frame: inout Frame) -> Bool {
        var position = 0
        while position < utf8.count {
            let byte = utf8[position]
            let isLone = position + 1 == utf8.count || utf8[position + 1] < 0x80
            if byte < 0x80, isLone {
                guard put(Frame.Cell(Unicode.Scalar(byte), role: role), columns: 1, into: &frame) else { return false }
                position += 1
            } else {
                guard writeCluster(utf8, from: &position, into: &frame) else { return false }
            }
        }
        return true
    }

    /// Writes a base and the marks that follow it.
    private mutating func writeCluster(_ utf8: UnsafeBufferPointer<UInt8>, from position: inout Int, into frame: inout Frame) -> Bool {
        let base = Unicode.Scalar.decode(utf8, at: &position)
        var scalars = [base.value]
        while position < utf8.count, utf8[position] >= 0x80 {
            var next = position
            let scalar = Unicode.Scalar.decode(utf8, at: &next)
            guard scalar.columns == 0 else { break }
            scalars.append(scalar.value)
            position = next
        }
        let columns = max(1, base.columns)
        guard x + columns <= limit else { return false }
        let cell = scalars.count == 1 ? Frame.Cell(base, role: role) : frame.cluster(scalars, role: role)
        return put(cell, columns: columns, into: &frame)
    }

    /// Returns false, having written nothing, where there is no room.
    private mutating func put(_ cell: Frame.Cell, columns: Int, into frame: inout Frame) -> Bool {
        guard x + columns <= limit else { return false }
        defer { x += columns }
        switch (columns, x) {
        case (1, 0...):
            frame.store(cell, at: row + x)
        case (2, 0...):
            frame.storeWide(cell, at: row + x)
        case (2, -1):
            // Its right half would be the first cell.
            frame.store(Frame.Cell(" ", role: role), at: row)
        default:
            break
        }
        return true
    }

    /// Puts the ellipsis into the last column, or before it where a wide character had taken both.
    mutating func writeEllipsis(into frame: inout Frame) {
        guard limit > 0 else { return }
        var last = min(x, limit - 1)
        if last > 0, last < x, Frame.Cell(packed: frame.cells[row + last]).isContinuation {
            last -= 1
        }
        guard last >= 0 else { return }
        frame.store(Frame.Cell(frame.ellipsis.scalar, role: role), at: row + last)
        x = last + 1
    }
}
