#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Makes strings of bytes, and the same string again for bytes seen a moment ago.
///
/// The ids of calls come several times in a row; a string beyond fifteen bytes costs an allocation each time it is made.
struct StringCache {
    private var strings = [String](repeating: "", count: 2048)

    mutating func string(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard bytes.count > 15, bytes.count <= 64, let start = bytes.baseAddress else {
            return String(decoding: bytes, as: UTF8.self)
        }
        let raw = UnsafeRawPointer(start)
        var hash = UInt64(bytes.count)
        var offset = 0
        while offset + 8 <= bytes.count {
            hash = (hash ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 29
            offset += 8
        }
        // The last eight bytes again rather than the rest one by one.
        hash = (hash ^ raw.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
        let slot = Int(truncatingIfNeeded: hash >> 53)
        let isSame =
            strings[slot].utf8.withContiguousStorageIfAvailable {
                $0.count == bytes.count && $0.baseAddress.map { memcmp($0, start, bytes.count) == 0 } ?? false
            } ?? false
        if !isSame {
            strings[slot] = String(decoding: bytes, as: UTF8.self)
        }
        return strings[slot]
    }
}
