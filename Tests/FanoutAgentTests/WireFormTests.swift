import FanoutAgent
import FanoutEngine
import FanoutEvents
import FanoutJSON
import Testing

@Suite struct WireFormTests {
    @Test("calls come out in order, with arguments as the provider wrote them")
    func calls() throws {
        let paris = #"{"city":"Paris"}"#
        let oslo = #"{"city":"Oslo"}"#
        let chat = try WireForm.openAIChat.reply(from: Fixture("openai_chat/response_tool_calls.json").bytes)
        #expect(chat.calls.map(\.id) == ["call_p1", "call_o2", "call_n3"])
        #expect(chat.calls.map(\.name) == ["get_weather", "get_weather", "now"])
        #expect(chat.calls.map(\.arguments) == [paris, oslo, "{}"])
        #expect(chat.finish == .calls && chat.reason == "tool_calls")
        #expect(chat.usage == Event.Usage(input: 120, output: 48, cached: 0))
        #expect(chat.model == "gpt-5.1-2026-01-01")

        let messages = try WireForm.anthropicMessages.reply(from: Fixture("anthropic_messages/response_tool_use.json").bytes)
        #expect(messages.text == "Checking.")
        #expect(messages.calls.map(\.id) == ["toolu_p1", "toolu_o2", "toolu_n3"])
        #expect(messages.calls.map(\.arguments) == [paris, oslo, "{}"])
        #expect(messages.finish == .calls && messages.reason == "tool_use")
        #expect(messages.usage == Event.Usage(input: 400, output: 120, cached: 0))
    }

    @Test("a custom tool's free text and a refusal are told apart from calls and text")
    func otherReplies() throws {
        let custom = try WireForm.openAIChat.reply(from: Fixture("openai_chat/response_custom_tool.json").bytes)
        #expect(custom.calls == [ToolCall(id: "call_c1", name: "run_sql", arguments: "SELECT 1")])
        let refusal = try WireForm.openAIChat.reply(from: Fixture("openai_chat/response_refusal.json").bytes)
        #expect(refusal.finish == .refused && refusal.refusal == "I can't help with that." && refusal.text.isEmpty)
    }

    struct Ending: CustomTestStringConvertible {
        var form: WireForm
        var word: String?
        /// The arguments of the reply's calls, as text.
        var calls: [String]
        var finish: Event.Finish
        var testDescription: String { "\(form.rawValue) \(word ?? "nothing") with \(calls)" }

        var body: [UInt8] {
            let reason: JSONValue = word.map { .string($0) } ?? .null
            switch form {
            case .openAIChat:
                let calls = calls.map {
                    ["id": "c", "type": "function", "function": ["name": "f", "arguments": .string($0)]] as JSONValue
                }
                return JSONText(["choices": [["message": ["content": "so", "tool_calls": .array(calls)], "finish_reason": reason]]]).utf8
            case .openAIResponses:
                let items = calls.map {
                    ["type": "function_call", "id": "fc", "call_id": "c", "name": "f", "arguments": .string($0)] as JSONValue
                }
                let said: JSONValue = ["type": "message", "role": "assistant", "content": [["type": "output_text", "text": "so"]]]
                let isStatus = word.map { ["completed", "cancelled"].contains($0) } ?? true
                let details: JSONValue = isStatus ? nil : ["reason": reason]
                return JSONText([
                    "status": isStatus ? reason : "incomplete", "incomplete_details": details, "output": .array([said] + items),
                ]).utf8
            case .anthropicMessages:
                let blocks = calls.map {
                    ["type": "tool_use", "id": "c", "name": "f", "input": JSONText(unchecked: Array($0.utf8)).value] as JSONValue
                }
                return JSONText(["content": .array([["type": "text", "text": "so"]] + blocks), "stop_reason": reason]).utf8
            }
        }
    }

