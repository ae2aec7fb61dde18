#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Cuts what a program writes into lines, whatever the pieces in which it comes.
struct LineCutter: Sendable {
    /// Bytes of a line that are kept together; what is longer is cut there.
    let limit: Int
    /// Whether a line had to be cut.
    private(set) var wasCut = false
    private var torn: [UInt8] = []

    init(limit: Int) {
        self.limit = limit
    }

    /// The lines that these bytes complete, without their ends; empty ones are left out.
    mutating func take(_ bytes: ArraySlice<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        var rest = bytes
        while let end = Self.lineEnd(in: rest) {
            append(rest[..<end], to: &lines)
            finish(&lines)
            rest = rest[(end + 1)...]
        }
        append(rest, to: &lines)
        return lines
    }

    /// What stood after the last line end.
    mutating func end() -> [[UInt8]] {
        var lines: [[UInt8]] = []
        finish(&lines)
        return lines
    }

    /// By the C library, since whole messages of megabytes are looked through.
    private static func lineEnd(in bytes: ArraySlice<UInt8>) -> Int? {
        bytes.withUnsafeBytes { buffer in
            guard let start = buffer.baseAddress, let found = memchr(start, 0x0a, buffer.count) else { return nil }
            return bytes.startIndex + (UnsafeRawPointer(found) - start)
        }
    }

    private mutating func append(_ bytes: ArraySlice<UInt8>, to lines: inout [[UInt8]]) {
        var bytes = bytes
        while torn.count + bytes.count > limit {
            wasCut = true
            let room = limit - torn.count
            torn += bytes.prefix(room)
            bytes = bytes.dropFirst(room)
            lines.append(torn)
            torn = []
        }
        torn += bytes
    }

    private mutating func finish(_ lines: inout [[UInt8]]) {
        if torn.last == 0x0d {
            torn.removeLast()
        }
        if !torn.isEmpty {
            lines.append(torn)
        }
        torn = []
    }
}
