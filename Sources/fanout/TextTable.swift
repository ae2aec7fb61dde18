internal import FanoutEvents

/// Columns under their heads: names to the left, numbers to the right.
enum TextTable {
    /// Columns that a cell may be wide; longer ones push the others.
    private static let widest = 40

    /// - Parameter names: The columns that hold names.
    static func lines(_ heads: [CleanText], _ rows: [[CleanText]], names: Set<Int> = [0]) -> [CleanText] {
        let all = [heads] + rows
        let widths = heads.indices.map { column in min(widest, all.map { $0[column].columns }.max() ?? 0) }
        return all.map { row in
            row.enumerated().map { index, cell in
                let pad = CleanText(String(repeating: " ", count: max(0, widths[index] - cell.columns)))
                // Nothing stands behind the last name.
                return !names.contains(index) ? pad + cell : index == row.count - 1 ? cell : cell + pad
            }.joined(separator: "  ")
        }
    }
}
