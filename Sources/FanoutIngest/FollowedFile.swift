internal import FanoutEvents
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A file of events as it grows, and as other files take its name.
///
/// A file whose name comes to stand for other bytes either tells the same again, and its sessions begin anew, or goes on with what it told,
/// as where a log is rotated: its first line tells which. A file that has been moved away is read to its end before its successor, and
/// its successor only once something stands in it.
///
/// A class, because a descriptor must be given back.
final class FollowedFile {
    /// How far it has been read.
    enum Progress {
        case caughtUp, more
    }

    /// Bytes by which a beginning, and the place that was read to, are known again.
    private static let knownBytes = 256

    let path: String
    private let ledger: Ledger
    private let options: EventReader.Options
    private var parser: (any StreamParser)?
    private var format = StreamFormat.events
    /// The file that is read; negative where there is none.
    private var file: Int32 = -1
    private var identity: Identity?
    /// Its number among sources; negative before its format is known. From then on the ledger closes its descriptor.
    private var source = -1
    private var offset: Int64 = 0
    /// Bytes that the parser was given of files that came before this one.
    private var base: Int64 = 0
    /// What the file begins with, up to the end of its first line, and what stands before the offset.
    private var head: [UInt8] = []
    private var tail: [UInt8] = []
    /// What was last said of it, so that it is said once.
    private var said: Said?

    private enum Said { case gone, unreadable }

    /// Which file it is, wherever it is moved.
    private struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64
        var size: Int64

        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            self.init(status)
        }

        init?(_ file: Int32) {
            var status = stat()
            guard fstat(file, &status) == 0 else { return nil }
            self.init(status)
        }

        private init?(_ status: stat) {
            guard status.st_mode & S_IFMT == S_IFREG else { return nil }
            device = UInt64(truncatingIfNeeded: status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int64(status.st_size)
        }

        func isSame(_ other: Identity?) -> Bool { device == other?.device && inode == other?.inode }
    }

    init(_ path: String, options: EventReader.Options, ledger: Ledger) {
        self.path = path
        self.options = options
        self.ledger = ledger
    }

    deinit {
        if source < 0, file >= 0 {
            closeDescriptor(file)
        }
    }

    /// Takes the next bytes, after finding out what has become of the file.
    func read(_ buffer: UnsafeMutableRawBufferPointer, now: Int64, news: inout [SourceNews]) -> Progress {
        if file < 0 {
            return open(&news) ? take(buffer, now) : .caughtUp
        }
        switch fate() {
        case .same:
            said = nil
            return take(buffer, now)
        case .gone:
            if said != .gone {
                said = .gone
                news.append(.notice("\(path) is gone; waiting for it to come again"))
            }
            return take(buffer, now)
        case .emptied:
            return change(now, &news) ? .more : .caughtUp
        case .replaced(let isEmpty):
            // Whoever still writes to the one that was moved away has not begun the next.
            if take(buffer, now) == .more { return .more }
            return !isEmpty && change(now, &news) ? .more : .caughtUp
        }
    }

    // MARK: What became of it

    /// What the path stands for now.
    private enum Fate {
        case same, gone
        /// Something else stands in it than was read of it.
        case emptied
        case replaced(isEmpty: Bool)
    }

    private func fate() -> Fate {
        guard let named = Identity(path) else { return .gone }
        guard named.isSame(identity) else { return .replaced(isEmpty: named.size == 0) }
        // A file that was emptied may have grown again since.
        let place = offset - Int64(tail.count)
        return named.size >= offset && Self.bytes(file, at: place, count: tail.count) == tail ? .same : .emptied
    }

    /// Takes up what the path stands for in the place of what it stood for.
    ///
    /// - Returns: False where it cannot be read, or its first line is not whole yet.
    private func change(_ now: Int64, _ news: inout [SourceNews]) -> Bool {
        let next = openFile(path)
        guard next >= 0 else {
            if said != .unreadable {
                said = .unreadable
                news.append(.notice("\(path) was replaced by what cannot be read: \(String(cString: strerror(errno)))"))
            }
            return false
        }
        guard let begin = Self.firstLine(next), let found = Identity(next) else {
            closeDescriptor(next)
            return false
        }
        let wasMoved = !found.isSame(identity)
        if source < 0 {
            closeDescriptor(file)
        } else if !wasMoved {
            ledger.loseFile(source: source)
        }
        if source >= 0, begin != head, format == .events, let parser {
            // A line that was left without an end has none.
            var input = input
            parser.finish(arrival: .live(now), into: &input)
            source = ledger.continueSource(source, file: next)
            base += offset
            news.append(.notice(wasMoved ? "\(path) goes on in a new file" : "\(path) was emptied; what is written from now on is added"))
        } else {
            if source >= 0 {
                ledger.supersede(source: source)
                news.append(.notice("\(path) was written anew; it is read again from its beginning"))
            }
            source = -1
            base = 0
            parser = nil
        }
        file = next
        identity = found
        (offset, head, tail, said) = (0, [], [], nil)
        return true
    }

    private func open(_ news: inout [SourceNews]) -> Bool {
        let opened = openFile(path)
        guard opened >= 0 else {
            if errno != ENOENT, said != .unreadable {
                said = .unreadable
                news.append(.notice("\(path) cannot be read: \(String(cString: strerror(errno)))"))
            }
            return false
        }
        guard let found = Identity(opened) else {
            closeDescriptor(opened)
            return false
        }
        file = opened
        identity = found
        said = nil
        return true
    }

    // MARK: What it tells

    private var input: LedgerInput { LedgerInput(ledger: ledger, source: source, isPlaced: format.isPlaced, base: base) }

    /// Takes one buffer of what has been added.
    private func take(_ buffer: UnsafeMutableRawBufferPointer, _ now: Int64) -> Progress {
        guard let parser = parser ?? begin() else { return .caughtUp }
        let count = pread(file, buffer.baseAddress, buffer.count, off_t(offset))
        if count < 0, errno == EINTR { return .more }
        guard count > 0 else { return .caughtUp }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        offset += Int64(count)
        if head.count < Self.knownBytes, head.last != 0x0A {
            head = Self.firstLine(file) ?? []
        }
        tail = Array((tail + bytes.suffix(Self.knownBytes)).suffix(Self.knownBytes))
        var input = input
        parser.read(bytes, arrival: .live(now), into: &input)
        return count == buffer.count ? .more : .caughtUp
    }

    /// Takes the file up once its beginning tells what it is written in.
    private func begin() -> (any StreamParser)? {
        guard let format = SessionFile.format(of: file, isWhole: false) else { return nil }
        // The store reads payloads from it as long as the program runs.
        source = ledger.addSource(file: file, format: format, name: path)
        self.format = format
        var options = options
        options.withPayloads = options.withPayloads || !format.isPlaced
        let begun = format.parser(options)
        parser = begun
        return begun
    }

    /// The first line of a file, or what is known of a long one; nil where more of it must come first.
    private static func firstLine(_ file: Int32) -> [UInt8]? {
        let bytes = bytes(file, at: 0, count: knownBytes)
        if let end = bytes.firstIndex(of: 0x0A) {
            return Array(bytes[...end])
        }
        return bytes.count == knownBytes ? bytes : nil
    }

    private static func bytes(_ file: Int32, at offset: Int64, count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, count, off_t(offset)))
        }
    }
}

private func openFile(_ path: String) -> Int32 {
    open(path, O_RDONLY | O_CLOEXEC)
}
