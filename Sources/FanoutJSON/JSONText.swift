/// One JSON value as it is written: `1.10` stays `1.10`.
///
/// A payload that a reader left where it stands in its file is ``elided``.
public struct JSONText: Sendable {
    /// Most are never written: what was a string is kept as it came.
    private enum Form: Sendable {
        case bytes([UInt8])
        case text(String)
        /// What a string holds, without quotes and escapes.
        case string(String)
    }

    private let form: Form

    /// The caller answers for these bytes being one JSON value, without a line break.
    public init(unchecked utf8: [UInt8]) { form = .bytes(utf8) }

    /// The caller answers for this being one JSON value, without a line break.
    public init(unchecked text: String) { form = .text(text) }

    public init(_ value: JSONValue) {
        var writer = JSONWriter()
        writer.value(value)
        form = .bytes(writer.bytes)
    }

    /// A string.
    public init(string: String) { form = .string(string) }

    /// Its bytes; those of a string are written each time they are asked for.
    public var utf8: [UInt8] {
        switch form {
        case .bytes(let bytes):
            return bytes
        case .text(let text):
            return Array(text.utf8)
        case .string(let text):
            var writer = JSONWriter()
            writer.string(text)
            return writer.bytes
        }
    }

    /// Stands for a value that is known to be there and was not taken along.
    public static var elided: JSONText { JSONText(unchecked: "") }

    public var isElided: Bool {
        switch form {
        case .bytes(let bytes): bytes.isEmpty
        case .text(let text): text.isEmpty
        case .string: false
        }
    }

    /// The value. A text that is none reads as null.
    public var value: JSONValue {
        switch form {
        case .bytes(let bytes): (try? JSONValue(parsing: bytes)) ?? .null
        case .text(let text): (try? JSONValue(parsing: text)) ?? .null
        case .string(let text): .string(text)
        }
    }

    fileprivate func write(to writer: inout JSONWriter) {
        switch form {
        case .bytes(let bytes): writer.raw(bytes)
        case .text(let text): writer.raw(text.utf8)
        case .string(let text): writer.string(text)
        }
    }
}

extension JSONText: Hashable {
    /// Two are the same where their bytes are.
    public static func == (a: JSONText, b: JSONText) -> Bool {
        switch (a.form, b.form) {
        case (.bytes(let a), .bytes(let b)): a == b
        default: a.utf8 == b.utf8
        }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(utf8) }
}

extension JSONText: CustomStringConvertible {
    public var description: String { String(decoding: utf8, as: UTF8.self) }
}

extension JSONWriter {
    /// A value as it is written.
    public mutating func text(_ json: JSONText) { json.write(to: &self) }
}
