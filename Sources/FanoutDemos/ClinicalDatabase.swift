internal import FanoutEvents
internal import FanoutTools

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A clinic's database, which the clinical tools ask.
///
/// It is a file of SQLite in a temporary directory of its own, or a schema of its own in a database of PostgreSQL. The same statements run on both.
package struct ClinicalDatabase: Sendable {
    let database: any SQLDatabase
    /// Which database it is, in a word.
    let product: String
    /// Whether it is there to be measured: then the calls run in two turns, one after the other and side by side.
    let isMeasured: Bool
    /// Lets go of it; a temporary one is removed.
    package let close: @Sendable () -> Void

    init(_ database: any SQLDatabase, product: String, isMeasured: Bool, close: @escaping @Sendable () -> Void) {
        self.database = database
        self.product = product
        self.isMeasured = isMeasured
        self.close = close
    }

    /// Creates a file with its tables and patients.
    static func temporary() throws(ScenarioError) -> ClinicalDatabase {
        let directory = try temporaryDirectory()
        let path = directory + "/clinic.sqlite"
        do {
            try SQLiteDatabase(path: path, access: .readWrite).execute(
                (ClinicalRows.tables(.sqlite) + ClinicalRows.rows).joined(separator: ";"))
        } catch {
            remove(directory)
            throw ScenarioError("the patients' database could not be created in \(directory): \(error.message)")
        }
        return ClinicalDatabase(SQLiteDatabase(path: path), product: "SQLite", isMeasured: false) { remove(directory) }
    }

    private static func temporaryDirectory() throws(ScenarioError) -> String {
        do throws(TemporaryFolder.Problem) {
            return try TemporaryFolder.create("fanout-clinic")
        } catch {
            throw ScenarioError(error.description)
        }
    }

    private static func remove(_ directory: String) {
        unlink(directory + "/clinic.sqlite")
        rmdir(directory)
    }
}
