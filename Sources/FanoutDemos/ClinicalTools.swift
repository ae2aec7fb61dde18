internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTools

/// The tools that look up a patient, each with a latency on top of its query, as a network would add.
enum ClinicalTools {
    private static let patient: (String, JSONValue) = (
        "patient_id", ["type": "string", "description": "Such as P-00123", "pattern": "^P-[0-9]{5}$"]
    )

    static func all(_ settings: ScenarioSettings, _ clinic: ClinicalDatabase) -> [Tool] {
        let database = clinic.database
        func look(
            _ name: String, _ description: String, milliseconds: Double, limited: Bool = false,
            _ result: @escaping @Sendable (String, JSONValue) async throws(SQLiteError) -> JSONValue
        ) -> Tool {
            let limit = ("limit", ToolSchema.count("How many, the newest first", default: 5))
            return Tool(
                name: name, description: description,
                parameters: ToolSchema.object(limited ? [patient, limit] : [patient], optional: ["limit"]),
                traits: .with {
                    $0.readOnly = true
                    $0.repeatable = true
                }
            ) { context, arguments in
                try await context.sleep(for: settings.delay(milliseconds: milliseconds))
                do throws(SQLiteError) {
                    return .value(try await result(arguments.text("patient_id"), arguments))
                } catch {
                    throw CallError(.toolError, error.message)
                }
            }
        }
        return [
            look("get_patient_demographics", "Name, date of birth and contact of a patient.", milliseconds: 200) {
                id, _ throws(SQLiteError) in
                let rows = try await database.rows(
                    "SELECT patient_id, name, dob, sex, phone, email FROM patients WHERE patient_id = ?", [.string(id)])
                return rows.first.map(JSONValue.object) ?? ["error": .string("Patient \(id) not found")]
            },
            look("get_patient_medications", "What a patient takes now, newest first.", milliseconds: 180) { id, _ throws(SQLiteError) in
                let rows = try await database.rows(
                    """
                    SELECT drug_name, dose, frequency, route, start_date FROM prescriptions
                    WHERE patient_id = ? AND status = 'active' ORDER BY start_date DESC
                    """, [.string(id)])
                return ["patient_id": .string(id), "medications": .array(rows.map(JSONValue.object))]
            },
            look("get_patient_allergies", "What a patient must not be given.", milliseconds: 150) { id, _ throws(SQLiteError) in
                let rows = try await database.rows(
                    "SELECT allergen, reaction, severity FROM allergies WHERE patient_id = ? ORDER BY allergen", [.string(id)])
                return ["patient_id": .string(id), "allergies": .array(rows.map(JSONValue.object))]
            },
            look("get_recent_lab_results", "A patient's last laboratory results.", milliseconds: 0, limited: true) {
                id, arguments throws(SQLiteError) in
                let rows = try await database.rows(
                    """
                    SELECT test_name, result, unit, reference_range, collected_at, flag FROM lab_results
                    WHERE patient_id = ? ORDER BY collected_at DESC, test_name LIMIT ?
                    """, [.string(id), arguments["limit"] ?? 5])
                return ["patient_id": .string(id), "results": .array(rows.map(JSONValue.object))]
            },
        ]
    }
}
