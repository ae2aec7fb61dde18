/// Walks through a statement, from one thing that may hold a `:` or a `;` of its own to the next.
///
/// What is told apart follows https://www.postgresql.org/docs/current/sql-syntax-lexical.html and https://www.sqlite.org/lang.html.
struct SQLScanner {
    /// What was walked through, rewritten.
    private(set) var out: [UInt8] = []
    private(set) var names: [String] = []
    private(set) var verb = ""

    private let text: [UInt8]
    private let dialect: SQLDialect
    private var at = 0
    private var numbers: [String: Int] = [:]
    /// Where the statement's semicolon stood in the output.
    private var end: Int?
    private var isEmpty = true

    init(_ text: String, _ dialect: SQLDialect) {
        self.text = Array(text.utf8)
        self.dialect = dialect
    }

    mutating func scan() throws(SQLSyntaxError) {
        // In a string or a comment, too: C would take it for the end.
        if let place = text.firstIndex(of: 0) {
            throw SQLSyntaxError("line \(line(place)) holds a NUL character; leave it out")
        }
        out.reserveCapacity(text.count)
        while at < text.count {
            let start = at
            let isSpace = try step(text[at])
            isEmpty = isEmpty && isSpace
            guard end == nil || isSpace else {
                throw SQLSyntaxError("line \(line(start)) begins a second statement; give each statement a tool of its own")
            }
        }
        if let end {
            out.removeSubrange(end...)
        }
        guard !isEmpty else {
            throw SQLSyntaxError("the statement is empty")
        }
    }

    /// Walks past what begins here; true where it is nothing but space.
    private mutating func step(_ byte: UInt8) throws(SQLSyntaxError) -> Bool {
        switch byte {
        case 0x27:
            try quote(byte, "string", escapes: false)
        case 0x22:
            try quote(byte, "quoted name", escapes: false)
        case 0x60 where dialect == .sqlite:
            try quote(byte, "quoted name", escapes: false)
        case 0x5b where dialect == .sqlite:
            try through(0x5d, "quoted name")
        case 0x2d where peek(1) == 0x2d:
            copy(to: text[at...].firstIndex { $0 == 0x0a } ?? text.count)
            return true
        case 0x2f where peek(1) == 0x2a:
            try comment()
            return true
        case 0x24:
            try dollar()
        case 0x3a:
            try colon()
        case 0x3f where dialect == .sqlite, 0x40 where dialect == .sqlite:
            throw placeholder(byte)
        case 0x3b:
            end = end ?? out.count
            copy(to: at + 1)
            return true
        case 0x09...0x0d, 0x20:
            copy(to: at + 1)
            return true
        case 0x30...0x39:
            copy(to: text[at...].firstIndex { !Self.continuesName($0) && $0 != 0x2e } ?? text.count)
        case let byte where Self.beginsName(byte):
            try word()
        default:
            copy(to: at + 1)
        }
        return false
    }

    // MARK: The parts

    private mutating func word() throws(SQLSyntaxError) {
        let start = at
        copy(to: text[at...].firstIndex { !Self.continuesName($0) } ?? text.count)
        if verb.isEmpty {
            verb = String(decoding: text[start..<at], as: UTF8.self).uppercased()
        }
        if dialect == .postgres, at == start + 1, text[start] | 0x20 == 0x65, peek(0) == 0x27 {
            try quote(0x27, "string", escapes: true)
        }
    }

    /// A string or a name in quotes, in which a quote that stands twice is one.
    private mutating func quote(_ quote: UInt8, _ what: StaticString, escapes: Bool) throws(SQLSyntaxError) {
        let start = at
        var next = at + 1
        while next < text.count {
            if escapes, text[next] == 0x5c {
                next += 2
            } else if text[next] != quote {
                next += 1
            } else if next + 1 < text.count, text[next + 1] == quote {
                next += 2
            } else if escapes, let more = continuation(after: next + 1) {
                next = more
            } else {
                return copy(to: next + 1)
            }
        }
        throw SQLSyntaxError("the \(what) that begins on line \(line(start)) has no end")
    }

