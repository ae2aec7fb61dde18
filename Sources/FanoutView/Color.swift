#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A colour as a theme gives it.
package enum Color: Sendable, Hashable {
    /// Whatever the terminal has where nothing is said.
    case standard
    /// A place in the terminal's palette of 256; the first 16 are the user's own.
    case indexed(UInt8)
    case rgb(UInt8, UInt8, UInt8)

    /// The names of the first 16 places of the palette, in their order.
    package static let names = [
        "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
        "brightblack", "brightred", "brightgreen", "brightyellow", "brightblue", "brightmagenta", "brightcyan", "brightwhite",
    ]

    /// Reads `#rrggbb`, a number from 0 to 255, one of ``names``, or `default`.
    package init?(_ text: String) {
        if text == "default" {
            self = .standard
        } else if let place = Color.names.firstIndex(of: text) {
            self = .indexed(UInt8(place))
        } else if let place = UInt8(text) {
            self = .indexed(place)
        } else if text.utf8.count == 7, text.first == "#", let value = UInt32(text.dropFirst(), radix: 16) {
            self = .rgb(UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF))
        } else {
            return nil
        }
    }
}

extension Color {
    /// Red, green and blue as xterm has them; nil for the terminal's own.
    package var components: (red: UInt8, green: UInt8, blue: UInt8)? {
        switch self {
        case .standard: nil
        case .rgb(let red, let green, let blue): (red, green, blue)
        case .indexed(let place): Color.palette[Int(place)]
        }
    }

    /// xterm's palette: 16 named colours, a cube of 6 × 6 × 6, 24 greys.
    private static let palette: [(red: UInt8, green: UInt8, blue: UInt8)] = {
        let named: [UInt32] = [
            0x000000, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5,
            0x7F7F7F, 0xFF0000, 0x00FF00, 0xFFFF00, 0x5C5CFF, 0xFF00FF, 0x00FFFF, 0xFFFFFF,
        ]
        let levels: [UInt32] = [0, 95, 135, 175, 215, 255]
        let cube = (0..<216).map { levels[$0 / 36] << 16 | levels[$0 / 6 % 6] << 8 | levels[$0 % 6] }
        let greys = (0..<24).map { (8 + 10 * UInt32($0)) * 0x010101 }
        return (named + cube + greys).map { (UInt8($0 >> 16), UInt8($0 >> 8 & 0xFF), UInt8($0 & 0xFF)) }
    }()

    /// The place nearest to it among those of the palette that are given.
    ///
    /// - Parameter background: What it must be readable on, if anything.
    func nearest(in places: ClosedRange<Int>, legibleOn background: Color? = nil) -> UInt8? {
        guard let components else { return nil }
        let palette = Color.palette
        var nearest: Int?
        var least = Int.max
        for place in places {
            let distance = Color.distance(components, palette[place])
            guard distance < least, background.map(Color.indexed(UInt8(place)).isLegible) ?? true else { continue }
            (nearest, least) = (place, distance)
        }
        return nearest.map { UInt8($0) }
    }

    /// How far two colours seem apart: squares of the differences, red and blue weighted by how red the two are.
    private static func distance(_ a: (red: UInt8, green: UInt8, blue: UInt8), _ b: (red: UInt8, green: UInt8, blue: UInt8)) -> Int {
        let mean = (Int(a.red) + Int(b.red)) / 2
        let (red, green, blue) = (Int(a.red) - Int(b.red), Int(a.green) - Int(b.green), Int(a.blue) - Int(b.blue))
        return (512 + mean) * red * red + 1024 * green * green + (767 - mean) * blue * blue
    }

    /// How far text stands out from what is behind it, from 1 to 21, as WCAG 2 defines it; nil where either is the user's own.
    func contrast(with other: Color) -> Double? {
        guard let a = luminance, let b = other.luminance else { return nil }
        return (max(a, b) + 0.05) / (min(a, b) + 0.05)
    }

    /// Whether text of it can be read on a background, as far as either is known.
    func isLegible(on background: Color) -> Bool { contrast(with: background).map { $0 >= 4.5 } ?? true }

    /// As it is, or as much nearer to white or to black as it takes to be read on a background.
    func legible(on background: Color) -> Color {
        guard let components, let behind = background.luminance else { return self }
        let target = behind < 0.18 ? 255 : 0
        let steps = (0...20).lazy.map { step -> Color in
            func mixed(_ part: UInt8) -> UInt8 { UInt8((Int(part) * (20 - step) + target * step) / 20) }
            return step == 0 ? self : .rgb(mixed(components.red), mixed(components.green), mixed(components.blue))
        }
        return steps.first { $0.isLegible(on: background) } ?? self
    }

    /// The light it gives, from 0 to 1; nil for what is the user's own.
    private var luminance: Double? {
        switch self {
        case .standard: nil
        case .indexed(let place): place < 16 ? nil : Self.paletteLight[Int(place)]
        case .rgb(let red, let green, let blue): Self.light(red, green, blue)
        }
    }

    private static let paletteLight = palette.map { light($0.red, $0.green, $0.blue) }

    private static func light(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> Double {
        let parts = [red, green, blue].map { part in
            let part = Double(part) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
    }
}
