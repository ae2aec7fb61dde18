internal import FanoutEvents
internal import FanoutScreen

/// Columns under their heads: names to the left, numbers to the right.
enum TextTable {
    /// Columns that a name may be wide; what is longer is cut, so that columns stay.
    static let widest = 40

    /// - Parameter names: The columns that hold names.
    static func lines(_ heads: [CleanText], _ rows: [[CleanText]], names: Set<Int> = [0]) -> [CleanText] {
        // Nothing stands behind the last name, which need not be cut.
        let all = ([heads] + rows).map { row in
            row.enumerated().map { index, cell in names.contains(index) && index < row.count - 1 ? cell.cut(to: widest) : cell }
        }
        let widths = heads.indices.map { column in all.map { $0[column].columns }.max() ?? 0 }
        return all.map { row in
            row.enumerated().map { index, cell in
                let pad = CleanText(String(repeating: " ", count: widths[index] - cell.columns))
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
