/// A picture of the screen: a grid of cells, each with a character, a role, and whether it is selected or reversed.
///
/// Text comes in as ``CleanText`` or as a ``Glyph`` of our own and in no other way. Whatever lies outside the grid is cut off; no
/// coordinate is wrong. A wide character takes two cells, or none where only one is left; what would cut one in half blanks the
/// other half.
package struct Frame: Sendable {
    /// Columns.
    package let width: Int
    /// Rows.
    package let height: Int
    /// What stands where a text was cut.
    let ellipsis: Glyph

    /// Row after row, packed as ``Cell`` says.
    @usableFromInline package private(set) var cells: [UInt32]
    /// Characters with marks, ``Cell/longestCluster`` scalars each, filled up with zeros; cells refer to them by number.
    package private(set) var clusters: [UInt32] = []

    package init(width: Int, height: Int, glyphs: Glyphs = .unicode) {
        self.width = max(0, width)
        self.height = max(0, height)
        ellipsis = glyphs.ellipsis
        cells = Array(repeating: Cell.blank.packed, count: self.width * self.height)
    }

    /// The cell at a place, a blank one outside the grid.
    package subscript(x: Int, y: Int) -> Cell {
        contains(x, y) ? Cell(packed: cells[y * width + x]) : .blank
    }

    /// What a cell shows: one scalar, or a base and its marks; nothing in the right half of a wide character.
    package func scalars(of cell: Cell) -> [Unicode.Scalar] {
        guard cell.isCluster else {
            return cell.isContinuation ? [] : [Unicode.Scalar(cell.content) ?? " "]
        }
        let start = Int(cell.content) * Cell.longestCluster
        return clusters[start..<start + Cell.longestCluster].filter { $0 != 0 }.map { Unicode.Scalar($0) ?? " " }
    }

    func contains(_ x: Int, _ y: Int) -> Bool {
        x >= 0 && x < width && y >= 0 && y < height
    }
}

extension Frame {
    /// Puts a character of our own at a place.
    package mutating func put(_ glyph: Glyph, x: Int, y: Int, role: Role, reversed: Bool = false) {
        guard contains(x, y) else { return }
        store(Cell(glyph.scalar, role: role, isReversed: reversed), at: y * width + x)
    }

    /// Puts the same character of our own into a part of a row.
    package mutating func fill(_ columns: Range<Int>, y: Int, with glyph: Glyph, role: Role) {
        guard y >= 0, y < height else { return }
        let cell = Cell(glyph.scalar, role: role)
        for x in columns.clamped(to: 0..<width) {
            store(cell, at: y * width + x)
        }
    }

    /// Blanks a part of the grid, for something to be laid over it.
    package mutating func blank(x columns: Range<Int>, y rows: Range<Int>, role: Role = .text) {
        for y in rows.clamped(to: 0..<height) {
            fill(columns, y: y, with: " ", role: role)
        }
    }

    /// Gives a part of a row another role, whatever its cells are.
    package mutating func restyle(x columns: Range<Int>, y: Int, role: Role) {
        guard y >= 0, y < height else { return }
        for x in columns.clamped(to: 0..<width) {
            cells[y * width + x] = cells[y * width + x] & 0x00FF_FFFF | UInt32(role.rawValue) << 24
        }
    }

    /// Takes over a row of another frame of the same width.
    package mutating func copy(row: Int, of other: borrowing Frame, to y: Int) {
        guard other.width == width, row >= 0, row < other.height, y >= 0, y < height else { return }
        for x in 0..<width {
            let cell = Cell(packed: other.cells[row * width + x])
            guard cell.isCluster else {
                cells[y * width + x] = cell.packed
                continue
            }
            let number = Int(cell.content) * Cell.longestCluster
            let scalars = Array(other.clusters[number..<number + Cell.longestCluster])
            let moved = cluster(scalars, role: cell.role)
            cells[y * width + x] = moved.packed | (cell.packed & (Cell.selectedBit | Cell.reversedBit))
        }
    }

    /// Shows a part of a row as selected, whatever its cells are.
    package mutating func select(row y: Int, x columns: Range<Int> = 0..<Int.max) {
        guard y >= 0, y < height else { return }
        for x in columns.clamped(to: 0..<width) {
            cells[y * width + x] |= Cell.selectedBit
        }
    }

    /// Shows a cell in reverse, as where a cursor stands.
    package mutating func invert(x: Int, y: Int) {
        guard contains(x, y) else { return }
        cells[y * width + x] ^= Cell.reversedBit
        if x + 1 < width, Cell(packed: cells[y * width + x + 1]).isContinuation {
            cells[y * width + x + 1] ^= Cell.reversedBit
        }
    }

    /// Writes a cell of one column, so that no half of a wide character is left beside it.
    mutating func store(_ cell: Cell, at index: Int) {
        let old = Cell(packed: cells[index])
        if old.isContinuation {
            cells[index - 1] = Cell.blank(like: cells[index - 1])
        }
        let next = index + 1
        if next < cells.count, Cell(packed: cells[next]).isContinuation, next % width != 0 {
            cells[next] = Cell.blank(like: cells[next])
        }
        cells[index] = cell.packed
    }

    /// Writes a cell of two columns; both must be in one row.
    mutating func storeWide(_ cell: Cell, at index: Int) {
        store(cell, at: index)
        store(cell, at: index + 1)
        cells[index + 1] = Cell.continuation(of: cell).packed
    }

    /// Keeps a base and its marks beside the grid, and returns a cell that refers to them.
    mutating func cluster(_ scalars: some Collection<UInt32>, role: Role) -> Cell {
        let number = clusters.count / Cell.longestCluster
        clusters.append(contentsOf: scalars.prefix(Cell.longestCluster))
        clusters.append(contentsOf: repeatElement(0, count: max(0, Cell.longestCluster - scalars.count)))
        return Cell(cluster: UInt32(number), role: role)
    }
}

extension Frame: Equatable {
    /// Whether both show the same.
    package static func == (a: Frame, b: Frame) -> Bool {
        guard a.width == b.width, a.height == b.height else { return false }
        if a.cells == b.cells, a.clusters == b.clusters {
            return true
        }
        return zip(a.cells, b.cells).allSatisfy { first, second in
            let (first, second) = (Cell(packed: first), Cell(packed: second))
            guard first.isCluster, second.isCluster else { return first == second }
            return first.look == second.look && a.scalars(of: first) == b.scalars(of: second)
        }
    }
}
