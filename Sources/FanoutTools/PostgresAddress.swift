internal import CPostgres

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Where a PostgreSQL database is and as whom it is asked, as libpq's keywords and values.
///
/// Whatever stands in it may be secret: messages are made by it, and name the host and the database alone.
package struct PostgresAddress: Sendable {
    /// What is said of it: `clinic on db.example:5432`.
    package let name: String
    /// For `PQconnectStartParams`.
    let keywords: [String]
    let values: [String]
    private let secrets: [String]

    /// Put beside what the address says itself.
    private static let defaults = [
        // The other end may vanish without a word; this finds out within a minute.
        ("keepalives_idle", "30"), ("keepalives_interval", "10"), ("keepalives_count", "3"), ("fallback_application_name", "fanout"),
    ]

    /// - Parameter dsn: `postgresql://…`, or words such as `host=… dbname=…`.
    /// - Throws: ``SQLError`` that quotes nothing of it.
    package init(_ dsn: String) throws(SQLError) {
        guard cpostgres_set_up() else {
            throw SQLError(.refused, "libpq, which talks to PostgreSQL, is not installed or too old; install libpq5 14 or later")
        }
        if let fault = Self.fault(in: dsn) {
            throw SQLError(.refused, fault)
        }
        var words: UnsafeMutablePointer<CChar>?
        let options = cpostgres_parse(dsn, &words)
        // It quotes what it could not read, which may be the password.
        words.map { cpostgres_free_text($0) }
        guard let options else {
            throw SQLError(.refused, Self.form)
        }
        defer { cpostgres_free_options(options) }
        var pairs: [(String, String)] = []
        var place = options
        while let keyword = place.pointee.keyword {
            if let value = place.pointee.val {
                pairs.append((String(cString: keyword), String(cString: value)))
            }
            place += 1
        }
        for (keyword, value) in Self.defaults where !pairs.contains(where: { $0.0 == keyword }) {
            pairs.append((keyword, value))
        }
        // A password that was cut at a wrong place ends up here, and libpq would tell it.
        guard pairs.allSatisfy({ $0.0 != "port" || $0.1.utf8.allSatisfy { $0 == 0x2c || (0x30...0x39).contains($0) } }) else {
            throw SQLError(.refused, Self.form)
        }
        pairs.removeAll { $0.0 == "client_encoding" }
        pairs.append(("client_encoding", "UTF8"))
        keywords = pairs.map(\.0)
        values = pairs.map(\.1)
        secrets = pairs.filter { $0.0.contains("password") && $0.1.utf8.count > 2 }.map(\.1)
        name = Self.name(Dictionary(pairs) { $1 })
    }

    /// Microseconds that connecting may take, where it or the environment says so.
    var connectTimeout: Int64? {
        let said = keywords.firstIndex(of: "connect_timeout").map { values[$0] } ?? getenv("PGCONNECT_TIMEOUT").map { String(cString: $0) }
        return said.flatMap { Int64($0) }.flatMap { $0 > 0 ? min($0, 3600) * 1_000_000 : nil }
    }

    private static let form =
        "the dsn cannot be read; it is a URL such as postgresql://user:password@host:5432/database, or words such as host=… dbname=… user=…"

    /// What libpq would read otherwise than it was meant: a password whose signs belong to the URL.
    private static func fault(in dsn: String) -> String? {
        guard !dsn.utf8.contains(0) else { return form }
        guard let start = ["postgresql://", "postgres://"].first(where: dsn.hasPrefix), let at = dsn.unicodeScalars.lastIndex(of: "@")
        else { return nil }
        // By scalars, as libpq sees it: a combining mark hides no sign.
        let rest = dsn.unicodeScalars.dropFirst(start.unicodeScalars.count)
        // Behind `?` an @ is one of a parameter.
        let user = rest[..<max(at, rest.startIndex)]
        if let question = user.firstIndex(of: "?"), let slash = user.firstIndex(of: "/"), slash < question { return nil }
        guard !user.contains(where: { "/?#[]@ ".unicodeScalars.contains($0) }) else {
            return "the user or the password in the dsn has a sign that belongs to the URL; write @ as %40, / as %2F, ? as %3F, # as %23"
        }
        return nil
    }

    private static func name(_ pairs: [String: String]) -> String {
        let database = pairs["dbname"] ?? pairs["user"] ?? pairs["service"] ?? "its default database"
        guard let host = pairs["host"] ?? pairs["hostaddr"] else { return database }
        return "\(database) on \(host)\(pairs["port"].map { ":\($0)" } ?? "")"
    }

    /// What libpq or the server says, on one line and without a secret.
    func told(_ message: String) -> String {
        var message = message
        for secret in secrets {
            let parts = Array(message.unicodeScalars).split(separator: Array(secret.unicodeScalars), omittingEmptySubsequences: false)
            message = parts.map { String(String.UnicodeScalarView($0)) }.joined(separator: "…")
        }
        return message.split(whereSeparator: \.isNewline).map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
            .joined(separator: "; ")
    }
}
