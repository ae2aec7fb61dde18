import FanoutEngine
import FanoutEvents
import FanoutJSON
import FanoutTools
import Testing

extension ProgramsOneByOne {
    /// Commands of a tools file, with the arguments of a call put in.
    @Suite(.timeLimit(.minutes(1))) struct CommandTemplateTests {
        static let properties = ##"{"path": {}, "count": {}, "tags": {}, "at": {}, "o": {}}"##

        func call(_ keys: String, _ arguments: JSONValue) async throws -> ToolResult {
            let text = "{\"tools\": [{\"name\": \"t\", \(keys), \"parameters\": {\"properties\": \(Self.properties)}}]}"
            let tool = try ToolsFile(parsing: Array(text.utf8), name: "f") { $0 == "WORD" ? "a word" : nil }.tools[0]
            return try await tool.run(ToolContext(time: StillTime()), arguments)
        }

        /// Prints each of its arguments in angle brackets.
        private static let show = #""command": ["sh", "-c", "for a; do printf '<%s>' \"$a\"; done", "sh""#

        static let lines: [(String, JSONValue, String)] = [
            (#""${path}"]"#, ["path": "a b'; $(id) *"], "<a b'; $(id) *>"),
            (#""${path}"]"#, ["path": ""], "<>"),
            (#""${path}"]"#, [:], ""),
            (#""${path}"]"#, ["path": nil], ""),
            (#""x${path}y"]"#, [:], ""),
            (#""-n", "${count}", "--at=${at.hour}"]"#, ["count": 5, "at": ["hour": 1.5]], "<-n><5><--at=1.5>"),
            (#"["-n", "${count}"], "--", "${path}"]"#, ["path": "-x"], "<--><-x>"),
            (#"["-n", "${count}"], "--", "${path}"]"#, ["path": "-x", "count": 3], "<-n><3><--><-x>"),
            (#""--", "${tags}", "t=${tags}"]"#, ["tags": ["a b", 1, nil, "-c"]], #"<--><a b><1><-c><t=["a b",1,null,"-c"]>"#),
            (#""${tags}"]"#, ["tags": []], ""),
            (#""${o}"]"#, ["o": ["k": true]], #"<{"k":true}>"#),
            (#""$${path}", "${env:WORD}"]"#, [:], "<${path}><a word>"),
            (#""${path}"], "allow_options": true"#, ["path": "--all"], "<--all>"),
            (#""./${path}"]"#, ["path": "-x"], "<./-x>"),
        ]

        @Test("each element is one argument of the program, whatever it holds", arguments: lines)
        func elements(_ elements: String, _ arguments: JSONValue, _ expected: String) async throws {
            #expect(try await call(Self.show + ", " + elements, arguments) == .text(expected))
        }

        static let refused: [(String, JSONValue, String)] = [
            (#""${path}"]"#, ["path": "--output=/etc/passwd"], "path begins with a hyphen, and sh would take it for an option"),
            (#""${tags}"]"#, ["tags": ["a", "-b"]], "tags begins with a hyphen"),
            (#""${count}"]"#, ["count": -1], "count begins with a hyphen"),
            (#""x=${path}"]"#, ["path": "a\0b"], "cannot hold the character NUL"),
        ]

        @Test("what would become an option by accident is refused, and says how to write it", arguments: refused)
        func options(_ elements: String, _ arguments: JSONValue, _ words: String) async throws {
            let failure = await #expect(throws: ToolFailure.self) { try await call(Self.show + ", " + elements, arguments) }
            #expect(failure?.error.kind == .invalidArguments && failure?.isFinal == true)
            #expect(failure?.error.message.contains(words) == true, "\(failure?.error.message ?? "")")
        }

        @Test("directory and environment take arguments; what is missing is not set")
        func surroundings() async throws {
            let keys =
                #""command": ["sh", "-c", "echo $PWD $${A-none} $${B-none}"], "cwd": "/${path}", "env": {"A": "<${count}>", "B": "${o}"}"#
            #expect(try await call(keys, ["path": "tmp", "count": 3]) == .text("/tmp <3> none"))
            let failure = await #expect(throws: ToolFailure.self) { try await call(keys, [:]) }
            #expect(failure?.error.message.contains("the directory needs an argument that is missing") == true)
        }

        @Test("a shell has the arguments as variables, and never as part of its text")
        func shell() async throws {
            let keys = #""command": "printf '%s|%s|%s' \"$path\" \"${count-none}\" \"$o\"; echo; cat", "shell": true"#
            let arguments: JSONValue = ["path": "`id`; $(id) \"'", "o": [1]]
            #expect(try await call(keys, arguments) == .text("`id`; $(id) \"'|none|[1]\n\(arguments.description)"))
        }
    }
}
