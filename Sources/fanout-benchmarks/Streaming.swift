internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// Replies that stream: what decoding costs, and what is won by starting calls before the reply is whole.
enum StreamingBenchmarks {
    // MARK: decode

    /// A reply of n pieces of text and a call at its end, decoded out of chunks of 16 KB, for each API.
    static func decode(_ n: Int) async throws -> [Figures] {
        try WireForm.allCases.map { form in
            let bytes = stream(form, pieces: n)
            let chunks = stride(from: 0, to: bytes.count, by: 16_384).map { Array(bytes[$0..<min($0 + 16_384, bytes.count)]) }
            var best = Double.infinity
            for _ in 0..<5 {
                let watch = Stopwatch()
                var stream = ReplyStream(form: form)
                var count = 0
                for chunk in chunks {
                    var pieces: [ReplyPiece] = []
                    try stream.take(chunk, &pieces)
                    count += pieces.count
                }
                guard try stream.reply().text.utf8.count > n, count > 0 else { throw ExecutorBenchmarks.Wrong(what: "a piece was lost") }
                best = min(best, watch.cpuMicroseconds)
            }
            let megabytes = Double(bytes.count) / 1e6
            var figures = Figures()
            figures.add("form", form.rawValue)
            figures.add("megabytes", megabytes)
            figures.add("cpu_ms_per_mb", best / 1000 / megabytes)
            figures.add("ns_per_piece", best * 1000 / Double(n), digits: 1)
            return figures
        }
    }

    /// The stream that the peer in .dev/peers/decode.py is given too.
    static func stream(_ form: WireForm, pieces n: Int) -> [UInt8] {
        var events: [JSONValue]
        switch form {
        case .openAIChat:
            events = (0..<n).map { number in
                [
                    "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_228_000, "model": "m",
                    "choices": [["index": 0, "delta": ["content": .string(word(number))], "finish_reason": nil]], "usage": nil,
                ]
            }
            events.append([
                "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_228_000, "model": "m",
                "choices": [["index": 0, "delta": [:], "finish_reason": "stop"]], "usage": nil,
            ])
        case .openAIResponses:
            let text = (0..<n).map(word).joined()
            events = (0..<n).map { number in
                [
                    "type": "response.output_text.delta", "sequence_number": .integer(Int64(number)), "item_id": "msg_1", "output_index": 0,
                    "content_index": 0, "delta": .string(word(number)), "logprobs": [],
                ]
            }
            events.append([
                "type": "response.completed", "sequence_number": .integer(Int64(n)),
                "response": [
                    "id": "resp_1", "object": "response", "created_at": 1_795_228_000, "status": "completed", "model": "m",
                    "output": [
                        [
                            "type": "message", "id": "msg_1", "role": "assistant", "status": "completed",
                            "content": [["type": "output_text", "text": .string(text), "annotations": []]],
                        ]
                    ],
                ],
            ])
        case .anthropicMessages:
            events = [
                [
                    "type": "message_start",
                    "message": [
                        "id": "msg_1", "type": "message", "role": "assistant", "model": "m", "content": [], "stop_reason": nil,
                        "stop_sequence": nil, "usage": ["input_tokens": 10, "output_tokens": 1],
                    ],
                ], ["type": "content_block_start", "index": 0, "content_block": ["type": "text", "text": ""]],
            ]
            events += (0..<n).map { number in
                ["type": "content_block_delta", "index": 0, "delta": ["type": "text_delta", "text": .string(word(number))]]
            }
            events += [
                ["type": "content_block_stop", "index": 0],
                ["type": "message_delta", "delta": ["stop_reason": "end_turn", "stop_sequence": nil], "usage": ["output_tokens": 5]],
                ["type": "message_stop"],
            ]
        }
        var writer = JSONWriter()
        for event in events {
            if form != .openAIChat {
                writer.text("event: ")
                writer.raw((event["type"]?.string ?? "").utf8)
                writer.text("\n")
            }
            writer.text("data: ")
            writer.value(event)
            writer.text("\n\n")
        }
        return writer.bytes + (form == .openAIChat ? Array("data: [DONE]\n\n".utf8) : [])
    }

    private static func word(_ number: Int) -> String { " word\(number % 977)" }

    // MARK: early

    /// A reply that asks for n calls of 500 ms, one every 2 s / n, with two at a time: started as they come, and when the reply is whole.
    static func early(_ n: Int) async throws -> [Figures] {
        let (early, started) = try await turn(n, startsEarly: true)
        let (late, startedLate) = try await turn(n, startsEarly: false)
        var figures = Figures()
        figures.add("wall_ms", early / 1000)
        figures.add("wall_ms_without", late / 1000)
        figures.add("saved_ms", (late - early) / 1000)
        figures.add("last_byte_to_start_us", started, digits: 1)
        figures.add("last_byte_to_start_us_without", startedLate, digits: 1)
        return [figures]
    }

    /// Microseconds of the turn, from its request, and from the end of the reply to the start of the last call that nothing held back.
    private static func turn(_ n: Int, startsEarly: Bool) async throws -> (wall: Double, start: Double) {
        let time = SystemTime()
        let log = EventLog { time.now() }
        let events = log.reader(limit: .max)
        let tool = Tool(name: "look", description: "Looks.", traits: .with { $0.readOnly = true }) { context, _ in
            try await context.sleep(for: 500_000)
            return .text("seen")
        }
        var pieces = (0..<n).map { index in
            ScriptedProvider.Piece(
                delay: Int64(2_000_000 / n),
                data: JSONText([
                    "choices": [
                        [
                            "index": 0,
                            "delta": [
                                "tool_calls": [
                                    [
                                        "index": .integer(Int64(index)), "id": .string("c\(index)"), "type": "function",
                                        "function": ["name": "look", "arguments": "{}"],
                                    ]
                                ]
                            ],
                        ]
                    ]
                ]).utf8)
        }
        pieces.append(ScriptedProvider.Piece(data: Array(#"{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#.utf8)))
        pieces.append(ScriptedProvider.Piece(data: Array("[DONE]".utf8)))
        let answer = ScriptedProvider.Piece(
            data: Array(#"{"choices":[{"index":0,"delta":{"content":"done"},"finish_reason":"stop"}]}"#.utf8))
        let provider = ScriptedProvider(
            form: .openAIChat, steps: [ScriptedProvider.Step(pieces: pieces), ScriptedProvider.Step(pieces: [answer])], time: time)
        var options = AgentOptions(model: "m")
        options.turn.limit = 2
        options.turn.startsEarly = startsEarly
        let agent = Agent(engine: try Engine(log: log, time: time, tools: [tool]), provider: provider, options: options)
        let outcome = await agent.run("go")
        guard outcome.text == "done" else { throw ExecutorBenchmarks.Wrong(what: "there was no answer") }
        var requested: Int64 = 0
        var whole: Int64 = 0
        var end: Int64 = 0
        var firstAfter: Int64?
        for event in events.take().events {
            switch event.body {
            case .modelStarted(let model) where model.turn == 1: requested = event.t
            case .modelFinished(let model) where model.turn == 1: whole = event.t
            // Without an early start two calls are free to start the moment the reply is whole.
            case .callStarted where whole > 0 && firstAfter == nil: firstAfter = event.t
            case .callFinished: end = event.t
            default: break
            }
        }
        return (Double(end - requested), startsEarly ? 0 : Double((firstAfter ?? whole) - whole))
    }
}
