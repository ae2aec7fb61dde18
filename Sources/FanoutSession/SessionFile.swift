package import FanoutEvents
package import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// A recording on disk, read whole.
package enum SessionFile {
    private static let chunk = 1 << 18

    /// Opens a recording for reading.
    package static func open(_ path: String) throws(SessionError) -> Int32 {
        let file = openFile(path)
        guard file >= 0 else {
            throw errno == ENOENT
                ? SessionError(.missing, "\(path): there is no such file; runs are recorded in \(StateDirectory.path())")
                : SessionError(.unreadable, "\(path): \(String(cString: strerror(errno))); check the path and who may read it")
        }
        var status = stat()
        fstat(file, &status)
        guard status.st_mode & S_IFMT != S_IFDIR else {
            close(file)
            throw SessionError(.isDirectory, "\(path): it is a directory; name a file of events in it")
        }
        return file
    }

    private static func openFile(_ path: String) -> Int32 {
        #if canImport(Darwin)
            Darwin.open(path, O_RDONLY | O_CLOEXEC)
        #else
            Glibc.open(path, O_RDONLY | O_CLOEXEC)
        #endif
    }

    /// What lies at a path, ready to be read from its beginning.
    package struct Recording: Sendable, Hashable {
        package var path: String
        /// Whoever opened it closes it, or hands it to a store.
        package var file: Int32
        package var format: StreamFormat
        /// What a session is called that nothing in it names.
        package var session: String {
            let name = path.split(separator: "/").last.map(String.init) ?? path
            return name.split(separator: ".").first.map(String.init) ?? name
        }
    }

    /// Opens what lies at a path, whatever format it is in and whether it is compressed.
    ///
    /// - Parameter format: Nil to tell it by its beginning.
    package static func recording(at path: String, as format: StreamFormat? = nil) throws(SessionError) -> Recording {
        try recording(try open(path), path: path, as: format)
    }

    /// Takes over an open file as a recording; a path names it in what is said.
    package static func recording(_ file: Int32, path: String, as format: StreamFormat? = nil) throws(SessionError) -> Recording {
        let plain = Gzip.isCompressed(file) ? try Gzip.expand(file, path: path) : file
        return Recording(path: path, file: plain, format: format ?? self.format(of: plain, isWhole: true) ?? .events)
    }

    /// Takes all that comes of a stream, which cannot be read twice, as a recording.
    package static func recording(ofStream stream: Int32, path: String, as format: StreamFormat? = nil) throws(SessionError) -> Recording {
        let file = try TemporaryFile.create()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
        defer { buffer.deallocate() }
        while true {
            let count = Glibc.read(stream, buffer.baseAddress, chunk)
            if count < 0 {
                if errno == EINTR { continue }
                close(file)
                throw SessionError(.unreadable, "\(path): reading stopped: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { break }
            try TemporaryFile.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]), to: file)
        }
        lseek(file, 0, SEEK_SET)
        return try recording(file, path: path, as: format)
    }

    /// What an open file is written in, as far as its beginning tells.
    ///
    /// - Parameter isWhole: Whether what stands there is all that is to be waited for.
    /// - Returns: Nil where more of it must come first.
    package static func format(of file: Int32, isWhole: Bool) -> StreamFormat? {
        var head = [UInt8](repeating: 0, count: 1 << 12)
        while true {
            let count = max(0, head.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) })
            let isAll = count < head.count
            let found = head.withUnsafeBytes {
                StreamFormat.recognize(UnsafeRawBufferPointer(rebasing: $0[..<count]), isWhole: isAll && isWhole)
            }
            if found != nil || isAll { return found }
            head.append(contentsOf: repeatElement(0, count: head.count))
        }
    }

    /// Reads everything that stands in a recording and hands it on, payloads left in place unless asked for.
    ///
    /// - Parameter claude: What the files of a Claude Code session share, where others of them are read too.
    /// - Returns: How many bytes were read.
    @discardableResult
    package static func read(
        _ recording: Recording, withPayloads: Bool = false, claude: ClaudeSession? = nil, into receiver: inout some EventReceiver
    ) throws(SessionError) -> Int64 {
        let options = EventReader.Options(withPayloads: withPayloads, session: recording.session)
        let parser = claude.map { ClaudeParser(.transcript, options, session: $0) } ?? recording.format.parser(options)
        return try read(recording.file, by: parser, into: &receiver)
    }

    /// Reads everything that stands in an open file by a parser of its format.
    ///
    /// - Returns: How many bytes were read.
    @discardableResult
    static func read(
        _ file: Int32, by parser: any StreamParser, into receiver: inout some EventReceiver
    ) throws(SessionError) -> Int64 {
        var status = stat()
        fstat(file, &status)
        let changed = Int64(status.st_mtim.tv_sec) * 1_000_000
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
        defer { buffer.deallocate() }
        var total: Int64 = 0
        while true {
            let count = Glibc.read(file, buffer.baseAddress, chunk)
            if count < 0 {
                if errno == EINTR { continue }
                throw SessionError(.unreadable, "reading stopped: \(String(cString: strerror(errno)))")
            }
            guard count > 0 else { break }
            total += Int64(count)
            parser.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival: .later(changed), into: &receiver)
        }
        parser.finish(arrival: .later(changed), into: &receiver)
        return total
    }

    /// Reads a recording into timelines that are over.
    package static func load(_ path: String, isStrict: Bool = false) throws(SessionError) -> Timelines {
        let ledger = Ledger(recorder: nil)
        try ledger.load(path, isStrict: isStrict)
        return ledger.timelines
    }

    /// Says what is wrong with a recording of which nothing, or not everything, could be read.
    static func check(_ timelines: Timelines, path: String, format: StreamFormat, bytes: Int64, isStrict: Bool) throws(SessionError) {
        guard bytes > 0 else {
            throw SessionError(.empty, "\(path): it is empty; a recording has a line for each event")
        }
        if timelines.isEmpty, format == .claudeTranscript || format == .claudeStream {
            throw SessionError(.empty, "\(path): a session of Claude Code in which nothing was said yet; follow it with `fanout watch`")
        }
        if timelines.isEmpty {
            let reason = timelines.problems.first.map { " (\($0.problem))" } ?? ""
            throw SessionError(.otherFormat, "\(path): no line of it is a Fanout event\(reason)")
        }
        if isStrict, let first = timelines.problems.first {
            throw SessionError(.otherFormat, "\(path): \(first.problem)")
        }
    }
}
