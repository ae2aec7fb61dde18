internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Cuts a stream of bytes into lines, in whatever pieces they come.
///
/// A line lies where it came to, and only one that was split, or that ends too near the end of its piece for a parser, is copied.
package struct StreamLines: ~Copyable {
    /// A line without its end. ``JSONReader/padding`` readable bytes follow it.
    package struct Line {
        /// Good until the next line is asked for; empty where the line is too long.
        package var text: UnsafeBufferPointer<UInt8>
        /// From 1.
        package var number: Int
        /// Where it begins, in bytes from the start of the stream.
        package var offset: Int64
        /// Whether it was longer than a line may be, and was skipped.
        package var isTooLong = false

        /// Whether nothing stands in it.
        package var isBlank: Bool { text.allSatisfy { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 } }
    }

    /// Bytes of a line beyond which it is skipped.
    package let longest: Int
    /// Lines given out so far, whole ones and blank ones too.
    package private(set) var count = 0
    /// Where the next line begins, in bytes from the start of the stream.
    package private(set) var offset: Int64 = 0
    /// The part of a line that has come so far, with room for the padding.
    private var partial: UnsafeMutablePointer<UInt8>
    private var capacity = least
    /// How many bytes of ``partial`` are the line's.
    private var held = 0
    /// Bytes passed over of a line that is too long.
    private var skipped: Int64 = 0
    private var isGivenOut = false

    /// Memory that is kept for the next split line.
    private static let kept = 1 << 20
    private static let least = 4096

    /// - Parameter offset: Where the first line begins, where the stream is taken up in its middle.
    package init(longest: Int = 256 << 20, from offset: Int64 = 0) {
        self.longest = longest
        self.offset = offset
        partial = .allocate(capacity: Self.least)
    }

    deinit { partial.deallocate() }

    /// Whether a line has begun and not ended.
    package var isWithinLine: Bool { held > 0 && !isGivenOut || skipped > 0 }

    /// Takes the next whole line off the front of a piece; nil once the rest of it is the beginning of a line, which is kept.
    package mutating func next(_ piece: inout UnsafeRawBufferPointer.SubSequence) -> Line? {
        giveBack()
        guard let base = piece.base.baseAddress, !piece.isEmpty else { return nil }
        let start = base + piece.startIndex
        guard let found = memchr(start, 0x0a, piece.count) else {
            keep(start, piece.count)
            piece = piece[piece.endIndex...]
            return nil
        }
        let length = UnsafeRawPointer(found) - start
        piece = piece[(piece.startIndex + length + 1)...]
        if skipped > 0 || held + length > longest {
            skipped += Int64(length)
            return whole(tooLong: true)
        }
        // The parser may read beyond the line, so one near the end of the bytes is copied first.
        if held > 0 || piece.count < JSONReader.padding {
            keep(start, length)
            return whole()
        }
        count += 1
        let line = Line(
            text: UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: length), number: count, offset: offset)
        offset += Int64(length) + 1
        return line
    }

    /// What is left without an end when the stream is over; nil where nothing is.
    package mutating func rest() -> Line? {
        giveBack()
        guard held > 0 || skipped > 0 else { return nil }
        let line = whole(tooLong: skipped > 0)
        // There was no line feed.
        offset -= 1
        return line
    }

    private mutating func whole(tooLong: Bool = false) -> Line {
        memset(partial + held, 0, JSONReader.padding)
        count += 1
        let line = Line(
            text: UnsafeBufferPointer(start: partial, count: tooLong ? 0 : held), number: count, offset: offset, isTooLong: tooLong)
        offset += Int64(held) + skipped + 1
        skipped = 0
        isGivenOut = true
        return line
    }

    /// Makes the memory of the split line given out last ready for another.
    private mutating func giveBack() {
        guard isGivenOut else { return }
        isGivenOut = false
        held = 0
        if capacity > Self.kept {
            partial.deallocate()
            capacity = Self.least
            partial = .allocate(capacity: capacity)
        }
    }

    private mutating func keep(_ start: UnsafeRawPointer, _ count: Int) {
        if skipped > 0 || held + count > longest {
            skipped += Int64(count)
            return
        }
        let needed = held + count + JSONReader.padding
        if needed > capacity {
            capacity = max(needed, 2 * capacity)
            let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
            memcpy(larger, partial, held)
            partial.deallocate()
            partial = larger
        }
        memcpy(partial + held, start, count)
        held += count
    }
}
