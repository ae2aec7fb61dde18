// Choices, and schemas made of others.
extension JSONSchema.Walk {
    mutating func check(choices value: JSONValue, _ place: Int) {
        guard let choices = nodes[place].choices, !choices.contains(value.canonical) else { return }
        let names = choices.prefix(12).map(brief).joined(separator: ", ")
        fail(choices.count == 1 ? names : "one of \(names)\(choices.count > 12 ? ", …" : "")", value, isChoice: true)
    }

    mutating func check(combined value: JSONValue, _ place: Int) {
        if let target = nodes[place].target {
            check(value, target)
        }
        for inner in nodes[place].all {
            check(value, inner)
        }
        if !nodes[place].any.isEmpty {
            let failures = attempts(value, nodes[place].any)
            if failures.count == nodes[place].any.count {
                fail(anyOf: failures, value)
            }
        }
        if !nodes[place].one.isEmpty {
            let failures = attempts(value, nodes[place].one, all: true)
            if failures.count == nodes[place].one.count {
                fail(anyOf: failures, value)
            } else if failures.count < nodes[place].one.count - 1 {
                fail("exactly one of \(nodes[place].one.count) shapes, and several fit", value)
            }
        }
        if let not = nodes[place].not, fits(value, not) {
            fail("something else", value)
        }
    }

    /// What is wrong with the value for each of the schemas that it does not fit. Unless `all` are wanted, it stops at the first that fits.
    private mutating func attempts(_ value: JSONValue, _ places: [Int], all: Bool = false) -> [[JSONSchemaViolation]] {
        var failures: [[JSONSchemaViolation]] = []
        for place in places {
            let violations = attempt(value, place, limit: limit)
            if !violations.isEmpty {
                failures.append(violations)
            } else if !all {
                break
            }
        }
        return failures
    }

    mutating func fits(_ value: JSONValue, _ place: Int) -> Bool { attempt(value, place, limit: 1).isEmpty }

    /// What is wrong with the value for a schema, kept apart from what is wrong with it for the whole.
    mutating func attempt(_ value: JSONValue, _ place: Int, limit: Int) -> [JSONSchemaViolation] {
        var walk = JSONSchema.Walk(nodes: nodes, rests: rests, limit: limit, stepsLeft: stepsLeft)
        walk.depth = depth
        walk.check(value, place)
        stepsLeft = walk.stepsLeft
        trouble = trouble ?? walk.trouble
        return walk.violations
    }

    /// Tells what is wrong for the nearest of several shapes; where the value is of none's kind, the kinds.
    private mutating func fail(anyOf failures: [[JSONSchemaViolation]], _ value: JSONValue) {
        guard violations.count < limit, let nearest = failures.min(by: { distance($0) < distance($1) }) else { return }
        guard distance(nearest).0 < 2 else {
            var expected: [String] = []
            for failure in failures.compactMap(\.first) where !expected.contains(failure.expected) {
                expected.append(failure.expected)
            }
            return fail(expected.joined(separator: ", or "), value)
        }
        violations += nearest.prefix(limit - violations.count)
    }

    /// How far a value is from a shape: of another kind, or marked as another shape by the value of a field; then by what is wrong inside.
    private func distance(_ violations: [JSONSchemaViolation]) -> (Int, Int, Int) {
        let isOtherKind = violations.contains { $0.path.isEmpty }
        let isMarked = violations.contains { $0.isChoice && $0.path.count == 1 }
        return (isOtherKind ? 2 : isMarked ? 1 : 0, violations.count, -(violations.map(\.path.count).max() ?? 0))
    }
}
