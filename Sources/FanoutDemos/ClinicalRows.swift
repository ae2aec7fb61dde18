internal import FanoutTools

/// The tables of a clinic, and who is in them.
enum ClinicalRows {
    static let tableNames = ["patients", "prescriptions", "allergies", "lab_results"]

    /// What creates the tables where they are missing. A date is a date where the database has a type for it, and ISO text where not.
    static func tables(_ dialect: SQLDialect) -> [String] {
        let (date, instant) =
            switch dialect {
            case .sqlite: ("text", "text")
            case .postgres: ("date", "timestamptz")
            }
        return [
            """
            CREATE TABLE IF NOT EXISTS patients (
                patient_id text PRIMARY KEY, name text NOT NULL, dob \(date) NOT NULL, sex text, phone text, email text)
            """,
            """
            CREATE TABLE IF NOT EXISTS prescriptions (
                patient_id text NOT NULL, drug_name text NOT NULL, dose text, frequency text, route text, start_date \(date), status text NOT NULL)
            """,
            "CREATE TABLE IF NOT EXISTS allergies (patient_id text NOT NULL, allergen text NOT NULL, reaction text, severity text)",
            """
            CREATE TABLE IF NOT EXISTS lab_results (
                patient_id text NOT NULL, test_name text NOT NULL, result text, unit text, reference_range text, collected_at \(instant), flag text)
            """,
            "CREATE INDEX IF NOT EXISTS prescriptions_of ON prescriptions (patient_id)",
            "CREATE INDEX IF NOT EXISTS allergies_of ON allergies (patient_id)",
            "CREATE INDEX IF NOT EXISTS results_of ON lab_results (patient_id, collected_at)",
        ]
    }

    static let rows = [
        """
        INSERT INTO patients VALUES
            ('P-00123', 'Jane Doe', '1975-03-14', 'female', '+1-555-0142', 'jane.doe@example.org'),
            ('P-00124', 'John Roe', '1962-11-02', 'male', '+1-555-0199', NULL)
        """,
        """
        INSERT INTO prescriptions VALUES
            ('P-00123', 'Metformin', '500mg', 'twice daily', 'oral', '2023-02-10', 'active'),
            ('P-00123', 'Lisinopril', '10mg', 'once daily', 'oral', '2024-06-01', 'active'),
            ('P-00123', 'Atorvastatin', '20mg', 'once daily, evening', 'oral', '2025-01-15', 'active'),
            ('P-00123', 'Ibuprofen', '400mg', 'as needed', 'oral', '2022-09-30', 'discontinued'),
            ('P-00124', 'Amlodipine', '5mg', 'once daily', 'oral', '2021-04-20', 'active')
        """,
        """
        INSERT INTO allergies VALUES
            ('P-00123', 'Penicillin', 'hives', 'severe'),
            ('P-00123', 'Sulfonamides', 'rash', 'moderate')
        """,
        """
        INSERT INTO lab_results VALUES
            ('P-00123', 'HbA1c', '7.1', '%', '4.0-5.6', '2026-10-28T08:15:00Z', 'H'),
            ('P-00123', 'Glucose, fasting', '132', 'mg/dL', '70-99', '2026-10-28T08:15:00Z', 'H'),
            ('P-00123', 'Creatinine', '0.9', 'mg/dL', '0.6-1.1', '2026-10-28T08:15:00Z', NULL),
            ('P-00123', 'LDL cholesterol', '96', 'mg/dL', '<100', '2026-07-14T09:00:00Z', NULL),
            ('P-00123', 'Potassium', '4.4', 'mmol/L', '3.5-5.1', '2026-07-14T09:00:00Z', NULL),
            ('P-00123', 'HbA1c', '7.6', '%', '4.0-5.6', '2026-04-02T08:40:00Z', 'H'),
            ('P-00123', 'LDL cholesterol', '128', 'mg/dL', '<100', '2026-04-02T08:40:00Z', 'H')
        """,
    ]
}
