/// A JSON Schema of draft 2020-12 (https://json-schema.org/draft/2020-12), compiled once.
///
/// All keywords that assert something are asserted, but that `$dynamicRef` is followed like a `$ref`, and that `format` and the
/// `content…` keywords are hints that assert nothing, as the specification has it by default. References lead to where they point within
/// the schema; one that leads out of it is an error, since nothing is fetched. What a schema or a value can make this do is bounded:
/// patterns, nesting, and the steps of one look.
public struct JSONSchema: Sendable {
    /// How deep schemas may nest.
    public static let deepest = 128

    let nodes: [Node]
    let rests: [Rest]
    /// Whether any node names a default that may be filled in.
    let hasDefaults: Bool
    /// Keywords that would refuse more than is refused here, each with its place and the reason.
    public let warnings: [String]

    /// - Throws: ``JSONSchemaError``, which names the place of what is malformed.
    public init(_ schema: JSONValue) throws(JSONSchemaError) {
        var compiler = Compiler(schema)
        try compiler.compileAll()
        nodes = compiler.nodes.compactMap(\.self)
        rests = compiler.rests
        hasDefaults = compiler.hasDefaults
        warnings = compiler.warnings
    }

    /// The names of fields that it knows of an object as a whole, in all its shapes.
    package var fieldNames: Set<String> {
        var names: Set<String> = []
        var seen: Set<Int> = []
        var waiting = [0]
        while let place = waiting.popLast() {
            guard seen.insert(place).inserted else { continue }
            names.formUnion(nodes[place].object.properties.map(\.name))
            waiting += nodes[place].beside(rests)
        }
        return names
    }

    /// The schema that accepts any object.
    public static let anyObject: JSONSchema = {
        var node = Node()
        node.types = .object
        return JSONSchema(nodes: [node])
    }()

    private init(nodes: [Node]) {
        self.nodes = nodes
        rests = []
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
    /// Whether it is one of a few values that was asked for.
    var isChoice = false

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
        /// Where a `$ref` leads.
        var target: Int?
        /// The place among the rests of what few schemas say.
        var rest: Int?
        var fallback: JSONValue?

        /// The nodes that look at the same value as this one.
        func beside(_ rests: [Rest]) -> [Int] {
            let rest = self.rest.map { rests[$0] }
            let single = [not, target, rest?.condition?.test, rest?.condition?.then, rest?.condition?.otherwise]
            return all + any + one + single.compactMap(\.self) + (rest?.dependentSchemas.map(\.node) ?? [])
        }
    }

    /// What few schemas say, kept apart so that the nodes of all others stay small.
    struct Rest: Sendable {
        var condition: Condition?
        var contains: Int?
        var minContains: Int?
        var maxContains: Int?
        var names: Int?
        var dependentRequired: [(name: String, others: [String])] = []
        var dependentSchemas: [(name: String, node: Int)] = []
        var unevaluatedProperties: Int?
        var unevaluatedItems: Int?
    }

    /// `if`, and what follows from it.
    struct Condition: Sendable {
        var test: Int
        var then: Int?
        var otherwise: Int?
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
    }
}
