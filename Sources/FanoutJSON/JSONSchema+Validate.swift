extension JSONSchema {
    /// How many violations are looked for.
    static let mostViolations = 5
    /// How many schemas may look at a value, and at what lies in it, one within the other.
    static let deepestValue = 256
    /// Schemas that are held against values in one look. No call's arguments need as many; a hostile schema could.
    static let mostSteps = 1_000_000

    /// In what ways a value does not fit, the first few; empty where it does.
    public func violations(of value: JSONValue) -> [JSONSchemaViolation] {
        var walk = Walk(self, limit: Self.mostViolations)
        walk.check(value, 0)
        guard let trouble = walk.trouble else { return walk.violations }
        return [JSONSchemaViolation(path: [], expected: "a value that can be checked, and \(trouble)", found: nil)]
    }

    /// One walk over a value beside its schema.
    struct Walk {
        let nodes: [Node]
        let rests: [Rest]
        let limit: Int
        /// How many schemas are being looked at, one within the other.
        var depth = 0
        var stepsLeft: Int
        /// Why nothing can be said of the value; then whatever was found counts for nothing.
        var trouble: String?
        var violations: [JSONSchemaViolation] = []

        init(_ schema: JSONSchema, limit: Int) {
            self.init(nodes: schema.nodes, rests: schema.rests, limit: limit, stepsLeft: JSONSchema.mostSteps)
        }

        init(nodes: [Node], rests: [Rest], limit: Int, stepsLeft: Int) {
            self.nodes = nodes
            self.rests = rests
            self.limit = limit
            self.stepsLeft = stepsLeft
        }

        mutating func fail(_ expected: String, _ found: JSONValue?, isChoice: Bool = false) {
            guard violations.count < limit else { return }
            violations.append(JSONSchemaViolation(path: [], expected: expected, found: found.map(brief), isChoice: isChoice))
        }

        /// Whether there is leave to look at one schema more.
        mutating func isWithinBounds() -> Bool {
            stepsLeft -= 1
            if trouble == nil, stepsLeft <= 0 {
                trouble = "it takes more than \(JSONSchema.mostSteps) steps"
            } else if trouble == nil, depth >= JSONSchema.deepestValue {
                trouble = "it and its schema nest more than \(JSONSchema.deepestValue) deep"
            }
            return trouble == nil
        }

        /// Checks something inside the value. The path of what is found there is made on the way back, so that what fits costs nothing.
        mutating func descend(_ step: @autoclosure () -> JSONSchemaViolation.Step, _ check: (inout Walk) -> Void) {
            let before = violations.count
            check(&self)
            for index in before..<violations.count {
                violations[index].path.insert(step(), at: 0)
            }
        }

        mutating func check(_ value: JSONValue, _ place: Int) {
            guard violations.count < limit else { return }
            guard isWithinBounds() else { return }
            if nodes[place].refusesAll {
                return fail("nothing here", value)
            }
            let kind = value.kind
            guard nodes[place].types.contains(kind) else {
                return fail(nodes[place].types.description, value)
            }
            guard !nodes[place].looks.isDisjoint(with: kind) else { return }
            depth += 1
            defer { depth -= 1 }
            let before = violations.count
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
            if let rest = nodes[place].rest {
                check(rest: value, rests[rest])
                // What is evaluated is known only of what fits so far.
                if violations.count == before {
                    checkUnevaluated(value, place, rests[rest])
                }
            }
        }

        mutating func check(number: Double, _ value: JSONValue, _ rule: NumberRule) {
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

        mutating func check(string: String, _ value: JSONValue, _ rule: StringRule) {
            if rule.minLength != nil || rule.maxLength != nil {
                let length = string.unicodeScalars.count
                if let least = rule.minLength, length < least {
                    fail("at least \(least) character\(least == 1 ? "" : "s")", value)
                }
                if let most = rule.maxLength, length > most {
                    fail("at most \(most) character\(most == 1 ? "" : "s")", value)
                }
            }
            if let pattern = rule.pattern {
                switch pattern.matches(string) {
                case true?: break
                case false?: fail("a string like \(pattern.source)", value)
                case nil: trouble = "holding a string against \(pattern.source) takes too long"
                }
            }
        }

        mutating func check(array: [JSONValue], _ value: JSONValue, _ place: Int) {
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

        mutating func check(object: JSONObject, _ place: Int) {
            for name in nodes[place].object.required where object[name] == nil {
                let types = node(of: name, place).map { nodes[$0].types } ?? .any
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
            let known = node(of: name, place)
            let hasPatterns = !nodes[place].object.patterns.isEmpty
            guard known != nil || hasPatterns || nodes[place].object.additional != nil else { return }
            descend(.key(name)) { walk in
                var isKnown = false
                if let known {
                    isKnown = true
                    walk.check(value, known)
                }
                if hasPatterns {
                    for (pattern, inner) in walk.nodes[place].object.patterns where pattern.matches(name) == true {
                        isKnown = true
                        walk.check(value, inner)
                    }
                }
                if !isKnown, let additional = walk.nodes[place].object.additional {
                    walk.check(additional: value, additional, place)
                }
            }
        }

        /// The schema of a field; in place, because copying a rule costs more than looking it up.
        func node(of name: String, _ place: Int) -> Int? {
            guard nodes[place].object.places.isEmpty else { return nodes[place].object.places[name] }
            for property in nodes[place].object.properties.indices where nodes[place].object.properties[property].name == name {
                return nodes[place].object.properties[property].node
            }
            return nil
        }

        mutating func check(additional value: JSONValue, _ additional: Int, _ place: Int) {
            guard nodes[additional].refusesAll else { return check(value, additional) }
            let names = nodes[place].object.properties.map(\.name)
            fail(names.isEmpty ? "no such field" : "no such field (there are: \(names.joined(separator: ", ")))", value)
        }
    }
}

/// Without a fraction where there is none.
private func plain(_ number: Double) -> String {
    Int64(exactly: number).map(\.description) ?? number.description
}
