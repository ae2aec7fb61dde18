internal import FanoutEvents
internal import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Our own recordings, in the folder where they are kept.
package struct RecordingShelf: SessionShelf {
    /// Bytes up to which a recording is read whole: that costs less than it takes to notice, also for a thousand of them.
    package static let readWhole: Int64 = 32 << 10
    /// Bytes of the end of a longer one that are read.
    private static let tail = 16 << 10
    /// Bytes within which the first line must end.
    private static let longestHeader = 64 << 10

    package let directory: String

    package init(directory: String = StateDirectory.path()) {
        self.directory = directory
    }

    package func entries(isThorough: Bool) -> [SessionEntry] {
        names().compactMap { entry(of: directory + "/" + $0, isThorough: isThorough) }
    }

    private func names() -> [String] {
        guard let stream = opendir(directory) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name.hasSuffix(StateDirectory.suffix) {
                names.append(name)
            }
        }
        return names
    }

    /// Nil for what is no file of ours: a link, a folder, or one that is gone by now.
    private func entry(of path: String, isThorough: Bool) -> SessionEntry? {
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return nil }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        let changed = Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000
        let size = Int64(status.st_size)
        var found = FoundSession()
        let isWhole = isThorough || size <= Self.readWhole
        if isWhole {
            _ = try? SessionFile.read(SessionFile.Recording(path: path, file: file, format: .events), into: &found)
        } else {
            Self.readEnds(file, size: size, into: &found)
        }
        guard let timeline = found.timelines.all.first else {
            return SessionEntry(path: path, kind: "fanout", session: "", started: changed, changed: changed, size: size, state: .unreadable)
        }
        var entry = SessionEntry(
            path: path, kind: "fanout", session: timeline.header.session, started: timeline.header.started, changed: changed, size: size,
            state: .open)
        switch found.timelines.all.last?.outcome {
        case .ok?: entry.state = .ok
        case .failed?: entry.state = .failed
        case .cancelled?: entry.state = .cancelled
        case nil: entry.state = RecordingLock.isHeld(file) ? .recording : .open
        }
        entry.title = timeline.header.title
        let ends = found.timelines.all.map { $0.header.started + $0.last }
        entry.length = ends.max().map { $0 - timeline.header.started }
        if isWhole {
            let figures = found.timelines.figures()
            (entry.calls, entry.errors) = (figures.calls, figures.errors)
        }
        return entry
    }

    /// Reads the first line, and the last ones.
    private static func readEnds(_ file: Int32, size: Int64, into found: inout FoundSession) {
        let head = read(file, at: 0, count: longestHeader)
        guard let end = head.firstIndex(of: 0x0A) else { return }
        let tail = read(file, at: max(Int64(end) + 1, size - Int64(tail)), count: tail)
        guard let start = tail.firstIndex(of: 0x0A) else { return }
        var reader = EventReader(EventReader.Options(withPayloads: false))
        for part in [head[...end], tail[start...]] {
            Array(part).withUnsafeBytes { reader.read($0, arrival: .later(0), into: &found) }
        }
    }

    private static func read(_ file: Int32, at offset: Int64, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, count, off_t(offset)))
        }
    }
}

/// What stands in a recording, folded.
private struct FoundSession: EventReceiver {
    var timelines = Timelines()

    mutating func open(_ header: Header, session: Int) {
        timelines.open(header, session: session, source: 0)
    }

    mutating func take(_ event: Event, session: Int, offset: Int64) {
        timelines.apply(event, session: session, source: 0, place: .none)
    }

    mutating func report(_ problem: EventProblem) {}
}

/// Who writes a recording holds a lock on it as long as it is open, so that nobody takes it for old.
enum RecordingLock {
    /// Takes it, for a file that was just created; whoever looks whether it is held does not hold it for long.
    static func take(_ file: Int32) {
        while flock(file, LOCK_EX) != 0, errno == EINTR {}
    }

    /// Takes it if nobody has it.
    static func takeIfFree(_ file: Int32) -> Bool {
        flock(file, LOCK_EX | LOCK_NB) == 0
    }

    /// Whether somebody else holds it.
    static func isHeld(_ file: Int32) -> Bool {
        guard flock(file, LOCK_SH | LOCK_NB) == 0 else { return errno == EWOULDBLOCK }
        flock(file, LOCK_UN)
        return false
    }
}
