import FanoutEvents
import FanoutJSON
import FanoutView
import Testing

struct LaneFilterTests {
    /// A session with one call in each state.
    private static func scene() -> Conversation {
        var scene = Conversation()
        scene.tell(0, .turn(1, title: "first"), .wants(1, "a", "read_file", ["path": "Sources/App.swift"], index: 0))
        scene.tell(0, .wants(1, "b", "sql_query", ["sql": "SELECT \"name\" FROM Patients"], index: 1))
        scene.tell(0, .wants(1, "c", "grep", ["q": "naïve ÉTÉ"], index: 2), .wants(1, "d", "sql_write", [:], index: 3))
        scene.tell(100, .began("a"), .began("b"), .began("c"))
        scene.tell(600, .ended("a", ["text": "import Foundation\nlet x = 1"]))
        scene.tell(3_100, .failed("b", "no such table: patients"))
        scene.tell(4_000, .turn(2, title: "second"), .wants(2, "e", "web_fetch", ["url": "https://swift.org"], index: 0))
        scene.tell(4_100, .began("e"))
        scene.tell(4_200, .callOutput(Event.CallOutput(call: "e", text: "HTTP/2 ", stream: .stdout)))
        scene.tell(4_300, .callOutput(Event.CallOutput(call: "e", text: "200 and a body", stream: .stdout)))
        scene.tell(5_000)
        scene.now = 5_000_000
        return scene
    }

    /// The names of the lanes that have rows, once everything was looked at.
    private static func names(_ filter: String) -> [String] {
        var scene = scene()
        scene.press("f")
        scene.type(filter)
        scene.press(.enter)
        while scene.dashboard.isSearching(scene.input) { scene.dashboard.searchOn(scene.input) }
        let known = ["read_file", "sql_query", "grep", "sql_write", "web_fetch"]
        let lines = scene.frame().lines
        return known.filter { name in lines.contains { $0.contains(" \(name) ") } }
    }

    @Test(
        "a filter lets through what all of its terms hold of",
        arguments: [
            ("", ["read_file", "sql_query", "grep", "sql_write", "web_fetch"]),
            ("tool:sql", ["sql_query", "sql_write"]), ("tool:SQL", []), ("tool:grep,read", ["read_file", "grep"]),
            ("-tool:sql", ["read_file", "grep", "web_fetch"]), ("tool:", ["read_file", "sql_query", "grep", "sql_write", "web_fetch"]),
            ("state:ok", ["read_file"]), ("state:failed", ["sql_query"]), ("state:error", ["sql_query"]),
            ("state:running", ["grep", "web_fetch"]), ("state:queued", ["sql_write"]), ("state:open", ["grep", "sql_write", "web_fetch"]),
            ("state:ended", ["read_file", "sql_query"]), ("state:r", ["grep", "web_fetch"]),
            ("state:ok,failed", ["read_file", "sql_query"]),
            (">2s", ["sql_query", "grep"]), (">2", ["sql_query", "grep"]), ("<600ms", ["read_file", "sql_write"]), (">1m", []),
            (">", ["read_file", "sql_query", "grep", "sql_write", "web_fetch"]), ("turn:2", ["web_fetch"]),
            ("turn:1-2 tool:web", ["web_fetch"]),
            ("swift", ["read_file", "web_fetch"]), ("Swift", []), ("tool:sql patients", ["sql_query"]), ("foundation", ["read_file"]),
            ("\"let x\"", ["read_file"]), ("été", ["grep"]), ("ÉTÉ", ["grep"]), ("200", ["web_fetch"]),
            ("\"http/2 200\"", ["web_fetch"]), ("https://swift", ["web_fetch"]), ("-patients tool:sql", ["sql_write"]),
            ("exitstatus", []), ("exit_status", ["sql_query"]),
        ])
    func lets(filter: String, through expected: [String]) {
        #expect(Self.names(filter) == expected)
    }

    @Test(
        "what cannot be understood is said, and what it takes",
        arguments: [
            ("stat:ok", "\"stat:\" is none of tool: state: agent: turn: (quotes make it text)"),
            ("state:nope", "state:nope is none of queued running retrying ok failed timeout cancelled skipped unknown error open ended"),
            ("state:nope,ok", "state:nope is none of queued running retrying ok failed timeout cancelled skipped unknown error open ended"),
            (">2q", "\"2q\" is no time: give a number with us, ms, s, m or h"),
            ("<s", "\"s\" is no time: give a number with us, ms, s, m or h"),
            ("turn:x", "turn:x: give a number, or two as 3-5"), ("turn:5-3", "turn:5-3: give a number, or two as 3-5"),
        ])
    func problems(filter: String, message: CleanText) {
        #expect { try LaneFilter(filter) } throws: { ($0 as? LaneFilter.Problem)?.message == message }
    }

    @Test("it filters as it is typed, says what is wrong, and comes back as it was")
    func typing() {
        var scene = Self.scene()
        scene.press("f")
        scene.type("tool:sql")
        #expect(!scene.frame().text.contains("read_file"))
        scene.type(" >2q")
        let wrong = scene.frame().lines
        #expect(wrong.last?.contains("\"2q\" is no time") == true)
        #expect(!wrong.contains { $0.contains("read_file") }, "the last that could be understood counts")
        scene.press(.escape)
        #expect(scene.frame().text.contains("read_file"))
        scene.press("f")
        scene.type("state:failed")
        scene.press(.enter)
        #expect(scene.frame().lines.contains { $0.contains("filter state:failed") })
        scene.press("f", .control("u"), .enter)
        #expect(scene.frame().text.contains("read_file"))
    }

    @Test("a filtered view changes as its calls do")
    func arriving() {
        var scene = Self.scene()
        scene.press("f")
        scene.type("state:running")
        scene.press(.enter)
        #expect(scene.frame().text.contains(" grep "))
        scene.tell(5_100, .ended("c", "nothing"), .began("d"))
        let after = scene.frame().text
        #expect(!after.contains(" grep "))
        #expect(after.contains(" sql_write "))
        scene.tell(5_200, .wants(2, "f", "late", [:], index: 1), .began("f"))
        #expect(scene.frame().text.contains(" late "))
    }
}
