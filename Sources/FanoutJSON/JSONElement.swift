/// One value of a parsed document, as a place on simdjson's tape.
///
/// It is a view: good only until the reader that made it reads the next text. A word of the tape holds its kind in the
/// top eight bits and a payload in the rest
/// (https://github.com/simdjson/simdjson/blob/master/doc/tape.md).
@usableFromInline
package struct JSONElement {
    @usableFromInline package let tape: UnsafePointer<UInt64>
    @usableFromInline package let strings: UnsafePointer<UInt8>
    @usableFromInline package let index: Int

    @inlinable
    package init(tape: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>, index: Int) {
        self.tape = tape
        self.strings = strings
        self.index = index
    }

    @usableFromInline
    package enum Kind: UInt8 {
        case object = 0x7b
        case array = 0x5b
        case string = 0x22
        case signed = 0x6c
        case unsigned = 0x75
        case double = 0x64
        case yes = 0x74
        case no = 0x66
        case null = 0x6e
    }

    @inlinable
    package var kind: Kind? { Kind(rawValue: UInt8(truncatingIfNeeded: tape[index] >> 56)) }

    /// The byte that a word begins with, which ``Kind`` gives names to.
    @inlinable
    var mark: UInt8 { UInt8(truncatingIfNeeded: tape[index] >> 56) }

    @inlinable
    package var isNull: Bool { mark == 0x6e }

    @inlinable
    var payload: UInt64 { tape[index] & 0x00ff_ffff_ffff_ffff }

    /// The tape index just past this value.
    @inlinable
    package var end: Int {
        // By the bare bytes: this is asked of every value there is.
        switch mark {
        case 0x7b, 0x5b: Int(truncatingIfNeeded: payload & 0xffff_ffff)
        case 0x6c, 0x75, 0x64: index + 2
        default: index + 1
        }
    }

    /// The unescaped bytes of a string; nil for another kind.
    @inlinable
    package var utf8: UnsafeBufferPointer<UInt8>? {
        guard mark == 0x22 else { return nil }
        let place = strings + Int(truncatingIfNeeded: payload)
        let count = UnsafeRawPointer(place).loadUnaligned(as: UInt32.self)
        return UnsafeBufferPointer(start: place + 4, count: Int(count))
    }

    package var string: String? {
        utf8.map { String(decoding: $0, as: UTF8.self) }
    }

    /// A whole number that fits 64 signed bits, written as one or as a float without a fraction.
    @inlinable
    package var integer: Int64? {
        switch mark {
        case 0x6c: Int64(bitPattern: tape[index + 1])
        case 0x75: Int64(exactly: tape[index + 1])
        case 0x64: Int64(exactly: Double(bitPattern: tape[index + 1]))
        default: nil
        }
    }

    @inlinable
    package var double: Double? {
        switch kind {
        case .signed: Double(Int64(bitPattern: tape[index + 1]))
        case .unsigned: Double(tape[index + 1])
        case .double: Double(bitPattern: tape[index + 1])
        case .object, .array, .string, .yes, .no, .null, nil: nil
        }
    }

    @inlinable
    package var bool: Bool? {
        switch kind {
        case .yes: true
        case .no: false
        case .object, .array, .string, .signed, .unsigned, .double, .null, nil: nil
        }
    }

    /// The fields of an object in the order they stand; nil for another kind.
    @inlinable
    package var fields: Fields? {
        mark == 0x7b ? Fields(object: self) : nil
    }

    /// The items of an array; nil for another kind.
    @inlinable
    package var items: Items? {
        mark == 0x5b ? Items(array: self) : nil
    }

    @usableFromInline
    package struct Fields: IteratorProtocol {
        @usableFromInline let object: JSONElement
        @usableFromInline var at: Int
        @usableFromInline let stop: Int

        @inlinable
        init(object: JSONElement) {
            self.object = object
            at = object.index + 1
            stop = object.end - 1
        }

        @inlinable
        package mutating func next() -> (key: JSONElement, value: JSONElement)? {
            guard at < stop else { return nil }
            let key = JSONElement(tape: object.tape, strings: object.strings, index: at)
            let value = JSONElement(tape: object.tape, strings: object.strings, index: at + 1)
            at = value.end
            return (key, value)
        }
    }

    @usableFromInline
    package struct Items: IteratorProtocol {
        @usableFromInline let array: JSONElement
        @usableFromInline var at: Int
        @usableFromInline let stop: Int

        @inlinable
        init(array: JSONElement) {
            self.array = array
            at = array.index + 1
            stop = array.end - 1
        }

        @inlinable
        package mutating func next() -> JSONElement? {
            guard at < stop else { return nil }
            let item = JSONElement(tape: array.tape, strings: array.strings, index: at)
            at = item.end
            return item
        }
    }
}
