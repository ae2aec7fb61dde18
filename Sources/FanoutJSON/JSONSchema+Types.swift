extension JSONValue {
    /// Its kind, where 1.0 is a whole number.
    var kind: JSONSchema.Types {
        switch self {
        case .null: .null
        case .bool: .boolean
        case .integer: .integer
        case .number(let number): number.truncatingRemainder(dividingBy: 1) == 0 ? .integer : .fraction
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The value with each whole number written as one, so that equal numbers are equal.
    var canonical: JSONValue {
        switch self {
        case .null, .bool, .integer, .string: self
        case .number(let number): Int64(exactly: number).map { .integer($0) } ?? self
        case .array(let array): .array(array.map(\.canonical))
        case .object(let object): .object(JSONObject(object.fields.map { ($0.key, $0.value.canonical) }))
        }
    }
}

extension JSONSchema.Types: CustomStringConvertible {
    var description: String {
        if self == .any {
            return "anything"
        }
        var names: [String] = []
        if isSuperset(of: .number) {
            names.append("a number")
        } else if contains(.integer) {
            names.append("a whole number")
        }
        let rest: [(JSONSchema.Types, String)] = [
            (.string, "a string"), (.boolean, "true or false"), (.array, "an array"), (.object, "an object"), (.null, "null"),
        ]
        names += rest.filter { contains($0.0) }.map(\.1)
        return names.isEmpty ? "nothing" : names.joined(separator: " or ")
    }
}
