import FanoutJSON
import Foundation
import Testing

/// The test suite of JSON Schema for draft 2020-12, as `jsonschema` 4.23.0 carries it
/// (https://github.com/json-schema-org/JSON-Schema-Test-Suite, under the licence that lies beside it). Left out are `refRemote` and
/// `vocabulary`, all of which need documents of elsewhere; of the optional ones, those on patterns are there.
@Suite struct JSONSchemaSuiteTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Fixtures/draft2020-12")

    static let files = ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter { $0.hasSuffix(".json") }.sorted()

    @Test("the suite's cases come out as it says, but for those that are listed", arguments: files)
    func cases(_ file: String) throws {
        let groups = try JSONValue(parsing: Array(Data(contentsOf: Self.folder.appendingPathComponent(file)))).array ?? []
        try #require(!groups.isEmpty)
        var wrong: [String] = []
        for group in groups {
            let name = "\(file.dropLast(5)): \(group["description"]?.string ?? "")"
            do {
                let schema = try JSONSchema(group["schema"] ?? nil)
                for test in group["tests"]?.array ?? [] {
                    let violations = schema.violations(of: test["data"] ?? nil)
                    if violations.isEmpty != test["valid"]?.bool {
                        wrong.append("\(name): \(test["description"]?.string ?? "")")
                    }
                }
            } catch {
                wrong.append("\(name) (refused)")
            }
        }
        let exceptions = (Self.remote + Self.dynamic).filter { $0.hasPrefix("\(file.dropLast(5)): ") }
        #expect(Set(wrong) == Set(exceptions))
    }

    /// Schemas that refer to documents of elsewhere: they are refused, since nothing is fetched.
    static let remote = [
        "defs: validate definition against metaschema (refused)",
        "dynamicRef: $ref and $dynamicAnchor are independent of order - $defs first (refused)",
        "dynamicRef: $ref and $dynamicAnchor are independent of order - $ref first (refused)",
        "dynamicRef: $ref to $dynamicRef finds detached $dynamicAnchor (refused)",
        "dynamicRef: strict-tree schema, guards against misspelled properties (refused)",
        "dynamicRef: tests for implementation dynamic anchor and reference link (refused)",
        "ecmascript-regex: \\a is not an ECMA 262 control escape (refused)",
        "ref: remote ref, containing refs itself (refused)",
    ]

    /// `$dynamicRef` where several schemas bear the anchor: it is followed like a `$ref`, and ``JSONSchema/warnings`` says so.
    static let dynamic = [
        "dynamicRef: A $dynamicRef resolves to the first $dynamicAnchor still in scope that is encountered when the schema is evaluated: "
            + "An array containing non-strings is invalid",
        "dynamicRef: A $dynamicRef that initially resolves to a schema with a matching $dynamicAnchor resolves to the first $dynamicAnchor "
            + "in the dynamic scope: The recursive part is not valid against the root",
        "dynamicRef: A $dynamicRef with intermediate scopes that don't include a matching $dynamicAnchor does not affect dynamic scope "
            + "resolution: An array containing non-strings is invalid",
        "dynamicRef: after leaving a dynamic scope, it is not used by a $dynamicRef: /then/$defs/thingy is the final stop for the "
            + "$dynamicRef",
        "dynamicRef: after leaving a dynamic scope, it is not used by a $dynamicRef: string matches /$defs/thingy, but the $dynamicRef does "
            + "not stop here",
        "dynamicRef: multiple dynamic paths to the $dynamicRef keyword: number list with string values",
        "dynamicRef: multiple dynamic paths to the $dynamicRef keyword: string list with number values",
        "unevaluatedItems: unevaluatedItems with $dynamicRef: with no unevaluated items",
        "unevaluatedProperties: unevaluatedProperties with $dynamicRef: with no unevaluated properties",
    ]
}
