/// Rewrites a text that is JSON in all but a detail into JSON that a strict parser takes, or says where it is none.
///
/// What changes: a byte order mark is dropped; a lone surrogate and a byte that is not UTF-8 become U+FFFD; a number beyond what
/// a double holds becomes the largest one, an integer beyond 64 bits a float; `NaN` and `Infinity`, which Python writes,
/// become null; a control character inside a string is escaped; a value nested deeper than ``JSONReader/deepest`` becomes null.
package struct JSONRepair {
    private let text: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var out: [UInt8] = []

    /// The mended text.
    package static func mend(_ text: UnsafeBufferPointer<UInt8>) throws(JSONError) -> [UInt8] {
        var repair = JSONRepair(text: text)
        try repair.document()
        return repair.out
    }

    private init(text: UnsafeBufferPointer<UInt8>) {
        self.text = text
        out.reserveCapacity(text.count + 16)
    }

    private var byte: UInt8? { at < text.count ? text[at] : nil }

    private func failure(_ reason: String) -> JSONError {
        JSONError(offset: at, reason: reason)
    }

    private mutating func document() throws(JSONError) {
        if text.count >= 3, text[0] == 0xef, text[1] == 0xbb, text[2] == 0xbf {
            at = 3
        }
        try values()
        skipSpace()
        if byte != nil {
            throw failure("there is more after the value")
        }
    }

    private mutating func skipSpace() {
        while let byte, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            at += 1
        }
    }

    /// One value and all within it, without recursion: a hostile depth must not cost the stack.
    private mutating func values() throws(JSONError) {
        // What closes each open container.
        var open: [UInt8] = []
        // Where the output stood when nesting went too deep, if it did.
        var cut: (depth: Int, length: Int)?
        while true {
            skipSpace()
            guard let first = byte else {
                throw failure(at == 0 ? "it is empty" : "it ends in the middle of a value")
            }
            if first == 0x7b || first == 0x5b {
                let close: UInt8 = first == 0x7b ? 0x7d : 0x5d
                // simdjson counts the root as the first level.
                if open.count == JSONReader.deepest - 1, cut == nil {
                    cut = (open.count, out.count)
                }
                open.append(close)
                out.append(first)
                at += 1
                skipSpace()
                if byte != close {
                    if close == 0x7d {
                        try key()
                    }
                    continue
                }
            } else {
                try scalar(first)
            }
            // A value has just ended, or an empty container is about to.
            while let close = open.last {
                skipSpace()
                if byte == close {
                    at += 1
                    out.append(close)
                    open.removeLast()
                    if let was = cut, was.depth == open.count {
                        out.removeSubrange(was.length...)
                        out.append(contentsOf: "null".utf8)
                        cut = nil
                    }
                    continue
                }
                guard byte == 0x2c else {
                    throw failure(byte == nil ? "it ends in the middle of a value" : "a comma or a closing bracket is missing")
                }
                at += 1
                out.append(0x2c)
                if close == 0x7d {
                    skipSpace()
                    try key()
                }
                break
            }
            if open.isEmpty {
                return
            }
        }
    }

    private mutating func key() throws(JSONError) {
        guard byte == 0x22 else {
            throw failure("a field's name in quotes is missing")
        }
        try string()
        skipSpace()
        guard byte == 0x3a else {
            throw failure("a colon is missing")
        }
        at += 1
        out.append(0x3a)
    }

    private mutating func scalar(_ first: UInt8) throws(JSONError) {
        switch first {
        case 0x22:
            try string()
        case 0x2d, 0x30...0x39:
            try number()
        default:
            for (word, replacement) in [("true", "true"), ("false", "false"), ("null", "null"), ("NaN", "null"), ("Infinity", "null")] {
                if take(word) {
                    out.append(contentsOf: replacement.utf8)
                    return
                }
            }
            throw failure("a value is missing")
        }
    }

    private mutating func take(_ word: String) -> Bool {
        let bytes = word.utf8
        guard at + bytes.count <= text.count, text[at..<at + bytes.count].elementsEqual(bytes) else { return false }
        at += bytes.count
        return true
    }

    private mutating func number() throws(JSONError) {
        let start = at
        if byte == 0x2d {
            at += 1
            if take("Infinity") {
                out.append(contentsOf: "null".utf8)
                return
            }
        }
        let whole = digits()
        guard whole > 0 else {
            throw failure("a number has no digits")
        }
        let leading = text[at - whole] == 0x30 && whole > 1
        var isFloat = false
        if byte == 0x2e {
            at += 1
            isFloat = true
            guard digits() > 0 else {
                throw failure("a number ends in a point")
            }
        }
        if byte == 0x65 || byte == 0x45 {
            at += 1
            isFloat = true
            if byte == 0x2b || byte == 0x2d {
                at += 1
            }
            guard digits() > 0 else {
                throw failure("a number's exponent has no digits")
            }
        }
        let literal = String(decoding: text[start..<at], as: UTF8.self)
        guard !leading else {
            throw JSONError(offset: start, reason: "a number begins with a zero")
        }
        if !isFloat, Int64(literal) != nil || UInt64(literal) != nil {
            out.append(contentsOf: literal.utf8)
            return
        }
        let value = Double(literal) ?? 0
        let held = value.isInfinite ? (value < 0 ? -Double.greatestFiniteMagnitude : Double.greatestFiniteMagnitude) : value
        out.append(contentsOf: held.description.utf8)
    }

    private mutating func digits() -> Int {
        let start = at
        while let byte, (0x30...0x39).contains(byte) {
            at += 1
        }
        return at - start
    }

    private mutating func string() throws(JSONError) {
        let start = at
        out.append(0x22)
        at += 1
        while let next = byte {
            switch next {
            case 0x22:
                at += 1
                out.append(0x22)
                return
            case 0x5c:
                try escape()
            case 0..<0x20:
                appendEscape(UInt16(next))
                at += 1
            case 0x20..<0x80:
                out.append(next)
                at += 1
            default:
                multibyte()
            }
        }
        throw JSONError(offset: start, reason: "a string has no end")
    }

    private mutating func escape() throws(JSONError) {
        guard at + 1 < text.count else {
            throw failure("a string has no end")
        }
        let letter = text[at + 1]
        switch letter {
        case 0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74:
            out.append(0x5c)
            out.append(letter)
            at += 2
        case 0x75:
            guard let unit = hex(at + 2) else {
                throw failure("an escape lacks four hexadecimal digits")
            }
            let isHigh = (0xd800..<0xdc00).contains(unit)
            let isLow = (0xdc00..<0xe000).contains(unit)
            if isHigh, at + 7 < text.count, text[at + 6] == 0x5c, text[at + 7] == 0x75, let low = hex(at + 8),
                (0xdc00..<0xe000).contains(low)
            {
                appendEscape(unit)
                appendEscape(low)
                at += 12
            } else {
                appendEscape(isHigh || isLow ? 0xfffd : unit)
                at += 6
            }
        default:
            throw failure("an escape is unknown")
        }
    }

    private func hex(_ start: Int) -> UInt16? {
        guard start + 4 <= text.count else { return nil }
        var value: UInt16 = 0
        for digit in text[start..<start + 4] {
            guard let nibble = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt16(nibble)
        }
        return value
    }

    private mutating func appendEscape(_ unit: UInt16) {
        let digits = String(unit, radix: 16)
        out.append(contentsOf: "\\u".utf8)
        out.append(contentsOf: repeatElement(0x30, count: 4 - digits.utf8.count))
        out.append(contentsOf: digits.utf8)
    }

    /// Copies one multi-byte scalar, or puts U+FFFD for a byte that begins none.
    private mutating func multibyte() {
        var decoder = UTF8()
        var bytes = text[at..<min(at + 4, text.count)].makeIterator()
        if case .scalarValue(let scalar) = decoder.decode(&bytes) {
            let length = UTF8.width(scalar)
            out.append(contentsOf: text[at..<at + length])
            at += length
        } else {
            out.append(contentsOf: [0xef, 0xbf, 0xbd])
            at += 1
        }
    }
}
