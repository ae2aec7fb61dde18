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

    @Test("accepts what fits, and says where and how the rest does not", arguments: kinds + bounds + objects + combined)
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
            (#"{"pattern":"a("}"#, "/pattern: \"a(\" is not a regular expression that can be compiled"),
            (#"{"anyOf":[]}"#, "/anyOf: it must hold at least one schema"),
            (#"{"enum":{}}"#, "/enum: it must be an array, not {}"),
        ])
    func refuses(_ text: String, _ expected: String) throws {
        let schema = try JSONValue(parsing: text)
        let error = #expect(throws: JSONSchemaError.self) { try JSONSchema(schema) }
        #expect(error?.description == expected)
    }

    @Test("keywords that would refuse more are named, and not asserted")
    func warns() throws {
        let schema = try JSONSchema(["properties": ["a": ["$ref": "#/x"]], "if": true])
        #expect(schema.warnings == ["/if is not asserted", "/properties/a/$ref is not asserted"])
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
}