    /// A string goes on after a line break, by the rules that it began with.
    private func continuation(after start: Int) -> Int? {
        var next = start
        var sawBreak = false
        while next < text.count {
            if text[next] == 0x0a || text[next] == 0x0d {
                sawBreak = true
            } else if text[next] == 0x2d, next + 1 < text.count, text[next + 1] == 0x2d {
                next = text[next...].firstIndex { $0 == 0x0a } ?? text.count
                continue
            } else if !(text[next] == 0x20 || (0x09...0x0c).contains(text[next])) {
                return sawBreak && text[next] == 0x27 ? next + 1 : nil
            }
            next += 1
        }
        return nil
    }

    private mutating func through(_ last: UInt8, _ what: StaticString) throws(SQLSyntaxError) {
        guard let end = text[at...].firstIndex(of: last) else {
            throw SQLSyntaxError("the \(what) that begins on line \(line(at)) has no end")
        }
        copy(to: end + 1)
    }

    /// PostgreSQL's comments nest.
    private mutating func comment() throws(SQLSyntaxError) {
        var depth = 1
        var next = at + 2
        while depth > 0 {
            guard next + 1 < text.count else {
                throw SQLSyntaxError("the comment that begins on line \(line(at)) has no end; close it with */")
            }
            switch (text[next], text[next + 1]) {
            case (0x2a, 0x2f):
                depth -= 1
                next += 2
            case (0x2f, 0x2a) where dialect == .postgres:
                depth += 1
                next += 2
            default:
                next += 1
            }
        }
        copy(to: next)
    }

    /// `$tag$ … $tag$`, or a placeholder of a form that is not ours.
    private mutating func dollar() throws(SQLSyntaxError) {
        guard dialect == .postgres, !(peek(1).map { (0x30...0x39).contains($0) } ?? false) else {
            throw placeholder(0x24)
        }
        guard let close = text[(at + 1)...].firstIndex(where: { !Self.continuesName($0) || $0 == 0x24 }), text[close] == 0x24 else {
            return copy(to: at + 1)
        }
        let tag = text[at...close]
        var next = close + 1
        while next + tag.count <= text.count {
            if text[next..<next + tag.count] == tag {
                return copy(to: next + tag.count)
            }
            next += 1
        }
        throw SQLSyntaxError("the string that begins with \(String(decoding: tag, as: UTF8.self)) on line \(line(at)) has no end")
    }

    private mutating func colon() throws(SQLSyntaxError) {
        // SQLite would take it for a placeholder too, and PostgreSQL for a part of an array.
        if dialect == .sqlite, let next = peek(1), (0x30...0x39).contains(next) {
            throw placeholder(0x3a)
        }
        guard let next = peek(1), Self.beginsName(next) else {
            return copy(to: at + (peek(1) == 0x3a || peek(1) == 0x3d ? 2 : 1))
        }
        let end = text[(at + 1)...].firstIndex { !Self.continuesName($0) || $0 == 0x24 } ?? text.count
        let name = String(decoding: text[(at + 1)..<end], as: UTF8.self)
        at = end
        let number = numbers[name] ?? names.count + 1
        if numbers[name] == nil {
            numbers[name] = number
            names.append(name)
        }
        // `LIMIT$1` would be a name.
        if let last = out.last, Self.continuesName(last) {
            out.append(0x20)
        }
        out.append(dialect == .postgres ? 0x24 : 0x3f)
        out.append(contentsOf: String(number).utf8)
    }

    private func placeholder(_ byte: UInt8) -> SQLSyntaxError {
        let sign = String(decoding: [byte], as: UTF8.self)
        return SQLSyntaxError("line \(line(at)) has a placeholder with \(sign); write :name, with the name of an argument")
    }

    // MARK: Bytes

    private func peek(_ ahead: Int) -> UInt8? { at + ahead < text.count ? text[at + ahead] : nil }

    private mutating func copy(to end: Int) {
        let end = min(end, text.count)
        out.append(contentsOf: text[at..<end])
        at = end
    }

    private func line(_ place: Int) -> Int { 1 + text[..<place].count { $0 == 0x0a } }

    private static func beginsName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x41...0x5a, 0x61...0x7a, 0x5f, 0x80...: true
        default: false
        }
    }

    private static func continuesName(_ byte: UInt8) -> Bool {
        beginsName(byte) || (0x30...0x39).contains(byte) || byte == 0x24
    }
}
