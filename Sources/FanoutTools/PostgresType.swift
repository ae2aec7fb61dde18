package import FanoutJSON

/// What a column's text means, and how it is written as JSON.
///
/// Numbers keep the digits they came with, so a `numeric` is exact; dates and times are ISO 8601.
package enum PostgresType: Hashable, Sendable {
    case bool
    /// Whole, decimal or floating; those that JSON has no word for become text.
    case number
    case timestamp
    case bytes
    case json
    case text
    indirect case array(PostgresType)
    /// One that is not known here; its text says enough.
    case other

    /// - Parameter oid: A type's number, as `pg_type.dat` of PostgreSQL's source fixes it.
    package init(_ oid: UInt32) {
        self =
            switch oid {
            case 16: .bool
            case 20, 21, 23, 26, 700, 701, 1700: .number
            case 1114, 1184: .timestamp
            case 17: .bytes
            case 114, 3802: .json
            case 18, 19, 25, 1042, 1043, 705: .text
            case 1000: .array(.bool)
            case 1005, 1007, 1016, 1021, 1022, 1028, 1231: .array(.number)
            case 1115, 1185: .array(.timestamp)
            case 1001: .array(.bytes)
            case 199, 3807: .array(.json)
            case 1002, 1003, 1009, 1014, 1015: .array(.text)
            // cidr, inet, date, time, timetz, interval, uuid, bit, varbit, oid's kin: text with braces around.
            case 651, 1041, 1182, 1183, 1270, 1187, 2951, 1561, 1563, 2210, 4090: .array(.other)
            default: .other
            }
    }

    /// A text of this type as JSON.
    package func json(_ text: [UInt8]) -> JSONText {
        var writer = JSONWriter()
        text.withUnsafeBufferPointer { write($0, to: &writer) }
        return JSONText(unchecked: writer.bytes)
    }

    func write(_ text: UnsafeBufferPointer<UInt8>, to writer: inout JSONWriter) {
        switch self {
        case .bool:
            writer.text(text.first == 0x74 ? "true" : "false")
        case .number where Self.isNumber(text):
            writer.raw(text)
        case .timestamp:
            writer.string(Self.iso(text))
        case .bytes where text.starts(with: [0x5c, 0x78]):
            writer.binary(bytes: (text.count - 2) / 2)
        case .json:
            // What is JSON only after mending stays the text it is.
            if let json = try? RawJSON(parsing: Array(text)), !json.wasMended {
                writer.text(json.json)
            } else {
                writer.string(String(decoding: text, as: UTF8.self))
            }
        case .array(let element):
            var array = PostgresArray(text, of: element)
            if let json = array.json() {
                writer.raw(json)
            } else {
                writer.string(String(decoding: text, as: UTF8.self))
            }
        case .number, .bytes, .text, .other:
            writer.string(String(decoding: text, as: UTF8.self))
        }
    }

    /// A value as PostgreSQL reads it where it expects this type; nil for null.
    package func literal(of value: JSONValue) -> String? {
        switch (value, self) {
        case (.null, _): nil
        case (.string(let string), .json): JSONValue.string(string).description
        case (.string(let string), _): string
        case (.array(let items), .array(let element)): PostgresArray.literal(of: items, element)
        case (.array(let items), .other): PostgresArray.literal(of: items, .other)
        case (.bool, _), (.integer, _), (.number, _), (.array, _), (.object, _): value.description
        }
    }

    /// Whether JSON has the same form for it (RFC 8259, section 6).
    static func isNumber(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        var at = text.first == 0x2d ? 1 : 0
        func digits() -> Int {
            let start = at
            while at < text.count, (0x30...0x39).contains(text[at]) {
                at += 1
            }
            return at - start
        }
        let start = at
        let whole = digits()
        guard whole > 0, whole == 1 || text[start] != 0x30 else { return false }
        if at < text.count, text[at] == 0x2e {
            at += 1
            guard digits() > 0 else { return false }
        }
        if at < text.count, text[at] | 0x20 == 0x65 {
            at += 1
            if at < text.count, text[at] == 0x2b || text[at] == 0x2d {
                at += 1
            }
            guard digits() > 0 else { return false }
        }
        return at == text.count
    }

    /// `2026-10-28 08:15:00+00` as `2026-10-28T08:15:00Z`. What ISO 8601 has no form for (`infinity`, years before Christ) stays as it is.
    static func iso(_ text: UnsafeBufferPointer<UInt8>) -> String {
        var text = Array(text)
        guard let space = text.firstIndex(of: 0x20), text.last.map({ (0x30...0x39).contains($0) }) == true else {
            return String(decoding: text, as: UTF8.self)
        }
        text[space] = 0x54
        if let sign = text[space...].lastIndex(where: { $0 == 0x2b || $0 == 0x2d }) {
            if text[sign...].elementsEqual("+00".utf8) {
                text.replaceSubrange(sign..., with: [0x5a])
            } else if text.count - sign == 3 {
                text += ":00".utf8
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
