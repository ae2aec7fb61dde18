internal import CZlib

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Files that gzip made smaller.
enum Gzip {
    /// Whether a file begins as gzip writes it.
    static func isCompressed(_ file: Int32) -> Bool {
        var head: (UInt8, UInt8) = (0, 0)
        return pread(file, &head, 2, 0) == 2 && head == (0x1f, 0x8b)
    }

    /// Takes over a compressed file, and gives back one that holds what was in it.
    ///
    /// Lanes hold places of payloads, and there are none in a compressed file: so it is written out where nobody sees it.
    static func expand(_ file: Int32, path: String) throws(SessionError) -> Int32 {
        guard let stream = gzdopen(file, "rb") else {
            close(file)
            throw SessionError(.unreadable, "\(path): there is no memory to read it with")
        }
        defer { gzclose(stream) }
        gzbuffer(stream, 1 << 18)
        let expanded = try TemporaryFile.create()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        do {
            while true {
                let count = gzread(stream, buffer.baseAddress, UInt32(buffer.count))
                guard count > 0 else { break }
                try TemporaryFile.write(UnsafeRawBufferPointer(rebasing: buffer[..<Int(count)]), to: expanded)
            }
        } catch {
            close(expanded)
            throw error
        }
        var code: Int32 = 0
        let words = gzerror(stream, &code).map { String(cString: $0) } ?? ""
        // What came before the fault is worth seeing, like that of any file that was cut.
        guard code == Z_OK || code == Z_BUF_ERROR || lseek(expanded, 0, SEEK_CUR) > 0 else {
            close(expanded)
            throw SessionError(.unreadable, "\(path): it cannot be expanded: \(words); it may be damaged")
        }
        lseek(expanded, 0, SEEK_SET)
        return expanded
    }
}
