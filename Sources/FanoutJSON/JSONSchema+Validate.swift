extension JSONSchema {
    /// How many violations are looked for.
    static let mostViolations = 5
    /// How deep a value is followed. Deeper ones do not fit.
    static let deepestValue = 512

    /// In what ways a value does not fit, the first few; empty where it does.
    public func violations(of value: JSONValue) -> [JSONSchemaViolation] {
        var walk = Walk(nodes: nodes, limit: Self.mostViolations)
        walk.check(value, 0)
        return walk.violations
    }

    /// The value with defaults filled in where nothing stands. Defaults come from `properties`, `items`, `prefixItems` and `allOf`.
    public func fillingDefaults(in value: JSONValue) -> JSONValue {
        hasDefaults ? filled(value, 0, depth: 0) : value
    }

    private func filled(_ value: JSONValue, _ place: Int, depth: Int) -> JSONValue {
        guard depth < Self.deepestValue else { return value }
        let node = nodes[place]
        var value = value
        switch value {
        case .object(var object):
            for (name, inner) in node.object.properties {
                if let field = object[name] {
                    object[name] = filled(field, inner, depth: depth + 1)
                } else if let fallback = nodes[inner].fallback {
                    object[name] = fallback
                }
            }
            value = .object(object)
        case .array(let array):
            if node.array.items != nil || !node.array.prefix.isEmpty {
                value = .array(
                    array.enumerated().map { index, item in
                        let inner = index < node.array.prefix.count ? node.array.prefix[index] : node.array.items
                        return inner.map { filled(item, $0, depth: depth + 1) } ?? item
                    })
            }
        case .null, .bool, .integer, .number, .string:
            break
        }
        for inner in node.all {
            value = filled(value, inner, depth: depth + 1)
        }
        return value
    }

    /// One walk over a value beside its schema.
    private struct Walk {
        let nodes: [Node]
        let limit: Int
        /// How many steps the value lies below the whole.
        var depth = 0
        var violations: [JSONSchemaViolation] = []

        init(nodes: [Node], limit: Int) {
            self.nodes = nodes
            self.limit = limit
        }

        mutating func fail(_ expected: String, _ found: JSONValue?) {
            guard violations.count < limit else { return }
            violations.append(JSONSchemaViolation(path: [], expected: expected, found: found.map(brief)))
        }

        /// Checks something inside the value. The path of what is found there is made on the way back, so that what fits costs nothing.
        private mutating func descend(_ step: @autoclosure () -> JSONSchemaViolation.Step, _ check: (inout Walk) -> Void) {
            let before = violations.count
            depth += 1
            check(&self)
            depth -= 1
            for index in before..<violations.count {
                violations[index].path.insert(step(), at: 0)
            }
        }

        mutating func check(_ value: JSONValue, _ place: Int) {
            guard violations.count < limit else { return }
            guard depth < JSONSchema.deepestValue else {
                return fail("no more than \(JSONSchema.deepestValue) levels", nil)
            }
            if nodes[place].refusesAll {
                return fail("nothing here", value)
            }
            let kind = value.kind
            guard nodes[place].types.contains(kind) else {
                return fail(nodes[place].types.description, value)
            }
            guard !nodes[place].looks.isDisjoint(with: kind) else { return }
            switch value {
            case .integer(let integer): check(number: Double(integer), value, nodes[place].number)
            case .number(let number): check(number: number, value, nodes[place].number)
            case .string(let string): check(string: string, value, nodes[place].string)
            case .array(let array): check(array: array, value, place)
            case .object(let object): check(object: object, place)
            case .null, .bool: break
            }
            check(choices: value, place)
            check(combined: value, place)
        }

        private mutating func check(number: Double, _ value: JSONValue, _ rule: NumberRule) {
            if let minimum = rule.minimum, number < minimum {
                fail("at least \(plain(minimum))", value)
            }
            if let maximum = rule.maximum, number > maximum {
                fail("at most \(plain(maximum))", value)
            }
            if let minimum = rule.exclusiveMinimum, number <= minimum {
                fail("more than \(plain(minimum))", value)
            }
            if let maximum = rule.exclusiveMaximum, number >= maximum {
                fail("less than \(plain(maximum))", value)
            }
            if let step = rule.multipleOf, !isMultiple(number, of: step) {
                fail("a multiple of \(plain(step))", value)
            }
        }

        /// Exact where the remainder is; else to within a rounding of the quotient, so that 0.3 is a multiple of 0.1.
        private func isMultiple(_ number: Double, of step: Double) -> Bool {
            let rest = number.truncatingRemainder(dividingBy: step)
            if rest == 0 {
                return true
            }
            let slack = (number / step).ulp * step * 2
            return min(rest.magnitude, step - rest.magnitude) <= slack
        }

        private mutating func check(string: String, _ value: JSONValue, _ rule: StringRule) {
            if rule.minLength != nil || rule.maxLength != nil {
                let length = string.unicodeScalars.count
                if let least = rule.minLength, length < least {
                    fail("at least \(least) character\(least == 1 ? "" : "s")", value)
                }
                if let most = rule.maxLength, length > most {
                    fail("at most \(most) character\(most == 1 ? "" : "s")", value)
                }
            }
            if let pattern = rule.pattern, !pattern.matches(string) {
                fail("a string like \(pattern.source)", value)
            }
        }

        private mutating func check(array: [JSONValue], _ value: JSONValue, _ place: Int) {
            let rule = nodes[place].array
            if let least = rule.minItems, array.count < least {
                fail("at least \(least) item\(least == 1 ? "" : "s")", value)
            }
            if let most = rule.maxItems, array.count > most {
                fail("at most \(most) item\(most == 1 ? "" : "s")", value)
            }
            if rule.isUnique, array.count > 1, Set(array.map(\.canonical)).count < array.count {
                fail("items that differ", value)
            }
            guard rule.items != nil || !rule.prefix.isEmpty else { return }
            for (index, item) in array.enumerated() {
                guard violations.count < limit, let inner = index < rule.prefix.count ? rule.prefix[index] : rule.items else { return }
                descend(.index(index)) { $0.check(item, inner) }
            }
        }

        private mutating func check(object: JSONObject, _ place: Int) {
            for name in nodes[place].object.required where object[name] == nil {
                let types = nodes[place].object.node(of: name).map { nodes[$0].types } ?? .any
                descend(.key(name)) { $0.fail(types == .any ? "something, it is required" : types.description + ", it is required", nil) }
            }
            if let least = nodes[place].object.minProperties, object.count < least {
                fail("at least \(least) field\(least == 1 ? "" : "s")", .object(object))
            }
            if let most = nodes[place].object.maxProperties, object.count > most {
                fail("at most \(most) field\(most == 1 ? "" : "s")", .object(object))
            }
            for (name, value) in object.fields {
                check(field: name, value, place)
            }
        }

        private mutating func check(field name: String, _ value: JSONValue, _ place: Int) {
            let known = nodes[place].object.node(of: name)
            let hasPatterns = !nodes[place].object.patterns.isEmpty
            guard known != nil || hasPatterns || nodes[place].object.additional != nil else { return }
            descend(.key(name)) { walk in
                var isKnown = false
                if let known {
                    isKnown = true
                    walk.check(value, known)
                }
                if hasPatterns {
                    for (pattern, inner) in walk.nodes[place].object.patterns where pattern.matches(name) {
                        isKnown = true
                        walk.check(value, inner)
                    }
                }
                if !isKnown, let additional = walk.nodes[place].object.additional {
                    walk.check(additional: value, additional, place)
                }
            }
        }

        private mutating func check(additional value: JSONValue, _ additional: Int, _ place: Int) {
            guard nodes[additional].refusesAll else { return check(value, additional) }
            let names = nodes[place].object.properties.map(\.name)
            fail(names.isEmpty ? "no such field" : "no such field (there are: \(names.joined(separator: ", ")))", value)
        }

        private mutating func check(choices value: JSONValue, _ place: Int) {
            guard let choices = nodes[place].choices, !choices.contains(value.canonical) else { return }
            let names = choices.prefix(12).map(brief).joined(separator: ", ")
            fail(choices.count == 1 ? names : "one of \(names)\(choices.count > 12 ? ", …" : "")", value)
        }

        private mutating func check(combined value: JSONValue, _ place: Int) {
            for inner in nodes[place].all {
                check(value, inner)
            }
            if !nodes[place].any.isEmpty {
                let failures = attempts(value, nodes[place].any)
                if failures.count == nodes[place].any.count {
                    fail(anyOf: failures, value, places: nodes[place].any)
                }
            }
            if !nodes[place].one.isEmpty {
                let failures = attempts(value, nodes[place].one, all: true)
                if failures.count == nodes[place].one.count {
                    fail(anyOf: failures, value, places: nodes[place].one)
                } else if failures.count < nodes[place].one.count - 1 {
                    fail("exactly one of \(nodes[place].one.count) shapes, and several fit", value)
                }
            }
            if let not = nodes[place].not, attempts(value, [not]).isEmpty {
                fail("something else", value)
            }
        }

        /// The first violation of each of the schemas that do not fit. Unless `all` are wanted, it stops at the first that fits.
        private func attempts(_ value: JSONValue, _ places: [Int], all: Bool = false) -> [JSONSchemaViolation] {
            var failures: [JSONSchemaViolation] = []
            for place in places {
                var walk = Walk(nodes: nodes, limit: 1)
                walk.depth = depth
                walk.check(value, place)
                if let failure = walk.violations.first {
                    failures.append(failure)
                } else if !all {
                    break
                }
            }
            return failures
        }

        /// Where the value is of one shape's kind, what is wrong inside it says most; else the kinds do.
        private mutating func fail(anyOf failures: [JSONSchemaViolation], _ value: JSONValue, places: [Int]) {
            guard violations.count < limit else { return }
            if let deepest = failures.max(by: { $0.path.count < $1.path.count }), !deepest.path.isEmpty {
                return violations.append(deepest)
            }
            var expected: [String] = []
            for failure in failures where !expected.contains(failure.expected) {
                expected.append(failure.expected)
            }
            fail(expected.joined(separator: ", or "), value)
        }
    }
}

/// Without a fraction where there is none.
private func plain(_ number: Double) -> String {
    Int64(exactly: number).map(\.description) ?? number.description
}

extension JSONValue {
    /// Its kind, where 1.0 is a whole number.
    fileprivate var kind: JSONSchema.Types {
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
