extension JSONSchema {
    /// The value with defaults filled in where nothing stands. Defaults come from `properties`, `items`, `prefixItems`, `allOf` and what
    /// `$ref` leads to.
    public func fillingDefaults(in value: JSONValue) -> JSONValue {
        guard hasDefaults else { return value }
        var stepsLeft = Self.mostSteps
        return filled(value, 0, depth: 0, &stepsLeft)
    }

    private func filled(_ value: JSONValue, _ place: Int, depth: Int, _ stepsLeft: inout Int) -> JSONValue {
        stepsLeft -= 1
        guard depth < Self.deepestValue, stepsLeft > 0 else { return value }
        let node = nodes[place]
        var value = value
        switch value {
        case .object(var object):
            for (name, inner) in node.object.properties {
                if let field = object[name] {
                    object[name] = filled(field, inner, depth: depth + 1, &stepsLeft)
                } else if let fallback = fallback(of: inner) {
                    object[name] = fallback
                }
            }
            value = .object(object)
        case .array(var array):
            guard node.array.items != nil || !node.array.prefix.isEmpty else { break }
            for index in array.indices {
                if let inner = index < node.array.prefix.count ? node.array.prefix[index] : node.array.items {
                    array[index] = filled(array[index], inner, depth: depth + 1, &stepsLeft)
                }
            }
            value = .array(array)
        case .null, .bool, .integer, .number, .string:
            break
        }
        for inner in node.all {
            value = filled(value, inner, depth: depth + 1, &stepsLeft)
        }
        return node.target.map { filled(value, $0, depth: depth + 1, &stepsLeft) } ?? value
    }

    /// Its own default, or that of what it refers to. References do not go round in circles.
    private func fallback(of place: Int) -> JSONValue? {
        var place = place
        while nodes[place].fallback == nil, let target = nodes[place].target {
            place = target
        }
        return nodes[place].fallback
    }
}
