import FanoutAgent

struct WeatherArguments: Codable, SchemaDescribed {
    var city: String
    var days: Int?

    static let fieldDescriptions = ["days": "How many days ahead, from 1 to 7; today without it."]
}

struct Weather: Codable {
    var city: String
    var celsius: Double
}

func weatherReport(from provider: any ModelProvider) async throws -> String {
    let weather = Tool("get_weather", "The weather in a city.", readOnly: true) { (arguments: WeatherArguments, context) in
        Weather(city: arguments.city, celsius: arguments.city == "Oslo" ? -2 : 14)
    }
    let agent = try Agent(provider, model: "claude-sonnet-4-5", tools: [weather])
    let events = agent.events()
    async let answer = agent.run("How is the weather in Paris and in Oslo?")
    for await event in events {
        if case .callFinished(let call) = event.body { print("\(call.call): \(call.outcome)") }
    }
    let end = await answer
    if let error = end.error { throw error }
    return end.text
}
