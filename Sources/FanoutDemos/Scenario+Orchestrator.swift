internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

extension Scenario {
    package static let orchestrator = Scenario(
        name: "orchestrator", title: "Calls that need each other's results",
        prompt: "Search for the drug metformin, then its dosage, and write a report that needs both.",
        summary: "three calls in one reply, tied by $ref: each starts the moment its own references are there"
    ) { settings throws(ScenarioError) in
        var script = Script(settings)
        script.ask(
            after: 650,
            [
                Script.Call("search_drug", ["name": "metformin"]),
                Script.Call("get_dosage", ["drug_id": "$ref:#1.drug_id"]),
                Script.Call("write_report", ["drug": "$ref:#1.name", "dosage": "$ref:#2.dosage"]),
            ])
        script.answer(after: 450, "Metformin (DRUG-0042): 500 mg twice daily with meals. The report is written.")
        return Cast(
            tools: tools(settings), steps: script.steps,
            turn: {
                var options = settings.turn
                options.references = true
                return options
            }())
    }

    private static let drugs: [String: (id: String, name: String, dosage: String)] = [
        "metformin": ("DRUG-0042", "Metformin", "500 mg twice daily with meals"),
        "lisinopril": ("DRUG-0107", "Lisinopril", "10 mg once daily"),
        "atorvastatin": ("DRUG-0213", "Atorvastatin", "20 mg once daily in the evening"),
    ]

    private static func tools(_ settings: ScenarioSettings) -> [Tool] {
        let reading = ToolTraits.with { $0.readOnly = true }
        return [
            Tool(
                name: "search_drug", description: "Finds a drug by its name and gives its id.",
                parameters: ToolSchema.object([("name", ToolSchema.string("The drug's name"))]), traits: reading
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 200))
                guard let drug = drugs[arguments.text("name").lowercased()] else {
                    throw CallError(.toolError, "no drug is named \(arguments.text("name"))")
                }
                return .value(["drug_id": .string(drug.id), "name": .string(drug.name)])
            },
            Tool(
                name: "get_dosage", description: "The usual dosage of a drug. Needs the id that search_drug gives.",
                parameters: ToolSchema.object([("drug_id", ToolSchema.string("Such as DRUG-0042"))]), traits: reading
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 200))
                guard let drug = drugs.values.first(where: { $0.id == arguments.text("drug_id") }) else {
                    throw CallError(.toolError, "no drug has the id \(arguments.text("drug_id"))")
                }
                return .value(["drug_id": .string(drug.id), "dosage": .string(drug.dosage)])
            },
            Tool(
                name: "write_report", description: "Writes a report of a drug and its dosage.",
                parameters: ToolSchema.object([("drug", ToolSchema.string("The drug's name")), ("dosage", ToolSchema.string("Its dosage"))])
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: 200))
                return .value(["report": .string("\(arguments.text("drug")): \(arguments.text("dosage")).")])
            },
        ]
    }
}