    static let endingCases: [Ending] = [
        Ending(form: .openAIResponses, word: "completed", calls: [], finish: .stop),
        Ending(form: .openAIResponses, word: "completed", calls: ["{}", "{}"], finish: .calls),
        Ending(form: .openAIResponses, word: "max_output_tokens", calls: ["{}"], finish: .length),
        Ending(form: .openAIResponses, word: "content_filter", calls: [], finish: .filtered),
        Ending(form: .openAIResponses, word: "steered", calls: [], finish: .length),
        Ending(form: .openAIResponses, word: "cancelled", calls: [], finish: .other),
        Ending(form: .openAIChat, word: "stop", calls: [], finish: .stop),
        Ending(form: .openAIChat, word: "length", calls: [], finish: .length),
        Ending(form: .openAIChat, word: "content_filter", calls: [], finish: .filtered),
        Ending(form: .openAIChat, word: "tool_calls", calls: ["{}"], finish: .calls),
        Ending(form: .openAIChat, word: "function_call", calls: ["{}"], finish: .calls),
        // A forced tool, and many imitators.
        Ending(form: .openAIChat, word: "stop", calls: ["{}"], finish: .calls),
        // Empty arguments are an empty object.
        Ending(form: .openAIChat, word: "tool_calls", calls: [""], finish: .calls),
        // Broken arguments of another call than the last are that call's own trouble.
        Ending(form: .openAIChat, word: "tool_calls", calls: [#"{"a""#, "{}"], finish: .calls),
        // An imitator's word for a reply that was cut off.
        Ending(form: .openAIChat, word: "tool_calls", calls: ["{}", #"{"city":"Lon"#], finish: .length),
        Ending(form: .openAIChat, word: "length", calls: ["{}"], finish: .length),
        Ending(form: .openAIChat, word: "grown_tired", calls: ["{}"], finish: .other),
        Ending(form: .openAIChat, word: nil, calls: ["{}"], finish: .other),
        Ending(form: .anthropicMessages, word: "end_turn", calls: [], finish: .stop),
        Ending(form: .anthropicMessages, word: "stop_sequence", calls: [], finish: .stop),
        Ending(form: .anthropicMessages, word: "tool_use", calls: ["{}"], finish: .calls),
        Ending(form: .anthropicMessages, word: "max_tokens", calls: ["{}"], finish: .length),
        Ending(form: .anthropicMessages, word: "model_context_window_exceeded", calls: [], finish: .length),
        Ending(form: .anthropicMessages, word: "pause_turn", calls: [], finish: .paused),
        Ending(form: .anthropicMessages, word: "refusal", calls: [], finish: .refused),
        Ending(form: .anthropicMessages, word: "grown_tired", calls: ["{}"], finish: .other),
    ]

    @Test("why a reply ended is told by its word and by its calls", arguments: endingCases)
    func endings(_ ending: Ending) throws {
        let reply = try ending.form.reply(from: ending.body)
        #expect(reply.finish == ending.finish)
        #expect(reply.reason == ending.word)
        #expect(reply.calls.count == ending.calls.count)
    }

    @Test("a number in the arguments keeps its spelling, and goes back as it came")
    func spelling() throws {
        let input = #"{"amount":1.10,"id":12345678901234567890}"#
        let spaced = #"{ "content": [ {"type":"tool_use","id":"t","name":"f","input": \#(input)} ], "stop_reason":"tool_use" }"#
        let reply = try WireForm.anthropicMessages.reply(from: Array(spaced.utf8))
        #expect(reply.calls.first?.arguments == input)
        #expect(
            reply.messages.first?.description
                == #"{"role":"assistant","content":[{"type":"tool_use","id":"t","name":"f","input":\#(input)}]}"#)
    }

    @Test("the next request holds the reply as it was and each result under its id, as in the recorded ones")
    func nextRequest() throws {
        for form in [WireForm.openAIChat, .anthropicMessages] {
            let folder = form == .openAIChat ? "openai_chat/response_tool_calls" : "anthropic_messages/response_tool_use"
            let reply = try form.reply(from: Fixture("\(folder).json").bytes)
            var conversation = Conversation(form: form)
            conversation.ask("Weather in Paris and Oslo, and the time?")
            conversation.append(reply)
            conversation.answer([
                CallAnswer(id: reply.calls[0].id, text: "14C", isError: false),
                CallAnswer(id: reply.calls[1].id, text: "-2C", isError: false),
                CallAnswer(id: reply.calls[2].id, text: "clock unavailable", isError: true),
            ])
            let tools = [
                Tool(name: "now", description: "The time.", parameters: ["type": "object", "properties": [:]]) { _, _ in .text("") }
            ]
            let body = conversation.request(RequestOptions(model: "m", tools: tools, allowsParallelCalls: false)).value
            let messages = try #require(body["messages"]?.array)
            #expect(MessageRules.faults(in: messages, form: form).isEmpty)

            let recorded = try Fixture("\(form == .openAIChat ? "openai_chat" : "anthropic_messages")/request_2_with_results.json").json
            #expect(messages[0] == recorded["messages"]?[0])
            #expect(messages[1] == recorded["messages"]?[1])
            switch form {
            case .openAIChat:
                #expect(messages[2] == ["role": "tool", "tool_call_id": "call_p1", "content": "14C"])
                #expect(messages[4] == ["role": "tool", "tool_call_id": "call_n3", "content": "clock unavailable"])
                #expect(body["parallel_tool_calls"] == false)
                #expect(body["tools"]?[0]?["function"]?["parameters"] == tools[0].parameters)
            case .openAIResponses:
                Issue.record("it has a test of its own")
            case .anthropicMessages:
                #expect(messages.count == 3)
                #expect(messages[2]["content"]?[0] == recorded["messages"]?[2]?["content"]?[0])
                #expect(messages[2]["content"]?[2] == recorded["messages"]?[2]?["content"]?[2])
                #expect(body["tool_choice"] == ["type": "auto", "disable_parallel_tool_use": true])
                #expect(body["tools"]?[0]?["input_schema"] == tools[0].parameters)
            }
        }
    }

    @Test("items go back all of them, or where the server keeps the conversation only what is new")
    func nextResponsesRequest() throws {
        let reply = try WireForm.openAIResponses.reply(from: Fixture("openai_responses/response_function_calls.json").bytes)
        #expect(reply.usage == Event.Usage(input: 120, output: 60, cached: 0))
        var conversation = Conversation(form: .openAIResponses, system: "Be brief.")
        conversation.ask("Weather in Paris and Oslo?")
        conversation.append(reply)
        conversation.answer([
            CallAnswer(id: "call_p1", text: #"{"temp_c":14}"#, isError: false),
            CallAnswer(id: "call_o2", text: #"{"temp_c":-2}"#, isError: false),
        ])
        let tools = [Tool(name: "now", description: "The time.", parameters: ["type": "object", "properties": [:]]) { _, _ in .text("") }]
        var options = RequestOptions(model: "gpt-5.1", tools: tools)
        let stateless = conversation.request(options).value
        let recorded = try Fixture("openai_responses/request_2_stateless.json").json
        #expect(stateless["input"]?.array?.prefix(4) == recorded["input"]?.array?.prefix(4))
        #expect(stateless["store"] == false && stateless["include"] == recorded["include"])
        #expect(stateless["instructions"] == "Be brief.")
        #expect(stateless["tools"]?[0]?["strict"] == false && stateless["tools"]?[0]?["parameters"] == tools[0].parameters)
        let items = try #require(stateless["input"]?.array)
        #expect(MessageRules.faults(in: items, form: .openAIResponses) == [])

        options.keepsState = true
        options.allowsParallelCalls = false
        options.toolChoice = .tool("now")
        let stateful = conversation.request(options).value
        let recordedStateful = try Fixture("openai_responses/request_2_previous_response_id.json").json
        #expect(stateful["previous_response_id"] == "resp_1")
        #expect(stateful["input"] == recordedStateful["input"])
        #expect(stateful["parallel_tool_calls"] == false)
        #expect(stateful["tool_choice"] == ["type": "function", "name": "now"])
        #expect(stateful["store"] == true)
    }

    @Test("what the model may, must or must not call is said in each API's own way")
    func toolChoices() {
        let tools = [Tool(name: "f", description: "") { _, _ in .text("") }]
        func choice(_ form: WireForm, _ choice: ToolChoice, parallel: Bool = true) -> String {
            var options = RequestOptions(model: "m", tools: tools, allowsParallelCalls: parallel)
            options.toolChoice = choice
            return Conversation(form: form).request(options).value["tool_choice"]?.description ?? "-"
        }
        #expect(
            [.auto, .none, .required, .tool("f")].map { choice(.openAIChat, $0) }
                == ["-", "\"none\"", "\"required\"", #"{"type":"function","function":{"name":"f"}}"#])
        #expect(
            [.auto, .none, .required, .tool("f")].map { choice(.openAIResponses, $0) }
                == ["-", "\"none\"", "\"required\"", #"{"type":"function","name":"f"}"#])
        #expect(
            [.auto, .none, .required, .tool("f")].map { choice(.anthropicMessages, $0) }
                == ["-", #"{"type":"none"}"#, #"{"type":"any"}"#, #"{"type":"tool","name":"f"}"#])
        #expect(choice(.anthropicMessages, .required, parallel: false) == #"{"type":"any","disable_parallel_tool_use":true}"#)
        #expect(choice(.anthropicMessages, .none, parallel: false) == #"{"type":"none"}"#)
    }

    @Test(
        "a message goes back with what the API knows, and says something",
        arguments: [
            (
                #"{"role":"assistant","content":"so","refusal":null,"annotations":[],"tool_calls":[]}"#,
                #"{"role":"assistant","content":"so"}"#
            ),
            (#"{"role":"assistant","content":null}"#, #"{"role":"assistant","content":""}"#),
            (#"{"content":null,"refusal":"No."}"#, #"{"role":"assistant","content":null,"refusal":"No."}"#),
            (
                #"{"tool_calls":[ {"id":"c","type":"function","function":{"name":"f","arguments":"{ }"},"extra":{"n":1.0}} ]}"#,
                #"{"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{ }"},"extra":{"n":1.0}}]}"#
            ),
        ])
    func sentBack(_ message: String, _ expected: String) throws {
        let reply = try WireForm.openAIChat.reply(from: Array(#"{"choices":[{"message":\#(message),"finish_reason":"stop"}]}"#.utf8))
        #expect(reply.messages.first?.description == expected)
    }

    @Test("what is no reply is told in the provider's words, or in ours")
    func notAReply() throws {
        let table: [(WireForm, String, String)] = [
            (.openAIChat, #"{"error":{"message":"Nope.","type":"x"}}"#, "Nope."),
            (.openAIChat, #"{"error":"model not found"}"#, "model not found"),
            (.openAIChat, #"{"choices":[]}"#, "does not speak OpenAI Chat Completions"),
            (.openAIChat, "[1,2", "not JSON"),
            (.anthropicMessages, #"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "Overloaded"),
            (.anthropicMessages, #"{"choices":[]}"#, "does not speak Anthropic Messages"),
        ]
        for (form, body, words) in table {
            let error = #expect(throws: ReplyError.self) { try form.reply(from: Array(body.utf8)) }
            #expect(error?.message.contains(words) == true, "\(body)")
        }
    }
}
