internal import FanoutEvents

/// Why there is no such theme.
package enum ThemeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// - Parameter known: The themes that there are.
    case unknown(theme: String, known: [String])
    case unreadable(file: String, reason: String)
    case notJSON(theme: String, line: Int, reason: String)
    case malformed(theme: String, line: Int, what: String)
    /// - Parameters:
    ///   - line: Where it stands in the file of the theme that gives it; nil where none does.
    ///   - place: The role, or the entry of the palette or of `ansi16`, that gives it.
    case badColor(theme: String, line: Int?, place: String, value: String)
    /// - Parameter themes: Each inherits the next; the last is the first again.
    case cycle(themes: [String])

    package var description: String {
        switch self {
        case .unknown(let theme, let known):
            "there is no theme \"\(theme)\"; \(known.first { Spelling.isNear($0, theme) }.map { "did you mean \($0)? " } ?? "")there are \(known.joined(separator: ", ")), or give the path of a theme's file"
        case .unreadable(let file, let reason):
            "\(file): \(reason)"
        case .notJSON(let theme, let line, let reason):
            "theme \"\(theme)\", line \(line): \(reason)"
        case .malformed(let theme, let line, let what):
            "theme \"\(theme)\", line \(line): \(what)"
        case .badColor(let theme, let line, let place, let value):
            "theme \"\(theme)\"\(line.map { ", line \($0)" } ?? ""): \(place): \"\(value)\" is no colour; give #rrggbb, a number from 0 to 255, an ANSI name, default, "
                + "or a name of the palette"
        case .cycle(let themes):
            "themes that inherit each other in a circle: \(themes.joined(separator: " → "))"
        }
    }
}
