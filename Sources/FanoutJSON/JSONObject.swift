/// The fields of an object, in the order they stood.
///
/// Two objects are equal when they hold the same fields in whatever order. Where a name stands twice, the last one counts, as in
/// most parsers. Look-up is a walk: tool arguments and API bodies have few fields. Making one of many, and comparing two, is no more
/// than a few walks all the same, since texts come from outside.
public struct JSONObject: Sendable {
    public private(set) var fields: [(key: String, value: JSONValue)] = []

    public init() {}

    public init(_ fields: some Sequence<(String, JSONValue)>) {
        var places: [String: Int] = [:]
        for (key, value) in fields {
            append(key: key, value: value, &places)
        }
    }

    public var count: Int { fields.count }
    public var isEmpty: Bool { fields.isEmpty }
    public var keys: [String] { fields.map(\.key) }

    public subscript(_ key: String) -> JSONValue? {
        get { fields.first { $0.key == key }?.value }
        set {
            let place = fields.firstIndex { $0.key == key }
            switch (place, newValue) {
            case (let place?, let value?): fields[place].value = value
            case (let place?, nil): fields.remove(at: place)
            case (nil, let value?): fields.append((key, value))
            case (nil, nil): break
            }
        }
    }

    /// Fields beyond which walks are not short any more.
    private static let few = 16

    /// Adds a field, or puts another value to one of that name.
    ///
    /// - Parameter places: Where each name stands, kept from call to call once there are many; empty at first.
    mutating func append(key: String, value: JSONValue, _ places: inout [String: Int]) {
        let place: Int?
        if fields.count < Self.few {
            place = fields.firstIndex { $0.key == key }
        } else {
            if places.isEmpty {
                for (index, field) in fields.enumerated() {
                    places[field.key] = index
                }
            }
            place = places[key]
            places[key] = place ?? fields.count
        }
        if let place {
            fields[place].value = value
        } else {
            fields.append((key, value))
        }
    }
}

extension JSONObject: Hashable {
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        guard a.count == b.count else { return false }
        guard a.count > few else { return a.fields.allSatisfy { b[$0.key] == $0.value } }
        let values = Dictionary(b.fields.map { ($0.key, $0.value) }) { first, _ in first }
        return a.fields.allSatisfy { values[$0.key] == $0.value }
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        for field in fields.sorted(by: { $0.key < $1.key }) {
            hasher.combine(field.key)
            hasher.combine(field.value)
        }
    }
}

extension JSONObject: Sequence {
    public func makeIterator() -> IndexingIterator<[(key: String, value: JSONValue)]> { fields.makeIterator() }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}
