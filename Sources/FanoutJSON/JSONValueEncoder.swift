extension JSONValue {
    /// The JSON form of a value of any type that has one.
    ///
    /// - Throws: ``JSONMismatch`` for what JSON cannot say exactly: a number that is none or infinite, a whole number beyond 64 signed bits; and for
    ///   Foundation's `Date`, `Data`, `URL` and `Decimal`, with what to give in their place.
    public init(encoding value: some Encodable) throws(JSONMismatch) {
        do {
            let node = EncodedNode()
            try JSONValueEncoder(node: node, codingPath: []).box(value)
            self = node.value
        } catch {
            throw JSONMismatch(error)
        }
    }
}

/// A value while it is written. A class, because containers write into it as long as they like.
private final class EncodedNode {
    private enum Content {
        case nothing
        case leaf(JSONValue)
        case fields
        case items
    }

    private var content = Content.nothing
    private var fields: [(name: String, node: EncodedNode)] = []
    /// Where a name stands among the fields.
    private var places: [String: Int] = [:]
    private var items: [EncodedNode] = []

    var count: Int { items.count }

    var value: JSONValue {
        switch content {
        case .nothing: [:]
        case .leaf(let value): value
        case .fields: .object(JSONObject(fields.map { ($0.name, $0.node.value) }))
        case .items: .array(items.map(\.value))
        }
    }

    func set(_ value: JSONValue) { content = .leaf(value) }
    func becomeObject() { content = .fields }
    func becomeArray() { content = .items }

    func field(_ name: String) -> EncodedNode {
        if let place = places[name] {
            return fields[place].node
        }
        let node = EncodedNode()
        places[name] = fields.count
        fields.append((name, node))
        return node
    }

    func item() -> EncodedNode {
        let node = EncodedNode()
        items.append(node)
        return node
    }

    func sortFields() {
        fields.sort { $0.name < $1.name }
        places = Dictionary(uniqueKeysWithValues: fields.enumerated().map { ($0.element.name, $0.offset) })
    }
}

/// A value whose fields come in an order that means nothing.
private protocol UnorderedFields {}

extension Dictionary: UnorderedFields {}

/// Writes what a type gives into a node.
private struct JSONValueEncoder: Encoder {
    let node: EncodedNode
    let codingPath: [any CodingKey]

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        node.becomeObject()
        return KeyedEncodingContainer(Fields(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        node.becomeArray()
        return Items(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func box(_ value: some Encodable) throws {
        if let scalar = value as? any JSONScalar {
            guard let json = scalar.json else {
                throw JSONMismatch(path: codingPath.jsonPath, reason: "JSON has no number for \(scalar)")
            }
            node.set(json)
        } else if let value = value as? JSONValue {
            node.set(value)
        } else if let objection = PrivatelyCoded.objection(to: type(of: value)) {
            throw JSONMismatch(path: codingPath.jsonPath, reason: objection)
        } else {
            try value.encode(to: self)
            if value is any UnorderedFields {
                // The same value must give the same text: what models are sent before is kept by its bytes.
                node.sortFields()
            }
        }
    }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    func encodeNil() { node.set(.null) }
    func encode<T: Encodable>(_ value: T) throws { try box(value) }
}

extension JSONValueEncoder {
    private struct Fields<Key: CodingKey>: KeyedEncodingContainerProtocol {
        let node: EncodedNode
        let codingPath: [any CodingKey]

        func encodeNil(forKey key: Key) { encoder(key).encodeNil() }
        func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try encoder(key).box(value) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedEncodingContainer<Nested> {
            encoder(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { encoder(key).unkeyedContainer() }
        func superEncoder() -> any Encoder { encoder(JSONKey.parent) }
        func superEncoder(forKey key: Key) -> any Encoder { encoder(key) }

        private func encoder(_ key: some CodingKey) -> JSONValueEncoder {
            JSONValueEncoder(node: node.field(key.stringValue), codingPath: codingPath + [key])
        }
    }

    private struct Items: UnkeyedEncodingContainer {
        let node: EncodedNode
        let codingPath: [any CodingKey]

        var count: Int { node.count }

        func encodeNil() { encoder().encodeNil() }
        func encode<T: Encodable>(_ value: T) throws { try encoder().box(value) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
            encoder().container(keyedBy: type)
        }

        func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { encoder().unkeyedContainer() }
        func superEncoder() -> any Encoder { encoder() }

        private func encoder() -> JSONValueEncoder {
            let place = node.count
            return JSONValueEncoder(node: node.item(), codingPath: codingPath + [JSONKey(place: place)])
        }
    }
}
