internal import FanoutEvents
internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Reads what hooks add to a session's file.
///
/// A class, because it owns a descriptor.
final class HookReader {
    private static let chunk = 1 << 16

    private let path: String
    private var file: Int32 = -1
    private var offset: Int64 = 0
    private var cutter = StreamLines(longest: HookFile.longestLine)
    private let reader = JSONReader()
    private var buffer = [UInt8](repeating: 0, count: chunk)

    init(path: String) { self.path = path }

    deinit {
        if file >= 0 {
            close(file)
        }
    }

    /// Takes what has been added since it was last asked for.
    func read(into hooks: inout ClaudeHooks) {
        if file < 0 {
            file = openFile(path)
        }
        guard file >= 0 else { return }
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, off_t(offset)) }
            guard count > 0 else { return }
            offset += Int64(count)
            buffer.withUnsafeBytes { bytes in
                var rest = UnsafeRawBufferPointer(rebasing: bytes[..<count])
                while let line = cutter.next(&rest) {
                    guard !line.isTooLong, !line.isBlank, let root = try? reader.read(padded: line.text), let entry = HookEntry(root) else {
                        continue
                    }
                    hooks.take(entry)
                }
            }
        }
    }
}

private func openFile(_ path: String) -> Int32 {
    open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
}
