import FanoutEngine
import FanoutEvents
import FanoutJSON
import Testing

@testable import FanoutTools

/// What becomes of what servers list and answer.
struct MCPToolTests {
    private static func failed(_ message: String) -> MCPToolResult.Outcome { .failure(CallError(.toolError, message)) }

    static let results: [(String, MCPToolResult.Outcome)] = [
        (#"{"content":[{"type":"text","text":"plain"}]}"#, .result(.text("plain"))),
        (
            #"{"content":[{"type":"text","text":"{ \"price\": 1.10 }"}]}"#,
            .result(.json(JSONText(unchecked: Array(#"{"price":1.10}"#.utf8))))
        ),
        (#"{"content":[{"type":"text","text":"a"},{"type":"text","text":"b"}]}"#, .result(.text("a\nb"))),
        (#"{"content":[]}"#, .result(.text(""))),
        // What says the same twice is taken once, exactly as it was written.
        (
            #"{"content":[{"type":"text","text":"{\"n\": 1.10}"}],"structuredContent":{"n": 1.10}}"#,
            .result(.json(JSONText(unchecked: Array(#"{"n":1.10}"#.utf8))))
        ),
        (
            #"{"content":[{"type":"text","text":"counted 2"}],"structuredContent":{"result":"counted 2"}}"#,
            .result(.value(["result": "counted 2"]))
        ),
        (
            #"{"content":[{"type":"text","text":"2"}],"structuredContent":{"result":2},"resultType":"complete"}"#,
            .result(.value(["result": 2]))
        ),
        (#"{"content":[{"type":"text","text":"See also:"}],"structuredContent":[1]}"#, .result(.text("See also:\n[1]"))),
        (
            #"{"content":[{"type":"image","data":"AAECAw==","mimeType":"image/png"},{"type":"audio","data":"AAEC"},{"type":"video"},{"type":"resource_link","uri":"file:///a","name":"a"},{"type":"resource","resource":{"uri":"file:///b","text":"inside"}},{"type":"resource","resource":{"uri":"file:///c","blob":"AA=="}}]}"#,
            .result(
                .text(
                    "(image, image/png, 4 bytes, not shown)\n(audio, 3 bytes, not shown)\n(content of type video, not shown)\n(resource a: file:///a)\n(resource file:///b)\ninside\n(resource file:///c, 1 bytes, not shown)"
                ))
        ),
        (#"{"content":[{"type":"text","text":"no such zone"}],"isError":true}"#, failed("no such zone")),
        (#"{"content":[],"isError":true}"#, failed("srv says that the call failed, and not why")),
        (#"{"resultType":"input_required","requestState":"abc"}"#, .again(MCPToolResult.AskAgain(state: "abc"))),
        (
            #"{"resultType":"input_required","inputRequests":{"q":{"method":"elicitation/create","params":{}}}}"#,
            failed("srv asks for elicitation/create before it does this, which Fanout cannot give; say more in the arguments")
        ),
        (#"{"resultType":"later"}"#, failed("srv answers with a result of type later, which is not known")),
        ("[]", .result(.text(""))),
    ]

    @Test("each kind of answer becomes a result, or a failure in the server's words", arguments: results)
    func result(_ answer: String, _ expected: MCPToolResult.Outcome) throws {
        #expect(MCPToolResult.outcome(of: try RawJSON(parsing: Array(answer.utf8)), server: "srv") == expected)
    }

    @Test("names keep to the letters that APIs allow, to their length, and apart")
    func names() {
        var names = MCPToolNames(taken: ["s__taken"])
        let long = String(repeating: "x", count: 100)
        let made = [("s", "a.b"), ("s", "a_b"), ("s", "a.b"), ("s", "taken"), ("Zürich", "t"), ("s", long), ("s", long + "y")].map {
            names.name(server: $0, tool: $1)
        }
        #expect(Set(made).count == made.count)
        #expect(made[0] == "s__a_b" && made[4] == "Z__rich__t")
        #expect(made[1].hasPrefix("s__a_b_") && made[3].hasPrefix("s__taken_"))
        for name in made {
            #expect(name.wholeMatch(of: /[A-Za-z0-9_-]{1,64}/) != nil, "\(name)")
        }
        var again = MCPToolNames(taken: [])
        #expect(again.name(server: "s", tool: long) == made[5])
    }

    static let listings: [(JSONValue, String?)] = [
        (["name": "a", "inputSchema": [:]], nil),
        (["inputSchema": [:]], "lists a tool without a name, which is left out"),
        (["name": "a", "inputSchema": "x"], "has a tool a without an inputSchema, which is left out"),
        (
            ["name": "a", "inputSchema": ["properties": ["r": ["type": "string", "x-mcp-header": "a b"]]]],
            "has a tool a that asks for a header named \"a b\", which is no name of a header; it is left out"
        ),
        (
            ["name": "a", "inputSchema": ["properties": ["r": ["type": "array", "x-mcp-header": "R"]]]],
            "has a tool a that asks for r in a header, which is no text, number, true or false; it is left out"
        ),
        (
            [
                "name": "a",
                "inputSchema": [
                    "properties": ["r": ["type": "string", "x-mcp-header": "R"], "s": ["type": "string", "x-mcp-header": "r"]]
                ],
            ], "has a tool a that asks twice for a header named r; it is left out"
        ),
    ]

    @Test("what a server lists is taken where it can be used", arguments: listings)
    func listing(_ listed: JSONValue, _ fault: String?) throws {
        guard let fault else {
            #expect(try MCPToolDefinition(listed).parameters == ["type": "object"])
            return
        }
        #expect(throws: MCPToolDefinition.Fault(reason: fault)) { try MCPToolDefinition(listed) }
    }

    @Test("arguments go into headers as those take them")
    func headers() throws {
        let schema: JSONValue = [
            "properties": [
                "region": ["type": "string", "x-mcp-header": "Region"],
                "deep": ["type": "object", "properties": ["n": ["type": "integer", "x-mcp-header": "N"]]],
            ]
        ]
        let parameters = try MCPHeaderParameter.all(in: schema)
        let values = parameters.map { $0.value(in: ["region": "eu-1", "deep": ["n": 42]])?.text }
        #expect(values == ["eu-1", "42"])
        #expect(parameters.map { $0.value(in: ["region": nil])?.text } == [nil, nil])
        // Beside Python's base64.
        let encoded = ["é", " a", "a\n", "=?base64?x?=", "", "plain text"].map(MCPHeaderParameter.encoded)
        #expect(encoded == ["=?base64?w6k=?=", "=?base64?IGE=?=", "=?base64?YQo=?=", "=?base64?PT9iYXNlNjQ/eD89?=", "", "plain text"])
    }
}
