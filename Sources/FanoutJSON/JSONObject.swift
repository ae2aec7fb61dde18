/// The fields of an object, in the order they stood.
///
/// Two objects are equal when they hold the same fields in whatever order. Where a name stands twice, the last one counts, as in
/// most parsers. Look-up is a walk: tool arguments and API bodies have few fields.
public struct JSONObject: Sendable {
    public private(set) var fields: [(key: String, value: JSONValue)] = []

    public init() {}

    public init(_ fields: some Sequence<(String, JSONValue)>) {
        for (key, value) in fields {
            append(key: key, value: value)
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

    mutating func append(key: String, value: JSONValue) {
        if let place = fields.firstIndex(where: { $0.key == key }) {
            fields[place].value = value
        } else {
            fields.append((key, value))
        }
    }
}

extension JSONObject: Hashable {
    public static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.fields.allSatisfy { b[$0.key] == $0.value }
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
