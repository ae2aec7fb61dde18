#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The ids of calls, one behind the other: an id costs its bytes and two more, and no allocation of its own.
struct IDStore {
    /// Names one stored id.
    struct Reference: Hashable {
        fileprivate var raw: UInt32
    }

    private static let chunkSize = 1 << 16
    /// Bytes by which an id is told from others.
    static let longest = chunkSize / 2

    private var chunks: [ContiguousArray<UInt8>] = []
    private var dropped = 0

    mutating func store(_ id: String) -> Reference {
        var id = id
        return id.withUTF8 { bytes in
            // Of an id that no chunk holds, the beginning is kept.
            let bytes = bytes.prefix(Self.longest)
            if chunks.isEmpty || chunks[chunks.count - 1].count + bytes.count + 2 > Self.chunkSize {
                var chunk = ContiguousArray<UInt8>()
                chunk.reserveCapacity(chunks.isEmpty && dropped == 0 ? 1024 : Self.chunkSize)
                chunks.append(chunk)
            }
            let last = chunks.count - 1
            let reference = Reference(raw: UInt32(dropped + last) << 16 | UInt32(chunks[last].count))
            chunks[last].append(UInt8(truncatingIfNeeded: bytes.count))
            chunks[last].append(UInt8(truncatingIfNeeded: bytes.count >> 8))
            chunks[last].append(contentsOf: bytes)
            return reference
        }
    }

    func withBytes<Result>(_ reference: Reference, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let chunk = Int(reference.raw >> 16) - dropped
        guard chunk >= 0 else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
        return chunks[chunk].withUnsafeBufferPointer { bytes in
            let at = Int(reference.raw & 0xffff)
            let count = Int(bytes[at]) | Int(bytes[at + 1]) << 8
            return body(UnsafeBufferPointer(rebasing: bytes[at + 2..<at + 2 + count]))
        }
    }

    func isSame(_ reference: Reference, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        withBytes(reference) { stored in
            guard stored.count == bytes.count, let a = stored.baseAddress, let b = bytes.baseAddress else {
                return stored.count == bytes.count
            }
            return memcmp(a, b, stored.count) == 0
        }
    }

    func string(_ reference: Reference) -> String {
        withBytes(reference) { String(decoding: $0, as: UTF8.self) }
    }

    /// Forgets the chunks that lie wholly before an id.
    mutating func forget(before reference: Reference) {
        let keep = Int(reference.raw >> 16)
        guard keep > dropped else { return }
        chunks.removeFirst(keep - dropped)
        dropped = keep
    }
}
