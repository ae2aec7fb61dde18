/// What each role looks like.
package struct Theme: Sendable, Hashable {
    /// The background that a theme is made for.
    package enum Variant: String, Sendable, Hashable {
        case dark, light
    }

    package var name: String
    package var variant: Variant
    /// What was strange in its files, and did no harm.
    package var warnings: [String] = []
    /// The files it was read from, the theme's own first; none for one that is built in.
    package var files: [String] = []

    /// By the role's raw value.
    private var styles: [Style]

    init(name: String, variant: Variant, style: (Role) throws(ThemeError) -> Style) throws(ThemeError) {
        self.name = name
        self.variant = variant
        styles = []
        for role in Role.allCases {
            styles.append(try style(role))
        }
    }

    package subscript(role: Role) -> Style { styles[Int(role.rawValue)] }

    /// The style of a cell.
    ///
    /// On the selection a cell keeps its foreground, so that a state stays what it is, and has another background.
    package func style(of role: Role, isSelected: Bool) -> Style {
        var style = self[role]
        guard isSelected else { return style }
        let selection = self[.selectionBackground]
        if style.background == self[.background].background {
            style.background = selection.background
            style.background16 = selection.background16
        }
        if role == .text {
            let text = self[.selectionText]
            style.foreground = text.foreground
            style.foreground16 = text.foreground16
            style.attributes.formUnion(text.attributes)
        }
        style.attributes.formUnion(selection.attributes)
        return style
    }
}

/// How a cell is drawn.
package struct Style: Sendable, Hashable {
    package var foreground: Color
    package var background: Color
    /// What takes their place on a terminal with 16 colours; nil for the nearest.
    package var foreground16: Color?
    package var background16: Color?
    package var attributes: Attributes

    package init(
        foreground: Color, background: Color, foreground16: Color? = nil, background16: Color? = nil, attributes: Attributes
    ) {
        self.foreground = foreground
        self.background = background
        self.foreground16 = foreground16
        self.background16 = background16
        self.attributes = attributes
    }

    package struct Attributes: OptionSet, Sendable, Hashable {
        package var rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        package static let bold = Attributes(rawValue: 1)
        package static let dim = Attributes(rawValue: 2)
        package static let italic = Attributes(rawValue: 4)
        package static let underline = Attributes(rawValue: 8)
        package static let reverse = Attributes(rawValue: 16)
    }
}
