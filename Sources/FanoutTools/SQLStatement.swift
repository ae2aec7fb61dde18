package import FanoutJSON

/// Whose SQL it is; they differ in what is a string, a comment and a placeholder.
package enum SQLDialect: Sendable {
    case sqlite
    case postgres
}

/// One statement of SQL in which `:name` stands for a value.
///
/// A value is always bound and never becomes part of the text, so no value can change what the statement does. A `:` in a string, a quoted name, a
/// comment, a cast (`::`) or before a space is no placeholder.
package struct SQLStatement: Sendable, Hashable {
    /// The statement as the database is given it, with `?1` or `$1` where the names stood, and without what follows its semicolon.
    package let text: String
    /// The names, each once, in the order of their numbers.
    package let names: [String]
    /// Its first word, in capitals.
    let verb: String

    /// - Throws: ``SQLSyntaxError`` where it is no single statement, or has placeholders of another form.
    package init(_ text: String, _ dialect: SQLDialect) throws(SQLSyntaxError) {
        var scanner = SQLScanner(text, dialect)
        try scanner.scan()
        self.text = String(decoding: scanner.out, as: UTF8.self)
        names = scanner.names
        verb = scanner.verb
    }

    /// The values that stand for the names; null for an argument that was not given.
    package func values(from arguments: JSONValue) -> [JSONValue] {
        names.map { arguments[$0] ?? .null }
    }
}

/// Why a text is no statement that can be run: a sentence.
package struct SQLSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String

    init(_ message: String) {
        self.message = message
    }

    package var description: String { message }
}
