internal import FanoutJSON

/// The text of an array, `{1,NULL,"a, b"}`, from and to JSON.
///
/// The form is that of https://www.postgresql.org/docs/current/arrays.html#ARRAYS-IO.
struct PostgresArray {
    private let text: [UInt8]
    private let element: PostgresType
    private var at = 0
    private var writer = JSONWriter()

    /// Deeper ones PostgreSQL does not make.
    private static let deepest = 6

    init(_ text: UnsafeBufferPointer<UInt8>, of element: PostgresType) {
        self.text = Array(text)
        self.element = element
    }

    /// The array as JSON; nil where it is not of that form.
    mutating func json() -> [UInt8]? {
        // Bounds other than from 1 stand before it: `[0:1]={…}`.
        if text.first == 0x5b {
            guard let equals = text.firstIndex(of: 0x3d) else { return nil }
            at = equals + 1
        }
        return array(depth: 1) && at == text.count ? writer.bytes : nil
    }

    private mutating func array(depth: Int) -> Bool {
        guard depth <= Self.deepest, take(0x7b) else { return false }
        writer.text("[")
        guard !take(0x7d) else {
            writer.text("]")
            return true
        }
        repeat {
            guard peek == 0x7b ? array(depth: depth + 1) : item() else { return false }
            if peek == 0x2c {
                writer.text(",")
            }
        } while take(0x2c)
        writer.text("]")
        return take(0x7d)
    }

    private mutating func item() -> Bool {
        let isQuoted = take(0x22)
        var value: [UInt8] = []
        while let byte = peek, isQuoted ? byte != 0x22 : byte != 0x2c && byte != 0x7d {
            if byte == 0x5c {
                at += 1
            }
            guard let byte = peek else { return false }
            value.append(byte)
            at += 1
        }
        guard isQuoted ? take(0x22) : !value.isEmpty else { return false }
        if !isQuoted, value.elementsEqual("NULL".utf8) {
            writer.text("null")
        } else {
            value.withUnsafeBufferPointer { element.write($0, to: &writer) }
        }
        return true
    }

    private var peek: UInt8? { at < text.count ? text[at] : nil }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        at += 1
        return true
    }

    /// A list as PostgreSQL reads an array.
    static func literal(of items: [JSONValue], _ element: PostgresType) -> String {
        let parts = items.map { item -> String in
            if case .array(let inner) = item, element != .json {
                return literal(of: inner, element)
            }
            guard let text = element.literal(of: item) else { return "NULL" }
            // By scalars: with a combining mark behind it, a quote would not be one to Swift, and is one to PostgreSQL.
            let escaped = text.unicodeScalars.reduce(into: String.UnicodeScalarView()) { escaped, scalar in
                if scalar == "\"" || scalar == "\\" {
                    escaped.append("\\")
                }
                escaped.append(scalar)
            }
            return "\"\(String(escaped))\""
        }
        return "{" + parts.joined(separator: ",") + "}"
    }
}
