import FanoutEngine
import FanoutEvents
import FanoutHTTP
import FanoutJSON
import Testing

@testable import FanoutAgent

/// Streamed replies, out of bytes that may be cut anywhere.
@Suite struct ReplyStreamTests {
    /// What a stream comes to, in words that can be compared.
    struct Outcome: Equatable {
        var pieces: [ReplyPiece] = []
        var reply = ""
        var error: ReplyError?
        var finish: Event.Finish?
    }

    private func play(_ chunks: [[UInt8]], _ form: WireForm) -> (Outcome, Reply?) {
        var stream = ReplyStream(form: form)
        var outcome = Outcome()
        do {
            for chunk in chunks {
                try stream.take(chunk, &outcome.pieces)
            }
            let reply = try stream.reply()
            outcome.reply = reply.messages.map(\.description).joined(separator: "\n")
            outcome.finish = reply.finish
            return (outcome, reply)
        } catch {
            outcome.error = error
        }
        return (outcome, nil)
    }

    private static let paris = #"{"city":"Paris"}"#
    private static let oslo = #"{"city":"Oslo"}"#

    private static func announced(_ place: Int, _ id: String, _ name: String) -> ReplyPiece { .announced(place: place, id: id, name: name) }
    private static func sealed(_ place: Int, _ id: String, _ name: String, _ arguments: String) -> ReplyPiece {
        .sealed(place: place, ToolCall(id: id, name: name, arguments: arguments))
    }

    struct Stream: CustomTestStringConvertible {
        var file: String
        var form: WireForm
        var expected: Outcome
        var testDescription: String { file }

        init(_ file: String, _ form: WireForm, _ expected: Outcome) {
            self.file = file
            self.form = form
            self.expected = expected
        }
    }

    private static let threeCalls =
        #"{"role":"assistant","content":null,"tool_calls":["#
        + #"{"id":"call_p1","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}},"#
        + #"{"id":"call_o2","type":"function","function":{"name":"get_weather","arguments":"{\"city\":\"Oslo\"}"}},"#
        + #"{"id":"call_n3","type":"function","function":{"name":"now","arguments":"{}"}}]}"#

