/// One JSON value as the bytes it was written in: `1.10` stays `1.10`.
///
/// A payload that a reader left where it stands in its file is ``elided``.
public struct JSONText: Sendable, Hashable {
    public var utf8: [UInt8]

    /// The caller answers for these bytes being one JSON value, without a line break.
    public init(unchecked utf8: [UInt8]) { self.utf8 = utf8 }

    public init(_ value: JSONValue) {
        var writer = JSONWriter()
        writer.value(value)
        utf8 = writer.bytes
    }

    /// A string.
    public init(string: String) {
        var string = string
        utf8 = string.withUTF8 { text in
            // Most need no escapes, and are copied as they are.
            guard !text.contains(where: JSONWriter.isEscaped) else {
                var writer = JSONWriter()
                writer.string(text)
                return writer.bytes
            }
            var bytes: [UInt8] = []
            bytes.reserveCapacity(text.count + 2)
            bytes.append(0x22)
            bytes.append(contentsOf: text)
            bytes.append(0x22)
            return bytes
        }
    }

    /// Stands for a value that is known to be there and was not taken along.
    public static let elided = JSONText(unchecked: [])
    public var isElided: Bool { utf8.isEmpty }

    /// The value. A text that is none reads as null.
    public var value: JSONValue {
        do {
            return try JSONValue(parsing: utf8)
        } catch {
            return .null
        }
    }
}

extension JSONText: CustomStringConvertible {
    public var description: String { String(decoding: utf8, as: UTF8.self) }
}
