// What few schemas say.
extension JSONSchema.Walk {
    mutating func check(rest value: JSONValue, _ rest: JSONSchema.Rest) {
        if let condition = rest.condition {
            if let next = fits(value, condition.test) ? condition.then : condition.otherwise {
                check(value, next)
            }
        }
        if let array = value.array, let contains = rest.contains {
            check(array, contains: contains, rest)
        }
        if let object = value.object {
            check(object, rest)
        }
    }

    private mutating func check(_ array: [JSONValue], contains place: Int, _ rest: JSONSchema.Rest) {
        var count = 0
        var like: JSONSchemaViolation?
        for item in array {
            if let violation = attempt(item, place, limit: 1).first {
                like = like ?? violation
            } else {
                count += 1
            }
        }
        let least = rest.minContains ?? 1
        if count < least {
            fail("at least \(least) item\(least == 1 ? "" : "s")" + (like.map { " like this: \($0.expected)" } ?? ""), .array(array))
        }
        if let most = rest.maxContains, count > most {
            fail("at most \(most) item\(most == 1 ? "" : "s") of a kind that \(count) are of", .array(array))
        }
    }

    private mutating func check(_ object: JSONObject, _ rest: JSONSchema.Rest) {
        if let names = rest.names {
            for (name, _) in object.fields {
                guard let violation = attempt(.string(name), names, limit: 1).first else { continue }
                descend(.key(name)) { $0.fail("a field whose name is \(violation.expected)", nil) }
            }
        }
        for (name, others) in rest.dependentRequired where object[name] != nil {
            for other in others where object[other] == nil {
                descend(.key(other)) { $0.fail("something, it is required beside \(name)", nil) }
            }
        }
        for (name, place) in rest.dependentSchemas where object[name] != nil {
            check(.object(object), place)
        }
    }
}

// What no other keyword has looked at (JSON Schema 2020-12, Core, section 11).
extension JSONSchema.Walk {
    /// The fields and items of one value that keywords beside have looked at, where the value fits them.
    private struct Evaluated {
        var hasAllFields = false
        var fields: Set<String> = []
        var hasAllItems = false
        /// So many from the first on.
        var items = 0
        var contained: Set<Int> = []
    }

    mutating func checkUnevaluated(_ value: JSONValue, _ place: Int, _ rest: JSONSchema.Rest) {
        guard rest.unevaluatedProperties != nil || rest.unevaluatedItems != nil else { return }
        var evaluated = Evaluated()
        collect(value, place, isInner: false, &evaluated)
        if let object = value.object, let inner = rest.unevaluatedProperties, !evaluated.hasAllFields {
            for (name, value) in object.fields where !evaluated.fields.contains(name) {
                descend(.key(name)) { walk in
                    if walk.nodes[inner].refusesAll {
                        walk.fail("no such field", value)
                    } else {
                        walk.check(value, inner)
                    }
                }
            }
        }
        if let array = value.array, let inner = rest.unevaluatedItems, !evaluated.hasAllItems {
            for (index, item) in array.enumerated() where index >= evaluated.items && !evaluated.contained.contains(index) {
                descend(.index(index)) { $0.check(item, inner) }
            }
        }
    }

    /// - Parameter isInner: Whether the schema's own unevaluated keywords have had their turn.
    private mutating func collect(_ value: JSONValue, _ place: Int, isInner: Bool, _ evaluated: inout Evaluated) {
        guard isWithinBounds() else { return }
        depth += 1
        defer { depth -= 1 }
        let node = nodes[place]
        let rest = node.rest.map { rests[$0] }
        if let object = value.object {
            evaluated.hasAllFields =
                evaluated.hasAllFields || node.object.additional != nil || (isInner && rest?.unevaluatedProperties != nil)
            for (name, _) in object.fields
            where self.node(of: name, place) != nil || node.object.patterns.contains(where: { $0.pattern.matches(name) == true }) {
                evaluated.fields.insert(name)
            }
            for (name, inner) in rest?.dependentSchemas ?? [] where object[name] != nil {
                collect(value, inner, isInner: true, &evaluated)
            }
        }
        if let array = value.array {
            evaluated.hasAllItems = evaluated.hasAllItems || node.array.items != nil || (isInner && rest?.unevaluatedItems != nil)
            evaluated.items = max(evaluated.items, node.array.prefix.count)
            if let contains = rest?.contains {
                for (index, item) in array.enumerated() where fits(item, contains) {
                    evaluated.contained.insert(index)
                }
            }
        }
        for inner in node.all + [node.target].compactMap(\.self) {
            collect(value, inner, isInner: true, &evaluated)
        }
        for inner in node.any + node.one where fits(value, inner) {
            collect(value, inner, isInner: true, &evaluated)
        }
        if let condition = rest?.condition {
            let holds = fits(value, condition.test)
            if holds {
                collect(value, condition.test, isInner: true, &evaluated)
            }
            if let next = holds ? condition.then : condition.otherwise {
                collect(value, next, isInner: true, &evaluated)
            }
        }
    }
}
