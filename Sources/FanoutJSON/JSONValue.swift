/// Any JSON value, with whole numbers exact and fields in the order they stood.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number written without point and exponent that fits 64 signed bits.
    case integer(Int64)
    /// Any other number, as the nearest double.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    /// Reads one text.
    ///
    /// - Throws: ``JSONError`` with the place of the first fault.
    public init(parsing text: some Collection<UInt8>) throws(JSONError) {
        let reader = JSONReader()
        let root = try reader.read(text)
        self.init(root)
    }

    public init(parsing text: String) throws(JSONError) {
        try self.init(parsing: text.utf8)
    }

    package init(_ element: JSONElement) {
        switch element.kind {
        case .object:
            var object = JSONObject()
            if var fields = element.fields {
                var places: [String: Int] = [:]
                while let (key, value) = fields.next() {
                    object.append(key: key.string ?? "", value: JSONValue(value), &places)
                }
            }
            self = .object(object)
        case .array:
            var array: [JSONValue] = []
            if var items = element.items {
                while let item = items.next() {
                    array.append(JSONValue(item))
                }
            }
            self = .array(array)
        case .string:
            self = .string(element.string ?? "")
        case .signed, .unsigned:
            if let integer = element.integer {
                self = .integer(integer)
            } else {
                self = .number(element.double ?? 0)
            }
        case .double:
            self = .number(element.double ?? 0)
        case .yes:
            self = .bool(true)
        case .no:
            self = .bool(false)
        case .null, nil:
            self = .null
        }
    }
}

extension JSONValue {
    /// The field of that name, of an object that has it.
    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// The item at that place, of an array that has it.
    public subscript(_ index: Int) -> JSONValue? {
        guard case .array(let array) = self, array.indices.contains(index) else { return nil }
        return array[index]
    }

    public var string: String? {
        guard case .string(let string) = self else { return nil }
        return string
    }

    /// A whole number, also where it was written as a float without a fraction.
    public var integer: Int64? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int64(exactly: number)
        case .null, .bool, .string, .array, .object: nil
        }
    }

    public var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }

    public var bool: Bool? {
        guard case .bool(let bool) = self else { return nil }
        return bool
    }

    public var array: [JSONValue]? {
        guard case .array(let array) = self else { return nil }
        return array
    }

    public var object: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }

    public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
    public init(nilLiteral: ()) { self = .null }
}
