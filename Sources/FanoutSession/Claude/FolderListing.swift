#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What stands in a folder.
package enum FolderListing {
    /// What is told of a file without opening it.
    struct Status {
        var isFile: Bool
        var isFolder: Bool
        /// Microseconds since the Unix epoch.
        var modified: Int64
        var size: Int64
    }

    /// The names in a folder, sorted; none where it cannot be read.
    package static func names(in folder: String) -> [String] {
        guard let stream = opendir(folder) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." {
                names.append(name)
            }
        }
        return names.sorted()
    }

    /// Follows no link.
    static func status(_ path: String) -> Status? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Status(
            isFile: status.st_mode & S_IFMT == S_IFREG, isFolder: status.st_mode & S_IFMT == S_IFDIR,
            modified: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000, size: Int64(status.st_size))
    }

    /// The first bytes of a file; none where it cannot be read.
    static func beginning(of path: String, bytes: Int) -> [UInt8] {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return [] }
        defer { close(file) }
        return [UInt8](unsafeUninitializedCapacity: bytes) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, buffer.count, 0))
        }
    }
}
