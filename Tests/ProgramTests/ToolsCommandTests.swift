import FanoutJSON
import Testing

/// `fanout tools`: what a file holds, what is wrong with it, and one call.
struct ToolsCommandTests {
    private static let file = #"""
        {"tools": [
          {"name": "greet", "description": "Says \u001b[31mhello.", "command": ["printf", "hello %s", "${name}"], "read_only": true,
           "parameters": {"type": "object", "properties": {"name": {"type": "string", "default": "you"}}}},
          {"name": "risky", "command": "echo to $path >&2; echo done; exit $code", "shell": true, "approval": true, "writes": ["disk"],
           "limit": 2, "timeout": "1500ms", "parameters": {"properties": {"path": {}, "code": {"type": "integer", "default": 0}}}}
        ]}
        """#

    @Test("a file is listed, cleanly, for people and for programs")
    func list() throws {
        let folder = try ProgramFolder()
        try folder.write("fanout.json", Self.file)
        let list = try folder.run("tools")
        #expect(list.status == 0 && list.error == "")
        #expect(
            list.output
                == """
                TOOL   KIND     HOW IT RUNS                                  DESCRIPTION
                greet  command  read-only                                    Says hello.
                risky  command  asks first, writes disk, limit 2, timeout 1.5s  

                """.replacing("HOW IT RUNS                                  ", with: "HOW IT RUNS                                     ")
                .replacing("read-only                                    ", with: "read-only                                       "))
        let json = try JSONValue(parsing: folder.run("tools", "--json").output)
        #expect(json[1]?["name"] == "risky" && json[1]?["timeout_us"] == 1_500_000 && json[0]?["parameters"]?["type"] == "object")
    }

    @Test("every error of a file is told, each with its line, and what can be read is listed")
    func errors() throws {
        let folder = try ProgramFolder()
        try folder.write(
            "t.json", "{\"tools\": [\n{\"name\": \"a\", \"simulate\": {}},\n{\"name\": \"b\"},\n{\"name\": \"c\", \"comand\": []}]}")
        let check = try folder.run("tools", "--tools", "t.json")
        #expect(check.status == 1)
        #expect(check.output.split(separator: "\n").count == 2)
        #expect(
            check.error.split(separator: "\n").map { $0.prefix(36) } == [
                "fanout: t.json line 3, tools[1]: the", "fanout: t.json line 4, tools[2].coma",
            ])
    }

    static let calls: [([String], Int, String, String)] = [
        (["greet", #"{"name": "Ada"}"#], 0, "hello Ada\n", "hello Ada"),
        (["greet"], 0, "hello you\n", "hello you"),
        (
            ["greet", #"{"name": 5}"#], 1, "",
            "fanout: greet: The arguments do not fit the schema of greet: name: expected a string, got 5.\n"
        ),
        (["greet", "{"], 1, "", "fanout: greet: The arguments are not JSON"),
        (["risky", #"{"path": "x"}"#, "--approve", "always"], 0, "done\n", "to x\n"),
        (["risky", #"{"code": 3}"#, "--approve", "always"], 1, "", "fanout: risky: exit 3\nto\n"),
        (["risky"], 1, "", "fanout: risky needs approval, and there is no terminal to ask on; --approve always runs it\n"),
        (["rsky"], 2, "", "fanout: tools call rsky: there is no such tool; did you mean risky?\n"),
        ([], 2, "", "fanout: tools call: give the name of one tool"),
    ]

    @Test("one tool is called as a model would call it", arguments: calls)
    func call(_ arguments: [String], _ status: Int, _ output: String, _ error: String) throws {
        let folder = try ProgramFolder()
        try folder.write("fanout.json", Self.file)
        let quoted = arguments.map { "'\($0)'" }.joined(separator: " ")
        let call = try folder.shell("\"$FANOUT\" tools call \(quoted)")
        #expect(call.status == status)
        #expect(call.output == output)
        #expect(call.error.contains(error), "\(call.error)")
    }

    @Test("on a terminal somebody is asked, and answers", arguments: [("y", "done", 0), ("n", "The policy denies", 1)])
    func asks(_ answer: String, _ words: String, _ status: Int) throws {
        let folder = try ProgramFolder()
        let path = try folder.write("fanout.json", Self.file)
        let terminal = try folder.open("tools", "call", "risky", #"{"path": "x"}"#, "--tools", path)
        try terminal.wait(forText: "risky needs approval. Run it? [y/N]")
        terminal.type(answer + "\n")
        try terminal.wait(forText: words)
        #expect(try terminal.end() == status)
    }

    @Test("an interrupted call ends with all that it started")
    func interrupted() throws {
        let folder = try ProgramFolder()
        let path = try folder.write(
            "t.json", #"{"tools": [{"name": "hang", "command": "echo ready >&2; sleep 1000 & sleep 1000", "shell": true}]}"#)
        let terminal = try folder.open("tools", "call", "hang", "--tools", path)
        try terminal.wait(forText: "ready")
        terminal.type("\u{3}")
        #expect(try terminal.end() == 130)
    }

    @Test("without a file there is nothing to list, and it is said what to do")
    func none() throws {
        let none = try ProgramFolder().run("tools")
        #expect(none.status == 2)
        #expect(none.error == "fanout: tools: name a tools file with --tools; there is no fanout.json here\n")
    }
}
