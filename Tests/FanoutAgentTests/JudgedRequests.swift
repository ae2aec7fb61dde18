import FanoutAgent
import FanoutJSON

/// Requests of every kind that our code makes, for the packages to judge.
enum JudgedRequests {
    private struct Arguments: Codable, SchemaDescribed {
        var city: String
        var days: Int?
        static let fieldDescriptions = ["city": "Its name."]
    }

    private static let tools = [
        Tool("get_weather", "The weather in a city.") { (_: Arguments, _) in "" },
        Tool(
            name: "now", description: "",
            parameters: ["type": "object", "properties": ["zone": ["type": "string"]], "required": ["zone"], "additionalProperties": false]
        ) { _, _ in .text("") },
    ]

    /// What may differ from one request to the next.
    private static let variants: [(name: String, change: @Sendable (inout RequestOptions) -> Void)] = [
        ("plain", { _ in }), ("streamed", { $0.isStreamed = true }), ("no parallel calls", { $0.allowsParallelCalls = false }),
        ("no tools", { $0.tools = [] }), ("strict", { $0.isStrict = true }), ("short", { $0.longestReply = 100 }),
        ("stateful", { $0.keepsState = true }), ("none", { $0.toolChoice = .none }), ("required", { $0.toolChoice = .required }),
        ("a tool", { $0.toolChoice = .tool("now") }),
        (
            "a tool, no parallel calls, streamed",
            {
                $0.toolChoice = .tool("now")
                $0.allowsParallelCalls = false
                $0.isStreamed = true
            }
        ),
    ]

    /// - Parameter replies: As the packages write them; they go back with results.
    static func all(continuing replies: [JSONValue]) -> [JSONValue] {
        var cases: [JSONValue] = []
        for form in WireForm.allCases {
            var first = Conversation(form: form, system: "Be brief.")
            first.ask("How is the weather?")
            var talks = [("first", first)]
            for reply in replies where reply["form"]?.string == form.rawValue {
                guard let read = try? form.reply(from: Array((reply["whole"]?.string ?? "").utf8)) else { continue }
                var second = first
                second.append(read)
                second.answer(
                    read.calls.enumerated().map { place, call in CallAnswer(id: call.id, text: "é \(place)", isError: place == 1) })
                talks.append(("second", second))
                second.ask("And now?")
                talks.append(("third", second))
            }
            for (talk, conversation) in talks {
                for (variant, change) in variants {
                    var options = RequestOptions(model: "m", tools: tools)
                    change(&options)
                    cases.append([
                        "name": .string("\(form.rawValue), \(talk), \(variant)"), "form": .string(form.rawValue),
                        "body": conversation.request(options).value,
                    ])
                }
            }
            // What they must find, or they find nothing.
            guard case .object(var wrong) = first.request(RequestOptions(model: "m", tools: tools)).value else { continue }
            wrong["parallel_tools"] = true
            cases.append(["name": .string("\(form.rawValue), wrong"), "form": .string(form.rawValue), "body": .object(wrong)])
        }
        return cases
    }
}
