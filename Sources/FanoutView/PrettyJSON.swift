package import FanoutJSON

/// JSON over several lines, for reading.
package enum PrettyJSON {
    /// Deeper values stand on one line.
    private static let deepest = 32

    package static func text(_ value: JSONValue) -> String {
        var text = ""
        append(value, indent: 0, to: &text)
        return text
    }

    private static func append(_ value: JSONValue, indent: Int, to text: inout String) {
        switch value {
        case .object(let object) where !object.isEmpty && indent < deepest:
            text += "{\n"
            for (index, field) in object.enumerated() {
                text += String(repeating: "  ", count: indent + 1) + JSONValue.string(field.key).description + ": "
                append(field.value, indent: indent + 1, to: &text)
                text += index == object.count - 1 ? "\n" : ",\n"
            }
            text += String(repeating: "  ", count: indent) + "}"
        case .array(let items) where !items.isEmpty && indent < deepest && !items.allSatisfy(isShort):
            text += "[\n"
            for (index, item) in items.enumerated() {
                text += String(repeating: "  ", count: indent + 1)
                append(item, indent: indent + 1, to: &text)
                text += index == items.count - 1 ? "\n" : ",\n"
            }
            text += String(repeating: "  ", count: indent) + "]"
        case .null, .bool, .integer, .number, .string, .array, .object:
            text += value.description
        }
    }

    private static func isShort(_ value: JSONValue) -> Bool {
        switch value {
        case .null, .bool, .integer, .number: true
        case .string, .array, .object: false
        }
    }
}
