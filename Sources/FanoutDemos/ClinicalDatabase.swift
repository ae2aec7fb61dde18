internal import FanoutTools

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A clinic's database in a file of SQLite, in a temporary directory of its own.
struct ClinicalDatabase: Sendable {
    let database: SQLiteDatabase
    private let directory: String

    /// Creates the file with its tables and patients.
    init() throws(ScenarioError) {
        directory = try Self.temporaryDirectory()
        let path = directory + "/clinic.sqlite"
        do {
            try SQLiteDatabase(path: path, access: .readWrite).execute(Self.tables + Self.rows)
        } catch {
            Self.remove(directory)
            throw ScenarioError("the patients' database could not be created in \(directory): \(error.message)")
        }
        database = SQLiteDatabase(path: path)
    }

    /// Removes the file.
    func remove() {
        Self.remove(directory)
    }

    private static func temporaryDirectory() throws(ScenarioError) -> String {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/fanout-clinic-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ScenarioError("no temporary directory could be created in \(parent); set TMPDIR to a place where you may write")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func remove(_ directory: String) {
        unlink(directory + "/clinic.sqlite")
        rmdir(directory)
    }

    private static let tables = """
        CREATE TABLE patients (patient_id TEXT PRIMARY KEY, name TEXT NOT NULL, dob TEXT NOT NULL, sex TEXT, phone TEXT, email TEXT);
        CREATE TABLE prescriptions (
            patient_id TEXT NOT NULL, drug_name TEXT NOT NULL, dose TEXT, frequency TEXT, route TEXT, start_date TEXT, status TEXT NOT NULL);
        CREATE TABLE allergies (patient_id TEXT NOT NULL, allergen TEXT NOT NULL, reaction TEXT, severity TEXT);
        CREATE TABLE lab_results (
            patient_id TEXT NOT NULL, test_name TEXT NOT NULL, result TEXT, unit TEXT, reference_range TEXT, collected_at TEXT, flag TEXT);
        CREATE INDEX prescriptions_of ON prescriptions (patient_id);
        CREATE INDEX allergies_of ON allergies (patient_id);
        CREATE INDEX results_of ON lab_results (patient_id, collected_at);

        """

    private static let rows = """
        INSERT INTO patients VALUES
            ('P-00123', 'Jane Doe', '1975-03-14', 'female', '+1-555-0142', 'jane.doe@example.org'),
            ('P-00124', 'John Roe', '1962-11-02', 'male', '+1-555-0199', NULL);
        INSERT INTO prescriptions VALUES
            ('P-00123', 'Metformin', '500mg', 'twice daily', 'oral', '2023-02-10', 'active'),
            ('P-00123', 'Lisinopril', '10mg', 'once daily', 'oral', '2024-06-01', 'active'),
            ('P-00123', 'Atorvastatin', '20mg', 'once daily, evening', 'oral', '2025-01-15', 'active'),
            ('P-00123', 'Ibuprofen', '400mg', 'as needed', 'oral', '2022-09-30', 'discontinued'),
            ('P-00124', 'Amlodipine', '5mg', 'once daily', 'oral', '2021-04-20', 'active');
        INSERT INTO allergies VALUES
            ('P-00123', 'Penicillin', 'hives', 'severe'),
            ('P-00123', 'Sulfonamides', 'rash', 'moderate');
        INSERT INTO lab_results VALUES
            ('P-00123', 'HbA1c', '7.1', '%', '4.0-5.6', '2026-10-28T08:15:00Z', 'H'),
            ('P-00123', 'Glucose, fasting', '132', 'mg/dL', '70-99', '2026-10-28T08:15:00Z', 'H'),
            ('P-00123', 'Creatinine', '0.9', 'mg/dL', '0.6-1.1', '2026-10-28T08:15:00Z', NULL),
            ('P-00123', 'LDL cholesterol', '96', 'mg/dL', '<100', '2026-07-14T09:00:00Z', NULL),
            ('P-00123', 'Potassium', '4.4', 'mmol/L', '3.5-5.1', '2026-07-14T09:00:00Z', NULL),
            ('P-00123', 'HbA1c', '7.6', '%', '4.0-5.6', '2026-04-02T08:40:00Z', 'H'),
            ('P-00123', 'LDL cholesterol', '128', 'mg/dL', '<100', '2026-04-02T08:40:00Z', 'H');
        """
}
