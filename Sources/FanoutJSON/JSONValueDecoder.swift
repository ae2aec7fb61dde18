extension JSONValue {
    /// Makes a value of a type of it.
    ///
    /// Whole numbers must fit exactly; a field that is null counts as absent where its type is optional; values nest at most 256 deep. Foundation's `Date`, `Data`, `URL` and
    /// `Decimal` are refused with what to take in their place.
    ///
    /// - Throws: ``JSONMismatch`` with the place of what does not fit.
    public func decode<Value: Decodable>(as type: Value.Type = Value.self) throws(JSONMismatch) -> Value {
        do {
            return try JSONValueDecoder(value: self, codingPath: []).unbox(type)
        } catch {
            throw JSONMismatch(error)
        }
    }
}

/// Gives a type what it asks for, out of a value.
struct JSONValueDecoder: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]

    /// Deeper values are refused: what comes from outside must not cost the stack.
    private static let deepest = 256

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = value else { throw mismatch(JSONObject.self, "an object") }
        return KeyedDecodingContainer(Fields(object: object, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let items) = value else { throw mismatch([JSONValue].self, "an array") }
        return Items(items: items, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    func unbox<T: Decodable>(_ type: T.Type) throws -> T {
        guard codingPath.count <= Self.deepest else {
            throw JSONMismatch(path: "", reason: "it is nested more than \(Self.deepest) deep")
        }
        if let scalar = type as? any JSONScalar.Type {
            guard let made = scalar.init(json: value) as? T else { throw mismatch(type, scalar.expected) }
            return made
        }
        if let objection = PrivatelyCoded.objection(to: type) {
            throw JSONMismatch(path: codingPath.jsonPath, reason: objection)
        }
        return try T(from: self)
    }

    private func mismatch(_ type: Any.Type, _ expected: String) -> DecodingError {
        let found = value.kindInWords
        let text = found == expected ? "it must be \(expected) that fits exactly" : "it must be \(expected), and is \(found)"
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: text)
        return value.isNull ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value.isNull }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try unbox(type) }
}

extension JSONValueDecoder {
    /// The fields of an object.
    private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let object: JSONObject
        let codingPath: [any CodingKey]

        var allKeys: [Key] { object.keys.compactMap(Key.init(stringValue:)) }

        func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }
        func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).value.isNull }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try decoder(key).unbox(type) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) throws -> KeyedDecodingContainer<Nested> {
            try decoder(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { try decoder(key).unkeyedContainer() }
        func superDecoder() throws -> any Decoder { try decoder(JSONKey.parent) }
        func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

        private func decoder(_ key: some CodingKey) throws -> JSONValueDecoder {
            guard let value = object[key.stringValue] else {
                throw DecodingError.keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: "it is missing"))
            }
            return JSONValueDecoder(value: value, codingPath: codingPath + [key])
        }
    }

    /// The items of an array, one after the other.
    private struct Items: UnkeyedDecodingContainer {
        let items: [JSONValue]
        let codingPath: [any CodingKey]
        var currentIndex = 0

        init(items: [JSONValue], codingPath: [any CodingKey]) {
            self.items = items
            self.codingPath = codingPath
        }

        var count: Int? { items.count }
        var isAtEnd: Bool { currentIndex >= items.count }

        mutating func decodeNil() throws -> Bool {
            let isNull = try next().value.isNull
            currentIndex += isNull ? 1 : 0
            return isNull
        }

        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
            let value = try next().unbox(type)
            currentIndex += 1
            return value
        }

        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) throws -> KeyedDecodingContainer<Nested> {
            let container = try next().container(keyedBy: type)
            currentIndex += 1
            return container
        }

        mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
            let container = try next().unkeyedContainer()
            currentIndex += 1
            return container
        }

        mutating func superDecoder() throws -> any Decoder {
            let decoder = try next()
            currentIndex += 1
            return decoder
        }

        private func next() throws -> JSONValueDecoder {
            let path = codingPath + [JSONKey(place: currentIndex)]
            guard !isAtEnd else {
                let context = DecodingError.Context(codingPath: path, debugDescription: "it is missing: the array has \(items.count) items")
                throw DecodingError.valueNotFound(JSONValue.self, context)
            }
            return JSONValueDecoder(value: items[currentIndex], codingPath: path)
        }
    }
}
