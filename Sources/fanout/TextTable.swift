internal import FanoutEvents
internal import FanoutScreen

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

extension CleanText {
    /// The text in so many columns at the most; where its end is left out, a mark says so.
    func cut(to columns: Int) -> CleanText {
        guard self.columns > columns else { return self }
        let mark: CleanText = Terminal.isUnicode ? "…" : ".."
        return (wrapped(columns: columns - mark.columns).first ?? "") + mark
    }

    /// The text with spaces behind it, so many columns wide at the least.
    func padded(to columns: Int) -> CleanText {
        self + CleanText(String(repeating: " ", count: max(0, columns - self.columns)))
    }
}
