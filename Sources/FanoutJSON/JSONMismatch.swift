/// Why a value of a type cannot be made of a JSON value, or the other way round.
public struct JSONMismatch: Error, Sendable, Hashable, CustomStringConvertible {
    /// The keys and places that lead there, as in `items[0].name`; empty for the value as a whole.
    public var path: String
    /// A clause: `it must be a string, and is a number`.
    public var reason: String
    /// Whether the reason is in the words of the type itself, which may quote the value.
    public var isOfType: Bool

    init(path: String, reason: String, isOfType: Bool = false) {
        self.path = path
        self.reason = reason
        self.isOfType = isOfType
    }

    public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }

    init(_ error: any Error) {
        switch error {
        case let mismatch as JSONMismatch: self = mismatch
        case DecodingError.keyNotFound(let key, let context):
            self.init(path: (context.codingPath + [key]).jsonPath, reason: "it is missing")
        case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
            self.init(path: context.codingPath.jsonPath, reason: context.debugDescription)
        case DecodingError.dataCorrupted(let context):
            self.init(path: context.codingPath.jsonPath, reason: context.debugDescription, isOfType: true)
        case EncodingError.invalidValue(_, let context):
            self.init(path: context.codingPath.jsonPath, reason: context.debugDescription, isOfType: true)
        default: self.init(path: "", reason: "\(error)", isOfType: true)
        }
    }
}

extension JSONValue {
    /// What kind of value it is, with its article.
    var kindInWords: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Types whose own coding is a private matter: a date is seconds since 2001, an URL an object.
enum PrivatelyCoded {
    private static let remedies = [
        "Foundation.Date": "take or give a String in the form of RFC 3339, or a number whose name says its unit",
        "Foundation.Data": "take or give a String in Base64",
        "Foundation.URL": "take or give a String",
        "Foundation.Decimal": "take or give a String, or a Double",
    ]

    /// Why a type is not taken, and what to do; nil where it is.
    ///
    /// Looked up by name, since Foundation is not among what this module knows; the names of its parts count as its own.
    static func objection(to type: Any.Type) -> String? {
        let name = String(reflecting: type)
        guard name.hasPrefix("Foundation"), let last = name.split(separator: ".").last, let remedy = remedies["Foundation.\(last)"] else {
            return nil
        }
        return "\(last) has no JSON form that a model knows: \(remedy)"
    }
}
