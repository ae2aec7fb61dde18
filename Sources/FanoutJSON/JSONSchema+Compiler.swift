extension JSONSchema {
    struct Compiler {
        /// A place is taken before its node is compiled, so that the root is the first.
        var nodes: [Node?] = []
        var hasDefaults = false
        var warnings: [String] = []

        /// Asserted by the specification, and not here.
        private static let unasserted: Set<String> = [
            "$ref", "$dynamicRef", "if", "dependentRequired", "dependentSchemas", "contains", "propertyNames", "unevaluatedProperties",
            "unevaluatedItems",
        ]

        mutating func compile(_ schema: JSONValue, at path: String, depth: Int) throws(JSONSchemaError) -> Int {
            guard depth <= JSONSchema.deepest else {
                throw JSONSchemaError(path: path, reason: "it nests more than \(JSONSchema.deepest) deep")
            }
            let place = nodes.count
            nodes.append(nil)
            var node = Node()
            switch schema {
            case .bool(let accepts):
                node.refusesAll = !accepts
            case .object(let object):
                var fields = Fields(object: object, path: path, depth: depth)
                try read(&fields, into: &node)
            case .null, .integer, .number, .string, .array:
                throw JSONSchemaError(path: path, reason: "a schema is an object or a boolean, not \(brief(schema))")
            }
            nodes[place] = node
            return place
        }

        private mutating func read(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            for key in fields.object.keys where Self.unasserted.contains(key) {
                warnings.append(fields.place(key) + " is not asserted")
            }
            node.types = try fields.types()
            if let choices = try fields.array("enum") {
                node.choices = choices.map(\.canonical)
            }
            if let const = fields.object["const"] {
                node.choices = [const.canonical]
            }
            if let fallback = fields.object["default"] {
                node.fallback = fallback
                hasDefaults = true
            }
            try readNumber(&fields, into: &node)
            try readString(&fields, into: &node)
            try readArray(&fields, into: &node)
            try readObject(&fields, into: &node)
            node.all = try compile(list: "allOf", fields)
            node.any = try compile(list: "anyOf", fields)
            node.one = try compile(list: "oneOf", fields)
            node.not = try compile("not", fields)
            if node.choices != nil || node.not != nil || !(node.all.isEmpty && node.any.isEmpty && node.one.isEmpty) {
                node.looks = .any
            }
        }

        private func readNumber(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            node.number.minimum = try fields.number("minimum")
            node.number.maximum = try fields.number("maximum")
            node.number.exclusiveMinimum = try fields.number("exclusiveMinimum")
            node.number.exclusiveMaximum = try fields.number("exclusiveMaximum")
            node.number.multipleOf = try fields.number("multipleOf")
            if let step = node.number.multipleOf, step <= 0 {
                throw JSONSchemaError(path: fields.place("multipleOf"), reason: "it must be more than 0")
            }
            if fields.hasRead {
                node.looks.formUnion(.number)
            }
        }

        private func readString(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            node.string.minLength = try fields.count("minLength")
            node.string.maxLength = try fields.count("maxLength")
            if let source = try fields.string("pattern") {
                node.string.pattern = try pattern(source, at: fields.place("pattern"))
            }
            if fields.hasRead {
                node.looks.formUnion(.string)
            }
        }

        private mutating func readArray(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            node.array.minItems = try fields.count("minItems")
            node.array.maxItems = try fields.count("maxItems")
            node.array.isUnique = try fields.bool("uniqueItems") ?? false
            node.array.prefix = try compile(list: "prefixItems", fields)
            node.array.items = try compile("items", fields)
            if fields.hasRead || fields.object["items"] != nil || fields.object["prefixItems"] != nil {
                node.looks.formUnion(.array)
            }
        }

        private mutating func readObject(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            for (name, schema) in try fields.object("properties") ?? [:] {
                let inner = try compile(schema, at: fields.place("properties") + "/" + pointer(name), depth: fields.depth + 1)
                node.object.properties.append((name, inner))
            }
            if node.object.properties.count > 8 {
                node.object.places = Dictionary(uniqueKeysWithValues: node.object.properties.map { ($0.name, $0.node) })
            }
            for (source, schema) in try fields.object("patternProperties") ?? [:] {
                let path = fields.place("patternProperties") + "/" + pointer(source)
                node.object.patterns.append((try pattern(source, at: path), try compile(schema, at: path, depth: fields.depth + 1)))
            }
            for (index, name) in (try fields.array("required") ?? []).enumerated() {
                guard let name = name.string else {
                    throw JSONSchemaError(path: fields.place("required") + "/\(index)", reason: "a name is a string, not \(brief(name))")
                }
                node.object.required.append(name)
            }
            node.object.minProperties = try fields.count("minProperties")
            node.object.maxProperties = try fields.count("maxProperties")
            node.object.additional = try compile("additionalProperties", fields)
            if fields.hasRead || node.object.additional != nil {
                node.looks.formUnion(.object)
            }
        }

        private mutating func compile(_ key: String, _ fields: Fields) throws(JSONSchemaError) -> Int? {
            guard let schema = fields.object[key] else { return nil }
            return try compile(schema, at: fields.place(key), depth: fields.depth + 1)
        }

        private mutating func compile(list key: String, _ fields: Fields) throws(JSONSchemaError) -> [Int] {
            var fields = fields
            var places: [Int] = []
            for (index, schema) in (try fields.array(key) ?? []).enumerated() {
                places.append(try compile(schema, at: fields.place(key) + "/\(index)", depth: fields.depth + 1))
            }
            if places.isEmpty, fields.object[key] != nil, key != "prefixItems" {
                throw JSONSchemaError(path: fields.place(key), reason: "it must hold at least one schema")
            }
            return places
        }

        private func pattern(_ source: String, at path: String) throws(JSONSchemaError) -> JSONSchemaPattern {
            guard let pattern = JSONSchemaPattern(source) else {
                throw JSONSchemaError(path: path, reason: "\(brief(.string(source))) is not a regular expression that can be compiled")
            }
            return pattern
        }

        private func pointer(_ key: String) -> String {
            key.split(separator: "~", omittingEmptySubsequences: false).joined(separator: "~0")
                .split(separator: "/", omittingEmptySubsequences: false).joined(separator: "~1")
        }
    }

    /// The keywords of one schema, read with their places.
    struct Fields {
        let object: JSONObject
        let path: String
        let depth: Int
        private var reads = 0

        init(object: JSONObject, path: String, depth: Int) {
            self.object = object
            self.path = path
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
