internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

extension Scenario {
    package static let travel = Scenario(
        name: "travel", title: "The same calls under three strategies",
        prompt: "What's the weather like in Tokyo, London, and New York right now? Tell me the time and the news for each, too.",
        summary: "nine calls sequentially, on a pool of ten threads, and in parallel; then five tools of 500 ms as the yardstick"
    ) { settings throws(ScenarioError) in
        let places = [("Tokyo", "Asia/Tokyo"), ("London", "Europe/London"), ("New York", "America/New_York")]
        let calls = places.flatMap { city, zone in
            [
                Script.Call("get_weather", ["location": .string(city)]),
                Script.Call("get_time", ["timezone": .string(zone)]),
                Script.Call("get_news", ["topic": .string(city), "count": 2]),
            ]
        }
        let yardstick = (1...5).map { Script.Call("half_second", ["number": .integer($0)]) }
        var script = Script(settings)
        script.ask(after: 600, calls)
        script.ask(after: 300, calls)
        script.ask(after: 300, calls)
        script.ask(after: 300, yardstick)
        script.ask(after: 300, yardstick)
        script.answer(
            after: 450,
            "Tokyo, London and New York are sunny at 22 °C, and it is 14:30. Each city has two headlines, \"News about …\" #1 and #2.")

        let plans: [(String, Strategy)] = [
            ("nine calls, sequential", .sequential), ("nine calls, a pool of 10 threads", .threads(10)),
            ("nine calls, parallel", .parallel),
            ("five tools of 500 ms, sequential", .sequential), ("five tools of 500 ms, parallel", .parallel),
        ]
        return Cast(
            tools: tools(settings), steps: script.steps, turn: settings.turn,
            plan: plans.map { title, strategy in
                var options = settings.turn
                options.strategy = strategy
                return TurnPlan(title: title, options: options)
            },
            epilogue: { answer, events in
                answer.text += "\n\n" + TurnComparison(plans.map(\.0), baselines: [1, 1, 1, 4, 4], in: events).text
            })
    }

    private static func tools(_ settings: ScenarioSettings) -> [Tool] {
        let traits = ToolTraits.with {
            $0.readOnly = true
            $0.repeatable = true
        }
        return [
            Tool(
                name: "get_weather", description: "The weather at a place.",
                parameters: ToolSchema.object([("location", ToolSchema.string("A city"))]), traits: traits
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 500))
                return .value([
                    "location": .string(arguments.text("location")), "temperature": 22, "unit": "celsius", "conditions": "sunny",
                ])
            },
            Tool(
                name: "get_time", description: "The time in a time zone.",
                parameters: ToolSchema.object([("timezone", ToolSchema.string("Such as Asia/Tokyo"))]), traits: traits
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 300))
                return .value(["timezone": .string(arguments.text("timezone")), "time": "14:30"])
            },
            Tool(
                name: "get_news", description: "Headlines about a topic.",
                parameters: ToolSchema.object(
                    [
                        ("topic", ToolSchema.string("What the news are about")),
                        ("count", ToolSchema.count("How many headlines", default: 5)),
                    ],
                    optional: ["count"]), traits: traits
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 700))
                let topic = arguments.text("topic")
                let headlines = (0..<max(0, arguments["count"]?.integer ?? 5)).map { JSONValue.string("News about \(topic) #\($0 + 1)") }
                return .value(["topic": .string(topic), "headlines": .array(headlines)])
            },
            Tool(
                name: "half_second", description: "Takes half a second.",
                parameters: ToolSchema.object([("number", ["type": "integer"])]), traits: traits
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 500))
                return .value(["number": arguments["number"] ?? .null, "slept_ms": .integer(settings.delay(milliseconds: 500) / 1000)])
            },
        ]
    }
}
