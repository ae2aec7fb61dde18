internal import FanoutEvents

/// Columns under their heads, the first to the left and the others to the right.
enum TextTable {
    /// Columns that a cell of the first column may be wide; longer ones push the others.
    private static let widest = 40

    static func lines(_ heads: [CleanText], _ rows: [[CleanText]]) -> [CleanText] {
        let all = [heads] + rows
        let widths = heads.indices.map { column in min(widest, all.map { $0[column].columns }.max() ?? 0) }
        return all.map { row in
            row.enumerated().map { index, cell in
                let pad = CleanText(String(repeating: " ", count: max(0, widths[index] - cell.columns)))
                return index == 0 ? cell + pad : pad + cell
            }.joined(separator: "  ")
        }
    }
}
