/// A JSON text whose parts can be cut out as they were written: a number `1.10` stays `1.10`.
///
/// Parts share the text's storage; each look for a field is a walk through the text. For texts that a parser has accepted.
package struct RawJSON: Sendable {
    private let source: [UInt8]
    private let range: Range<Int>
    /// Whether it is JSON only after what ``JSONRepair`` did to it. Then the wording is the repair's.
    package let wasMended: Bool

    /// - Throws: ``JSONError`` where the text is not JSON.
    package init(parsing text: [UInt8]) throws(JSONError) {
        let reader = JSONReader()
        let root = try reader.read(text)
        self.init(text, readAs: root, by: reader)
    }

    /// A text that a reader has just read.
    package init(_ text: [UInt8], readAs root: JSONElement, by reader: JSONReader) {
        wasMended = reader.wasMended
        source = reader.wasMended ? JSONText(JSONValue(root)).utf8 : text
        range = (source.firstIndex { $0 > 0x20 } ?? source.count)..<source.count
    }

    private init(source: [UInt8], range: Range<Int>) {
        self.source = source
        self.range = range
        wasMended = false
    }

    /// The value on one line, without the whitespace between its parts.
    package var json: JSONText { JSONText(unchecked: compact()) }

    package var value: JSONValue { json.value }

    /// The field of that name, of an object that has it.
    package subscript(_ name: String) -> RawJSON? {
        let found = source.withUnsafeBufferPointer { buffer -> Range<Int>? in
            let text = UnsafeBufferPointer(rebasing: buffer[range])
            guard text.first == 0x7b else { return nil }
            var scanner = JSONFieldScanner(text)
            while let (key, value) = scanner.next() {
                if text[key].elementsEqual(name.utf8) {
                    return value
                }
            }
            return nil
        }
        return found.map(part)
    }

    /// The items of an array; none for another kind.
    package var items: [RawJSON] {
        source.withUnsafeBufferPointer { buffer in
            let text = UnsafeBufferPointer(rebasing: buffer[range])
            guard text.first == 0x5b else { return [] }
            var items: [RawJSON] = []
            var scanner = JSONItemScanner(text)
            while let item = scanner.next() {
                items.append(part(item))
            }
            return items
        }
    }

    /// The field of that name, or the first item where no name is given, with all that follows it: to look for fields in it without having walked to its end.
    package func entering(_ name: String? = nil) -> RawJSON? {
        let start = source.withUnsafeBufferPointer { buffer in
            let text = UnsafeBufferPointer(rebasing: buffer[range])
            guard let name else {
                return text.first == 0x5b ? text.indices.dropFirst().first { text[$0] > 0x20 } : nil
            }
            return text.first == 0x7b ? Self.start(of: name, in: text) : nil
        }
        return start.map { part($0..<range.count) }
    }

    private func part(_ inner: Range<Int>) -> RawJSON {
        RawJSON(source: source, range: range.lowerBound + inner.lowerBound..<range.lowerBound + inner.upperBound)
    }

    /// Where the value of an object's field begins.
    private static func start(of name: String, in text: UnsafeBufferPointer<UInt8>) -> Int? {
        var at = 1
        var depth = 0
        var isKey = true
        while at < text.count {
            switch text[at] {
            case 0x22:
                let opening = at + 1
                at = opening
                while at < text.count, text[at] != 0x22 {
                    at += text[at] == 0x5c ? 2 : 1
                }
                if depth == 0, isKey, at < text.count, text[opening..<at].elementsEqual(name.utf8) {
                    return text[(at + 1)...].firstIndex { $0 > 0x20 && $0 != 0x3a }
                }
            case 0x7b, 0x5b:
                depth += 1
            case 0x7d, 0x5d:
                depth -= 1
                if depth < 0 {
                    return nil
                }
            case 0x2c where depth == 0: isKey = true
            case 0x3a where depth == 0: isKey = false
            default: break
            }
            at += 1
        }
        return nil
    }

    private func compact() -> [UInt8] {
        source.withUnsafeBufferPointer { buffer in
            var out: [UInt8] = []
            out.reserveCapacity(range.count)
            var run = range.lowerBound
            var at = run
            while at < range.upperBound {
                if buffer[at] == 0x22 {
                    at += 1
                    while at < range.upperBound, buffer[at] != 0x22 {
                        at += buffer[at] == 0x5c ? 2 : 1
                    }
                } else if buffer[at] <= 0x20 {
                    out.append(contentsOf: buffer[run..<at])
                    run = at + 1
                }
                at += 1
            }
            out.append(contentsOf: buffer[min(run, range.upperBound)..<range.upperBound])
            return out
        }
    }
}
