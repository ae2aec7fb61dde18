extension Frame {
    /// The frame as an SVG picture in the colours of a theme.
    ///
    /// Blocks and lines are drawn as shapes, so that bars join whatever font shows the rest; text is stretched to its columns.
    package func svg(theme: Theme) -> String {
        var drawing = Drawing(theme: theme)
        for y in 0..<height {
            var x = 0
            while x < width {
                let end = endOfRun(from: x, y: y)
                drawing.add(run(x..<end, y: y), at: x, y: y)
                x = end
            }
        }
        return drawing.document(width: width, height: height)
    }

    /// Where the cells end that are drawn with the one at `x` in one piece: of the same look, and all text or all the same shape.
    private func endOfRun(from x: Int, y: Int) -> Int {
        let first = self[x, y]
        var end = x + 1
        while end < width {
            let cell = self[end, y]
            guard cell.look == first.look || cell.isContinuation else { break }
            let joins = Shape(first) == nil ? Shape(cell) == nil : cell.packed == first.packed
            guard joins else { break }
            end += 1
        }
        return end
    }

    private func run(_ columns: Range<Int>, y: Int) -> Drawing.Run {
        let cells = columns.map { self[$0, y] }
        var text = String.UnicodeScalarView()
        for cell in cells {
            text.append(contentsOf: scalars(of: cell))
        }
        return Drawing.Run(look: cells[0], columns: columns.count, shape: Shape(cells[0]), text: String(text))
    }
}

/// A character that is a shape, in parts of its cell from the left and the top.
private struct Shape: Equatable {
    var x = 0.0
    var y = 0.0
    var width = 1.0
    var height = 1.0
    var opacity = 1.0
    /// A part of a bar, which leaves some room to the lanes above and below; a terminal's cells cannot.
    var isBar = false

    /// Nil where the cell holds text.
    init?(_ cell: Frame.Cell) {
        guard !cell.isCluster else { return nil }
        switch cell.content {
        case 0x2588: isBar = cell.role != .concurrency
        case 0x2589...0x258F:
            isBar = true
            width = Double(0x2590 - cell.content) / 8
            if cell.isReversed {
                (x, width) = (width, 1 - width)
            }
        case 0x2581...0x2587: (y, height) = (1 - Double(cell.content - 0x2580) / 8, Double(cell.content - 0x2580) / 8)
        case 0x2591...0x2593:
            isBar = true
            opacity = Double(cell.content - 0x2590) / 4
        case 0x2500: (y, height) = (0.475, 0.05)
        case 0x2501: (y, height) = (0.45, 0.1)
        case 0x2502: (x, width) = (0.45, 0.1)
        default: return nil
        }
        if isBar {
            (y, height) = (0.1, 0.8)
        }
    }
}

/// Gathers the parts of a picture.
private struct Drawing {
    struct Run {
        /// Its first cell, for the role and the looks.
        var look: Frame.Cell
        var columns: Int
        var shape: Shape?
        var text: String
    }

    private static let column = 8.4
    private static let row = 18.0
    private static let margin = 12.0

    private let theme: Theme
    /// What the terminal's own colours are taken for.
    private let page: (foreground: String, background: String)
    private var body = ""

    init(theme: Theme) {
        self.theme = theme
        switch theme.variant {
        case .dark: page = ("#d0d4dc", "#16181d")
        case .light: page = ("#24292f", "#fdfdfd")
        }
    }

