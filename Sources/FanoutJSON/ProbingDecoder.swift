/// A decoder that has nothing, and gives a sample of whatever it is asked for.
struct ProbingDecoder: Decoder {
    /// The key that stands for those of a dictionary: one that also is a whole number.
    private static let anyKey = "0"

    let probe: SchemaProbe
    let shape: ProbedShape
    let codingPath: [any CodingKey]
    let sample: Int
    /// Nil where it is looked what is asked for; else as little as can be is given, so deep within a type that contains itself.
    let depth: Int?

    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> { KeyedDecodingContainer(Fields(decoder: self)) }

    func unkeyedContainer() -> any UnkeyedDecodingContainer {
        shape.becomeArray()
        return Items(decoder: self)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    private func value<T: Decodable>(_ type: T.Type) throws -> T {
        if let depth {
            return try probe.smallest(type, at: codingPath, depth: depth)
        }
        let (schema, value) = try probe.look(type, at: codingPath, sample: sample)
        shape.schema = shape.schema ?? schema
        return value
    }

    private func within(_ shape: ProbedShape, _ key: some CodingKey) -> ProbingDecoder {
        ProbingDecoder(probe: probe, shape: shape, codingPath: codingPath + [key], sample: sample, depth: depth)
    }
}

extension ProbingDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool {
        shape.takesNull = true
        return depth != nil
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T { try value(type) }
}

extension ProbingDecoder {
    private struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
        let decoder: ProbingDecoder
        /// A class, since containers are asked without being changed.
        private final class Asked {
            var allKeys = false
        }
        private let asked = Asked()

        init(decoder: ProbingDecoder) { self.decoder = decoder }

        var codingPath: [any CodingKey] { decoder.codingPath }

        /// One that any dictionary has; types that know their keys are told of none.
        var allKeys: [Key] {
            asked.allKeys = true
            guard decoder.depth == nil, let key = Key(stringValue: ProbingDecoder.anyKey) else { return [] }
            return [key]
        }

        func contains(_ key: Key) -> Bool {
            guard decoder.depth == nil else { return false }
            decoder.shape.relax(key.stringValue)
            return true
        }

        func decodeNil(forKey key: Key) -> Bool { within(key).decodeNil() }
        func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try within(key).value(type) }

        func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type, forKey key: Key) -> KeyedDecodingContainer<Nested> {
            within(key).container(keyedBy: type)
        }

        func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedDecodingContainer { within(key).unkeyedContainer() }
        func superDecoder() -> any Decoder { decoder.within(decoder.shape.field(JSONKey.parent.stringValue), JSONKey.parent) }
        func superDecoder(forKey key: Key) -> any Decoder { within(key) }

        private func within(_ key: Key) -> ProbingDecoder {
            let isAny = asked.allKeys && key.stringValue == ProbingDecoder.anyKey
            return decoder.within(isAny ? decoder.shape.other() : decoder.shape.field(key.stringValue), key)
        }
    }

    /// One item for whoever asks whether there are more; as many as are asked for, for whoever knows.
    private struct Items: UnkeyedDecodingContainer {
        let decoder: ProbingDecoder
        var currentIndex = 0

        init(decoder: ProbingDecoder) { self.decoder = decoder }

        var codingPath: [any CodingKey] { decoder.codingPath }
        var count: Int? { nil }

        var isAtEnd: Bool {
            decoder.shape.isOfAnyLength = true
            return decoder.depth != nil || currentIndex > 0
        }

        mutating func decodeNil() -> Bool { false }
        mutating func decode<T: Decodable>(_ type: T.Type) throws -> T { try next().value(type) }

        mutating func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedDecodingContainer<Nested> {
            next().container(keyedBy: type)
        }

        mutating func nestedUnkeyedContainer() -> any UnkeyedDecodingContainer { next().unkeyedContainer() }
        mutating func superDecoder() -> any Decoder { next() }

        private mutating func next() -> ProbingDecoder {
            let key = JSONKey(place: currentIndex)
            currentIndex += 1
            return decoder.within(decoder.shape.item(), key)
        }
    }
}
