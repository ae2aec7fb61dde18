internal import CSystem
internal import FanoutEvents
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Events in a file that another program writes, or will write: it need not be there yet.
///
/// The system tells of each change, so nothing is asked for while nothing is written. A file that was made shorter, or replaced by
/// another of its name, is read again from its beginning, which is said; a session that it tells again begins anew.
package final class FileSource: EventSource {
    private static let chunk = 1 << 18

    package let descriptor: Int32
    package let isPatient = true
    private let path: String
    private let ledger: Ledger
    private var parser: (any StreamParser)?
    private let buffer: UnsafeMutableRawBufferPointer
    private var file: Int32 = -1
    private var identity: (device: UInt64, inode: UInt64) = (0, 0)
    private var source = -1
    private var offset: Int64 = 0
    private let session: String
    private let withPayloads: Bool

    /// Begins to follow a file. Nil where the system cannot tell of changes.
    ///
    /// - Parameter withPayloads: Whether whoever observes the ledger wants arguments, results and texts, not only their places.
    package init?(_ path: String, session: String, withPayloads: Bool, ledger: Ledger) {
        descriptor = csystem_watch_open()
        guard descriptor >= 0 else { return nil }
        self.path = path
        self.session = session
        self.withPayloads = withPayloads
        self.ledger = ledger
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 64)
    }

    deinit {
        if source < 0, file >= 0 {
            close(file)
        }
        buffer.deallocate()
        close(descriptor)
    }

    package func read(now: Int64) -> SourceNews? {
        csystem_watch_drain(descriptor)
        var news: SourceNews?
        if file >= 0, isReplaced {
            // What was written before it was moved away is still there.
            take(now)
            leave()
            news = .notice("\(path) was replaced or made shorter; it is read again from its beginning")
        }
        if file < 0 {
            guard open() else {
                watchDirectory()
                return news
            }
        }
        take(now)
        return news
    }

    /// Takes what has been added.
    private func take(_ now: Int64) {
        guard let parser = parser ?? begin() else { return }
        var input = LedgerInput(ledger: ledger, source: source, isPlaced: true)
        while true {
            let count = pread(file, buffer.baseAddress, buffer.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            offset += Int64(count)
            parser.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival: .live(now), into: &input)
        }
    }

    /// Lets go of the file that was followed; what was read of it stays readable for the store.
    private func leave() {
        if source >= 0 {
            ledger.supersede(source: source)
        } else if file >= 0 {
            close(file)
        }
        file = -1
    }

    private func open() -> Bool {
        let opened = openFile(path)
        guard opened >= 0 else { return false }
        var status = stat()
        fstat(opened, &status)
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            return false
        }
        file = opened
        identity = (UInt64(status.st_dev), UInt64(status.st_ino))
        offset = 0
        parser = nil
        source = -1
        csystem_watch_file(descriptor, path)
        watchDirectory()
        return true
    }

    /// Takes the file up once its beginning tells what it is written in.
    private func begin() -> (any StreamParser)? {
        guard let format = SessionFile.format(of: file, isWhole: false) else { return nil }
        // The store reads payloads from it as long as the program runs.
        source = ledger.addSource(file: file, format: format)
        let begun = format.parser(EventReader.Options(withPayloads: withPayloads, session: session))
        parser = begun
        return begun
    }

    private var isReplaced: Bool {
        var named = stat()
        guard stat(path, &named) == 0 else { return false }
        return (UInt64(named.st_dev), UInt64(named.st_ino)) != identity || Int64(named.st_size) < offset
    }

    /// Asks to be told of changes of the file's directory, or of the nearest one above it that is there.
    private func watchDirectory() {
        var directory = path
        repeat {
            let parent = directory.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            directory = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
        } while csystem_watch_directory(descriptor, directory) != 0 && directory != "/" && directory != "."
    }
}

private func openFile(_ path: String) -> Int32 {
    open(path, O_RDONLY | O_CLOEXEC)
}
