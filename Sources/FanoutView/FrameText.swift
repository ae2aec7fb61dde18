extension Frame {
    /// The rows as plain text, without the blanks at their ends.
    package var lines: [String] {
        rows { cell in scalars(of: cell) }
    }

    /// The rows as one text, each with a line break after it.
    package var text: String { lines.map { $0 + "\n" }.joined() }

    /// The rows with a letter of its role for each cell, and a blank for a blank cell of plain text: the second grid of a picture.
    package var roleLines: [String] {
        rows { cell in
            let isBlank = cell.content == 0x20 && !cell.isCluster && cell.role == .text
            return isBlank ? [" "] : [cell.role.letter]
        }
    }

    /// The rows with `s` for a selected cell, `r` for a reversed one, `b` for both.
    package var lookLines: [String] {
        rows { cell in
            switch (cell.isSelected, cell.isReversed) {
            case (true, true): ["b"]
            case (true, false): ["s"]
            case (false, true): ["r"]
            case (false, false): [" "]
            }
        }
    }

    private func rows(_ scalars: (Cell) -> [Unicode.Scalar]) -> [String] {
        (0..<height).map { y in
            var row = String.UnicodeScalarView()
            for x in 0..<width {
                row.append(contentsOf: scalars(self[x, y]))
            }
            while row.last == " " {
                row.removeLast()
            }
            return String(row)
        }
    }
}

extension Role {
    /// Stands for the role in a picture of roles.
    package var letter: Unicode.Scalar {
        switch self {
        case .background: "b"
        case .text: "."
        case .muted: "m"
        case .border: "-"
        case .borderFocus: "="
        case .title: "T"
        case .accent: "A"
        case .selectionBackground: "S"
        case .selectionText: "s"
        case .match: "/"
        case .queued: "q"
        case .running: "r"
        case .ok: "o"
        case .failed: "f"
        case .retrying: "y"
        case .cancelled: "c"
        case .timeout: "t"
        case .skipped: "k"
        case .shared: "h"
        case .barWait: "w"
        case .barRun: "R"
        case .barAttempt: "x"
        case .barBackoff: ","
        case .critical: "*"
        case .now: ":"
        case .axis: "|"
        case .header: "H"
        case .footerKey: "K"
        case .caption: "C"
        case .concurrency: "n"
        case .estimate: "e"
        case .tool1: "1"
        case .tool2: "2"
        case .tool3: "3"
        case .tool4: "4"
        case .tool5: "5"
        case .tool6: "6"
        case .tool7: "7"
        case .tool8: "8"
        }
    }
}
