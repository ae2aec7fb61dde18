/// Text that is safe to put on a terminal: one line, printable, in the order in which it is read.
///
/// Whatever comes from outside (tool output, model text, file names, recordings) is a `String` until it has gone through here, and
/// a screen takes nothing else; the type is the boundary. A value is always cleaned, even one that is written as a literal.
///
/// What is taken out: control characters, whole escape sequences, whatever changes the direction or the order of reading, whatever
/// cannot be seen, and combining marks beyond ``mostMarks``. What a character set has no meaning for yet becomes U+FFFD.
public struct CleanText: Sendable, Hashable {
    /// How many combining marks a character keeps; a terminal's cell holds no more.
    public static let mostMarks = 4

    public let string: String

    public static let empty = CleanText(clean: "")

    public var isEmpty: Bool { string.isEmpty }

    /// Makes one line of it: line breaks and tabs become spaces.
    public init(_ outside: String) {
        var outside = outside
        let cleaned = outside.withUTF8 { CleanText.isPlain($0) ? nil : TextCleaner.line(of: $0) }
        string = cleaned ?? outside
    }

    /// The decimal digits of a number.
    public init(_ number: some BinaryInteger) {
        // Not through the initialiser of `String`, which works any number out digit by digit.
        string = number.description
    }

    /// Only for what has gone through the cleaner, or was put together from what has.
    @usableFromInline
    init(clean: String) {
        string = clean
    }

    /// Makes lines of it, as an editor would show them: tabs reach to the next stop, and what moves back over a line to write on it again
    /// begins another, so that nothing is hidden behind something else.
    public static func lines(of outside: String) -> [CleanText] {
        var outside = outside
        return outside.withUTF8(TextCleaner.lines).map(CleanText.init(clean:))
    }

    /// Whether it is printable ASCII from end to end, as nearly all text is.
    private static func isPlain(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        // Without branches in the loop, so that many bytes are looked at together.
        var outside: UInt8 = 0
        for byte in utf8 {
            outside |= (byte &- 0x20) > 0x5E ? 1 : 0
        }
        return outside == 0
    }
}

extension CleanText: ExpressibleByStringLiteral {
    public init(stringLiteral: String) {
        self.init(stringLiteral as String)
    }
}

extension CleanText {
    public static func + (first: CleanText, second: CleanText) -> CleanText {
        CleanText(clean: first.string + second.string)
    }

    public static func += (first: inout CleanText, second: CleanText) {
        first = first + second
    }
}

extension Sequence<CleanText> {
    @inlinable
    public func joined(separator: CleanText = .empty) -> CleanText {
        var joined = ""
        var isFirst = true
        for text in self {
            if !isFirst {
                joined += separator.string
            }
            joined += text.string
            isFirst = false
        }
        return CleanText(clean: joined)
    }
}
