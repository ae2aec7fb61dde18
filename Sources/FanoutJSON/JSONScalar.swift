/// The types that JSON has values for, so that coders need no method for each.
protocol JSONScalar: Codable, Sendable {
    /// What a value must be to hold one, with its article.
    static var expected: String { get }
    static var schema: JSONValue { get }
    /// One value of a few that differ in what a type may ask of them, from 0.
    static func sample(_ number: Int) -> Self

    /// Nil where the value holds none exactly.
    init?(json: JSONValue)
    /// Nil where JSON has no value that is the same.
    var json: JSONValue? { get }
}

extension Bool: JSONScalar {
    static var expected: String { "true or false" }
    static var schema: JSONValue { ["type": "boolean"] }
    static func sample(_ number: Int) -> Bool { number % 2 == 1 }

    init?(json: JSONValue) {
        guard let bool = json.bool else { return nil }
        self = bool
    }

    var json: JSONValue? { .bool(self) }
}

extension String: JSONScalar {
    /// Empty, short, and of the forms that types which check their text most often want.
    static let samples = [
        "", "1", "00000000-0000-0000-0000-000000000000", "2000-01-01T00:00:00Z", "2000-01-01", "https://example.org/", "name@example.org",
    ]

    static var expected: String { "a string" }
    static var schema: JSONValue { ["type": "string"] }
    static func sample(_ number: Int) -> String { samples[number % samples.count] }

    init?(json: JSONValue) {
        guard let string = json.string else { return nil }
        self = string
    }

    var json: JSONValue? { .string(self) }
}

extension JSONScalar where Self: FixedWidthInteger {
    static var expected: String { bitWidth < 64 || !isSigned ? "a whole number from \(min) to \(max)" : "a whole number" }

    static var schema: JSONValue {
        var schema: JSONObject = ["type": "integer"]
        // Wider limits say nothing that a model needs, and not every reader of schemas has numbers for them.
        if bitWidth < 64 || !isSigned {
            schema["minimum"] = .integer(Int64(clamping: min))
        }
        if bitWidth < 64 {
            schema["maximum"] = .integer(Int64(clamping: max))
        }
        return .object(schema)
    }

    static func sample(_ number: Int) -> Self { Self(clamping: number) }

    init?(json: JSONValue) {
        switch json {
        case .integer(let integer): self.init(exactly: integer)
        // From there on a double may stand for another whole number than the one that was written.
        case .number(let number) where number.magnitude < 0x1p53: self.init(exactly: number)
        case .null, .bool, .number, .string, .array, .object: return nil
        }
    }

    var json: JSONValue? { Int64(exactly: self).map { .integer($0) } }
}

extension Int: JSONScalar {}
extension Int8: JSONScalar {}
extension Int16: JSONScalar {}
extension Int32: JSONScalar {}
extension Int64: JSONScalar {}
extension Int128: JSONScalar {}
extension UInt: JSONScalar {}
extension UInt8: JSONScalar {}
extension UInt16: JSONScalar {}
extension UInt32: JSONScalar {}
extension UInt64: JSONScalar {}
extension UInt128: JSONScalar {}

extension JSONScalar where Self: BinaryFloatingPoint & LosslessStringConvertible {
    static var expected: String { "a number" }
    static var schema: JSONValue { ["type": "number"] }
    static func sample(_ number: Int) -> Self { Self(number) }

    init?(json: JSONValue) {
        guard let number = json.double else { return nil }
        self.init(number)
    }

    var json: JSONValue? {
        guard isFinite else { return nil }
        // By its own digits: 0.1 of a short type is not 0.10000000149.
        return Double(description).map { .number($0) }
    }
}

extension Double: JSONScalar {}
extension Float: JSONScalar {}
