internal import CSystem
internal import FanoutEvents
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file in a folder of its own, for others to append events to, that lasts as long as somebody reads it.
///
/// A class, because files and descriptors must be given back.
final class EventFile {
    /// Bytes that have been read before room on the disk is given back.
    private static let unit: Int64 = 1 << 20

    let path: String
    /// Becomes readable when something was written.
    let changes: Int32
    private let folder: String
    private let file: Int32
    private var offset: Int64 = 0
    private var given: Int64 = 0
    private var isThere = true

    init() throws(SessionError) {
        do throws(TemporaryFolder.Problem) {
            folder = try TemporaryFolder.create("fanout")
        } catch {
            throw SessionError(.unwritable, error.description)
        }
        path = folder + "/events.jsonl"
        file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        changes = csystem_watch_open()
        guard file >= 0, changes >= 0, csystem_watch_file(changes, path) >= 0 else {
            let reason = String(cString: strerror(errno))
            unlink(path)
            rmdir(folder)
            throw SessionError(.unreadable, "\(path): it cannot be followed: \(reason)")
        }
    }

    deinit {
        remove()
        closeDescriptor(file)
        closeDescriptor(changes)
    }

    /// Looks what has become of it since the last time.
    ///
    /// - Returns: Whether it was emptied since. What stands in it now is new, and is read from its beginning.
    func look() -> Bool {
        csystem_watch_drain(changes)
        var status = stat()
        guard fstat(file, &status) == 0, Int64(status.st_size) < offset else { return false }
        (offset, given) = (0, 0)
        return true
    }

    /// The next bytes; how many there were.
    func read(_ buffer: UnsafeMutableRawBufferPointer) -> Int {
        let count = pread(file, buffer.baseAddress, buffer.count, off_t(offset))
        offset += Int64(max(0, count))
        if offset - given >= Self.unit {
            let end = offset / Self.unit * Self.unit
            csystem_give_back(file, given, end - given)
            given = end
        }
        return count
    }

    func remove() {
        guard isThere else { return }
        isThere = false
        unlink(path)
        rmdir(folder)
    }
}

/// Wakes a poller by itself, where what is left to do makes no descriptor readable.
///
/// A class, because descriptors must be given back.
final class Nudge {
    let descriptor: Int32
    private let writer: Int32
    private var isSet = false

    /// Nil where the system has no descriptors left.
    init?() {
        var ends: [Int32] = [-1, -1]
        guard csystem_pipe(&ends) == 0 else { return nil }
        (descriptor, writer) = (ends[0], ends[1])
    }

    deinit {
        closeDescriptor(descriptor)
        closeDescriptor(writer)
    }

    func set() {
        guard !isSet else { return }
        var byte: UInt8 = 1
        isSet = write(writer, &byte, 1) == 1
    }

    func clear() {
        guard isSet else { return }
        var byte: UInt8 = 0
        _ = withUnsafeMutableBytes(of: &byte) { readBytes(descriptor, $0) }
        isSet = false
    }
}
