/// What a server's error means to whoever called the tool.
enum PostgresFailure {
    /// The code of a statement that was cancelled, by whomever.
    static let cancelled = "57014"

    /// - Parameters:
    ///   - wasCancelled: Whether we asked for it.
    ///   - names: What the statement's numbers stand for.
    ///   - elapsed: Microseconds since the statement was sent.
    static func error(
        _ failure: PostgresExchange.Failure, wasCancelled: Bool, names: [String], after elapsed: Int64, _ settings: PostgresSettings,
        _ address: PostgresAddress
    ) -> SQLError {
        let timeout = settings.statementTimeout ?? .max
        let words = "PostgreSQL: \(address.told(failure.message)) (\(failure.state))"
        switch failure.state {
        case cancelled where wasCancelled:
            return .cancelled
        // A server may speak any language, so its words alone do not tell it from a cancel by somebody else.
        case cancelled where elapsed >= timeout || failure.message.contains("statement timeout"):
            return .timeout(after: settings.statementTimeout ?? elapsed)
        case "42P08", "42P18":
            // Where a value is only compared with NULL, say, its type does not show.
            guard let place = names.indices.last(where: { failure.message.contains("$\($0 + 1)") }) else {
                return SQLError(.refused, words)
            }
            let name = ":" + names[place]
            return SQLError(
                .refused,
                "\(words.replacing("$\(place + 1)", with: name)); write \(name)::text, or whichever type it has, where it stands first")
        case "25006":
            return SQLError(.refused, "\(words); \(SQLAccess.howToWrite)")
        // Serialization failures, deadlocks and locks that were not had in time: https://www.postgresql.org/docs/current/errcodes-appendix.html
        case "40001", "40P01", "55P03", cancelled:
            return SQLError(.busy, words)
        default:
            switch failure.state.prefix(2) {
            case "08", "53", "57": return SQLError(.connection, words)
            default: return SQLError(.refused, words)
            }
        }
    }
}
