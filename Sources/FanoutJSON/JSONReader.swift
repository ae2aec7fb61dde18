internal import CSimdjson

/// Reads JSON texts one after the other, reusing one parser's memory.
///
/// A class, because the parser's buffers are owned memory that must be freed once. It belongs to one thread at a time.
///
/// What simdjson refuses though other programs write it (lone surrogates, integers beyond 64 bits, `1e400`, `NaN`, a byte order
/// mark, bytes that are not UTF-8, nesting deeper than ``deepest``) is read after ``JSONRepair`` has rewritten it.
package final class JSONReader {
    /// Deeper values are read as null; simdjson's own limit is the same.
    package static let deepest = 1024
    /// How many readable bytes must follow a text given to ``read(padded:)``.
    package static let padding = Int(CSIMDJSON_PADDING)

    private let parser: OpaquePointer?
    // Accesses to these are not checked for overlaps each time, which would be for every text: one thread has the reader, and none of them is handed on.
    @exclusivity(unchecked) private var scratch = UnsafeMutableBufferPointer<UInt8>(start: nil, count: 0)
    /// The text that was parsed instead of the one given, where that one needed mending.
    private var mended: [UInt8] = []
    /// Whether the last text read had to be mended.
    @exclusivity(unchecked) package private(set) var wasMended = false

    package init() {
        parser = csimdjson_new(Self.deepest)
    }

    deinit {
        csimdjson_free(parser)
        scratch.deallocate()
    }

    /// Says that the texts read from here on lie one behind the other, with white space between them and after the last, in bytes that
    /// ``padding`` readable ones follow; they are looked over together, which makes each of them cheaper to read.
    ///
    /// It changes nothing else, whatever is read. The bytes must stay as they are until others are expected, or none.
    package func expect(_ texts: UnsafeBufferPointer<UInt8>) {
        csimdjson_expect(parser, texts.baseAddress, texts.count)
    }

    /// Reads one text that ``padding`` readable bytes follow. The element is good until the next read.
    package func read(padded text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSONElement {
        wasMended = false
        if let root = parse(text) {
            return root
        }
        mended = try JSONRepair.mend(text)
        let count = mended.count
        mended.append(contentsOf: repeatElement(0x20, count: Self.padding))
        wasMended = true
        let root = mended.withUnsafeBufferPointer { parse(UnsafeBufferPointer(rebasing: $0[..<count])) }
        guard let root else {
            throw JSONError(offset: 0, reason: "it is not JSON")
        }
        return root
    }

    /// Reads one text from anywhere, at the price of a copy.
    @inlinable
    package func read(_ text: some Collection<UInt8>) throws(JSONError) -> JSONElement {
        let outcome = text.withContiguousStorageIfAvailable { bytes in
            Result { () throws(JSONError) in try read(copying: bytes) }
        }
        if let outcome {
            return try outcome.get()
        }
        return try read(Array(text))
    }

    @usableFromInline
    func read(copying text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> JSONElement {
        let count = text.count
        if scratch.count < count + Self.padding {
            scratch.deallocate()
            scratch = .allocate(capacity: 2 * count + Self.padding)
        }
        // The parser copies strings and numbers out, so nothing points into the scratch afterwards.
        let room = scratch
        _ = room.update(fromContentsOf: text)
        UnsafeMutableBufferPointer(rebasing: room[count..<count + Self.padding]).update(repeating: 0x20)
        return try read(padded: UnsafeBufferPointer(rebasing: room[..<count]))
    }

    private func parse(_ text: UnsafeBufferPointer<UInt8>) -> JSONElement? {
        guard let parser, let start = text.baseAddress, !text.isEmpty else { return nil }
        let document = csimdjson_parse(parser, start, text.count)
        guard let tape = document.tape, let strings = document.strings else { return nil }
        return JSONElement(tape: tape, strings: strings, index: 1)
    }
}

/// Why a text is not JSON, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Bytes from the start of the text.
    public var offset: Int
    public var reason: String

    public init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    public var description: String { "\(reason) (at byte \(offset))" }

    /// The line, from 1, and the column in bytes, from 1, at which it stands in the text.
    public func position(in text: some Collection<UInt8>) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for byte in text.prefix(offset) {
            if byte == 0x0a {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return (line, column)
    }
}
