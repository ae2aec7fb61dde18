/// What a type has asked a decoder for.
///
/// A class, because containers add to it as long as they like.
final class ProbedShape {
    struct Field {
        var name: String
        var shape = ProbedShape()
        var isRequired = true
    }

    /// Where it was found at once.
    var schema: JSONValue?
    var takesNull = false
    private var fields: [Field] = []
    /// What stands under keys that are not known before.
    private var others: ProbedShape?
    private var items: [ProbedShape] = []
    private var isArray = false
    /// Whether it was asked if more items come: then there may be any number.
    var isOfAnyLength = false

    func becomeArray() { isArray = true }

    func field(_ name: String) -> ProbedShape { fields[place(of: name)].shape }

    func relax(_ name: String) { fields[place(of: name)].isRequired = false }

    func other() -> ProbedShape {
        let shape = others ?? ProbedShape()
        others = shape
        return shape
    }

    func item() -> ProbedShape {
        items.append(ProbedShape())
        return items[items.count - 1]
    }

    private func place(of name: String) -> Int {
        if let place = fields.firstIndex(where: { $0.name == name }) {
            return place
        }
        fields.append(Field(name: name))
        return fields.count - 1
    }

    struct Fault: Error {
        var reason: String
    }

    /// - Parameter descriptions: By the names of fields.
    func schema(describing descriptions: [String: String] = [:]) throws(Fault) -> JSONValue {
        if let stray = descriptions.keys.sorted().first(where: { name in !fields.contains { $0.name == name } }) {
            throw Fault(reason: "its fieldDescriptions name \(stray), and it has no such field")
        }
        let found = try plainSchema(descriptions)
        return takesNull ? found.orNull : found
    }

    private func plainSchema(_ descriptions: [String: String]) throws(Fault) -> JSONValue {
        if let schema {
            return schema
        }
        if isArray {
            return try arraySchema()
        }
        var properties = JSONObject()
        for field in fields {
            var schema = try field.shape.schema()
            if case .object(var object) = schema, let description = descriptions[field.name] {
                object["description"] = .string(description)
                schema = .object(object)
            }
            properties[field.name] = schema
        }
        var object: JSONObject = ["type": "object"]
        if others == nil || !fields.isEmpty {
            object["properties"] = .object(properties)
        }
        let required = fields.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty {
            object["required"] = .array(required)
        }
        object["additionalProperties"] = try others?.schema() ?? false
        return .object(object)
    }

    private func arraySchema() throws(Fault) -> JSONValue {
        var schemas: [JSONValue] = []
        for item in items {
            schemas.append(try item.schema())
        }
        if isOfAnyLength {
            return ["type": "array", "items": schemas.first ?? [:]]
        }
        let count = JSONValue.integer(Int64(schemas.count))
        return ["type": "array", "prefixItems": .array(schemas), "minItems": count, "maxItems": count]
    }
}

extension JSONValue {
    /// A schema that takes null beside what this one takes.
    var orNull: JSONValue {
        guard case .object(var object) = self, !object.isEmpty else { return self }
        if case .array(let kinds)? = object["type"], kinds.contains("null") {
            return self
        }
        guard let kind = object["type"], kind.string != nil else {
            return ["anyOf": [self, ["type": "null"]]]
        }
        object["type"] = [kind, "null"]
        if case .array(let choices)? = object["enum"] {
            object["enum"] = .array(choices + [.null])
        }
        return .object(object)
    }
}
