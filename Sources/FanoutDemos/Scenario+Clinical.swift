internal import FanoutAgent
internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

extension Scenario {
    /// The four calls that make a clinical summary.
    private static let summaryCalls = [
        Script.Call("get_patient_demographics", ["patient_id": "P-00123"]),
        Script.Call("get_patient_medications", ["patient_id": "P-00123"]),
        Script.Call("get_patient_allergies", ["patient_id": "P-00123"]),
        Script.Call("get_recent_lab_results", ["patient_id": "P-00123", "limit": 5]),
    ]

    package static let clinical = Scenario(
        name: "clinical", title: "A clinical summary from a database",
        prompt:
            "Generate a complete clinical summary for patient P-00123. Include demographics, current medications, allergies, and recent lab results.",
        summary:
            "four queries on SQLite, or PostgreSQL with --dsn; 200, 180 and 150 ms of added latency: 530 ms one after the other, 200 ms together"
    ) { settings throws(ScenarioError) in
        let clinic = if let given = settings.clinic { given } else { try ClinicalDatabase.temporary() }
        var script = Script(settings)
        script.ask(after: 700, summaryCalls)
        if clinic.isMeasured {
            script.ask(after: 300, summaryCalls)
        }
        script.answer(
            after: 800,
            """
            Patient P-00123: Jane Doe, female, born 1975-03-14.
            Medications: Atorvastatin 20mg, Lisinopril 10mg, Metformin 500mg.
            Allergies: Penicillin (severe, hives), Sulfonamides (moderate, rash).
            Labs of 2026-10-28: HbA1c 7.1 % and fasting glucose 132 mg/dL are high, creatinine 0.9 mg/dL is normal.
            """)
        let added =
            settings.latency > 0
            ? "added latency of 200, 180 and 150 ms\(settings.latency == 1 ? "" : " × \(settings.latency)")" : "no added latency"
        let strategies: [(String, Strategy)] =
            clinic.isMeasured
            ? [("\(clinic.product), sequential", .sequential), ("\(clinic.product), parallel", .parallel)]
            : [("\(clinic.product)", settings.turn.strategy)]
        let tools = try ClinicalTools.all(settings, clinic)
        return Cast(
            tools: tools, steps: script.steps, turn: settings.turn,
            plan: strategies.map { title, strategy in
                var options = settings.turn
                options.strategy = strategy
                return TurnPlan(title: "\(title), \(added)", options: options)
            },
            epilogue: { answer, events in
                guard clinic.isMeasured else { return }
                answer.text += "\n\n" + TurnComparison(strategies.map(\.0), baselines: [1, 1], in: events).text
            },
            close: clinic.close)
    }

    package static let partial = Scenario(
        name: "partial", title: "What goes wrong stays in its lane",
        prompt: "Tell me everything about patient P-00123.",
        summary:
            "a tool that does not exist, bad arguments, a tool that raises and one that never ends: every call gets its result, in call order"
    ) { settings throws(ScenarioError) in
        let clinic = try ClinicalDatabase.temporary()
        var script = Script(settings)
        script.ask(
            after: 700,
            [
                summaryCalls[0],
                summaryCalls[1],
                Script.Call("get_patient_genome", ["patient_id": "P-00123"]),
                Script.Call("get_recent_lab_results", ["patient_id": "P-00123", "limit": "a few"]),
                Script.Call("get_patient_allergies", text: "{patient_id: P-00123}"),
                Script.Call("get_patient_notes", ["patient_id": "P-00123"]),
                Script.Call("get_patient_imaging", ["patient_id": "P-00123"]),
                summaryCalls[2],
            ])
        script.answer(
            after: 800,
            """
            Patient P-00123: Jane Doe, female, born 1975-03-14. She takes Atorvastatin, Lisinopril and Metformin, and is allergic to Penicillin and Sulfonamides.
            I could not get the lab results, the notes, the imaging and the genome; what I asked for was wrong, or the systems did not answer.
            """)
        return Cast(
            tools: try ClinicalTools.all(settings, clinic) + failing(settings), steps: script.steps, turn: settings.turn,
            close: clinic.close)
    }

    /// Microseconds; a deadline of nothing would be no demonstration.
    private static let shortestDeadline: Int64 = 50_000

    /// A tool that raises, and one that never ends.
    private static func failing(_ settings: ScenarioSettings) -> [Tool] {
        let parameters = ToolSchema.object([("patient_id", ToolSchema.string("Such as P-00123"))])
        return [
            Tool(
                name: "get_patient_notes", description: "What was written down about a patient.", parameters: parameters,
                traits: .with { $0.readOnly = true }
            ) { context, _ in
                try await context.sleep(for: settings.delay(milliseconds: 120))
                throw CallError(.toolError, "the archive of notes is closed for maintenance")
            },
            Tool(
                name: "get_patient_imaging", description: "A patient's images. Slow.", parameters: parameters,
                traits: .with {
                    $0.readOnly = true
                    $0.timeout = max(shortestDeadline, settings.delay(milliseconds: 1500))
                }
            ) { context, _ in
                context.progress(message: "waiting for the image archive")
                try await context.sleep(for: 86_400_000_000)
                return .text("")
            },
        ]
    }
}