    mutating func add(_ run: Run, at x: Int, y: Int) {
        var style = theme.style(of: run.look.role, isSelected: run.look.isSelected)
        if run.look.isSelected, run.look.role.isText { style.foreground = style.foreground.legible(on: style.background) }
        // A bar's shape has taken the reversal into account.
        if run.look.isReversed, run.shape?.isBar != true {
            style.attributes.formSymmetricDifference(.reverse)
        }
        var foreground = Self.hex(style.foreground) ?? page.foreground
        var background = Self.hex(style.background)
        if style.attributes.contains(.reverse) {
            (foreground, background) = (background ?? page.background, foreground)
        }
        if let background, background != page.background {
            rectangle(x: Double(x), y: Double(y), width: Double(run.columns), height: 1, fill: background)
        }
        if let shape = run.shape {
            // Shapes that fill their cell join over the whole run; the others are drawn one by one.
            let pieces = shape.width == 1 ? 1 : run.columns
            for piece in 0..<pieces {
                rectangle(
                    x: Double(x + piece) + shape.x, y: Double(y) + shape.y,
                    width: pieces == 1 ? Double(run.columns) * shape.width : shape.width,
                    height: shape.height, fill: foreground, opacity: shape.opacity)
            }
        } else {
            text(run, x: x, y: y, fill: foreground, attributes: style.attributes)
        }
    }

    private mutating func rectangle(x: Double, y: Double, width: Double, height: Double, fill: String, opacity: Double = 1) {
        let place = "x=\"\(Self.number(x * Self.column))\" y=\"\(Self.number(y * Self.row))\""
        let size = "width=\"\(Self.number(width * Self.column))\" height=\"\(Self.number(height * Self.row))\""
        let shade = opacity == 1 ? "" : " opacity=\"\(Self.number(opacity))\""
        body += "<rect \(place) \(size) fill=\"\(fill)\"\(shade)/>\n"
    }

    private mutating func text(_ run: Run, x: Int, y: Int, fill: String, attributes: Style.Attributes) {
        // Blanks at either end need no drawing, and renderers disagree about them.
        let lead = run.text.prefix { $0 == " " }.count
        let shown = run.text.dropFirst(lead).reversed().drop { $0 == " " }.reversed()
        guard !shown.isEmpty else { return }
        let trail = run.text.count - lead - shown.count
        let length = Self.number(Double(run.columns - lead - trail) * Self.column)
        var looks = ""
        if attributes.contains(.bold) { looks += " font-weight=\"bold\"" }
        if attributes.contains(.italic) { looks += " font-style=\"italic\"" }
        if attributes.contains(.underline) { looks += " text-decoration=\"underline\"" }
        if attributes.contains(.dim) { looks += " opacity=\"0.6\"" }
        let place = "x=\"\(Self.number(Double(x + lead) * Self.column))\" y=\"\(Self.number((Double(y) + 0.74) * Self.row))\""
        body += "<text \(place) textLength=\"\(length)\" fill=\"\(fill)\"\(looks)>\(Self.escaped(shown))</text>\n"
    }

    func document(width: Int, height: Int) -> String {
        let (wide, high) = (Double(width) * Self.column + 2 * Self.margin, Double(height) * Self.row + 2 * Self.margin)
        let (w, h, margin) = (Self.number(wide), Self.number(high), Self.number(Self.margin))
        return """
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(w) \(h)" width="\(w)" height="\(h)">
            <rect width="\(w)" height="\(h)" rx="8" fill="\(page.background)"/>
            <g transform="translate(\(margin) \(margin))" font-size="14" xml:space="preserve" \
            font-family="ui-monospace,SFMono-Regular,Menlo,'DejaVu Sans Mono',Consolas,monospace">
            \(body)</g>
            </svg>

            """
    }

    private static func hex(_ color: Color) -> String? {
        guard let components = color.components else { return nil }
        let digits = [components.red, components.green, components.blue].map { component in
            let text = String(component, radix: 16)
            return component < 16 ? "0" + text : text
        }
        return "#" + digits.joined()
    }

    /// Two decimals at most.
    private static func number(_ value: Double) -> String {
        let hundredths = Int(value * 100 + 0.5)
        let (whole, part) = (hundredths / 100, hundredths % 100)
        return part == 0 ? String(whole) : part % 10 == 0 ? "\(whole).\(part / 10)" : "\(whole).\(part < 10 ? "0" : "")\(part)"
    }

    private static func escaped(_ text: some Sequence<Character>) -> String {
        text.map { character in
            switch character {
            case "<": "&lt;"
            case ">": "&gt;"
            case "&": "&amp;"
            default: String(character)
            }
        }.joined()
    }
}
