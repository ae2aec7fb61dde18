extension JSONSchema {
    /// The keywords of one schema, read with their places.
    struct Fields {
        let object: JSONObject
        let path: String
        /// What references in it are relative to.
        let base: String
        let depth: Int
        private var reads = 0

        init(object: JSONObject, path: String, base: String, depth: Int) {
            self.object = object
            self.path = path
            self.base = base
            self.depth = depth
        }

        /// Whether anything was there of what was asked for since this was last asked.
        var hasRead: Bool {
            mutating get {
                defer { reads = 0 }
                return reads > 0
            }
        }

        func place(_ key: String) -> String { path + "/" + key }

        private mutating func read<Value>(_ key: String, as what: String, _ convert: (JSONValue) -> Value?) throws(JSONSchemaError)
            -> Value?
        {
            guard let value = object[key] else { return nil }
            guard let converted = convert(value) else {
                throw JSONSchemaError(path: place(key), reason: "it must be \(what), not \(brief(value))")
            }
            reads += 1
            return converted
        }

        mutating func number(_ key: String) throws(JSONSchemaError) -> Double? { try read(key, as: "a number", \.double) }
        mutating func string(_ key: String) throws(JSONSchemaError) -> String? { try read(key, as: "a string", \.string) }
        mutating func bool(_ key: String) throws(JSONSchemaError) -> Bool? { try read(key, as: "true or false", \.bool) }
        mutating func array(_ key: String) throws(JSONSchemaError) -> [JSONValue]? { try read(key, as: "an array", \.array) }
        mutating func object(_ key: String) throws(JSONSchemaError) -> JSONObject? { try read(key, as: "an object", \.object) }

        mutating func count(_ key: String) throws(JSONSchemaError) -> Int? {
            try read(key, as: "a whole number from 0") { value in value.integer.flatMap { $0 >= 0 ? Int(exactly: $0) : nil } }
        }

        mutating func types() throws(JSONSchemaError) -> Types {
            defer { reads = 0 }
            var types = Types([])
            switch object["type"] {
            case nil: types = .any
            case .array(let names):
                for (index, name) in names.enumerated() {
                    types.formUnion(try type(name, at: place("type") + "/\(index)"))
                }
            case let name?: types = try type(name, at: place("type"))
            }
            // OpenAPI's word, which many tools use.
            if object["nullable"] == .bool(true) {
                types.insert(.null)
            }
            return types
        }

        private func type(_ name: JSONValue, at path: String) throws(JSONSchemaError) -> Types {
            switch name {
            case "null": return .null
            case "boolean": return .boolean
            case "integer": return .integer
            case "number": return .number
            case "string": return .string
            case "array": return .array
            case "object": return .object
            default: throw JSONSchemaError(path: path, reason: "there is no type \(brief(name))")
            }
        }
    }
}

/// A value as it is shown in messages: compact, and not long.
func brief(_ value: JSONValue) -> String {
    switch value {
    case .array(let array) where array.count > 4: return "an array of \(array.count)"
    case .object(let object) where object.count > 4: return "an object of \(object.count) fields"
    case .string(let string) where string.utf8.count > 60:
        return JSONValue.string(String(String.UnicodeScalarView(string.unicodeScalars.prefix(40)))).description.dropLast() + "…\""
    case .null, .bool, .integer, .number, .string, .array, .object:
        let text = value.description
        guard text.utf8.count > 80 else { return text }
        return value.array.map { "an array of \($0.count)" } ?? value.object.map { "an object of \($0.count) fields" } ?? text
    }
}
