/// A JSON text whose parts can be cut out as they were written: a number `1.10` stays `1.10`.
///
/// Whitespace between the values is dropped, so that a part fits on one line. For texts that a parser has accepted.
package struct RawJSON: Sendable {
    private let text: [UInt8]
    /// Whether it is JSON only after what ``JSONRepair`` did to it.
    package let wasMended: Bool

    /// - Throws: ``JSONError`` where the text is not JSON.
    package init(parsing source: [UInt8]) throws(JSONError) {
        let reader = JSONReader()
        let root = try reader.read(source)
        // What had to be mended has no wording worth keeping.
        wasMended = reader.wasMended
        text = reader.wasMended ? JSONText(JSONValue(root)).utf8 : Self.compact(source)
    }

    private init(text: some Sequence<UInt8>) {
        self.text = Array(text)
        wasMended = false
    }

    package var json: JSONText { JSONText(unchecked: text) }
    package var value: JSONValue { json.value }

    /// The field of that name, of an object that has it.
    package subscript(_ name: String) -> RawJSON? {
        text.withUnsafeBufferPointer { buffer in
            guard buffer.first == 0x7b else { return nil }
            var scanner = JSONFieldScanner(buffer)
            while let (key, value) = scanner.next() {
                if buffer[key].elementsEqual(name.utf8) {
                    return RawJSON(text: buffer[value])
                }
            }
            return nil
        }
    }

    /// The items of an array; none for another kind.
    package var items: [RawJSON] {
        text.withUnsafeBufferPointer { buffer in
            guard buffer.first == 0x5b else { return [] }
            var items: [RawJSON] = []
            var scanner = JSONItemScanner(buffer)
            while let item = scanner.next() {
                items.append(RawJSON(text: buffer[item]))
            }
            return items
        }
    }

    private static func compact(_ source: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(source.count)
        var isInString = false
        var isEscaped = false
        for byte in source {
            if isInString {
                out.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == 0x5c {
                    isEscaped = true
                } else if byte == 0x22 {
                    isInString = false
                }
            } else if byte > 0x20 {
                out.append(byte)
                isInString = byte == 0x22
            }
        }
        return out
    }
}
