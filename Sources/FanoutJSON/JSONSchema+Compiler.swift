extension JSONSchema {
    /// Makes nodes of a schema: one for each schema within it that is reached.
    struct Compiler {
        /// A place is taken before its node is compiled, so that the root is the first, and a schema may refer to one it stands in.
        var nodes: [Node?] = []
        var rests: [Rest] = []
        var hasDefaults = false
        var warnings: [String] = []
        private let document: Document
        /// The node of each schema that is compiled or waits for it, by its JSON Pointer.
        private var places: [String: Int] = [:]
        /// Where each node's schema stands.
        private var paths: [String] = []
        /// What references lead to that is not compiled yet.
        private var waiting: [Document.Found] = []

        init(_ schema: JSONValue) {
            document = Document(schema)
        }

        mutating func compileAll() throws(JSONSchemaError) {
            _ = try compile(document.root, at: "", base: "", depth: 0)
            while let found = waiting.popLast() {
                _ = try compile(found.schema, at: found.path, base: found.base, depth: 0, isWaitedFor: true)
            }
            try refuseCircles()
        }

        /// - Parameters:
        ///   - base: The URI that references in it are relative to, unless it names its own.
        ///   - isWaitedFor: Whether its place was taken by a reference.
        private mutating func compile(_ schema: JSONValue, at path: String, base: String, depth: Int, isWaitedFor: Bool = false)
            throws(JSONSchemaError) -> Int
        {
            guard depth <= JSONSchema.deepest else {
                throw JSONSchemaError(path: path, reason: "it nests more than \(JSONSchema.deepest) deep")
            }
            let known = places[path]
            if let known, !isWaitedFor {
                return known
            }
            let place = known ?? take(path)
            var node = Node()
            switch schema {
            case .bool(let accepts):
                node.refusesAll = !accepts
            case .object(let object):
                var fields = Fields(object: object, path: path, base: Document.base(of: object, in: base), depth: depth)
                try read(&fields, into: &node)
            case .null, .integer, .number, .string, .array:
                throw JSONSchemaError(path: path, reason: "a schema is an object or a boolean, not \(brief(schema))")
            }
            nodes[place] = node
            return place
        }

        private mutating func take(_ path: String) -> Int {
            let place = nodes.count
            nodes.append(nil)
            paths.append(path)
            places[path] = place
            return place
        }

        private mutating func read(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
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
            let dynamic = try target("$dynamicRef", fields)
            node.target = try target("$ref", fields)
            if node.target == nil {
                node.target = dynamic
            } else if let dynamic {
                node.all.append(dynamic)
            }
            if node.choices != nil || node.not != nil || node.target != nil
                || !(node.all.isEmpty && node.any.isEmpty && node.one.isEmpty)
            {
                node.looks = .any
            }
            try readRest(&fields, into: &node)
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

        private mutating func readString(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            node.string.minLength = try fields.count("minLength")
            node.string.maxLength = try fields.count("maxLength")
            if let source = try fields.string("pattern") {
                do throws(JSONSchemaPatternError) {
                    node.string.pattern = try JSONSchemaPattern(source)
                } catch {
                    switch error {
                    case .unsupported(let what): warnings.append("\(fields.place("pattern")) is not asserted: it holds \(what)")
                    case .malformed(let reason): throw Self.malformed(source, reason, at: fields.place("pattern"))
                    }
                }
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
                let inner = try compile(schema, fields, "properties/" + JSONPointer.escaped(name))
                node.object.properties.append((name, inner))
            }
            if node.object.properties.count > 8 {
                node.object.places = Dictionary(uniqueKeysWithValues: node.object.properties.map { ($0.name, $0.node) })
            }
            for (source, schema) in try fields.object("patternProperties") ?? [:] {
                let key = "patternProperties/" + JSONPointer.escaped(source)
                do throws(JSONSchemaPatternError) {
                    node.object.patterns.append((try JSONSchemaPattern(source), -1))
                } catch {
                    switch error {
                    case .unsupported(let what):
                        // Not asserted, the names that it fits would count as fields that there are not.
                        throw JSONSchemaError(path: fields.place(key), reason: "\(what) is not understood; write the pattern without it")
                    case .malformed(let reason): throw Self.malformed(source, reason, at: fields.place(key))
                    }
                }
                node.object.patterns[node.object.patterns.count - 1].node = try compile(schema, fields, key)
            }
            let required = try fields.array("required") ?? []
            node.object.required = try names("required", required, fields)
            node.object.minProperties = try fields.count("minProperties")
            node.object.maxProperties = try fields.count("maxProperties")
            node.object.additional = try compile("additionalProperties", fields)
            if fields.hasRead || node.object.additional != nil {
                node.looks.formUnion(.object)
            }
        }

        private mutating func readRest(_ fields: inout Fields, into node: inout Node) throws(JSONSchemaError) {
            var rest = Rest()
            if let test = try compile("if", fields) {
                rest.condition = Condition(test: test, then: try compile("then", fields), otherwise: try compile("else", fields))
            }
            rest.contains = try compile("contains", fields)
            rest.minContains = try fields.count("minContains")
            rest.maxContains = try fields.count("maxContains")
            rest.names = try compile("propertyNames", fields)
            for (name, others) in try fields.object("dependentRequired") ?? [:] {
                let key = "dependentRequired/" + JSONPointer.escaped(name)
                guard let others = others.array else {
                    throw JSONSchemaError(path: fields.place(key), reason: "it must be an array, not \(brief(others))")
                }
                rest.dependentRequired.append((name, try names(key, others, fields)))
            }
            for (name, schema) in try fields.object("dependentSchemas") ?? [:] {
                rest.dependentSchemas.append((name, try compile(schema, fields, "dependentSchemas/" + JSONPointer.escaped(name))))
            }
            rest.unevaluatedProperties = try compile("unevaluatedProperties", fields)
            rest.unevaluatedItems = try compile("unevaluatedItems", fields)
            var looks = Types([])
            if rest.condition != nil { looks = .any }
            if rest.contains != nil || rest.unevaluatedItems != nil { looks.insert(.array) }
            if rest.names != nil || rest.unevaluatedProperties != nil || !(rest.dependentRequired.isEmpty && rest.dependentSchemas.isEmpty)
            {
                looks.insert(.object)
            }
            guard !looks.isEmpty else { return }
            node.looks.formUnion(looks)
            node.rest = rests.count
            rests.append(rest)
        }

        private mutating func compile(_ schema: JSONValue, _ fields: Fields, _ key: String) throws(JSONSchemaError) -> Int {
            try compile(schema, at: fields.place(key), base: fields.base, depth: fields.depth + 1)
        }

        private mutating func compile(_ key: String, _ fields: Fields) throws(JSONSchemaError) -> Int? {
            guard let schema = fields.object[key] else { return nil }
            return try compile(schema, fields, key)
        }

        private mutating func compile(list key: String, _ fields: Fields) throws(JSONSchemaError) -> [Int] {
            var fields = fields
            var places: [Int] = []
            for (index, schema) in (try fields.array(key) ?? []).enumerated() {
                places.append(try compile(schema, fields, "\(key)/\(index)"))
            }
            if places.isEmpty, fields.object[key] != nil, key != "prefixItems" {
                throw JSONSchemaError(path: fields.place(key), reason: "it must hold at least one schema")
            }
            return places
        }

        private func names(_ key: String, _ values: [JSONValue], _ fields: Fields) throws(JSONSchemaError) -> [String] {
            var names: [String] = []
            for (index, name) in values.enumerated() {
                guard let name = name.string else {
                    throw JSONSchemaError(path: fields.place(key) + "/\(index)", reason: "a name is a string, not \(brief(name))")
                }
                names.append(name)
            }
            return names
        }

        private static func malformed(_ source: String, _ reason: String, at path: String) -> JSONSchemaError {
            JSONSchemaError(path: path, reason: "\(brief(.string(source))) is not a regular expression: \(reason)")
        }
    }
}

// References.
extension JSONSchema.Compiler {
    /// The node that a reference leads to, whether it is compiled or not.
    private mutating func target(_ key: String, _ fields: JSONSchema.Fields) throws(JSONSchemaError) -> Int? {
        var fields = fields
        guard let reference = try fields.string(key) else { return nil }
        let found: JSONSchema.Document.Found
        do throws(JSONSchema.Document.Unresolved) {
            found = try document.resolve(reference, base: fields.base)
        } catch {
            throw JSONSchemaError(path: fields.place(key), reason: error.reason)
        }
        if key == "$dynamicRef", document.isAmbiguous(dynamic: reference) {
            warnings.append("\(fields.place(key)) is followed to its first target: \(brief(.string(reference))) has several")
        }
        if let place = places[found.path] { return place }
        waiting.append(found)
        return take(found.path)
    }

    /// A schema that leads to itself without going into the value would never be done with it.
    private func refuseCircles() throws(JSONSchemaError) {
        enum Mark { case under, done }
        var marks: [Int: Mark] = [:]
        for start in nodes.indices where marks[start] == nil {
            var trail: [(node: Int, others: [Int])] = [(start, nodes[start]?.beside(rests) ?? [])]
            marks[start] = .under
            while let (node, others) = trail.last {
                guard let next = others.first else {
                    marks[node] = .done
                    trail.removeLast()
                    continue
                }
                trail[trail.count - 1].others.removeFirst()
                switch marks[next] {
                case .done: continue
                case .under:
                    let way = node == next ? "" : " by way of \(paths[node].isEmpty ? "the whole" : paths[node])"
                    throw JSONSchemaError(path: paths[next], reason: "it leads back to itself\(way), for the same value")
                case nil:
                    marks[next] = .under
                    trail.append((next, nodes[next]?.beside(rests) ?? []))
                }
            }
        }
    }
}
