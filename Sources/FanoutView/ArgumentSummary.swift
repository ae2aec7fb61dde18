package import FanoutEvents
package import FanoutJSON

/// A call's arguments in a few words: the values in their order, which is what tells calls of one tool apart.
package enum ArgumentSummary {
    /// Characters that are looked at; no row is wider.
    private static let longest = 200

    package static func summary(_ arguments: JSONValue) -> CleanText {
        switch arguments {
        case .object(let object):
            var words: [CleanText] = []
            var length = 0
            for field in object {
                guard length < longest else { break }
                let word = word(field.key, field.value)
                length += word.string.utf8.count + 1
                words.append(word)
            }
            return words.joined(separator: " ")
        case .null, .bool, .integer, .number, .string, .array:
            return CleanText(String(text(arguments).prefix(longest)))
        }
    }

    private static func word(_ key: String, _ value: JSONValue) -> CleanText {
        switch value {
        case .string(let string): CleanText(String(string.prefix(longest)))
        case .integer, .number: CleanText(key) + " " + CleanText(value.description)
        case .bool(let bool): bool ? CleanText(key) : "no " + CleanText(key)
        case .null: "no " + CleanText(key)
        case .array, .object: CleanText(String(text(value).prefix(longest)))
        }
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let string): string
        case .array(let items) where items.allSatisfy({ $0.string != nil }): items.prefix(20).compactMap(\.string).joined(separator: ", ")
        case .array, .object, .null, .bool, .integer, .number: value.description
        }
    }
}
