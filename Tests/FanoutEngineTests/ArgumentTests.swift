import FanoutEngine
import FanoutEvents
import FanoutJSON
import Testing

@Suite("Arguments and results", .timeLimit(.minutes(1)))
struct ArgumentTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        /// The arguments of each call, `c1`, `c2` and so on; all of them echo.
        var calls: [String]
        /// What each gives, or the error's kind and text.
        var expected: [String]
    }

    @Test(
        "references take results, at any depth",
        arguments: [
            Case(
                testDescription: "by place", calls: [#"{"a":{"b":[7,8]}}"#, #"{"x":"$ref:#1"}"#],
                expected: [#"{"a":{"b":[7,8]}}"#, #"{"x":{"a":{"b":[7,8]}}}"#]),
            Case(
                testDescription: "by id, with a path", calls: [#"{"a":{"b":[7,8]}}"#, #"{"x":["$ref:c1.a.b.1"]}"#],
                expected: [#"{"a":{"b":[7,8]}}"#, #"{"x":[8]}"#]),
            Case(
                testDescription: "inside text", calls: [#"{"n":"Ada","y":1}"#, #"{"x":"Dear {{$ref:#1.n}}, {{$ref:c1.y}}!"}"#],
                expected: [#"{"n":"Ada","y":1}"#, #"{"x":"Dear Ada, 1!"}"#]),
            Case(
                testDescription: "escaped in the text of the arguments", calls: ["{}", #"{"x":"\u0024ref:#1"}"#],
                expected: ["{}", #"{"x":{}}"#]),
            Case(
                testDescription: "two levels, forward", calls: [#"{"x":"$ref:#2.x"}"#, #"{"x":"$ref:#3.x"}"#, #"{"x":5}"#],
                expected: [#"{"x":5}"#, #"{"x":5}"#, #"{"x":5}"#]),
            Case(
                testDescription: "what looks like one and is not", calls: [#"{"x":"a $ref:#1, {{$ref:#9"}"#],
                expected: [#"{"x":"a $ref:#1, {{$ref:#9"}"#]),
            Case(
                testDescription: "unknown", calls: ["{}", #"{"x":"$ref:#4"}"#, #"{"x":"$ref:c9.a"}"#],
                expected: [
                    "{}", "unknown_reference: There is no call #4 in this turn: $ref:#4 can name #1 to #3, or a call's id.",
                    "unknown_reference: There is no call c9.a in this turn: $ref:c9.a can name #1 to #3, or a call's id.",
                ]),
            Case(
                testDescription: "nothing at the path", calls: [#"{"a":[1]}"#, #"{"x":"$ref:#1.a.4"}"#, #"{"x":"$ref:#1.b"}"#],
                expected: [
                    #"{"a":[1]}"#, "unknown_reference: $ref:#1.a.4 finds nothing at 4: a is an array of 1.",
                    "unknown_reference: $ref:#1.b finds nothing at b: the result is an object with the fields a.",
                ]),
            Case(
                testDescription: "a circle, and who refers to it",
                calls: [#"{"x":"$ref:#2"}"#, #"{"x":"$ref:#1"}"#, #"{"x":"$ref:#1"}"#, "{}"],
                expected: [
                    "dependency_cycle: The calls refer to each other in a circle: c1 (echo) → c2 (echo) → c1 (echo). Ask for one of them without its reference.",
                    "dependency_cycle: The calls refer to each other in a circle: c1 (echo) → c2 (echo) → c1 (echo). Ask for one of them without its reference.",
                    "dependency_failed: It refers to c1 (echo), which has no result. Ask for it again without that reference, or for both again.",
                    "{}",
                ]),
        ])
    func references(_ given: Case) async throws {
        let rig = try EngineRig([.echo])
        let calls = given.calls.enumerated().map { ToolCall(id: "c\($0.offset + 1)", name: "echo", arguments: $0.element) }
        let results = await rig.engine.run(turn: 1, calls: calls, options: .with { $0.references = true })
        #expect(results.map { result in result.error.map { "\($0.kind.rawValue): \($0.message)" } ?? result.text } == given.expected)
        #expect(try rig.violations() == "")
    }

    @Test("where references are off, text is text")
    func referencesOff() async throws {
        let rig = try EngineRig([.echo])
        let results = await rig.engine.run(turn: 1, calls: [ToolCall(id: "a", name: "echo", arguments: #"{"x":"$ref:#1 {{$ref:#2}}"}"#)])
        #expect(results.map(\.text) == [#"{"x":"$ref:#1 {{$ref:#2}}"}"#])
    }

    @Test("secrets are cut before anything is logged, and the tool still has them")
    func redacts() async throws {
        let tool = Tool(
            name: "login", description: "",
            parameters: [
                "type": "object", "properties": ["key": ["type": "string"], "tags": ["type": "array"], "n": ["type": "integer"]],
            ],
            redacted: ["key", "tags.*.secret", "n.x"]
        ) { _, arguments in .value(arguments) }
        let rig = try EngineRig([tool, .echo])
        let texts = [
            #"{"key":"s3cr3t","tags":[{"secret":"s3cr3t","id":1}]}"#, #"{"key":"s3cr3t"#, #"{"key":["s3cr3t"]}"#, #"{"n":"s3cr3t"}"#,
        ]
        let results = await rig.engine.run(
            turn: 1, calls: texts.enumerated().map { ToolCall(id: "c\($0.offset)", name: "login", arguments: $0.element) })
        #expect(results[0].text == texts[0])
        let requests = rig.events.compactMap { event -> Event.CallRequested? in
            guard case .callRequested(let body) = event.body else { return nil }
            return body
        }
        #expect(requests.map(\.arguments?.description) == [#"{"tags":[{"id":1}]}"#, #""""#, "{}", #"{"n":"s3cr3t"}"#])
        #expect(requests.map(\.redacted) == [["key", "tags.0.secret"], [""], ["key"], []])
        // The tool's own result and a field that is no secret may show it; errors and arguments may not.
        let errors = results.compactMap(\.error?.message)
        #expect(errors.count == 3 && !errors.contains { $0.contains("s3cr3t") }, "\(errors)")
    }

    @Test(
        "results are cut at a character, per call and for the turn's sum, and say so",
        arguments: [
            // Limit, sum, number of calls, bytes each gives, what each is sent at the most.
            (1000, 100_000, 3, 900, 900), (1000, 100_000, 3, 5000, 1000), (100_000, 3000, 3, 5000, 1000), (100_000, 3000, 1, 2999, 2999),
            (100, 3000, 2, 200, 100), (10, 3000, 2, 200, 10), (0, 0, 2, 5, 0),
        ])
    func cuts(_ limit: Int, _ sum: Int, _ count: Int, _ bytes: Int, _ sent: Int) async throws {
        // Three scalars of four bytes and two joiners of three: a family is one character of 18 bytes.
        let family = "👩‍👩‍👧"
        let text = String(repeating: family, count: bytes / 18) + String(repeating: "x", count: bytes % 18)
        let rig = try EngineRig([Tool.of("long") { _, _ in .text(text) }])
        let calls = (0..<count).map { ToolCall(id: "c\($0)", name: "long", arguments: "") }
        let results = await rig.engine.run(
            turn: 1, calls: calls,
            options: .with {
                $0.resultLimit = limit
                $0.resultSumLimit = sum
            })
        let sizes = results.map { $0.text.utf8.count }
        #expect(sizes.allSatisfy { $0 <= min(limit, sum) } && sizes.reduce(0, +) <= sum)
        // They may end in any order.
        let events = Dictionary(uniqueKeysWithValues: rig.events.compactMap(Self.finished).map { ($0.call, $0) })
        for result in results {
            let event = try #require(events[result.call])
            #expect(event.result == JSONText(.string(text)))
            #expect(event.bytes == Int64(bytes))
            #expect(event.sentBytes == Int64(result.text.utf8.count))
            guard bytes > sent else {
                #expect(result.text == text)
                continue
            }
            #expect(result.text.utf8.count > sent - 19 || sent < 19)
            let kept = result.text.prefix { $0 == Character(family) || $0 == "x" }
            #expect(
                text.hasPrefix(kept)
                    && (limit < 90 || result.text.dropFirst(kept.count).hasPrefix("\n[cut here: \(bytes) bytes are more than the limit")))
        }
    }

    @Test("what one call leaves of its share is the others'")
    func shares() async throws {
        let rig = try EngineRig([
            Tool.of("long") { _, arguments in .text(String(repeating: "x", count: Int(arguments["n"]?.integer ?? 0))) }
        ])
        let calls = [10, 2000].enumerated().map { ToolCall(id: "c\($0.offset)", name: "long", arguments: "{\"n\":\($0.element)}") }
        let results = await rig.engine.run(
            turn: 1, calls: calls,
            options: .with {
                $0.resultSumLimit = 2010
                $0.strategy = .sequential
            })
        #expect(results.map(\.text.count) == [10, 2000])
    }

    private static func finished(_ event: Event) -> Event.CallFinished? {
        guard case .callFinished(let body) = event.body else { return nil }
        return body
    }
}
