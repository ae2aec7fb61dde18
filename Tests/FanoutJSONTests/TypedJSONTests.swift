import FanoutJSON
import FanoutTestKit
import Foundation
import Testing

/// Types in JSON: their schemas, and values of them both ways.
@Suite struct TypedJSONTests {
    enum Unit: String, Codable, CaseIterable { case celsius, kelvin }
    enum Level: Int, Codable, CaseIterable {
        case low = 1
        case high = 5
    }
    enum Closed: String, Codable { case a }
    enum Choice: Codable { case number(Int) }
    struct None: Codable, Equatable {}
    struct Inner: Codable, Equatable {
        var name: String
    }
    struct All: Codable, Equatable {
        var text: String
        var whole: Int
        var byte: UInt8
        var far: UInt64
        var real: Double
        var flag: Bool
        var unit: Unit
        var level: Level?
        var list: [Inner]
        var maybe: [Int?]
        var table: [String: Int]
        var ids: Set<Int>
        var inner: Inner?
        var any: JSONValue
        var id: UUID
    }
    struct Node: Codable, Equatable {
        var name: String
        var children: [Node]
    }
    struct Tree: Codable {
        var root: Node
        var spare: Node?
    }
    final class Chain: Codable {
        var next: Chain?
    }
    final class Endless: Codable {
        var next: Endless
        init() { next = Endless() }
    }
    struct Left: Codable {
        var rights: [String: Right]
        var count: Int
    }
    struct Right: Codable {
        var left: Left
        var after: Bool
    }
    struct Defaulted: Codable {
        var limit: Int
        enum CodingKeys: String, CodingKey { case limit = "most" }
        init(from decoder: any Decoder) throws {
            limit = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(Int.self, forKey: .limit) ?? 10
        }
        func encode(to encoder: any Encoder) throws {}
    }
    struct Pair: Codable, Equatable {
        var a: Int
        var b: String
        init(a: Int, b: String) { (self.a, self.b) = (a, b) }
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            a = try container.decode(Int.self)
            b = try container.decode(String.self)
        }
        func encode(to encoder: any Encoder) throws {
            var container = encoder.unkeyedContainer()
            try container.encode(a)
            try container.encode(b)
        }
    }
    struct Even: Codable, SchemaDescribed {
        struct Odd: Error {}
        var value: Int
        static var schema: JSONValue? { ["type": "integer", "multipleOf": 2, "examples": [42]] }
        init(from decoder: any Decoder) throws {
            value = try decoder.singleValueContainer().decode(Int.self)
            guard value == 42 else { throw Odd() }
        }
        func encode(to encoder: any Encoder) throws {}
    }
    struct HasEven: Codable {
        var even: Even
    }
    struct Stray: Codable, SchemaDescribed {
        var city: String
        static let fieldDescriptions = ["citty": "x"]
    }
    struct Holder<T: Codable>: Codable {
        var value: T
    }

    static let node: JSONValue = [
        "type": "object", "properties": ["name": ["type": "string"], "children": ["type": "array", "items": ["$ref": "#/$defs/Node"]]],
        "required": ["name", "children"], "additionalProperties": false,
    ]

    func object(_ properties: JSONValue, required: JSONValue) -> JSONValue {
        ["type": "object", "properties": properties, "required": required, "additionalProperties": false]
    }

    @Test("a type's schema says what its decoding asks for, in that order")
    func schema() throws {
        let inner = object(["name": ["type": "string"]], required: ["name"])
        let orNull: JSONValue = [
            "type": ["object", "null"], "properties": ["name": ["type": "string"]], "required": ["name"], "additionalProperties": false,
        ]
        let found = try JSONSchema.describing(All.self)
        let properties: JSONValue = [
            "text": ["type": "string"], "whole": ["type": "integer"], "byte": ["type": "integer", "minimum": 0, "maximum": 255],
            "far": ["type": "integer", "minimum": 0], "real": ["type": "number"], "flag": ["type": "boolean"],
            "unit": ["type": "string", "enum": ["celsius", "kelvin"]], "level": ["type": ["integer", "null"], "enum": [1, 5, nil]],
            "list": ["type": "array", "items": inner], "maybe": ["type": "array", "items": ["type": ["integer", "null"]]],
            "table": ["type": "object", "additionalProperties": ["type": "integer"]],
            "ids": ["type": "array", "items": ["type": "integer"]],
            "inner": orNull, "any": [:], "id": ["type": "string"],
        ]
        #expect(found["properties"] == properties)
        #expect(found["properties"]?.object?.keys == properties.object?.keys)
        #expect(
            found["required"]
                == ["text", "whole", "byte", "far", "real", "flag", "unit", "list", "maybe", "table", "ids", "any", "id"])
        #expect(found["additionalProperties"] == false)
        _ = try JSONSchema(found)
    }

    @Test("types that contain themselves refer to themselves; those without an end are refused")
    func recursion() throws {
        #expect(
            try JSONSchema.describing(Node.self)
                == object(
                    ["name": ["type": "string"], "children": ["type": "array", "items": ["$ref": "#"]]], required: ["name", "children"]))
        let tree = try JSONSchema.describing(Tree.self)
        #expect(
            tree["properties"] == ["root": ["$ref": "#/$defs/Node"], "spare": ["anyOf": [["$ref": "#/$defs/Node"], ["type": "null"]]]])
        #expect(tree["$defs"] == ["Node": Self.node])
        let schema = try JSONSchema(tree)
        #expect(schema.violations(of: ["root": ["name": "a", "children": [["name": "b", "children": []]]]]).isEmpty)
        #expect(!schema.violations(of: ["root": ["name": "a", "children": [["name": 1, "children": []]]]]).isEmpty)
        #expect(try JSONSchema.describing(Chain.self)["properties"] == ["next": ["anyOf": [["$ref": "#"], ["type": "null"]]]])
        let right = object(["left": ["$ref": "#"], "after": ["type": "boolean"]], required: ["left", "after"])
        #expect(
            try JSONSchema.describing(Left.self)["properties"]
                == ["rights": ["type": "object", "additionalProperties": right], "count": ["type": "integer"]])
        let error = #expect(throws: UndescribableType.self) { try JSONSchema.describing(Endless.self) }
        #expect(error?.reason.contains("contains itself without end") == true)
    }

    @Test("what a type says of itself goes before what is found")
    func described() throws {
        #expect(try JSONSchema.describing(Defaulted.self)["required"] == nil)
        #expect(try JSONSchema.describing(Defaulted.self)["properties"] == ["most": ["type": ["integer", "null"]]])
        #expect(try JSONSchema.describing(None.self) == ["type": "object", "properties": [:], "additionalProperties": false])
        #expect(
            try JSONSchema.describing(Pair.self)
                == ["type": "array", "prefixItems": [["type": "integer"], ["type": "string"]], "minItems": 2, "maxItems": 2])
        #expect(try JSONSchema.describing(HasEven.self)["properties"] == ["even": ["type": "integer", "multipleOf": 2, "examples": [42]]])
    }

    @Test("a type that cannot be described says which, where, and what to do")
    func undescribable() {
        func refusal<T: Decodable>(_ type: T.Type) -> String {
            do {
                return try JSONSchema.describing(type).description
            } catch {
                return error.description
            }
        }
        #expect(
            refusal(Holder<Closed>.self).hasPrefix("value, of type Closed: it takes none of the samples")
                && refusal(Holder<Closed>.self).hasSuffix("let it be CaseIterable, or SchemaDescribed with a schema"))
        #expect(refusal(Holder<Choice>.self).hasSuffix("give the schema yourself, or let Choice be SchemaDescribed with a schema"))
        #expect(refusal(Stray.self) == "Stray: its fieldDescriptions name citty, and it has no such field")
        for (text, name) in [
            (refusal(Holder<Date>.self), "Date"), (refusal(Holder<Data>.self), "Data"), (refusal(Holder<URL>.self), "URL"),
            (refusal(Holder<Decimal>.self), "Decimal"),
        ] {
            #expect(text.hasPrefix("value, of type \(name): \(name) has no JSON form that a model knows"), "\(text)")
        }
    }

    static let all = All(
        text: "é", whole: -3, byte: 255, far: 9, real: 0.5, flag: true, unit: .kelvin, level: .high, list: [Inner(name: "n")],
        maybe: [1, nil],
        table: ["b": 2, "a": 1], ids: [4], inner: nil, any: ["x": [1, nil, "y"]],
        id: UUID(uuidString: "6BA7B810-9DAD-11D1-80B4-00C04FD430C8") ?? UUID())

    @Test("a value goes into JSON and comes back, and fits its own schema")
    func bothWays() throws {
        let json = try JSONValue(encoding: Self.all)
        #expect(
            json.description
                == #"{"text":"é","whole":-3,"byte":255,"far":9,"real":0.5,"flag":true,"unit":"kelvin","level":5,"list":[{"name":"n"}],"#
                + #""maybe":[1,null],"table":{"a":1,"b":2},"ids":[4],"any":{"x":[1,null,"y"]},"id":"6BA7B810-9DAD-11D1-80B4-00C04FD430C8"}"#
        )
        #expect(try json.decode() == Self.all)
        #expect(try JSONSchema(JSONSchema.describing(All.self)).violations(of: json).isEmpty)
        #expect(try JSONValue(encoding: Pair(a: 1, b: "x")).decode() == Pair(a: 1, b: "x"))
        #expect(try JSONValue(encoding: None()) == [:])
        #expect(try JSONValue(encoding: Optional<Int>.none) == .null)
        #expect(try JSONValue(encoding: Float(0.1)).description == "0.1")
        // Through a coder that is not ours, too.
        let foreign = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(json["any"]))
        #expect(foreign == json["any"])
    }

    @Test("what does not fit is told with its place")
    func misfits() {
        func misfit<T: Decodable>(_ text: String, _ type: T.Type) -> String {
            do {
                return "\(try JSONValue(parsing: text).decode(as: type))"
            } catch {
                return "\(error)"
            }
        }
        #expect(
            misfit(#"{"name":"a","children":[{"name":"b","children":[{"name":1}]}]}"#, Node.self)
                == "children[0].children[0].name: it must be a string, and is a whole number")
        #expect(misfit(#"{"name":"a"}"#, Node.self) == "children: it is missing")
        #expect(misfit(#"{"name":"a","children":{}}"#, Node.self) == "children: it must be an array, and is an object")
        #expect(misfit("[1]", Pair.self) == "[1]: it is missing: the array has 1 items")
        #expect(misfit("[]", Node.self) == "it must be an object, and is an array")
        #expect(misfit("[1.0,2e2]", [Int].self) == "[1, 200]")
        #expect(misfit("[1.5]", [Int].self) == "[0]: it must be a whole number, and is a number")
        #expect(misfit("[9007199254740993.0]", [Int].self) == "[0]: it must be a whole number, and is a number")
        #expect(
            misfit("[18446744073709551615]", [UInt64].self)
                == "[0]: it must be a whole number from 0 to 18446744073709551615, and is a number")
        #expect(misfit("[-1]", [UInt].self).hasPrefix("[0]: it must be a whole number from 0"))
        #expect(misfit(#"["warm"]"#, [Unit].self).hasPrefix("[0]: "))
        #expect(misfit("[null]", [String].self) == "[0]: it must be a string, and is null")
        #expect(misfit("[1]", [Date].self).hasPrefix("[0]: Date has no JSON form"))
        let deep = String(repeating: #"{"next":"#, count: 1000) + "null" + String(repeating: "}", count: 1000)
        #expect(misfit(deep, Chain.self) == "it is nested more than 256 deep")
        #expect(throws: JSONMismatch.self) { try JSONValue(encoding: [UInt64.max]) }
        #expect(throws: JSONMismatch.self) { try JSONValue(encoding: ["a": Double.infinity]) }
    }
}
