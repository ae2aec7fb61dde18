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
    /// Here, since it is asked for with every line.
    private let padding = JSONReader.padding

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
    // Inlined, since a line is many words to hand back.
    @inline(__always)
    package mutating func next(_ piece: inout UnsafeRawBufferPointer) -> Line? {
        giveBack()
        guard let start = piece.baseAddress, let found = memchr(start, 0x0a, piece.count) else { return begin(&piece) }
        let length = UnsafeRawPointer(found) - start
        piece = UnsafeRawBufferPointer(start: start + length + 1, count: piece.count - length - 1)
        // The parser may read beyond the line, so one near the end of the bytes is copied first.
        guard held == 0, skipped == 0, length <= longest, piece.count >= padding else { return end(start, length) }
        count += 1
        let line = Line(
            text: UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: length), number: count, offset: offset)
        offset += Int64(length) + 1
        return line
    }

    /// Keeps the beginning of a line.
    private mutating func begin(_ piece: inout UnsafeRawBufferPointer) -> Line? {
        if let start = piece.baseAddress {
            keep(start, piece.count)
        }
        piece = UnsafeRawBufferPointer(start: nil, count: 0)
        return nil
    }

    /// Gives out a line whose end is this.
    private mutating func end(_ start: UnsafeRawPointer, _ length: Int) -> Line {
        if skipped > 0 || held + length > longest {
            skipped += Int64(length)
            return whole(tooLong: true)
        }
        keep(start, length)
        return whole()
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
    @inline(__always)
    private mutating func giveBack() {
        if isGivenOut { clear() }
    }

    private mutating func clear() {
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
