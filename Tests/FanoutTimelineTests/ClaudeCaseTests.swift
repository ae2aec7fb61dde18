import FanoutEvents
import FanoutSession
import Foundation
import Testing

@Suite("What Claude Code's lines mean")
struct ClaudeCaseTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var isStream = false
        var lines: [String]
        var events: [String]

        var testDescription: String { name }
    }

    private static func user(_ t: Int, _ text: String, _ more: String = "") -> String {
        #"\#(t) user "message":{"role":"user","content":"\#(text)"}\#(more)"#
    }

    private static func call(_ t: Int, _ message: String, _ id: String, _ more: String = "", reason: String = #""tool_use""#) -> String {
        #"\#(t) assistant "message":{"id":"\#(message)","model":"m","content":[{"type":"tool_use","id":"\#(id)","name":"Bash","input":{}}],"#
            + #""stop_reason":\#(reason)}\#(more)"#
    }

    private static func result(_ t: Int, _ id: String, _ text: String = "fine", isError: Bool = false, _ more: String = "") -> String {
        #"\#(t) user "message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"\#(id)","content":"\#(text)","is_error":"#
            + #"\#(isError)}]}\#(more)"#
    }

    private static func said(_ t: Int, _ message: String, _ text: String, _ more: String = "") -> String {
        #"\#(t) assistant "message":{"id":"\#(message)","model":"m","content":[{"type":"text","text":"\#(text)"}],"#
            + #""stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":5}}\#(more)"#
    }

    private static let rejected = #","toolUseResult":"User rejected tool use","toolDenialKind":"user-rejected""#

    static let cases = [
        Case(
            name: "results come also between the blocks of one message, and join by their ids",
            lines: [user(0, "go"), call(1, "a", "x"), result(2, "x"), call(3, "a", "y"), result(4, "y")],
            events: [
                "0 user go", "~0 turn 1", "~0 r1 asked m", "1000 x requested Bash #0", "≥1000 x starts", "≤2000 x ok",
                "3000 y requested Bash #1",
                "≥3000 y starts", "≤4000 y ok", "≥3000 r1 calls",
            ]),
        Case(
            name: "a request is measured where a line tells of it",
            lines: [
                user(0, "go"), #"1 api-request "id":"q","querySource":"sdk","params":{"model":"m"}"#,
                said(3, "a", "done", #","requestRef":"q""#),
            ],
            events: ["0 user go", "1000 turn 1", "1000 r1 asked m", "3000 r1 text done", "≥3000 r1 stop 3/5"]),
        Case(
            name: "requests for the program's own ends open no turn",
            lines: [#"1 api-request "id":"q","querySource":"generate_session_title""#, user(2, "go")], events: ["1000 user go"]),
        Case(
            name: "usage is counted once a message, and the last line of it counts",
            lines: [
                #"0 assistant "message":{"id":"a","model":"m","content":[{"type":"thinking","thinking":"hm"}],"stop_reason":null,"#
                    + #""usage":{"input_tokens":3,"output_tokens":1,"cache_read_input_tokens":4}}"#,
                said(1, "a", "so"),
            ],
            events: ["~0 turn 1", "~0 r1 asked m", "0 r1 reasoning hm", "1000 r1 text so", "≥1000 r1 stop 3/5"]),
        Case(
            name: "several blocks and several results of one line are told apart",
            lines: [
                #"0 assistant "message":{"id":"a","model":"m","content":[{"type":"text","text":"both"},{"type":"tool_use","id":"x","name":"LS"},"#
                    + #"{"type":"tool_use","id":"y","name":"LS"}]}"#,
                #"1 user "message":{"content":[{"type":"tool_result","tool_use_id":"y"},{"type":"tool_result","tool_use_id":"x"}]}"#,
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 r1 text both", "0 x requested LS #0", "≥0 x starts", "0 y requested LS #1", "≥0 y starts",
                "≤1000 y ok", "≤1000 x ok", "≥0 r1 calls",
            ]),
        Case(
            name: "a refused call is denied, by whom the line names",
            lines: [
                call(0, "a", "x"),
                result(
                    1, "x", "you haven't granted it yet", isError: true,
                    #","toolDenialKind":"user-rejected","permissionDecision":{"decision":"reject","source":"config"}"#),
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "1000 x denied config", "≤1000 x failed denied",
                "≥0 r1 calls",
            ]),
        Case(
            name: "an interrupt cancels every open call and the turn",
            lines: [
                call(0, "a", "x"), call(0, "a", "y"), result(2, "x", "The user doesn't want to proceed", isError: true, rejected),
                result(2, "y", "The user doesn't want to proceed", isError: true, rejected + #","toolDenialBeforeRun":true"#),
                #"2 user "message":{"content":[{"type":"text","text":"[Request interrupted by user for tool use]"}]}"#,
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "0 y requested Bash #1", "≥0 y starts",
                "≤2000 x cancelled interrupted", "≤2000 y cancelled interrupted", "≥0 r1 calls", "2000 turn 1 cancelled",
            ]),
        Case(
            name: "a call without a result is unknown once the next reply comes, and at the file's end",
            lines: [call(0, "a", "x"), call(5, "b", "y")],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "≥0 r1 calls", "~5000 x unknown", "~0 turn 2",
                "~0 r2 asked m", "5000 y requested Bash #0", "≥5000 y starts", "≥5000 r2 calls", "~5000 y unknown",
            ]),
        Case(
            name: "a failed request is retried, and given up in the end",
            lines: [
                user(0, "go"),
                #"1 system "subtype":"api_error","error":{"formatted":"529 Overloaded","status":529},"retryInMs":500,"retryAttempt":1"#,
                #"3 system "subtype":"api_error","error":{"status":429},"retryInMs":900,"retryAttempt":2"#,
                #"9 assistant "isApiErrorMessage":true,"apiErrorStatus":400,"error":"bad","message":{"id":"e","model":"<synthetic>","#
                    + #""content":[{"type":"text","text":"API Error"}]}"#,
            ],
            events: [
                "0 user go", "~0 turn 1", "~0 r1 asked", "1000 r1 retries 529 Overloaded in 500", "~1500 r1 asked",
                "3000 r1 retries 429 no reason given in 900", "9000 r1 error bad",
            ]),
        Case(
            name: "a task in the background is let go, and its end is told when the notice of it comes",
            lines: [
                call(0, "a", "x"), result(1, "x", "Command running", #","toolUseResult":{"backgroundTaskId":"b"}"#),
                user(7, #"<task-notification>\n<task-id>b</task-id>\n<tool-use-id>x</tool-use-id>\n<summary>it is done</summary>"#),
                user(8, #"<task-notification><task-id>b</task-id><summary>it is done</summary>"#),
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "≤1000 x ok detached", "≤7000 x released",
                "7000 system it is done", "8000 system it is done", "≥0 r1 calls",
            ]),
        Case(
            name: "the kinds of failure are told apart",
            lines: [
                call(0, "a", "x"), result(1, "x", #"Exit code 3\noops"#, isError: true), call(1, "a", "y"),
                result(2, "y", "<tool_use_error>Error: No such tool available: Z</tool_use_error>", isError: true), call(2, "a", "z"),
                result(3, "z", "<tool_use_error>InputValidationError: no</tool_use_error>", isError: true), call(3, "a", "u"),
                result(4, "u", #"Exit code 143\nCommand timed out after 2m 0.0s"#, isError: true), call(4, "a", "v"),
                result(5, "v", "MCP error -32000: Connection closed", isError: true), call(5, "a", "w"), result(6, "w", "", isError: true),
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "≤1000 x failed exit_status",
                "1000 y requested Bash #1",
                "≥1000 y starts", "≤2000 y failed unknown_tool", "2000 z requested Bash #2", "≥2000 z starts",
                "≤3000 z failed invalid_arguments", "3000 u requested Bash #3", "≥3000 u starts", "≤4000 u timeout timeout",
                "4000 v requested Bash #4", "≥4000 v starts", "≤5000 v failed connection", "5000 w requested Bash #5", "≥5000 w starts",
                "≤6000 w failed tool_error", "≥5000 r1 calls",
            ]),
        Case(
            name: "the run time that a tool measured itself goes along",
            lines: [call(0, "a", "x"), result(9, "x", "fine", #","toolUseResult":{"durationMs":37}"#)],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "≤9000 x ok ran 37", "≥0 r1 calls",
            ]),
        Case(
            name: "what is meant for the model alone is not shown, and what the program says is",
            lines: [
                user(0, "<system-reminder>be good</system-reminder>"), user(1, "Caveat: hidden", #","isMeta":true"#),
                user(2, "<command-name>/model</command-name><command-args>opus</command-args>"),
                user(3, "<local-command-stdout>Set model</local-command-stdout>"), user(4, "<bash-input>ls</bash-input>"),
                user(5, "<bash-stdout>a.txt</bash-stdout><bash-stderr></bash-stderr>"),
                user(6, "a summary of it all", #","isCompactSummary":true"#),
                #"7 system "subtype":"compact_boundary","content":"Conversation compacted","compactMetadata":{"trigger":"auto","preTokens":9}"#,
                #"8 attachment "attachment":{"type":"task_reminder","content":"hidden"}"#,
                #"9 attachment "attachment":{"type":"queued_command","prompt":"and this too"}"#,
                #"10 system "subtype":"informational","content":"something is new""#,
            ],
            events: [
                "2000 user /model opus", "3000 system Set model", "4000 user ! ls", "5000 system a.txt",
                "7000 marker compacted auto, 9 tokens before", "9000 user and this too", "10000 system something is new",
            ]),
        Case(
            name: "copies of lines, and copies of requests, count once",
            lines: [
                call(0, "a", "x"),
                #"{"type":"assistant","uuid":"line-0","timestamp":"2026-11-21T02:00:05.000Z","sessionId":"s","message":{}}"#,
                result(1, "x"), result(2, "x"), call(3, "a", "x"),
                #"{"type":"api-request-blob","sessionId":"s","message":{"content":[{"type":"tool_result","tool_use_id":"x"}]}}"#,
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "≤1000 x ok", "≥3000 r1 calls",
            ]),
        Case(
            name: "an agent in the main file is the work of the call that told it what it was told",
            lines: [
                #"0 assistant "message":{"id":"a","model":"m","content":[{"type":"tool_use","id":"t","name":"Task","input":{"description":"look","#
                    + #""prompt":"find it"}}],"stop_reason":null}"#,
                #"1 user "isSidechain":true,"message":{"content":"find it"}"#,
                #"2 assistant "isSidechain":true,"parentUuid":"line-1","message":{"id":"b","model":"m","content":[{"type":"tool_use","id":"x","#
                    + #""name":"Grep","input":{}}]}"#,
                #"3 user "isSidechain":true,"parentUuid":"line-2","message":{"content":[{"type":"tool_result","tool_use_id":"x"}]}"#,
                result(4, "t"),
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 t requested Task #0", "≥0 t starts", "~1000 [look] turn 2 of t", "~1000 [look] r2 asked m",
                "2000 [look] x requested Grep #0", "≥2000 [look] x starts", "≤3000 [look] x ok", "≤4000 t ok", "≥0 r1 calls",
                "≥2000 [look] r2 calls",
            ]),
        Case(
            name: "what a stream tells piece by piece is not told again",
            isStream: true,
            lines: [
                #"1 stream_event "session_id":"s","event":{"type":"message_start","message":{"id":"a","model":"m"}}"#,
                #"1 stream_event "event":{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#,
                #"2 stream_event "event":{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"so"}}"#,
                #"2 stream_event "event":{"type":"content_block_start","index":2,"content_block":{"type":"tool_use","id":"x","name":"Bash"}}"#,
                #"2 assistant "message":{"id":"a","model":"m","content":[{"type":"text","text":"so"}],"stop_reason":null}"#,
                call(3, "a", "x", reason: "null"),
                #"4 stream_event "event":{"type":"message_delta","delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7}}"#,
                #"4 stream_event "event":{"type":"message_stop"}"#, result(5, "x"),
                #"6 result "subtype":"success","is_error":false"#, #"7 result "subtype":"success","is_error":true"#,
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 r1 reasoning hm", "1000 r1 text so", "1000 x announced Bash #0",
                "2000 x requested Bash #0",
                "≥2000 x starts", "3000 r1 calls -1/7", "≤4000 x ok", "~6000 session failed",
            ]),
        Case(
            name: "a stream tells of tasks and refusals as they happen",
            isStream: true,
            lines: [
                call(0, "a", "x", #","session_id":"s""#, reason: "null"),
                #"0 system "subtype":"task_started","task_id":"b","tool_use_id":"x","task_type":"local_bash""#,
                result(1, "x", "running", #","tool_use_result":{"backgroundTaskId":"b"}"#), call(1, "a", "y", reason: "null"),
                #"2 system "subtype":"permission_denied","tool_use_id":"y""#,
                result(
                    3, "y", "no", isError: true,
                    #","tool_result_meta":[{"id":"y","non_execution_kind":"user-rejected","permission_decision":{"decision":"reject"}}]"#),
                #"4 system "subtype":"task_updated","task_id":"b","patch":{"status":"completed","end_time":1795226403500}"#,
                #"5 system "subtype":"task_notification","task_id":"b","tool_use_id":"x","status":"completed""#,
            ],
            events: [
                "~0 turn 1", "~0 r1 asked m", "0 x requested Bash #0", "≥0 x starts", "≤1000 x ok detached", "1000 y requested Bash #1",
                "≥1000 y starts", "2000 y denied the user", "≤3000 y failed denied", "3500 x released", "≥1000 r1 calls",
            ]),
    ]

    @Test("line by line", arguments: cases)
    func told(example: Case) {
        let run = ClaudeRun(lines: example.lines, example.isStream ? .stream : .transcript)
        #expect(run.brief == example.events)
        #expect(run.problems.isEmpty)
    }

    @Test("what cannot be read is said, and the rest is read")
    func broken() {
        let good = ClaudeRun.whole([Self.user(0, "go")])
        let text = "{\"type\":\"user\",\n[1]\n\n\u{0}\u{1}\n" + good + #"{"type":"user","uuid":"torn"#
        let run = ClaudeRun(Array(text.utf8))
        #expect(run.brief == ["0 user go"])
        #expect(run.problems.map(\.line) == [1, 2, 4, 6])
        #expect(run.problems.last?.fault == .torn)
    }

    @Test("a title that somebody chose counts more than one that was made up")
    func titles() {
        let run = ClaudeRun(lines: [
            #"{"type":"summary","summary":"older","leafUuid":"x"}"#, Self.user(0, "first words"),
            #"{"type":"custom-title","customTitle":"mine","sessionId":"s"}"#, #"{"type":"ai-title","aiTitle":"its own","sessionId":"s"}"#,
        ])
        #expect(run.headers.map(\.title) == ["older", "mine"])
        #expect(run.headers.allSatisfy { $0.session == "s" && $0.source?.name == "claude-code" })
    }
}
