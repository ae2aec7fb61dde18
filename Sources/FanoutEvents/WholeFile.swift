#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Reads files that are small enough to be held: settings, keys, scripts.
package enum WholeFile {
    /// Why a file could not be read.
    package struct Problem: Error, Sendable, Hashable, CustomStringConvertible {
        package var path: String
        /// The system's number of it.
        package var code: Int32

        /// What was wrong and what to do, after the path.
        package var words: String {
            switch code {
            case ENOENT: "there is no such file; check the path"
            case EISDIR: "it is a directory; name a file in it"
            case EACCES: "you may not read it; see its permissions"
            default: String(cString: strerror(code))
            }
        }

        package var description: String { "\(path): \(words)" }
    }

    /// - Parameter most: Bytes after which no more are asked for.
    package static func bytes(_ path: String, most: Int = .max) throws(Problem) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Problem(path: path, code: errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        while true {
            var failure: Int32 = 0
            let piece = [UInt8](unsafeUninitializedCapacity: 65536) { buffer, filled in
                let count = read(descriptor, buffer.baseAddress, buffer.count)
                failure = count < 0 ? errno : 0
                filled = max(0, count)
            }
            if failure == EINTR {
                continue
            }
            guard failure == 0 else {
                throw Problem(path: path, code: failure)
            }
            bytes += piece
            guard !piece.isEmpty, bytes.count < most else { return bytes }
        }
    }
}
