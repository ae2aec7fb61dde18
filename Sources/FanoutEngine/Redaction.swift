internal import FanoutJSON

/// Cuts secrets out of arguments, by the paths that a tool names.
struct Redaction: Sendable {
    private let paths: [[String]]

    init(_ paths: [String]) {
        self.paths = paths.map { $0.split(separator: ".").map(String.init) }
    }

    var isEmpty: Bool { paths.isEmpty }

    /// The value without the secrets, and the paths of those that were there.
    func cut(_ value: JSONValue) -> (value: JSONValue, cut: [String]) {
        var value = value
        var found: [String] = []
        for path in paths {
            value = Self.cut(value, path[...], at: "", &found) ?? .null
        }
        return (value, found)
    }

    /// Whether what a violation found may be shown: it is not a secret, holds none, and is not part of one.
    func allows(_ violation: JSONSchemaViolation) -> Bool {
        let place = violation.path.map { step in
            switch step {
            case .key(let key): key
            case .index(let index): String(index)
            }
        }
        return !paths.contains { path in zip(path, place).allSatisfy { $0 == "*" || $0 == $1 } }
    }

    /// Nil where the value itself goes.
    private static func cut(_ value: JSONValue, _ path: ArraySlice<String>, at place: String, _ found: inout [String]) -> JSONValue? {
        guard let step = path.first else {
            found.append(place)
            return nil
        }
        func inner(_ name: String) -> String { place.isEmpty ? name : place + "." + name }
        switch value {
        case .object(var object):
            for field in object.fields where step == "*" || step == field.key {
                object[field.key] = cut(field.value, path.dropFirst(), at: inner(field.key), &found)
            }
            return .object(object)
        case .array(let array):
            return .array(
                array.enumerated().map { index, item in
                    // An item's place must stay, so null stands in it.
                    step == "*" || step == String(index) ? cut(item, path.dropFirst(), at: inner(String(index)), &found) ?? .null : item
                })
        case .null, .bool, .integer, .number, .string:
            return value
        }
    }
}
