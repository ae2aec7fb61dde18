internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Reads a file from its beginning to its end, a piece at a time.
protocol FileReading: AnyObject {
    /// Reads on, and hands on what that completes.
    ///
    /// - Returns: How many bytes were read; 0 after the last.
    func readOn(arrival: EventReader.Arrival, into input: inout LedgerInput) throws(FileReadingError) -> Int64
}

/// What the system says where a file cannot be read.
struct FileReadingError: Error, CustomStringConvertible {
    /// As `errno` has it.
    var number: Int32
    var description: String { String(cString: strerror(number)) }
}

/// A file of any format, read by its parser.
final class ParsedFile: FileReading {
    private static let chunk = 1 << 18

    private let file: Int32
    private let parser: any StreamParser
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)

    init(_ file: Int32, by parser: any StreamParser) {
        self.file = file
        self.parser = parser
    }

    deinit { buffer.deallocate() }

    func readOn(arrival: EventReader.Arrival, into input: inout LedgerInput) throws(FileReadingError) -> Int64 {
        var count: Int
        repeat {
            count = read(file, buffer.baseAddress, buffer.count)
        } while count < 0 && errno == EINTR
        guard count >= 0 else { throw FileReadingError(number: errno) }
        if count > 0 {
            parser.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival: arrival, into: &input)
        } else {
            parser.finish(arrival: arrival, into: &input)
        }
        return Int64(count)
    }
}

/// A file of events, whose lines are decoded ahead.
final class EventFile: FileReading {
    private let ahead: DecodingAhead
    private var means: DecodingAhead.Means
    /// The lines taken last.
    private var piece = DecodingAhead.Piece()
    private var reader: EventReader

    /// - Parameter size: Of the file, in bytes. Lines that begin behind are not read.
    init(_ file: Int32, size: Int64, _ options: EventReader.Options) {
        ahead = DecodingAhead(file, size: size, options: options)
        means = DecodingAhead.Means(options)
        reader = EventReader(options)
    }

    deinit { ahead.close() }

    func readOn(arrival: EventReader.Arrival, into input: inout LedgerInput) throws(FileReadingError) -> Int64 {
        guard try ahead.next(&piece, by: &means) else { return 0 }
        piece.take(by: &reader, arrival: arrival, into: &input)
        return piece.bytes
    }
}
