/// Finds the schema of a type: decodes samples of it, and remembers what was asked for.
///
/// A class, because the decoders of one probe share what is known of types. It lives as long as one look.
final class SchemaProbe {
    /// How deep a type may contain itself before it is seen that there is no end.
    private static let deepest = 64

    private struct Known {
        var schema: JSONValue
        var value: Any
    }

    /// What was found of each type, with a value of it.
    private var known: [ObjectIdentifier: Known] = [:]
    /// The types that are being looked at, from the outermost.
    private var open: [ObjectIdentifier] = []
    /// Types that contain themselves, and their names among the definitions; the outermost has none.
    private var recursive: [ObjectIdentifier: String] = [:]
    private var definitions = JSONObject()

    func schema<T: Decodable>(of type: T.Type) throws -> JSONValue {
        if let given = (type as? any SchemaDescribed.Type)?.schema {
            return given
        }
        let schema = try look(type, at: [], sample: 0).schema
        guard !definitions.isEmpty, case .object(var object) = schema else { return schema }
        object["$defs"] = .object(definitions)
        return .object(object)
    }

    /// The schema of a type, and a value of it for whoever asked.
    ///
    /// - Parameter sample: Which sample a plain value is.
    func look<T: Decodable>(_ type: T.Type, at path: [any CodingKey], sample: Int) throws -> (schema: JSONValue, value: T) {
        if let scalar = type as? any JSONScalar.Type, let value = scalar.sample(sample) as? T {
            return (scalar.schema, value)
        }
        if let optional = type as? any OptionalType.Type, let (schema, value) = try optional.look(self, at: path) as? (JSONValue, T) {
            return (schema, value)
        }
        if let value = JSONValue.null as? T {
            return ([:], value)
        }
        let id = ObjectIdentifier(type)
        if let before = known[id], let value = before.value as? T {
            return (before.schema, value)
        }
        if let place = open.firstIndex(of: id) {
            let name = recursive[id] ?? (place == 0 ? "" : definitionName(of: type))
            recursive[id] = name
            return (Self.reference(to: name), try smallest(type, at: path, depth: 0))
        }
        open.append(id)
        defer { open.removeLast() }
        var (schema, value) = try find(type, at: path)
        if let name = recursive[id], !name.isEmpty {
            definitions[name] = schema
            schema = Self.reference(to: name)
        }
        known[id] = Known(schema: schema, value: value)
        return (schema, value)
    }

    private func find<T: Decodable>(_ type: T.Type, at path: [any CodingKey]) throws -> (schema: JSONValue, value: T) {
        if let given = (type as? any SchemaDescribed.Type)?.schema {
            return (given, try example(of: type, given, at: path))
        }
        if let objection = PrivatelyCoded.objection(to: type) {
            throw UndescribableType(path: path.jsonPath, type: "\(type)", reason: objection)
        }
        if let (schema, value) = try choices(type, at: path) {
            return (schema, value)
        }
        var shape = ProbedShape()
        let value = try trying(type, at: path) { sample in
            shape = ProbedShape()
            return try T(from: ProbingDecoder(probe: self, shape: shape, codingPath: path, sample: sample, depth: nil))
        }
        let descriptions = (type as? any SchemaDescribed.Type)?.fieldDescriptions ?? [:]
        do {
            return (try shape.schema(describing: descriptions), value)
        } catch {
            throw UndescribableType(path: path.jsonPath, type: "\(type)", reason: error.reason)
        }
    }

    /// The first sample that a type takes.
    private func trying<T>(_ type: T.Type, at path: [any CodingKey], _ make: (Int) throws -> T) throws -> T {
        var first: (any Error)?
        for sample in String.samples.indices {
            do {
                return try make(sample)
            } catch let error as UndescribableType {
                throw error
            } catch {
                first = first ?? error
            }
        }
        let why = first.map { JSONMismatch($0).reason } ?? ""
        throw UndescribableType(
            path: path.jsonPath, type: "\(type)",
            reason: "it takes none of the samples by which its schema is found (\(why)); \(Self.remedy(for: type))")
    }

    private static func remedy(for type: Any.Type) -> String {
        type is any RawRepresentable.Type
            ? "let it be CaseIterable, or SchemaDescribed with a schema"
            : "give the schema yourself, or let \(type) be SchemaDescribed with a schema"
    }

    private func example<T: Decodable>(of type: T.Type, _ schema: JSONValue, at path: [any CodingKey]) throws -> T {
        let values = (schema["examples"]?.array ?? []) + (schema["enum"]?.array ?? [])
        for value in values {
            if let made = try? value.decode(as: type) {
                return made
            }
        }
        guard let made = try? smallest(type, at: path, depth: 0) else {
            throw UndescribableType(
                path: path.jsonPath, type: "\(type)",
                reason: "its own schema needs `examples` whose first it decodes, to find the schemas around it")
        }
        return made
    }

    /// The cases of an enum with raw values; nil for what is none.
    private func choices<T>(_ type: T.Type, at path: [any CodingKey]) throws -> (JSONValue, T)? {
        guard type is any RawRepresentable.Type, let iterable = type as? any CaseIterable.Type else { return nil }
        let cases = Self.cases(of: iterable)
        let raw = cases.compactMap { (($0 as? any RawRepresentable)?.rawValue as? any JSONScalar)?.json }
        guard let first = cases.first as? T, let kind = raw.first, raw.count == cases.count else { return nil }
        let name: JSONValue = kind.string != nil ? "string" : raw.allSatisfy { $0.integer != nil } ? "integer" : "number"
        return (["type": name, "enum": .array(raw)], first)
    }

    private static func cases<C: CaseIterable>(of type: C.Type) -> [Any] { Array(type.allCases) }

    /// A value of a type that asks for as little as can be: no items, nothing optional.
    func smallest<T: Decodable>(_ type: T.Type, at path: [any CodingKey], depth: Int) throws -> T {
        guard depth < Self.deepest else {
            throw UndescribableType(
                path: path.jsonPath, type: "\(type)",
                reason: "it contains itself without end; let the field within be optional, or an array")
        }
        if let before = known[ObjectIdentifier(type)]?.value as? T {
            return before
        }
        if let value = JSONValue.null as? T {
            return value
        }
        if let value = try choices(type, at: path)?.1 {
            return value
        }
        return try trying(type, at: path) { sample in
            if let value = (type as? any JSONScalar.Type)?.sample(sample) as? T {
                return value
            }
            return try T(
                from: ProbingDecoder(probe: self, shape: ProbedShape(), codingPath: path, sample: sample, depth: depth + 1))
        }
    }

    private func definitionName(of type: Any.Type) -> String {
        let plain = String("\(type)".map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
        var name = plain
        var number = 2
        while recursive.values.contains(name) {
            name = "\(plain)\(number)"
            number += 1
        }
        return name
    }

    private static func reference(to name: String) -> JSONValue { ["$ref": .string(name.isEmpty ? "#" : "#/$defs/\(name)")] }
}

/// An optional of whatever type, seen without knowing it.
protocol OptionalType {
    static func look(_ probe: SchemaProbe, at path: [any CodingKey]) throws -> (JSONValue, Self)
}

extension Optional: OptionalType where Wrapped: Decodable {
    static func look(_ probe: SchemaProbe, at path: [any CodingKey]) throws -> (JSONValue, Wrapped?) {
        let (schema, value) = try probe.look(Wrapped.self, at: path, sample: 0)
        return (schema.orNull, value)
    }
}
