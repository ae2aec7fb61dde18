extension Frame {
    /// The rows as text with the colours of a theme, to be printed where it stays: each ends in the terminal's own colours, and blanks at
    /// its end are left out.
    package func ansiLines(theme: Theme, depth: ColorDepth) -> [String] {
        let styles = theme.styles(depth: depth)
        return (0..<height).map { y in ansiLine(y, styles: styles, depth: depth) }
    }

    private func ansiLine(_ y: Int, styles: [ThemeStyle], depth: ColorDepth) -> String {
        let plain = ThemeStyle.plain
        var current = plain
        var line = String.UnicodeScalarView()
        var blanks = 0
        for x in 0..<width {
            let cell = self[x, y]
            guard !cell.isContinuation else { continue }
            var style = styles[cell.style]
            if cell.isReversed {
                style.attributes.formSymmetricDifference(.reverse)
            }
            if cell.content == 0x20, style.looksBlank {
                blanks += 1
                continue
            }
            if blanks > 0, current != plain {
                line.append(contentsOf: plain.selectGraphicRendition(depth: depth).unicodeScalars)
                current = plain
            }
            for _ in 0..<blanks {
                line.append(" ")
            }
            blanks = 0
            if style != current {
                line.append(contentsOf: style.selectGraphicRendition(depth: depth).unicodeScalars)
                current = style
            }
            if !cell.isCluster, let scalar = Unicode.Scalar(cell.content) {
                line.append(scalar)
            } else {
                line.append(contentsOf: scalars(of: cell))
            }
        }
        if current != plain {
            line.append(contentsOf: plain.selectGraphicRendition(depth: depth).unicodeScalars)
        }
        return String(line)
    }
}

extension ThemeStyle {
    static let plain = ThemeStyle(Style(foreground: .standard, background: .standard, attributes: []), depth: .none)

    /// Whether a space in it shows nothing.
    var looksBlank: Bool {
        background == nil && attributes.isDisjoint(with: [.reverse, .underline])
    }

    /// The control sequence that sets it, whatever was set before (ECMA-48, SGR).
    func selectGraphicRendition(depth: ColorDepth) -> String {
        var codes = ["0"]
        let attributeCodes: [(Style.Attributes, String)] = [
            (.bold, "1"), (.dim, "2"), (.italic, "3"), (.underline, "4"), (.reverse, "7"),
        ]
        codes += attributeCodes.filter { attributes.contains($0.0) }.map(\.1)
        for (color, base) in [(foreground, Int32(30)), (background, 40)] {
            guard let color else { continue }
            switch depth {
            case .none: break
            case .eight, .sixteen: codes.append(String(color < 8 ? base + color : base + 60 + color - 8))
            case .indexed: codes.append("\(base + 8);5;\(color)")
            case .direct: codes.append("\(base + 8);2;\(color >> 16);\(color >> 8 & 0xFF);\(color & 0xFF)")
            }
        }
        return codes == ["0"] ? "\u{1B}[0m" : "\u{1B}[\(codes.joined(separator: ";"))m"
    }
}
