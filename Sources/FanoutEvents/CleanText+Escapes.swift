/// The grammar of control sequences, as ECMA-48 gives it and xterm reads it: only as much as is needed to step over one.
///
/// It works on well-formed UTF-8. A control character of the upper half (U+0080–U+009F) is two bytes, of which the first is C2, a byte
/// that stands nowhere else in a character.
enum EscapeSequence {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    /// Where the text goes on after the sequence that the control character at `start` opens: an ESC, or one of the upper half.
    ///
    /// A sequence that is not finished reaches to where it can no longer be one, at the latest to the end of its line: what is hidden
    /// from the reader is never more than a terminal would have swallowed.
    static func end(in bytes: Bytes, from start: Int) -> Int {
        let next = start + 1
        guard next < bytes.count else { return next }
        let second = bytes[next]
        guard bytes[start] == 0x1B else {
            return end(ofKind: second, in: bytes, from: next + 1)
        }
        switch second {
        case 0x6B:  // ESC k: a title for screen and tmux, ended like a string
            return endOfString(in: bytes, from: next + 1, endsAtBell: false)
        case 0x40...0x5F:
            // ESC and a letter stand for a control character of the upper half.
            return end(ofKind: second + 0x40, in: bytes, from: next + 1)
        case 0x20...0x2F:
            let final = skip(0x20...0x2F, in: bytes, from: next + 1)
            return skipOne(0x30...0x7E, in: bytes, from: final)
        case 0x30...0x7E:
            return next + 1
        default:
            // Not a sequence; what follows is looked at for itself.
            return next
        }
    }

    /// - Parameter kind: The second byte of the introducer in its eight-bit form.
    private static func end(ofKind kind: UInt8, in bytes: Bytes, from start: Int) -> Int {
        switch kind {
        case 0x9B:  // CSI: parameters, intermediates, a final byte
            let intermediates = skip(0x30...0x3F, in: bytes, from: start)
            let final = skip(0x20...0x2F, in: bytes, from: intermediates)
            return skipOne(0x40...0x7E, in: bytes, from: final)
        case 0x9D:  // OSC
            return endOfString(in: bytes, from: start, endsAtBell: true)
        case 0x90, 0x98, 0x9E, 0x9F:  // DCS, SOS, PM, APC
            return endOfString(in: bytes, from: start, endsAtBell: false)
        default:
            return start
        }
    }

    /// Where a string ends: after its terminator, or before what breaks it off.
    private static func endOfString(in bytes: Bytes, from start: Int, endsAtBell: Bool) -> Int {
        var endOfLine: Int?
        for index in start..<max(start, bytes.count) {
            switch bytes[index] {
            case 0x07 where endsAtBell:
                return index + 1
            case 0x18, 0x1A:  // CAN, SUB
                return index + 1
            case 0x1B:
                let isTerminator = index + 1 < bytes.count && bytes[index + 1] == UInt8(ascii: "\\")
                return isTerminator ? index + 2 : index
            case 0xC2 where bytes[index + 1] < 0xA0:
                return bytes[index + 1] == 0x9C ? index + 2 : index
            case 0x0A, 0x0D:
                endOfLine = endOfLine ?? index
            default:
                break
            }
        }
        return endOfLine ?? bytes.count
    }

    private static func skip(_ range: ClosedRange<UInt8>, in bytes: Bytes, from start: Int) -> Int {
        bytes[start...].firstIndex { !range.contains($0) } ?? bytes.count
    }

    private static func skipOne(_ range: ClosedRange<UInt8>, in bytes: Bytes, from index: Int) -> Int {
        index < bytes.count && range.contains(bytes[index]) ? index + 1 : index
    }
}