    static let streams: [Stream] = [
        Stream(
            "openai_chat/stream_parallel_tool_calls.sse", .openAIChat,
            Outcome(
                pieces: [
                    announced(0, "call_p1", "get_weather"), sealed(0, "call_p1", "get_weather", paris),
                    announced(1, "call_o2", "get_weather"), sealed(1, "call_o2", "get_weather", oslo),
                    announced(2, "call_n3", "now"), sealed(2, "call_n3", "now", "{}"),
                ],
                reply: threeCalls,
                finish: .calls)
        ),
        Stream(
            "openai_chat/stream_interleaved_indexes.sse", .openAIChat,
            Outcome(
                pieces: [
                    announced(0, "call_p1", "get_weather"), announced(1, "call_o2", "get_weather"), announced(2, "call_n3", "now"),
                    sealed(0, "call_p1", "get_weather", paris), sealed(1, "call_o2", "get_weather", oslo),
                    sealed(2, "call_n3", "now", "{}"),
                ],
                reply: threeCalls,
                finish: .calls)
        ),
        Stream(
            "openai_chat/stream_midway_error.sse", .openAIChat,
            Outcome(
                pieces: [
                    announced(0, "call_p1", "get_weather"), sealed(0, "call_p1", "get_weather", paris),
                    announced(1, "call_o2", "get_weather"),
                ],
                error: ReplyError("The server had an error while processing your request.", kind: .serverError, isTransient: true))
        ),
        Stream(
            "openai_responses/stream_parallel_function_calls.sse", .openAIResponses,
            Outcome(
                pieces: [
                    announced(0, "call_p1", "get_weather"), sealed(0, "call_p1", "get_weather", paris),
                    announced(1, "call_o2", "get_weather"), sealed(1, "call_o2", "get_weather", oslo),
                ],
                reply: #"{"type":"reasoning","id":"rs_1","summary":[],"encrypted_content":"gAAAAexample"}"# + "\n"
                    + #"{"type":"function_call","id":"fc_1","call_id":"call_p1","name":"get_weather","arguments":"{\"city\":\"Paris\"}","status":"completed"}"#
                    + "\n"
                    + #"{"type":"function_call","id":"fc_2","call_id":"call_o2","name":"get_weather","arguments":"{\"city\":\"Oslo\"}","status":"completed"}"#,
                finish: .calls)
        ),
        Stream(
            "openai_responses/stream_incomplete.sse", .openAIResponses,
            Outcome(
                pieces: [announced(0, "call_p1", "get_weather")],
                reply:
                    #"{"type":"function_call","id":"fc_1","call_id":"call_p1","name":"get_weather","arguments":"{\"ci","status":"incomplete"}"#,
                finish: .length)
        ),
        Stream(
            "openai_responses/stream_failed.sse", .openAIResponses,
            Outcome(error: ReplyError("The model failed to generate a response.", kind: .serverError, isTransient: true))
        ),
        Stream(
            "openai_responses/stream_error_event.sse", .openAIResponses,
            Outcome(error: ReplyError("Rate limit reached", kind: .rateLimited, isTransient: true))
        ),
        Stream(
            "anthropic_messages/stream_parallel_tool_use.sse", .anthropicMessages,
            Outcome(
                pieces: [
                    .output(.text, "Check"), .output(.text, "ing."), announced(0, "toolu_p1", "get_weather"),
                    sealed(0, "toolu_p1", "get_weather", #"{"city": "Paris"}"#), announced(1, "toolu_o2", "get_weather"),
                    sealed(1, "toolu_o2", "get_weather", #"{"city": "Oslo"}"#), announced(2, "toolu_n3", "now"),
                    sealed(2, "toolu_n3", "now", ""),
                ],
                reply: #"{"role":"assistant","content":[{"type":"text","text":"Checking."},"#
                    + #"{"type":"tool_use","id":"toolu_p1","name":"get_weather","input":{"city":"Paris"}},"#
                    + #"{"type":"tool_use","id":"toolu_o2","name":"get_weather","input":{"city":"Oslo"}},"#
                    + #"{"type":"tool_use","id":"toolu_n3","name":"now","input":{}}]}"#,
                finish: .calls)
        ),
        Stream(
            "anthropic_messages/stream_max_tokens_cut_tool.sse", .anthropicMessages,
            Outcome(
                pieces: [announced(0, "toolu_p1", "get_weather")],
                reply: #"{"role":"assistant","content":[{"type":"tool_use","id":"toolu_p1","name":"get_weather","input":{}}]}"#,
                finish: .length)
        ),
        Stream(
            "anthropic_messages/stream_thinking_text.sse", .anthropicMessages,
            Outcome(
                pieces: [.output(.reasoning, "Two cities."), .output(.text, "ok")],
                reply: #"{"role":"assistant","content":[{"type":"thinking","thinking":"Two cities.","signature":"sigEXAMPLE"},"#
                    + #"{"type":"text","text":"ok"}]}"#,
                finish: .stop)
        ),
        Stream(
            "anthropic_messages/stream_overloaded_midway.sse", .anthropicMessages,
            Outcome(pieces: [.output(.text, "Chec")], error: ReplyError("Overloaded", kind: .serverError, isTransient: true))
        ),
    ]

    @Test("a stream comes to the same however its bytes are cut", arguments: streams)
    func anyCut(_ stream: Stream) throws {
        let (file, form, expected) = (stream.file, stream.form, stream.expected)
        let bytes = try Fixture(file).bytes
        #expect(merged(play([bytes], form).0) == merged(expected))
        #expect(merged(play(bytes.map { [$0] }, form).0) == merged(expected))
        for seed in 0..<20 {
            var random = Random(seed: UInt64(seed))
            var chunks: [[UInt8]] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...200, using: &random)
                chunks.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            #expect(merged(play(chunks, form).0) == merged(expected), "seed \(seed)")
        }
    }

    /// Text in one piece, whatever pieces it came in.
    private func merged(_ outcome: Outcome) -> Outcome {
        var merged = outcome
        merged.pieces = []
        for piece in outcome.pieces {
            merged.pieces.add(piece)
        }
        return merged
    }

    @Test("a stream that ends before its end is a connection that broke, wherever it does", arguments: streams)
    func cutShort(_ stream: Stream) throws {
        let (file, form, expected) = (stream.file, stream.form, stream.expected)
        let bytes = try Fixture(file).bytes
        for count in 0..<bytes.count {
            let (outcome, reply) = play([Array(bytes.prefix(count))], form)
            // Nothing that was not there in full counts as sealed.
            #expect(merged(expected).pieces.filter(\.isSealed).starts(with: outcome.pieces.filter(\.isSealed)))
            if let reply {
                #expect(reply.finish == expected.finish, "cut at \(count)")
            } else {
                #expect(outcome.error?.isTransient == true || outcome.error?.message.contains("message_start") == true)
            }
        }
    }

    @Test("what a streamed reply says of its use is what one in a piece says")
    func usage() throws {
        let chat = try #require(play([try Fixture("openai_chat/stream_parallel_tool_calls.sse").bytes], .openAIChat).1)
        #expect(chat.usage == Event.Usage(input: 120, output: 48, cached: 0))
        #expect(chat.model == "gpt-5.1-2026-01-01")
        let messages = try #require(play([try Fixture("anthropic_messages/stream_parallel_tool_use.sse").bytes], .anthropicMessages).1)
        #expect(messages.usage == Event.Usage(input: 400, output: 120, cached: 0))
        #expect(messages.calls.map(\.arguments) == [#"{"city": "Paris"}"#, #"{"city": "Oslo"}"#, "{}"])
        let responses = try #require(play([try Fixture("openai_responses/stream_parallel_function_calls.sse").bytes], .openAIResponses).1)
        #expect(responses.responseID == "resp_1")
        #expect(responses.calls.map(\.arguments) == [Self.paris, Self.oslo])
        let text = try #require(play([try Fixture("openai_responses/stream_text.sse").bytes], .openAIResponses).1)
        #expect(text.finish == .stop)
        #expect(!text.text.isEmpty)
    }

    /// Pieces of a chat stream, each the `delta` of a chunk; a word for the finish.
    private func chat(_ deltas: [String], finish: String?, done: Bool = true) -> [UInt8] {
        var lines = deltas.map { #"data: {"choices":[{"index":0,"delta":\#($0),"finish_reason":null}]}"# }
        if let finish {
            lines.append(#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"\#(finish)"}]}"#)
        }
        if done {
            lines.append("data: [DONE]")
        }
        return Array(lines.map { $0 + "\n\n" }.joined().utf8)
    }

    @Test(
        "servers that imitate the API are read as they mean it",
        arguments: [
            // The index starts at one.
            (
                [#"{"tool_calls":[{"index":1,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#], "tool_calls",
                ["a f {}"], Event.Finish.calls
            ),
            // No index at all: the id tells, and pieces without one belong to the last.
            (
                [
                    #"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{\"x\""}}]}"#,
                    #"{"tool_calls":[{"function":{"arguments":":1}"}}]}"#,
                    #"{"tool_calls":[{"id":"b","function":{"name":"g","arguments":"{}"}}]}"#,
                ], "stop", ["a f {\"x\":1}", "b g {}"], .calls
            ),
            // Id and name in each piece.
            (
                [
                    #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{"}}]}"#,
                    #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"}"}}]}"#,
                ], "tool_calls", ["a f {}"], .calls
            ),
            // Arguments that are not quoted.
            (
                [#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"x":1}}}]}"#], "tool_calls",
                [#"a f {"x":1}"#], .calls
            ),
            // Cut off, and called whole.
            (
                [#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":"}}]}"#], "tool_calls",
                [#"a f {"x":"#], .length
            ),
            // None at all stand for an empty object.
            ([#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}"#], "tool_calls", ["a f "], .calls),
            ([#"{"content":"no"}"#], "content_filter", [], .filtered),
            ([#"{"refusal":"I will not"}"#], "stop", [], .refused),
            ([#"{"content":"some"}"#], "length", [], .length),
        ])
    func imitators(_ deltas: [String], _ finish: String, _ calls: [String], _ expected: Event.Finish) throws {
        let reply = try #require(play([chat(deltas, finish: finish)], .openAIChat).1)
        #expect(reply.calls.map { "\($0.id) \($0.name) \($0.arguments)" } == calls)
        #expect(reply.finish == expected)
    }

    @Test("a call is not sealed before it is sure: no empty arguments, nothing half, nothing last")
    func notSealed() {
        let deltas = [
            #"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}"#,
            #"{"tool_calls":[{"index":1,"id":"b","function":{"name":"f","arguments":"{\"x\":{}"}}]}"#,
            #"{"tool_calls":[{"index":2,"id":"c","function":{"name":"f","arguments":"{}"}}]}"#,
        ]
        #expect(play([chat(deltas, finish: "length")], .openAIChat).0.pieces.filter(\.isSealed) == [])
        // The end says that calls are all there is: then empty stands for none, but half is still half.
        #expect(
            play([chat(deltas, finish: "tool_calls")], .openAIChat).0.pieces.filter(\.isSealed)
                == [Self.sealed(0, "a", "f", ""), Self.sealed(2, "c", "f", "{}")])
    }

    @Test("reasoning that servers with open models send is told apart from the answer")
    func reasoning() throws {
        let (outcome, reply) = play(
            [chat([#"{"reasoning_content":"hm"}"#, #"{"reasoning":", so"}"#, #"{"content":"42"}"#], finish: "stop")], .openAIChat)
        #expect(merged(outcome).pieces == [.output(.reasoning, "hm, so"), .output(.text, "42")])
        #expect(reply?.reasoning == "hm, so")
    }

    @Test("an error in the place of a chunk, and a chunk that is no JSON, end the stream with a reason")
    func errors() {
        let refused = play([Array("data: {\"error\":{\"message\":\"too long\",\"type\":\"invalid_request_error\"}}\n\n".utf8)], .openAIChat)
            .0
        #expect(refused.error == ReplyError("too long", kind: .badReply, isTransient: false))
        let nonsense = play([Array("data: {oops\n\n".utf8)], .openAIChat).0
        #expect(nonsense.error?.message.contains("not JSON") == true)
    }

    /// The same numbers each time.
    private struct Random: RandomNumberGenerator {
        private var state: UInt64
        init(seed: UInt64) { state = seed &* 2_862_933_555_777_941_757 &+ 3_037_000_493 }
        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }
}

extension ReplyPiece {
    fileprivate var isSealed: Bool {
        if case .sealed = self { true } else { false }
    }
}

@Suite struct EventStreamParserTests {
    @Test("server-sent events come out as the standard says, whole and byte by byte")
    func cases() throws {
        for item in try #require(try Fixture("sse/cases.json").json.array) {
            let input = Array(try #require(item["input"]?.string).utf8)
            let expected = (item["events"]?.array ?? []).map { "\($0["event"]?.string ?? "")|\($0["data"]?.string ?? "")" }
            for chunks in [
                [input], input.map { [$0] }, stride(from: 0, to: input.count, by: 3).map { Array(input[$0..<min($0 + 3, input.count)]) },
            ] {
                var parser = EventStreamParser(limit: 1000)
                var events: [String] = []
                for chunk in chunks {
                    events += try parser.take(chunk).map { "\($0.type)|\(String(decoding: $0.data, as: UTF8.self))" }
                }
                #expect(events == expected, "\(item["name"]?.string ?? "")")
                #expect(parser.lastID ?? "" == item["events"]?.array?.last?["lastEventId"]?.string ?? "")
            }
        }
    }

    @Test("a line that does not end is given up at the limit, and so are lines without number")
    func endless() {
        var parser = EventStreamParser(limit: 100)
        #expect(throws: EventStreamParser.TooLong.self) {
            for _ in 0..<20 {
                _ = try parser.take(Array("data: abcdef".utf8))
            }
        }
        var lines = EventStreamParser(limit: 100)
        #expect(throws: EventStreamParser.TooLong.self) {
            for _ in 0..<20 {
                _ = try lines.take(Array("data: abcdef\n".utf8))
            }
        }
    }
}
