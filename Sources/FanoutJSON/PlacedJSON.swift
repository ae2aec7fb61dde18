/// A JSON value that knows the line on which it begins, for files that people write.
package struct PlacedJSON: Sendable {
    /// A field of an object: its name, and the line of that.
    package struct Field: Sendable {
        package var name: String
        package var line: Int
        package var value: PlacedJSON
    }

    /// The line, from 1.
    package let line: Int
    package let value: JSONValue
    /// The whole file, and where in it the value stands.
    private let text: [UInt8]
    private let range: Range<Int>

    /// Reads a file's bytes.
    package init(parsing text: [UInt8]) throws(JSONError) {
        self.init(value: try JSONValue(parsing: text), text: text, range: text.indices, line: 1)
    }

    private init(value: JSONValue, text: [UInt8], range: Range<Int>, line: Int) {
        self.value = value
        self.text = text
        self.range = range
        self.line = line
    }

    /// The fields of an object, in their order; one that stands twice is there twice, with the value that counts. Nil for another kind.
    package var fields: [Field]? {
        guard let object = value.object else { return nil }
        return scan { bytes in
            var fields: [Field] = []
            var scanner = JSONFieldScanner(bytes)
            while let (key, place) = scanner.next() {
                guard let name = Self.name(bytes, key), let value = object[name] else { continue }
                fields.append(Field(name: name, line: line(of: key.lowerBound, bytes), value: piece(value, place, bytes)))
            }
            return fields
        }
    }

    /// The items of an array; nil for another kind.
    package var items: [PlacedJSON]? {
        guard let array = value.array else { return nil }
        return scan { bytes in
            var scanner = JSONItemScanner(bytes)
            return array.compactMap { value in scanner.next().map { piece(value, $0, bytes) } }
        }
    }

    private func scan<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        text.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    /// A field's name; nil where it is none, which a parser would have refused.
    private static func name(_ bytes: UnsafeBufferPointer<UInt8>, _ key: Range<Int>) -> String? {
        guard bytes[key].contains(0x5c) else { return String(decoding: bytes[key], as: UTF8.self) }
        do {
            return try JSONValue(parsing: [0x22] + bytes[key] + [0x22]).string
        } catch {
            return nil
        }
    }

    private func piece(_ value: JSONValue, _ place: Range<Int>, _ bytes: UnsafeBufferPointer<UInt8>) -> PlacedJSON {
        let start = range.lowerBound
        return PlacedJSON(
            value: value, text: text, range: start + place.lowerBound..<start + place.upperBound, line: line(of: place.lowerBound, bytes))
    }

    private func line(of offset: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Int {
        line + bytes[..<offset].count { $0 == 0x0a }
    }
}
