internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTools

/// The tools that look up a patient, each with a latency on top of its query, as a network would add.
enum ClinicalTools {
    private static let patient: (String, JSONValue) = (
        "patient_id", ["type": "string", "description": "Such as P-00123", "pattern": "^P-[0-9]{5}$"]
    )

    static func all(_ settings: ScenarioSettings, _ clinic: ClinicalDatabase) throws(ScenarioError) -> [Tool] {
        let limit = ("limit", ToolSchema.count("How many, the newest first", default: 5))
        return [
            try look(
                "get_patient_demographics", "Name, date of birth and contact of a patient.", delay: settings.delay(milliseconds: 200),
                clinic,
                "SELECT patient_id, name, dob, sex, phone, email FROM patients WHERE patient_id = :patient_id"
            ) { patient, rows in
                rows.rows.first ?? JSONText(["error": .string("Patient \(patient) not found")])
            },
            try look(
                "get_patient_medications", "What a patient takes now, newest first.", delay: settings.delay(milliseconds: 180), clinic,
                """
                SELECT drug_name, dose, frequency, route, start_date FROM prescriptions
                WHERE patient_id = :patient_id AND status = 'active' ORDER BY start_date DESC
                """
            ) { list("medications", of: $0, $1) },
            try look(
                "get_patient_allergies", "What a patient must not be given.", delay: settings.delay(milliseconds: 150), clinic,
                "SELECT allergen, reaction, severity FROM allergies WHERE patient_id = :patient_id ORDER BY allergen"
            ) { list("allergies", of: $0, $1) },
            try look(
                "get_recent_lab_results", "A patient's last laboratory results.", delay: 0, more: [limit], clinic,
                """
                SELECT test_name, result, unit, reference_range, collected_at, flag FROM lab_results
                WHERE patient_id = :patient_id ORDER BY collected_at DESC, test_name LIMIT :limit
                """
            ) { list("results", of: $0, $1) },
        ]
    }

    private static func look(
        _ name: String, _ description: String, delay: Int64, more: [(String, JSONValue)] = [], _ clinic: ClinicalDatabase, _ sql: String,
        _ result: @escaping @Sendable (String, SQLRows) -> JSONText
    ) throws(ScenarioError) -> Tool {
        let statement: ClinicalStatement
        do throws(SQLError) {
            statement = try ClinicalStatement(sql, clinic.database)
        } catch {
            throw ScenarioError("\(name): \(error.message)")
        }
        return Tool(
            name: name, description: description,
            parameters: ToolSchema.object([patient] + more, optional: Set(more.map(\.0))),
            traits: .with {
                $0.readOnly = true
                $0.repeatable = true
                $0.blocks = clinic.database.blocks
            }
        ) { context, arguments in
            try await context.sleep(for: delay)
            do throws(SQLError) {
                return .json(result(arguments.text("patient_id"), try await statement.rows(arguments, context)))
            } catch {
                throw error.asFailure
            }
        }
    }

    private static func list(_ name: String, of patient: String, _ rows: SQLRows) -> JSONText {
        var writer = JSONWriter()
        writer.text("{\"patient_id\":")
        writer.string(patient)
        writer.text(",")
        writer.string(name)
        writer.text(":")
        writer.text(rows.array)
        writer.text("}")
        return JSONText(unchecked: writer.bytes)
    }
}
