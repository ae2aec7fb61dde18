package import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Writes events to a file as they come, and knows where each stands.
///
/// A class, because it owns the file. It belongs to the thread that takes events from the log. When the disk is full, recording
/// ends with ``failure`` said, and the run goes on.
package final class Recorder {
    /// The file's path; nil for one that lasts only as long as the program.
    package let path: String?
    /// Why recording stopped, if it did.
    package private(set) var failure: String?

    private var file: Int32
    private var writer = EventWriter()
    /// Where the next line will stand.
    private var offset: Int64 = 0
    /// The session that the last header in the file opened.
    private var session: String?

    private init(path: String?, file: Int32) {
        self.path = path
        self.file = file
    }

    deinit {
        flush()
        // A recording of nothing, as of a run that could not begin, is not worth finding.
        if offset == 0, let path {
            unlink(path)
        }
        if file >= 0 {
            close(file)
        }
    }

    /// Creates a recording that its owner alone can read. An existing file is never written over.
    package static func create(_ path: String) throws(SessionError) -> Recorder {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw errno == EEXIST
                ? SessionError(.exists, "\(path): it exists, and a recording is never written over; name another file")
                : SessionError(
                    .unwritable, "\(path): \(String(cString: strerror(errno))); name another file with --record, or use --no-record")
        }
        RecordingLock.take(file)
        return Recorder(path: path, file: file)
    }

    /// A file without a name, for a run that is not recorded: its payloads must stand somewhere.
    package static func temporary() throws(SessionError) -> Recorder {
        Recorder(path: nil, file: try TemporaryFile.create())
    }

    /// Whether it keeps every event, or lasts only as long as the program.
    package var isRecording: Bool { path != nil }

    /// Another descriptor of the file, for reading back.
    package func duplicate() -> Int32 { fcntl(file, F_DUPFD_CLOEXEC, 0) }

    package func write(_ header: Header) {
        guard file >= 0 else { return }
        writer.write(header)
        session = header.session
    }

    /// Writes an event of a session and returns the byte at which its line will stand; nil where recording has stopped.
    package func write(_ event: Event, of session: String) -> Int64? {
        guard file >= 0 else { return nil }
        var event = event
        event.session = session == self.session ? nil : session
        let start = offset + Int64(writer.bytes.count)
        writer.write(event)
        return start
    }

    /// Hands everything to the system. To be called after each batch.
    package func flush() {
        guard file >= 0, !writer.bytes.isEmpty else { return }
        var written = 0
        let total = writer.bytes.count
        while written < total {
            let count = writer.bytes.withUnsafeBytes { bytes in
                writeBytes(file, UnsafeRawBufferPointer(rebasing: bytes[written...]))
            }
            if count >= 0 {
                written += count
            } else if errno != EINTR {
                fail(String(cString: strerror(errno)), keeping: written)
                return
            }
        }
        offset += Int64(total)
        writer.clear()
    }

    /// Stops writing, with the file cut after its last whole line.
    private func fail(_ reason: String, keeping written: Int) {
        let whole = writer.bytes[..<written].lastIndex(of: 0x0a).map { $0 + 1 } ?? 0
        offset += Int64(whole)
        ftruncate(file, off_t(offset))
        failure = "\(path ?? "the temporary file"): recording stopped: \(reason); what came before it is kept"
        close(file)
        file = -1
        writer = EventWriter()
    }
}

/// `write(2)`, under a name that the recorder's own does not hide.
private func writeBytes(_ file: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    write(file, bytes.baseAddress, bytes.count)
}
