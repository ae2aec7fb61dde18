#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Whole lines of a file: those that begin in a part of it, whatever was read of other parts.
struct FileLines: ~Copyable {
    private let longestLine: Int
    private let usual: Int
    private var memory: UnsafeMutableRawBufferPointer
    /// How many bytes of the file are in the memory, and from where in the file.
    private var count = 0
    private var from: Int64 = 0
    /// Whether the file ends with them.
    private var isEnd = false
    private var lines = 0..<0

    /// - Parameters:
    ///   - longestLine: Bytes of a line beyond which it need not be read.
    ///   - usual: Bytes that are read at once where lines are no longer: those of a part, and some for the line that goes on after it.
    init(longestLine: Int, usual: Int) {
        self.longestLine = longestLine
        self.usual = usual
        memory = .allocate(byteCount: usual, alignment: 64)
    }

    deinit { memory.deallocate() }

    /// Good until the next read. Of a line that is too long they hold no more than shows that it is; it is the last one then.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[lines]) }

    /// Where they begin, in bytes from the start of the file.
    var offset: Int64 { from + Int64(lines.lowerBound) }

    /// Reads the lines that begin in a part, each to its end.
    ///
    /// - Returns: What the system says where it cannot read, as `errno` has it.
    mutating func read(_ file: Int32, beginningIn part: Range<Int64>) -> Int32? {
        if memory.count > usual {
            memory.deallocate()
            memory = .allocate(byteCount: usual, alignment: 64)
        }
        // The end of a line before the part's first byte shows that one begins there.
        from = max(0, part.lowerBound - 1)
        (count, isEnd, lines) = (0, false, 0..<0)
        if let failure = fill(file) { return failure }

        let last = Int(part.upperBound - 1 - from)
        var start = 0
        if part.lowerBound > 0 {
            guard let end = lineEnd(0..<min(last, count)) else { return nil }
            start = end + 1
        }
        var searched = max(start, last)
        while true {
            if let end = lineEnd(searched..<max(searched, count)) {
                lines = start..<end + 1
                return nil
            }
            if isEnd {
                lines = start..<max(start, count)
                return nil
            }
            searched = count
            let begin = memory[start..<count].lastIndex(of: 0x0A).map { $0 + 1 } ?? start
            guard count - begin <= longestLine else { return skip(file, from: start, upTo: begin + longestLine + 1) }
            resize(2 * memory.count)
            if let failure = fill(file) { return failure }
        }
    }

    /// Goes on to the end of a line that is too long, of which so much is kept.
    private mutating func skip(_ file: Int32, from start: Int, upTo kept: Int) -> Int32? {
        var offset = from + Int64(count)
        count = kept
        resize(kept + usual)
        lines = start..<kept
        while true {
            count = kept
            let got = take(file, at: offset)
            guard got > 0 else { return got == 0 ? nil : errno }
            count += got
            if lineEnd(kept..<count) != nil {
                memory[kept] = 0x0A
                lines = start..<kept + 1
                return nil
            }
            offset += Int64(got)
        }
    }

    private func lineEnd(_ range: Range<Int>) -> Int? {
        guard let base = memory.baseAddress, let found = memchr(base + range.lowerBound, 0x0A, range.count) else { return nil }
        return found - base
    }

    /// Reads on until the memory is full, or the file at its end.
    private mutating func fill(_ file: Int32) -> Int32? {
        while count < memory.count {
            let got = take(file, at: from + Int64(count))
            guard got > 0 else {
                isEnd = true
                return got == 0 ? nil : errno
            }
            count += got
        }
        return nil
    }

    /// Reads into what is left of the memory.
    private func take(_ file: Int32, at offset: Int64) -> Int {
        while true {
            let got = pread(file, memory.baseAddress?.advanced(by: count), memory.count - count, off_t(offset))
            if got >= 0 || errno != EINTR { return got }
        }
    }

    private mutating func resize(_ size: Int) {
        let other = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        other.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<count]))
        memory.deallocate()
        memory = other
    }
}
