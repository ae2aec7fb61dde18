#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Makes strings of bytes, and the same string again for bytes seen a moment ago.
///
/// The ids of calls and the names of tools come again and again. A string beyond fifteen bytes costs an allocation each time it is made, and any
/// costs a look whether its bytes are UTF-8.
struct StringCache {
    /// A string of at most sixteen bytes, which its first and its last eight and its length tell from any other.
    private struct Short {
        var head: UInt64 = 0
        var tail: UInt64 = 0
        var length = 0
        var string = ""
    }

    /// A longer one, whose bytes stand in ``texts`` too: to look into the string itself would be to hold it for as long.
    private struct Long {
        var length = 0
        var string = ""
    }

    private static let longest = 64

    private var shorts = [Short](repeating: Short(), count: 256)
    private var longs = [Long](repeating: Long(), count: 1024)
    private var texts = [UInt8](repeating: 0, count: 1024 * longest)

    private static let prime: UInt64 = 0x9e37_79b9_7f4a_7c15

    /// The string of these bytes. Eight bytes from each must be readable, as in simdjson's buffers.
    mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard let start = bytes.baseAddress, 1...Self.longest ~= bytes.count else { return String(decoding: bytes, as: UTF8.self) }
        return bytes.count > 16 ? long(bytes, start) : short(bytes, UnsafeRawPointer(start))
    }

    private mutating func short(_ bytes: UnsafeBufferPointer<UInt8>, _ raw: UnsafeRawPointer) -> String {
        var head = raw.loadUnaligned(as: UInt64.self)
        var tail: UInt64 = 0
        if bytes.count < 8 {
            // As memory has it, so that what follows the bytes is cut off on any machine.
            head = UInt64(littleEndian: head) & (1 << (UInt64(bytes.count) * 8) - 1)
        } else {
            tail = raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
        }
        let slot = Int(truncatingIfNeeded: ((head ^ (tail &* Self.prime) ^ UInt64(bytes.count)) &* 0xff51_afd7_ed55_8ccd) >> 56)
        if shorts[slot].head != head || shorts[slot].tail != tail || shorts[slot].length != bytes.count {
            shorts[slot] = Short(head: head, tail: tail, length: bytes.count, string: String(decoding: bytes, as: UTF8.self))
        }
        return shorts[slot].string
    }

    private mutating func long(_ bytes: UnsafeBufferPointer<UInt8>, _ start: UnsafePointer<UInt8>) -> String {
        let raw = UnsafeRawPointer(start)
        var hash = UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* Self.prime
            hash ^= hash >> 29
            offset += 8
        }
        // The last eight bytes again rather than the rest one by one.
        hash = (hash ^ raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)) &* Self.prime
        let slot = Int(truncatingIfNeeded: hash >> 54)
        let place = slot * Self.longest
        let isSame =
            longs[slot].length == bytes.count
            && texts.withUnsafeBytes { texts in texts.baseAddress.map { memcmp($0 + place, raw, bytes.count) == 0 } ?? false }
        if !isSame {
            longs[slot] = Long(length: bytes.count, string: String(decoding: bytes, as: UTF8.self))
            texts.replaceSubrange(place..<place + bytes.count, with: bytes)
        }
        return longs[slot].string
    }
}
