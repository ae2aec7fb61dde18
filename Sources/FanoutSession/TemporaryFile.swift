internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file without a name, which lasts as long as somebody has it open.
enum TemporaryFile {
    /// Opens one for reading and writing.
    static func create() throws(SessionError) -> Int32 {
        let directory = TemporaryFolder.parent
        var template = Array("\(directory)/fanout-XXXXXX".utf8CString)
        let file = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        guard file >= 0 else {
            throw SessionError(
                .unwritable, "\(directory): \(String(cString: strerror(errno))); set TMPDIR to a directory that can be written")
        }
        template.withUnsafeBufferPointer { buffer in
            _ = buffer.baseAddress.map { unlink($0) }
        }
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        return file
    }

    /// Puts bytes in the place of what a file holds, for its owner alone: whoever reads it finds the old ones or the new ones whole.
    static func replace(_ path: String, with bytes: [UInt8]) throws(SessionError) {
        var template = Array("\(path).XXXXXX".utf8CString)
        let file = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { mkstemp($0) } ?? -1
        }
        guard file >= 0 else { throw SessionError(.unwritable, "\(path): \(String(cString: strerror(errno)))") }
        let name = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        var code = bytes.withUnsafeBytes { writeAll($0, to: file) }
        if code == 0, fsync(file) != 0 { code = errno }
        close(file)
        if code == 0, rename(name, path) != 0 { code = errno }
        guard code == 0 else {
            unlink(name)
            throw SessionError(.unwritable, "\(path): \(String(cString: strerror(code)))")
        }
    }

    /// Writes all of some bytes.
    static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) throws(SessionError) {
        let code = writeAll(bytes, to: file)
        guard code == 0 else { throw unwritable(code) }
    }

    static func unwritable(_ code: Int32) -> SessionError {
        SessionError(
            .unwritable, "a temporary file could not be written: \(String(cString: strerror(code))); set TMPDIR to where there is room")
    }
}

/// Writes all of some bytes to a file, and returns the system's number of why that could not be; 0 where it could.
func writeAll(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Int32 {
    var written = 0
    while written < bytes.count {
        let count = write(file, bytes.baseAddress.map { $0 + written }, bytes.count - written)
        if count >= 0 {
            written += count
        } else if errno != EINTR {
            return errno
        }
    }
    return 0
}
