/// Writes JSON into a growing buffer, compactly and on one line.
///
/// Strings are escaped as RFC 8259 demands and no further: `/`, U+2028 and letters beyond ASCII stand as they are.
public struct JSONWriter: Sendable {
    public var bytes: [UInt8] = []

    public init() {}

    public mutating func value(_ value: JSONValue) {
        switch value {
        case .null: text("null")
        case .bool(let bool): text(bool ? "true" : "false")
        case .integer(let integer): self.integer(integer)
        case .number(let number): self.number(number)
        case .string(let string): self.string(string)
        case .array(let array):
            bytes.append(0x5b)
            for (index, item) in array.enumerated() {
                if index > 0 {
                    bytes.append(0x2c)
                }
                self.value(item)
            }
            bytes.append(0x5d)
        case .object(let object):
            bytes.append(0x7b)
            for (index, field) in object.fields.enumerated() {
                if index > 0 {
                    bytes.append(0x2c)
                }
                string(field.key)
                bytes.append(0x3a)
                self.value(field.value)
            }
            bytes.append(0x7d)
        }
    }

    /// Bytes that are JSON already.
    public mutating func raw(_ json: some Sequence<UInt8>) {
        bytes.append(contentsOf: json)
    }

    public mutating func text(_ json: StaticString) {
        json.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    /// A number that JSON has no word for (infinite, none) is written as null.
    public mutating func number(_ number: Double) {
        guard number.isFinite else {
            return text("null")
        }
        bytes.append(contentsOf: number.description.utf8)
    }

    public mutating func integer(_ integer: Int64) {
        var digits: (UInt64, UInt64, UInt64) = (0, 0, 0)
        withUnsafeMutableBytes(of: &digits) { buffer in
            var at = buffer.count
            var rest = integer.magnitude
            repeat {
                at -= 1
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                buffer[at] = 0x30 + UInt8(truncatingIfNeeded: remainder)
                rest = quotient
            } while rest > 0
            if integer < 0 {
                at -= 1
                buffer[at] = 0x2d
            }
            bytes.append(contentsOf: buffer[at...])
        }
    }

    public mutating func string(_ string: String) {
        var string = string
        string.withUTF8 { self.string($0) }
    }

    /// A string of these bytes, which are UTF-8.
    mutating func string(_ utf8: UnsafeBufferPointer<UInt8>) {
        bytes.append(0x22)
        escaped(utf8)
        bytes.append(0x22)
    }

    /// Whether a byte of a string is not written as it is.
    static func isEscaped(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x22 || byte == 0x5c }

    private mutating func escaped(_ utf8: UnsafeBufferPointer<UInt8>) {
        var start = 0
        for index in utf8.indices {
            let byte = utf8[index]
            guard Self.isEscaped(byte) else { continue }
            bytes.append(contentsOf: utf8[start..<index])
            start = index + 1
            switch byte {
            case 0x22: text("\\\"")
            case 0x5c: text("\\\\")
            case 0x0a: text("\\n")
            case 0x0d: text("\\r")
            case 0x09: text("\\t")
            default:
                text(byte < 0x10 ? "\\u000" : "\\u001")
                let low = byte & 0x0f
                bytes.append(low < 10 ? 0x30 + low : 0x57 + low)
            }
        }
        bytes.append(contentsOf: utf8[start...])
    }
}

extension JSONValue: CustomStringConvertible {
    /// The value as compact JSON.
    public var description: String {
        var writer = JSONWriter()
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
