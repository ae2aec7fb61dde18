/// How many colours a terminal has.
package enum ColorDepth: Sendable, Hashable, CaseIterable {
    case none, eight, sixteen, indexed
    /// Any colour, given as red, green and blue.
    case direct
}

/// How a cell is drawn on a terminal of some depth.
package struct ThemeStyle: Sendable, Hashable {
    /// A place in the palette, or 0xRRGGBB at ``ColorDepth/direct``; nil for the terminal's own.
    package var foreground: Int32?
    package var background: Int32?
    package var attributes: Style.Attributes

    /// - Parameter isLegible: Whether the foreground is chosen so that it can be read on its background, where the nearest one cannot.
    init(_ style: Style, depth: ColorDepth, isLegible: Bool = false) {
        attributes = style.attributes
        let color = depth == .direct && isLegible ? style.foreground.legible(on: style.background) : style.foreground
        foreground = Self.number(of: color, or: style.foreground16, depth: depth)
        background = Self.number(of: style.background, or: style.background16, depth: depth)
        if depth == .indexed, isLegible, foreground.map({ $0 > 15 }) ?? false, let background {
            let nearest = style.foreground.nearest(in: 16...255, legibleOn: .indexed(UInt8(background)))
            foreground = nearest.map { Int32($0) } ?? foreground
        }
        if depth == .eight {
            // The bright half is the other half in bold, where there is no more; backgrounds have no bright half.
            if let bright = foreground, bright > 7 {
                foreground = bright - 8
                attributes.insert(.bold)
            }
            background = background.map { $0 % 8 }
        }
    }

    private static func number(of color: Color, or color16: Color?, depth: ColorDepth) -> Int32? {
        switch depth {
        case .none:
            return nil
        case .eight, .sixteen:
            let color = color16 ?? color
            if case .indexed(let place) = color, place < 16 {
                return Int32(place)
            }
            return color.nearest(in: 0...15).map(Int32.init)
        case .indexed:
            if case .indexed(let place) = color {
                return Int32(place)
            }
            // The first 16 are the user's own: nobody knows what they look like.
            return color.nearest(in: 16...255).map(Int32.init)
        case .direct:
            return color.components.map { Int32($0.red) << 16 | Int32($0.green) << 8 | Int32($0.blue) }
        }
    }
}

extension Theme {
    /// The styles of all cells, for a terminal of some depth: the role's number doubled, one more where it is selected.
    package func styles(depth: ColorDepth) -> [ThemeStyle] {
        Role.allCases.flatMap { role in
            [false, true].map { ThemeStyle(style(of: role, isSelected: $0), depth: depth, isLegible: $0 && role.isText) }
        }
    }
}
