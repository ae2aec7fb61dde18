import FanoutJSON
import Testing

@Suite("A JSON Schema")
struct JSONSchemaTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var schema: String
        /// Values, each with what is said of it; empty where it fits.
        var values: [(value: String, violations: [String])]
        var testDescription: String { schema }

        init(_ schema: String, _ values: (String, [String])...) {
            self.schema = schema
            self.values = values.map { ($0.0, $0.1) }
        }
    }

    @Test("accepts what fits, and says where and how the rest does not", arguments: kinds + bounds + objects + combined + conditions)
    func validates(_ given: Case) throws {
        let schema = try JSONSchema(JSONValue(parsing: given.schema))
        for (value, expected) in given.values {
            #expect(schema.violations(of: try JSONValue(parsing: value)).map(\.description) == expected, "\(value)")
        }
    }

    static let kinds = [
        Case("true", ("1", []), ("{}", [])),
        Case("false", ("1", ["expected nothing here, got 1"])),
        Case("{}", ("null", []), ("[1]", [])),
        Case(
            #"{"type":"integer"}"#, ("1", []), ("1.0", []), ("-7e2", []), ("1e30", []), ("1.5", ["expected a whole number, got 1.5"]),
            ("\"1\"", ["expected a whole number, got \"1\""])),
        Case(#"{"type":"number"}"#, ("1", []), ("1.5", []), ("true", ["expected a number, got true"])),
        Case(#"{"type":["string","null"]}"#, ("null", []), ("\"a\"", []), ("{}", ["expected a string or null, got {}"])),
        Case(#"{"type":"string","nullable":true}"#, ("null", []), ("3", ["expected a string or null, got 3"])),
        Case(#"{"type":"boolean"}"#, ("false", []), ("0", ["expected true or false, got 0"])),
        Case(
            #"{"enum":["c","f",1,null]}"#, ("\"c\"", []), ("1.0", []), ("null", []),
            ("\"k\"", [#"expected one of "c", "f", 1, null, got "k""#])),
        Case(#"{"const":{"a":[1,2.0]}}"#, (#"{"a":[1.0,2]}"#, []), ("{}", [#"expected {"a":[1,2]}, got {}"#])),
    ]

    static let bounds = [
        Case(
            #"{"minimum":1,"maximum":3}"#, ("1", []), ("3", []), ("0", ["expected at least 1, got 0"]),
            ("3.5", ["expected at most 3, got 3.5"]), ("\"x\"", [])),
        Case(
            #"{"exclusiveMinimum":1,"exclusiveMaximum":3}"#, ("2", []), ("1", ["expected more than 1, got 1"]),
            ("3", ["expected less than 3, got 3"])),
        Case(#"{"multipleOf":0.1}"#, ("0.3", []), ("7", []), ("0.35", ["expected a multiple of 0.1, got 0.35"])),
        Case(#"{"multipleOf":3}"#, ("9", []), ("0", []), ("10", ["expected a multiple of 3, got 10"])),
        // Lengths count scalars: this is one character, of two.
        Case(
            #"{"minLength":2,"maxLength":3}"#, (#""e\u0301""#, []), ("\"a\"", ["expected at least 2 characters, got \"a\""]),
            ("\"abcd\"", ["expected at most 3 characters, got \"abcd\""])),
        Case(
            #"{"pattern":"^P-\\d{5}$"}"#, ("\"P-00123\"", []), ("\"P-00123\\n\"", [#"expected a string like ^P-\d{5}$, got "P-00123\n""#]),
            ("\"xP-00123\"", [#"expected a string like ^P-\d{5}$, got "xP-00123""#]),
            ("\"P-٠٠١٢٣\"", [#"expected a string like ^P-\d{5}$, got "P-٠٠١٢٣""#])),
        Case(#"{"pattern":"b[$\\]]"}"#, ("\"ab$\"", []), ("\"ab]\"", []), ("\"ab\"", [#"expected a string like b[$\]], got "ab""#])),
        Case(
            #"{"minItems":1,"maxItems":2}"#, ("[1]", []), ("[]", ["expected at least 1 item, got []"]),
            ("[1,2,3]", ["expected at most 2 items, got [1,2,3]"])),
        Case(
            #"{"uniqueItems":true}"#, ("[1,2,\"1\"]", []), ("[1,1.0]", ["expected items that differ, got [1,1.0]"]),
            (#"[{"a":1,"b":2},{"b":2,"a":1}]"#, [#"expected items that differ, got [{"a":1,"b":2},{"b":2,"a":1}]"#])),
        Case(
            #"{"items":{"type":"integer"}}"#, ("[]", []), ("[1,2]", []),
            ("[1,\"b\",null]", ["[1]: expected a whole number, got \"b\"", "[2]: expected a whole number, got null"])),
        Case(
            #"{"prefixItems":[{"type":"string"}],"items":{"type":"integer"}}"#, ("[\"a\",1]", []),
            ("[1,\"a\"]", ["[0]: expected a string, got 1", "[1]: expected a whole number, got \"a\""])),
        Case(#"{"prefixItems":[{"type":"string"}],"items":false}"#, ("[\"a\"]", []), ("[\"a\",1]", ["[1]: expected nothing here, got 1"])),
    ]

    static let objects = [
        Case(
            #"{"type":"object","properties":{"city":{"type":"string"},"n":{"type":"integer"}},"required":["city","n"],"additionalProperties":false}"#,
            (#"{"city":"Tokyo","n":1}"#, []),
            ("{}", ["city: expected a string, it is required", "n: expected a whole number, it is required"]),
            (#"{"city":"Tokyo","n":1,"Unit":"c"}"#, [#"Unit: expected no such field (there are: city, n), got "c""#]),
            ("[]", ["expected an object, got []"])),
        Case(#"{"required":["x"]}"#, ("{}", ["x: expected something, it is required"]), ("5", [])),
        Case(
            #"{"properties":{"a":{}},"additionalProperties":{"type":"string"}}"#, (#"{"a":1,"b":"x"}"#, []),
            (#"{"b":1}"#, ["b: expected a string, got 1"])),
        Case(
            #"{"patternProperties":{"^x-":{"type":"integer"}},"additionalProperties":false}"#, (#"{"x-a":1}"#, []),
            (#"{"x-a":"1","y":2}"#, [#"x-a: expected a whole number, got "1""#, "y: expected no such field, got 2"])),
        Case(
            #"{"minProperties":1,"maxProperties":1}"#, (#"{"a":1}"#, []), ("{}", ["expected at least 1 field, got {}"]),
            (#"{"a":1,"b":2}"#, [#"expected at most 1 field, got {"a":1,"b":2}"#])),
        Case(
            #"{"properties":{"items":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}}}}}}"#,
            (#"{"items":[{"name":"a"},{"name":2}]}"#, ["items[1].name: expected a string, got 2"])),
        Case(
            #"{"properties":{"a":{"type":"null"},"b":{"type":"null"},"c":{"type":"null"},"d":{"type":"null"},"e":{"type":"null"},"f":{"type":"null"},"g":{"type":"null"},"h":{"type":"null"},"i":{"type":"null"}}}"#,
            (#"{"i":1,"h":null}"#, ["i: expected null, got 1"])),
        Case(
            #"{"type":"string"}"#, ("\"\(String(repeating: "x", count: 99))\"", []),
            ("[1,2,3,4,5]", ["expected a string, got an array of 5"])),
    ]

    static let combined = [
        Case(#"{"allOf":[{"minimum":1},{"maximum":2}]}"#, ("1", []), ("3", ["expected at most 2, got 3"])),
        Case(
            #"{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}"#, ("\"a\"", []), ("5", []),
            ("3", ["expected a string, or at least 5, got 3"]), ("null", ["expected a string, or a whole number, got null"])),
        Case(
            #"{"anyOf":[{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]},{"type":"null"}]}"#, ("null", []),
            (#"{"a":1}"#, ["a: expected a string, got 1"])),
        Case(
            #"{"oneOf":[{"minimum":5},{"multipleOf":2}]}"#, ("7", []), ("2", []),
            ("8", ["expected exactly one of 2 shapes, and several fit, got 8"]), ("3", ["expected at least 5, or a multiple of 2, got 3"])),
        Case(#"{"not":{"type":"string"}}"#, ("1", []), ("\"a\"", ["expected something else, got \"a\""])),
        Case(#"{"$defs":{"a":{"type":5}},"title":7,"format":"date","x":{}}"#, ("1", [])),
    ]

    static let conditions = [
        // The branch that the value is nearest to is told of: by the field that marks it, then by how little is wrong.
        Case(
            #"{"oneOf":[{"properties":{"kind":{"const":"circle"},"r":{"type":"number"}},"required":["kind","r"]},{"properties":{"kind":{"const":"square"},"side":{"type":"number"}},"required":["kind","side"]}]}"#,
            (#"{"kind":"square","side":1}"#, []), (#"{"kind":"square"}"#, ["side: expected a number, it is required"]),
            (#"{"kind":"circle","r":"1","x":{}}"#, [#"r: expected a number, got "1""#])),
        Case(
            #"{"properties":{"at":{"anyOf":[{"type":"object","properties":{"x":{"type":"number"},"y":{"type":"number"}},"required":["x","y"]},{"type":"string"}]}}}"#,
            (#"{"at":{"x":"a"}}"#, [#"at.x: expected a number, got "a""#, "at.y: expected a number, it is required"].sorted().reversed()),
            (#"{"at":5}"#, ["at: expected an object, or a string, got 5"])),
        Case(
            ##"{"$ref":"#/$defs/tree","$defs":{"tree":{"type":"object","properties":{"value":{"type":"integer"},"children":{"type":"array","items":{"$ref":"#/$defs/tree"}}},"required":["value"]}}}"##,
            (#"{"value":1,"children":[{"value":2}]}"#, []),
            (
                #"{"value":1,"children":[{"value":2,"children":[{"value":"3"}]}]}"#,
                [#"children[0].children[0].value: expected a whole number, got "3""#]
            )),
        Case(
            ##"{"$defs":{"a/b":{"$anchor":"x","type":"null"}},"items":{"$ref":"#x"},"contains":{"$ref":"#/$defs/a~1b"}}"##, ("[null]", [])),
        Case(
            #"{"if":{"properties":{"n":{"const":1}},"required":["n"]},"then":{"required":["a"]},"else":{"required":["b"]}}"#,
            (#"{"n":1,"a":0}"#, []), (#"{"n":1}"#, ["a: expected something, it is required"]),
            (#"{"n":2}"#, ["b: expected something, it is required"])),
        Case(
            #"{"contains":{"minimum":5},"minContains":2,"maxContains":3}"#, ("[5,1,6]", []),
            ("[5]", ["expected at least 2 items, got [5]"]), ("[1,5]", ["expected at least 2 items like this: at least 5, got [1,5]"]),
            ("[5,5,5,5]", ["expected at most 3 items of a kind that 4 are of, got [5,5,5,5]"])),
        Case(
            #"{"dependentRequired":{"card":["zip"]},"dependentSchemas":{"n":{"minProperties":2}}}"#, ("{}", []),
            (#"{"card":1}"#, ["zip: expected something, it is required beside card"]),
            (#"{"n":1}"#, [#"expected at least 2 fields, got {"n":1}"#])),
        Case(
            #"{"propertyNames":{"pattern":"^[a-z]+$"}}"#, (#"{"a":1}"#, []),
            (#"{"A":1}"#, ["A: expected a field whose name is a string like ^[a-z]+$"])),
        Case(
            #"{"allOf":[{"properties":{"a":{}}}],"anyOf":[{"properties":{"b":{"type":"string"}},"required":["b"]},{}],"unevaluatedProperties":false}"#,
            (#"{"a":1,"b":"x"}"#, []), (#"{"a":1,"c":2}"#, ["c: expected no such field, got 2"]),
            (#"{"b":1}"#, ["b: expected no such field, got 1"])),
        Case(
            #"{"prefixItems":[{}],"contains":{"type":"string"},"unevaluatedItems":{"type":"null"}}"#, (#"[1,"a",null]"#, []),
            (#"[1,"a",2]"#, ["[2]: expected null, got 2"])),
    ]

    @Test(
        "that is malformed is refused, and the place is named",
        arguments: [
            ("5", "The schema: a schema is an object or a boolean, not 5"),
            (#"{"type":"strin"}"#, "/type: there is no type \"strin\""),
            (#"{"type":["string",1]}"#, "/type/1: there is no type 1"),
            (#"{"properties":{"a/b":{"minimum":"1"}}}"#, "/properties/a~1b/minimum: it must be a number, not \"1\""),
            (#"{"properties":[]}"#, "/properties: it must be an object, not []"),
            (#"{"items":{"required":[1]}}"#, "/items/required/0: a name is a string, not 1"),
            (#"{"items":[{}]}"#, "/items: a schema is an object or a boolean, not [{}]"),
            (#"{"minLength":-1}"#, "/minLength: it must be a whole number from 0, not -1"),
            (#"{"multipleOf":0}"#, "/multipleOf: it must be more than 0"),
            (#"{"pattern":"a("}"#, "/pattern: \"a(\" is not a regular expression: a ( is not closed"),
            (#"{"anyOf":[]}"#, "/anyOf: it must hold at least one schema"),
            (#"{"enum":{}}"#, "/enum: it must be an array, not {}"),
            (#"{"$ref":5}"#, "/$ref: it must be a string, not 5"),
            (
                #"{"properties":{"a":{"$ref":"https://example.org/a.json#/b"}}}"#,
                #"/properties/a/$ref: "https://example.org/a.json#/b" is not in this schema, and nothing is fetched; put what it names under $defs, and refer to it as #/$defs/NAME"#
            ),
            (##"{"items":{"$ref":"#/$defs/a"}}"##, ##"/items/$ref: there is nothing at "#/$defs/a"; check the way to it"##),
            (##"{"$ref":"#a"}"##, ##"/$ref: no schema has the anchor "a"; name one with $anchor, or use #/$defs/NAME"##),
            (##"{"$ref":"#"}"##, "The schema: it leads back to itself, for the same value"),
            (
                ##"{"$defs":{"a":{"anyOf":[{"type":"string"},{"$ref":"#/$defs/b"}]},"b":{"not":{"$ref":"#/$defs/a"}}},"$ref":"#/$defs/a"}"##,
                "/$defs/a: it leads back to itself by way of /$defs/b/not, for the same value"
            ),
            (##"{"$defs":{"a":{"type":"strin"}},"$ref":"#/$defs/a"}"##, "/$defs/a/type: there is no type \"strin\""),
            (#"{"dependentRequired":{"a":"b"}}"#, "/dependentRequired/a: it must be an array, not \"b\""),
            (
                #"{"patternProperties":{"(a)\\1":{}}}"#,
                #"/patternProperties/(a)\1: a reference to what a group took (\1) is not understood; write the pattern without it"#
            ),
        ])
    func refuses(_ text: String, _ expected: String) throws {
        let schema = try JSONValue(parsing: text)
        let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(schema) }
        #expect(error?.description == expected)
    }

    @Test("keywords that would refuse more are named, and not asserted")
    func warns() throws {
        let schema = try JSONSchema([
            "properties": ["a": ["pattern": #"(a)\1"#], "b": ["$dynamicRef": "#n"]],
            "$defs": ["one": ["$dynamicAnchor": "n"], "two": ["$dynamicAnchor": "n"]],
        ])
        #expect(
            schema.warnings == [
                #"/properties/a/pattern is not asserted: it holds a reference to what a group took (\1)"#,
                "/properties/b/$dynamicRef is followed to its first target: \"#n\" has several",
            ])
        #expect(schema.violations(of: ["a": "b"]).isEmpty)
    }

    @Test(
        "fills in defaults where nothing stands",
        arguments: [
            (#"{"properties":{"n":{"default":5}}}"#, "{}", #"{"n":5}"#),
            (#"{"properties":{"n":{"default":5}}}"#, #"{"n":null}"#, #"{"n":null}"#),
            (#"{"properties":{"n":{"default":5}}}"#, "[]", "[]"),
            (#"{"properties":{"o":{"properties":{"n":{"default":5}}}}}"#, #"{"o":{}}"#, #"{"o":{"n":5}}"#),
            (#"{"properties":{"o":{"properties":{"n":{"default":5}}}}}"#, "{}", "{}"),
            (#"{"items":{"properties":{"n":{"default":5}}}}"#, "[{},1]", #"[{"n":5},1]"#),
            (#"{"allOf":[{"properties":{"n":{"default":5}}}]}"#, "{}", #"{"n":5}"#),
            (##"{"$ref":"#/$defs/o","$defs":{"o":{"properties":{"n":{"default":5}}}}}"##, "{}", #"{"n":5}"#),
            (##"{"properties":{"n":{"$ref":"#/$defs/n"}},"$defs":{"n":{"default":5}}}"##, "{}", #"{"n":5}"#),
            (##"{"properties":{"n":{"$ref":"#/$defs/n","default":6}},"$defs":{"n":{"default":5}}}"##, "{}", #"{"n":6}"#),
        ])
    func fillsDefaults(_ schema: String, _ value: String, _ expected: String) throws {
        let schema = try JSONSchema(JSONValue(parsing: schema))
        #expect(schema.fillingDefaults(in: try JSONValue(parsing: value)).description == expected)
    }

    @Test("of hostile depth is refused, and a value of hostile depth does not end the process")
    func depth() throws {
        var deep: JSONValue = ["type": "object"]
        for _ in 0..<200 {
            deep = ["items": deep]
        }
        let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(deep) }
        #expect(error?.reason == "it nests more than 128 deep")

        var value: JSONValue = 1
        for _ in 0..<1000 {
            value = [value]
        }
        let schema = try JSONSchema(["items": ["uniqueItems": true, "type": "array"]])
        #expect(schema.violations(of: value) == [])
    }

    /// Schemas and values that would cost more than anybody waits for, were nothing bounded.
    static let hostile: [(schema: String, value: JSONValue, why: String?)] = [
        (#"{"pattern":"^(a+)+$"}"#, .string(String(repeating: "a", count: 20_000) + "!"), nil),
        (#"{"pattern":"(x+x+)+y"}"#, .string(String(repeating: "x", count: 5_000)), nil),
        (
            #"{"pattern":"(?=.*b)a"}"#, .string(String(repeating: "a", count: 5_000)),
            "holding a string against (?=.*b)a takes too long"
        ),
        (doubled, 1, "it takes more than 1000000 steps"),
        (##"{"properties":{"a":{"$ref":"#"}}}"##, nested(600), "it and its schema nest more than 256 deep"),
        (
            ##"{"anyOf":[{"oneOf":[{"properties":{"a":{"$ref":"#"}},"unevaluatedProperties":false}]}]}"##, nested(600),
            "it and its schema nest more than 256 deep"
        ),
    ]

    /// Each of sixty schemas asks the next one twice.
    private static var doubled: String {
        let definitions = (0..<60).map { ##""d\##($0)":{"anyOf":[{"$ref":"#/$defs/d\##($0 + 1)"},{"$ref":"#/$defs/d\##($0 + 1)"}]}"## }
        return ##"{"$ref":"#/$defs/d0","$defs":{\##(definitions.joined(separator: ",")),"d60":{"type":"string"}}}"##
    }

    private static func nested(_ depth: Int) -> JSONValue { (0..<depth).reduce(JSONValue.object([:])) { value, _ in ["a": value] } }

    @Test("that is hostile costs no more than is bounded, and is told as what it is", arguments: hostile.indices)
    func bounded(_ place: Int) throws {
        let (text, value, why) = Self.hostile[place]
        // Within a contrary as well, where what is not known must not count as fitting.
        let schema = try JSONValue(parsing: text)
        let definitions = schema["$defs"] ?? [:]
        for wrapped: JSONValue in [schema, ["not": ["not": schema], "$defs": definitions]] {
            let violations = try JSONSchema(wrapped).violations(of: value)
            #expect(violations.count == 1)
            if let why {
                #expect(violations.first?.description == "expected a value that can be checked, and \(why)")
            }
        }
    }
}
