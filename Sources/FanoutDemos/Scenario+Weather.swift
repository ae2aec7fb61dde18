internal import FanoutAgent
internal import FanoutEngine
internal import FanoutJSON

extension Scenario {
    package static let weather = Scenario(
        name: "weather", title: "Weather and exchange rate",
        prompt: "What's the weather in Tokyo and London, and what's the USD to JPY rate?",
        summary: "three calls in one reply, run together; each result goes back under its own id"
    ) { settings throws(ScenarioError) in
        var script = Script(settings)
        script.ask(
            after: 550,
            [
                Script.Call("get_weather", ["city": "Tokyo"]),
                Script.Call("get_weather", ["city": "London"]),
                Script.Call("get_exchange_rate", ["from_currency": "USD", "to_currency": "JPY"]),
            ])
        script.answer(after: 450, "It is 24 °C in Tokyo and 15 °C in London. One US dollar is 149.5 yen.")
        return Cast(tools: WeatherTools.all(settings), steps: script.steps, turn: settings.turn)
    }

    package static let single = Scenario(
        name: "single", title: "One call",
        prompt: "What's the weather in Tokyo?",
        summary: "one call goes the same way as several"
    ) { settings throws(ScenarioError) in
        var script = Script(settings)
        script.ask(after: 500, [Script.Call("get_weather", ["city": "Tokyo"])])
        script.answer(after: 400, "It is 24 °C in Tokyo.")
        return Cast(tools: WeatherTools.all(settings), steps: script.steps, turn: settings.turn)
    }

    package static let claude = Scenario(
        name: "claude", title: "Weather, over Anthropic Messages",
        prompt: "Weather in Tokyo and London?",
        summary: "two tool_use blocks come in, one user message with both tool_result blocks goes out",
        form: .anthropicMessages
    ) { settings throws(ScenarioError) in
        var script = Script(settings, form: .anthropicMessages)
        script.ask(
            after: 600, saying: "I'll look up both cities.",
            [Script.Call("get_weather", ["city": "Tokyo"]), Script.Call("get_weather", ["city": "London"])])
        script.answer(after: 450, "Tokyo has 24 °C and London 15 °C.")
        return Cast(tools: WeatherTools.all(settings), steps: script.steps, turn: settings.turn)
    }
}

/// A weather service and an exchange office that know a few answers by heart.
enum WeatherTools {
    private static let celsius: [String: Int64] = ["Tokyo": 24, "London": 15, "New York": 18, "Sydney": 22]
    private static let rates: [String: Double] = ["USD JPY": 149.5, "USD EUR": 0.92, "EUR USD": 1.09]
    /// Milliseconds; chosen so that three lanes differ on a screen.
    private static let travel: [String: Double] = ["Tokyo": 620, "London": 480]

    static func all(_ settings: ScenarioSettings) -> [Tool] {
        let traits = ToolTraits.with {
            $0.readOnly = true
            $0.repeatable = true
        }
        return [
            Tool(
                name: "get_weather", description: "The current temperature in a city.",
                parameters: ToolSchema.object([("city", ToolSchema.string("The city's name, such as Tokyo"))]), traits: traits
            ) { context, arguments in
                let city = arguments.text("city")
                try await context.sleep(for: settings.delay(milliseconds: travel[city] ?? 540))
                return .value(["city": .string(city), "temperature": .integer(celsius[city] ?? 20), "unit": "celsius"])
            },
            Tool(
                name: "get_exchange_rate", description: "What one unit of a currency costs in another.",
                parameters: ToolSchema.object([
                    ("from_currency", ToolSchema.string("Three letters, such as USD")),
                    ("to_currency", ToolSchema.string("Three letters, such as JPY")),
                ]), traits: traits
            ) { context, arguments in
                let (from, to) = (arguments.text("from_currency"), arguments.text("to_currency"))
                try await context.sleep(for: settings.delay(milliseconds: 350))
                return .value(["from": .string(from), "to": .string(to), "rate": .number(rates["\(from) \(to)"] ?? 1)])
            },
        ]
    }
}
