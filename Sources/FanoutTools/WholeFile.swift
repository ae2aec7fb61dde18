#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The bytes of a tools file.
func readWholeFile(_ path: String) throws(ToolsFileError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
        throw ToolsFileError("cannot read the tools file \(path): \(reason(errno))")
    }
    defer { systemClose(descriptor) }
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
            throw ToolsFileError("cannot read the tools file \(path): \(reason(failure))")
        }
        guard !piece.isEmpty else { return bytes }
        bytes += piece
    }
}

private func reason(_ code: Int32) -> String {
    switch code {
    case ENOENT: "there is no such file; check the path after --tools"
    case EISDIR: "it is a directory; name the JSON file in it"
    case EACCES: "you may not read it; see its permissions"
    default: String(cString: strerror(code))
    }
}
