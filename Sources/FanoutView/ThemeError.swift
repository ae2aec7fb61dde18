internal import FanoutEvents

/// Why there is no such theme.
package enum ThemeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// - Parameter known: The themes that there are.
    case unknown(theme: String, known: [String])
    case unreadable(file: String, reason: String)
    case notJSON(Origin, reason: String)
    case malformed(Origin, what: String)
    /// - Parameter place: The role, or the entry of the palette or of `ansi16`, that gives it.
    case badColor(Origin, place: String, value: String)
    /// - Parameter themes: Each inherits the next; the last is the first again.
    case cycle(themes: [String])

    /// Where a theme says what is wrong.
    package struct Origin: Sendable, Hashable {
        package var theme: String
        /// Nil where the theme is built in.
        package var file: String?
        /// Nil where no line of it says so.
        package var line: Int?
    }

    package var description: String {
        guard let origin else { return words }
        return "theme \"\(origin.theme)\"\(origin.line.map { ", line \($0)" } ?? ""): \(words)"
    }

    /// Where it stands; nil where the words say it, or where it is no theme's fault.
    package var origin: Origin? {
        switch self {
        case .notJSON(let origin, _), .malformed(let origin, _), .badColor(let origin, _, _): origin
        case .unknown, .unreadable, .cycle: nil
        }
    }

    /// What is wrong, without where it stands.
    package var words: String {
        switch self {
        case .unknown(let theme, let known):
            "there is no theme \"\(theme)\"; \(known.first { Spelling.isNear($0, theme) }.map { "did you mean \($0)? " } ?? "")there are \(known.joined(separator: ", ")), or give the path of a theme's file"
        case .unreadable(let file, let reason):
            "\(file): \(reason)"
        case .notJSON(_, let reason): reason
        case .malformed(_, let what): what
        case .badColor(_, let place, let value):
            "\(place): \"\(value)\" is no colour; give #rrggbb, a number from 0 to 255, an ANSI name, default, "
                + "or a name of the palette"
        case .cycle(let themes):
            "themes that inherit each other in a circle: \(themes.joined(separator: " → "))"
        }
    }
}
