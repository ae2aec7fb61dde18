/// A number that tells bytes from others, as far as 64 bits do.
package enum Fingerprint {
    /// FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/) over words of eight bytes, with the halves mixed after each.
    package static func of(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(bytes.count)
        guard let start = bytes.baseAddress else { return hash }
        let raw = UnsafeRawPointer(start)
        var at = 0
        while at + 8 <= bytes.count {
            hash = (hash ^ raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash >> 32
            at += 8
        }
        while at < bytes.count {
            hash = (hash ^ UInt64(bytes[at])) &* 0x0000_0100_0000_01b3
            at += 1
        }
        hash ^= hash >> 29
        return hash &* 0xbf58_476d_1ce4_e5b9
    }
}
