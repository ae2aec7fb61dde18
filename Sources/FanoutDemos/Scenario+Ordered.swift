internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

extension Scenario {
    package static let ordered = Scenario(
        name: "ordered", title: "Calls whose order counts",
        prompt: "Move 100 from savings to checking, then show both balances and send the receipts.",
        summary:
            "parallel calls off, by the API's switch and by the engine; then on, with writers in the model's order and a rate of 2 per second"
    ) { settings throws(ScenarioError) in
        let move = [
            Script.Call("debit", ["account": "savings", "amount": 100]), Script.Call("credit", ["account": "checking", "amount": 100]),
        ]
        let show = [Script.Call("balance", ["account": "savings"]), Script.Call("balance", ["account": "checking"])]
        let receipts = ["savings", "checking", "customer", "audit"].map { Script.Call("send_receipt", ["to": .string($0)]) }

        var script = Script(settings)
        // The switch is off: the model asks for one call at a time; then it forgets, as servers that imitate the API do.
        script.ask(after: 400, saying: "First the debit.", [move[0]])
        script.ask(after: 350, saying: "Now the rest.", [move[1]] + show)
        script.ask(after: 500, saying: "The same again, all at once.", move + show + receipts)
        script.answer(
            after: 450,
            "Moved 100 from savings to checking, twice. Savings holds 300 and checking 450; four receipts were sent, two per second.")

        var off = settings.turn
        off.parallelAllowed = false
        var on = settings.turn
        on.strategy = .parallel
        return Cast(
            tools: tools(settings), steps: script.steps, turn: settings.turn,
            plan: [
                TurnPlan(title: "parallel calls off: one call in a reply", options: off),
                TurnPlan(title: "parallel calls off: the engine keeps the order", options: off),
                TurnPlan(title: "parallel calls on: writers in order, readers together", options: on),
            ])
    }

    private static func tools(_ settings: ScenarioSettings) -> [Tool] {
        let ledger = Guarded<[String: Int64]>(["savings": 500, "checking": 250])
        let account = ("account", ["type": "string", "enum": ["savings", "checking"]] as JSONValue)
        let amount = ("amount", ["type": "integer", "minimum": 1] as JSONValue)
        let writing = ToolTraits.with { $0.writes = ["ledger"] }
        let reading = ToolTraits.with {
            $0.reads = ["ledger"]
            $0.readOnly = true
        }
        let rated = ToolTraits.with { traits in
            let second = settings.delay(milliseconds: 1000)
            traits.rate = second > 0 ? Event.Rate(calls: 2, per: second) : nil
        }
        func change(_ name: String, _ description: String, by sign: Int64) -> Tool {
            Tool(name: name, description: description, parameters: ToolSchema.object([account, amount]), traits: writing) {
                context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 100))
                let (account, amount) = (arguments.text("account"), arguments["amount"]?.integer ?? 0)
                let balance = ledger.withLock { ledger -> Int64? in
                    let changed = (ledger[account] ?? 0) + sign * amount
                    guard changed >= 0 else { return nil }
                    ledger[account] = changed
                    return changed
                }
                guard let balance else {
                    throw CallError(.toolError, "\(account) holds less than \(amount)")
                }
                return .value(["account": .string(account), "balance": .integer(balance)])
            }
        }
        return [
            change("debit", "Takes an amount from an account.", by: -1),
            change("credit", "Adds an amount to an account.", by: 1),
            Tool(name: "balance", description: "What an account holds.", parameters: ToolSchema.object([account]), traits: reading) {
                context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 100))
                let name = arguments.text("account")
                return .value(["account": .string(name), "balance": .integer(ledger.withLock { $0[name] ?? 0 })])
            },
            Tool(
                name: "send_receipt", description: "Sends a receipt; the service takes two per second.",
                parameters: ToolSchema.object([("to", ToolSchema.string("Who gets it"))]), traits: rated
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 100))
                return .value(["sent_to": .string(arguments.text("to"))])
            },
        ]
    }
}
