internal import FanoutEngine
internal import FanoutJSON

extension Scenario {
    package static let stocks = Scenario(
        name: "stocks", title: "Weather and a stock price",
        prompt: "What's the weather in Tokyo and what's the AAPL stock price?",
        summary: "two asynchronous tools of 100 and 150 ms: the turn takes the longer of the two"
    ) { settings throws(ScenarioError) in
        var script = Script(settings)
        script.ask(after: 500, [Script.Call("fetch_weather", ["city": "Tokyo"]), Script.Call("fetch_stock_price", ["ticker": "AAPL"])])
        script.answer(after: 400, "It is 24 °C in Tokyo, and AAPL stands at 213.50 USD.")
        return Cast(tools: tools(settings), steps: script.steps, turn: settings.turn)
    }

    private static func tools(_ settings: ScenarioSettings) -> [Tool] {
        let celsius: [String: Int64] = ["Tokyo": 24, "London": 15, "New York": 18, "Sydney": 22]
        let prices: [String: Double] = ["AAPL": 213.50, "GOOGL": 175.20, "MSFT": 415.80]
        let traits = ToolTraits.with {
            $0.readOnly = true
            $0.repeatable = true
        }
        return [
            Tool(
                name: "fetch_weather", description: "The current temperature in a city.",
                parameters: ToolSchema.object([("city", ToolSchema.string("The city's name"))]), traits: traits
            ) { context, arguments in
                let city = arguments.text("city")
                try await context.sleep(for: settings.delay(milliseconds: 100))
                return .value(["city": .string(city), "temperature": .integer(celsius[city] ?? 20), "unit": "celsius"])
            },
            Tool(
                name: "fetch_stock_price", description: "The last price of a share.",
                parameters: ToolSchema.object([("ticker", ToolSchema.string("The share's symbol, such as AAPL"))]), traits: traits
            ) { context, arguments in
                let ticker = arguments.text("ticker")
                try await context.sleep(for: settings.delay(milliseconds: 150))
                return .value(["ticker": .string(ticker), "price": .number(prices[ticker] ?? 100), "currency": "USD"])
            },
        ]
    }
}
