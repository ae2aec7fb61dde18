/// A `pattern`: a regular expression that is looked for anywhere in a string, scalar by scalar.
///
/// Patterns are written for ECMA-262; Swift's own expressions understand what tools use of that. `\d`, `\w` and `\s` mean the ASCII
/// characters, `$` the very end.
struct JSONSchemaPattern: @unchecked Sendable {
    // Why unchecked: an expression made from text holds no closures, and is not changed after `init`, which also has it lowered by a first
    // match. Matching works on a processor of its own.
    private let expression: Regex<AnyRegexOutput>
    let source: String

    /// Nil where Swift cannot compile it.
    init?(_ source: String) {
        guard let expression = try? Regex(Self.translated(source)) else { return nil }
        self.expression = expression.matchingSemantics(.unicodeScalar).asciiOnlyCharacterClasses()
        self.source = source
        _ = matches("")
    }

    func matches(_ text: String) -> Bool {
        do {
            return try expression.firstMatch(in: text) != nil
        } catch {
            return false
        }
    }

    /// With `$` as the end of the text, also where a line break stands there.
    private static func translated(_ source: String) -> String {
        var text = String.UnicodeScalarView()
        var isEscaped = false
        var isInClass = false
        // By scalars: a mark after a backslash is no letter that is escaped.
        for scalar in source.unicodeScalars {
            switch scalar {
            case _ where isEscaped: isEscaped = false
            case "\\": isEscaped = true
            case "[": isInClass = true
            case "]": isInClass = false
            case "$" where !isInClass:
                text.append(contentsOf: "\\z".unicodeScalars)
                continue
            default: break
            }
            text.append(scalar)
        }
        return String(text)
    }
}
