/// A JSON Schema, compiled once: what tools use of draft 2020-12 (https://json-schema.org/draft/2020-12).
///
/// It knows `type`, `enum`, `const`, `properties`, `patternProperties`, `additionalProperties`, `required`, `minProperties`,
/// `maxProperties`, `items`, `prefixItems`, `minItems`, `maxItems`, `uniqueItems`, `minimum`, `maximum`, `exclusiveMinimum`,
/// `exclusiveMaximum`, `multipleOf`, `minLength`, `maxLength`, `pattern`, `allOf`, `anyOf`, `oneOf`, `not` and `default`; other keywords are
/// ignored, as the specification has it.
/// What a tool's author should know of (a keyword that is asserted elsewhere and ignored here) stands in ``warnings``.
public struct JSONSchema: Sendable {
    /// How deep schemas may nest.
    public static let deepest = 128

    let nodes: [Node]
    /// Whether any node names a default that may be filled in.
    let hasDefaults: Bool
    /// Keywords that would refuse more than is refused here, each with its place: `/properties/x/$ref`.
    public let warnings: [String]

    /// - Throws: ``JSONSchemaError``, which names the place of what is malformed.
    public init(_ schema: JSONValue) throws(JSONSchemaError) {
        var compiler = Compiler()
        _ = try compiler.compile(schema, at: "", depth: 0)
        nodes = compiler.nodes.compactMap(\.self)
        hasDefaults = compiler.hasDefaults
        warnings = compiler.warnings
    }

    /// The schema that accepts any object.
    public static let anyObject: JSONSchema = {
        var node = Node()
        node.types = .object
        return JSONSchema(nodes: [node])
    }()

    private init(nodes: [Node]) {
        self.nodes = nodes
        hasDefaults = false
        warnings = []
    }
}

/// Why a schema cannot be compiled, and where.
public struct JSONSchemaError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A JSON Pointer into the schema; empty for all of it.
    public var path: String
    public var reason: String

    public var description: String { "\(path.isEmpty ? "The schema" : path): \(reason)" }
}

/// One way in which a value does not fit its schema.
public struct JSONSchemaViolation: Error, Sendable, Hashable, CustomStringConvertible {
    /// The keys and places that lead to the value, as in `items[0].name`; empty for the value as a whole.
    public var path: [Step]
    /// What the schema asks for.
    public var expected: String
    /// What came, shortened; nil where something is missing or the value says nothing.
    public var found: String?

    public enum Step: Sendable, Hashable {
        case key(String)
        case index(Int)
    }

    public var place: String {
        var text = ""
        for step in path {
            switch step {
            case .key(let key): text += text.isEmpty ? key : "." + key
            case .index(let index): text += "[\(index)]"
            }
        }
        return text
    }

    public var description: String {
        let start = path.isEmpty ? "" : place + ": "
        return start + "expected " + expected + (found.map { ", got " + $0 } ?? "")
    }
}

extension JSONSchema {
    /// The kinds of values, as a set.
    struct Types: OptionSet, Sendable {
        var rawValue: UInt8

        static let null = Types(rawValue: 1)
        static let boolean = Types(rawValue: 2)
        static let integer = Types(rawValue: 4)
        /// Any number but a whole one.
        static let fraction = Types(rawValue: 8)
        static let string = Types(rawValue: 16)
        static let array = Types(rawValue: 32)
        static let object = Types(rawValue: 64)
        static let any = Types(rawValue: 127)
        static let number: Types = [.integer, .fraction]
    }

    /// One schema. Those inside it are named by their place among the nodes, so that a reference may name any.
    struct Node: Sendable {
        var types = Types.any
        /// `false` as a schema: nothing fits.
        var refusesAll = false
        /// Whether anything but the type needs a look, by the kind of the value.
        var looks = Types([])
        var choices: [JSONValue]?
        var number = NumberRule()
        var string = StringRule()
        var array = ArrayRule()
        var object = ObjectRule()
        var all: [Int] = []
        var any: [Int] = []
        var one: [Int] = []
        var not: Int?
        var fallback: JSONValue?
    }

    struct NumberRule: Sendable {
        var minimum: Double?
        var maximum: Double?
        var exclusiveMinimum: Double?
        var exclusiveMaximum: Double?
        var multipleOf: Double?
    }

    struct StringRule: Sendable {
        var minLength: Int?
        var maxLength: Int?
        var pattern: JSONSchemaPattern?
    }

    struct ArrayRule: Sendable {
        var prefix: [Int] = []
        var items: Int?
        var minItems: Int?
        var maxItems: Int?
        var isUnique = false
    }

    struct ObjectRule: Sendable {
        var properties: [(name: String, node: Int)] = []
        /// Where they are many, their places by name.
        var places: [String: Int] = [:]
        var required: [String] = []
        var patterns: [(pattern: JSONSchemaPattern, node: Int)] = []
        var additional: Int?
        var minProperties: Int?
        var maxProperties: Int?

        func node(of name: String) -> Int? {
            guard places.isEmpty else { return places[name] }
            return properties.first { $0.name == name }?.node
        }
    }
}
