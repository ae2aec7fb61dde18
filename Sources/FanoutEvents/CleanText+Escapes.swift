/// The grammar of control sequences, as ECMA-48 gives it and xterm reads it: only as much as is needed to step over one.
enum EscapeSequence {
    typealias Scalars = String.UnicodeScalarView

    /// Where the text goes on after the sequence that the control character at `start` opens: an ESC, or one of U+0080–U+009F.
    ///
    /// A sequence that is not finished reaches to where it can no longer be one, at the latest to the end of its line: what is hidden
    /// from the reader is never more than a terminal would have swallowed.
    static func end(in scalars: Scalars, from start: Scalars.Index) -> Scalars.Index {
        let next = scalars.index(after: start)
        guard scalars[start].value == 0x1B else {
            return end(ofKind: scalars[start].value, in: scalars, from: next)
        }
        guard next < scalars.endIndex else { return next }
        let second = scalars[next].value
        let third = scalars.index(after: next)
        switch second {
        case 0x6B:  // ESC k: a title for screen and tmux, ended like a string
            return endOfString(in: scalars, from: third, endsAtBell: false)
        case 0x40...0x5F:
            // ESC and a letter stand for one of U+0080–U+009F.
            return end(ofKind: second + 0x40, in: scalars, from: third)
        case 0x20...0x2F:
            let final = skip(0x20...0x2F, in: scalars, from: third)
            return skipOne(0x30...0x7E, in: scalars, from: final)
        case 0x30...0x7E:
            return third
        default:
            // Not a sequence; what follows is looked at for itself.
            return next
        }
    }

    /// - Parameter kind: The introducer in its eight-bit form.
    private static func end(ofKind kind: UInt32, in scalars: Scalars, from start: Scalars.Index) -> Scalars.Index {
        switch kind {
        case 0x9B:  // CSI: parameters, intermediates, a final byte
            let intermediates = skip(0x30...0x3F, in: scalars, from: start)
            let final = skip(0x20...0x2F, in: scalars, from: intermediates)
            return skipOne(0x40...0x7E, in: scalars, from: final)
        case 0x9D:  // OSC
            return endOfString(in: scalars, from: start, endsAtBell: true)
        case 0x90, 0x98, 0x9E, 0x9F:  // DCS, SOS, PM, APC
            return endOfString(in: scalars, from: start, endsAtBell: false)
        default:
            return start
        }
    }

    /// Where a string ends: after its terminator, or before what breaks it off.
    private static func endOfString(in scalars: Scalars, from start: Scalars.Index, endsAtBell: Bool) -> Scalars.Index {
        var index = start
        var endOfLine: Scalars.Index?
        while index < scalars.endIndex {
            let next = scalars.index(after: index)
            switch scalars[index].value {
            case 0x07 where endsAtBell:
                return next
            case 0x18, 0x1A, 0x9C:  // CAN, SUB; ST
                return next
            case 0x1B:
                let isTerminator = next < scalars.endIndex && scalars[next] == "\\"
                return isTerminator ? scalars.index(after: next) : index
            case 0x80..<0x9C, 0x9D..<0xA0:
                return index
            case 0x0A, 0x0D:
                endOfLine = endOfLine ?? index
            default:
                break
            }
            index = next
        }
        return endOfLine ?? index
    }

    private static func skip(_ range: ClosedRange<UInt32>, in scalars: Scalars, from start: Scalars.Index) -> Scalars.Index {
        var index = start
        while index < scalars.endIndex, range.contains(scalars[index].value) {
            index = scalars.index(after: index)
        }
        return index
    }

    private static func skipOne(_ range: ClosedRange<UInt32>, in scalars: Scalars, from index: Scalars.Index) -> Scalars.Index {
        guard index < scalars.endIndex, range.contains(scalars[index].value) else { return index }
        return scalars.index(after: index)
    }
}
