#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Whole lines of a file, as many as are read at once.
struct FileLines: ~Copyable {
    enum Outcome: Hashable {
        /// They end with a line's end.
        case lines
        /// They are all that was left.
        case end
        /// What the system says where it cannot read, as `errno` has it.
        case failure(Int32)
    }

    private let usual: Int
    private let longestLine: Int
    private var memory: UnsafeMutableRawBufferPointer
    private var count = 0
    /// How many bytes of the file they are. Of a line that is too long, ``bytes`` holds no more than shows that it is.
    private(set) var extent: Int64 = 0

    /// - Parameters:
    ///   - longestLine: Bytes of a line beyond which it need not be read.
    ///   - usual: Bytes that are read at once where lines are shorter.
    init(longestLine: Int, usual: Int = 1 << 15) {
        self.longestLine = longestLine
        self.usual = usual
        memory = .allocate(byteCount: usual, alignment: 64)
    }

    deinit { memory.deallocate() }

    /// Good until the next read.
    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: memory[..<count]) }

    /// Reads the lines that begin at a place: those that fit, and at least the first one.
    mutating func read(_ file: Int32, at offset: Int64) -> Outcome {
        count = 0
        extent = 0
        if memory.count > usual {
            resize(usual)
        }
        while true {
            let got = take(file, at: offset + Int64(count), into: count)
            guard got > 0 else {
                extent = Int64(count)
                return got == 0 ? .end : .failure(errno)
            }
            count += got
            guard count == memory.count else { continue }
            if let last = memory.lastIndex(of: 0x0A) {
                count = last + 1
                extent = Int64(count)
                return .lines
            }
            guard count <= longestLine else { return skip(file, from: offset) }
            resize(2 * memory.count)
        }
    }

    /// Goes on to the end of a line that is too long.
    private mutating func skip(_ file: Int32, from offset: Int64) -> Outcome {
        resize(memory.count + usual)
        extent = Int64(count)
        count = longestLine + 1
        while true {
            let got = take(file, at: offset + extent, into: count)
            guard got > 0 else { return got == 0 ? .end : .failure(errno) }
            if let end = memory[count..<count + got].firstIndex(of: 0x0A) {
                extent += Int64(end - count + 1)
                memory[count] = 0x0A
                count += 1
                return .lines
            }
            extent += Int64(got)
        }
    }

    private func take(_ file: Int32, at offset: Int64, into place: Int) -> Int {
        while true {
            let got = pread(file, memory.baseAddress?.advanced(by: place), memory.count - place, off_t(offset))
            if got >= 0 || errno != EINTR { return got }
        }
    }

    private mutating func resize(_ size: Int) {
        let other = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 64)
        other.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<min(count, size)]))
        memory.deallocate()
        memory = other
    }
}
