internal import FanoutEvents
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One file of a Claude Code session, as it grows.
///
/// The program only ever adds to it. Where it was made shorter or replaced all the same, it is read again from its beginning: lines that were
/// taken are known by their ids, and count once.
///
/// A class, because a descriptor must be given back.
final class ClaudeFile {
    enum Progress {
        case caughtUp, more
    }

    let path: String
    private let ledger: Ledger
    private let makeParser: () -> ClaudeParser
    private var parser: ClaudeParser
    private var file: Int32 = -1
    private var inode: UInt64 = 0
    private var source = -1
    private var offset: Int64 = 0

    init(_ path: String, ledger: Ledger, parser: @escaping () -> ClaudeParser) {
        self.path = path
        self.ledger = ledger
        makeParser = parser
        self.parser = parser()
    }

    /// Takes the next bytes that were added, and what hooks have measured since.
    func read(_ buffer: UnsafeMutableRawBufferPointer, now: Int64) -> Progress {
        guard file >= 0 || open() else { return .caughtUp }
        takeUpAnew()
        let count = max(0, pread(file, buffer.baseAddress, buffer.count, off_t(offset)))
        offset += Int64(count)
        var input = LedgerInput(ledger: ledger, source: source, isPlaced: true)
        parser.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival: .live(now), into: &input)
        return count == buffer.count ? .more : .caughtUp
    }

    private func open() -> Bool {
        let opened = openFile(path)
        guard opened >= 0 else { return false }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            closeDescriptor(opened)
            return false
        }
        file = opened
        inode = UInt64(status.st_ino)
        offset = 0
        // The store reads payloads from it as long as the program runs, and closes it.
        source = ledger.addSource(file: opened, format: .claudeTranscript, name: path)
        return true
    }

    private func takeUpAnew() {
        var named = stat()
        guard stat(path, &named) == 0, UInt64(named.st_ino) != inode || Int64(named.st_size) < offset else { return }
        let old = (file, source)
        if open() {
            parser = makeParser()
        } else {
            (file, source) = old
        }
    }
}

private func openFile(_ path: String) -> Int32 {
    open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
}
