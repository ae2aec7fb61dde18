extension JSONSchemaPattern {
    /// Reads a pattern as ECMA-262 writes it, as leniently as its Annex B: a brace or a bracket that closes nothing stands for itself.
    struct Parser {
        /// How deep groups may nest.
        private static let deepest = 100

        private let text: [Unicode.Scalar]
        private var at = 0
        private var depth = 0
        private(set) var sets: [JSONSchemaPattern.CharacterSet] = []

        init(_ source: String) {
            text = Array(source.unicodeScalars)
        }

        private var next: Unicode.Scalar? { at < text.count ? text[at] : nil }

        /// Goes past a text where it stands here.
        private mutating func skip(_ wanted: String) -> Bool {
            let scalars = Array(wanted.unicodeScalars)
            guard text[at...].starts(with: scalars) else { return false }
            at += scalars.count
            return true
        }

        mutating func pattern() throws(JSONSchemaPatternError) -> Tree {
            let tree = try choice()
            guard at == text.count else { throw .malformed("a ) closes nothing") }
            return tree
        }

        private mutating func choice() throws(JSONSchemaPatternError) -> Tree {
            depth += 1
            defer { depth -= 1 }
            guard depth <= Self.deepest else { throw .malformed("its groups nest more than \(Self.deepest) deep") }
            var choices = [try sequence()]
            while skip("|") {
                choices.append(try sequence())
            }
            return choices.count == 1 ? choices[0] : .choice(choices)
        }

        private mutating func sequence() throws(JSONSchemaPatternError) -> Tree {
            var parts: [Tree] = []
            while let scalar = next, scalar != "|", scalar != ")" {
                let part = try atom()
                guard let (least, most) = try quantifier() else {
                    parts.append(part)
                    continue
                }
                parts.append(.repeated(part, least: least, most: most))
                if let again = next, again == "*" || again == "+" || again == "?" {
                    throw again == "+" ? .unsupported("a possessive quantifier") : .malformed("a \(again) repeats nothing")
                }
            }
            return parts.count == 1 ? parts[0] : .sequence(parts)
        }

        private mutating func atom() throws(JSONSchemaPatternError) -> Tree {
            guard let scalar = next else { return .nothing }
            at += 1
            switch scalar {
            case "^": return .assert(.start)
            case "$": return .assert(.end)
            case ".": return take(.anyButLineEnds)
            case "(": return try group()
            case "[": return take(try bracket())
            case "\\": return try escape()
            case "*", "+", "?": throw .malformed("a \(scalar) repeats nothing")
            default: return take(CharacterSet(scalar.value...scalar.value))
            }
        }

        private mutating func take(_ set: CharacterSet) -> Tree {
            sets.append(set)
            return .take(sets.count - 1)
        }

        private mutating func group() throws(JSONSchemaPatternError) -> Tree {
            var look: (ahead: Bool, negated: Bool)?
            if skip("?=") {
                look = (true, false)
            } else if skip("?!") {
                look = (true, true)
            } else if skip("?<=") {
                look = (false, false)
            } else if skip("?<!") {
                look = (false, true)
            } else if skip("?<") || skip("?P<") {
                while let scalar = next, scalar != ">" {
                    guard CharacterSet.word.contains(scalar) || scalar.properties.isIDContinue || scalar == "$" else {
                        throw .malformed("a group's name holds \(scalar)")
                    }
                    at += 1
                }
                guard skip(">") else { throw .malformed("a group's name does not end") }
            } else if !skip("?:"), next == "?" {
                throw .unsupported("a group that begins with (?\(at + 1 < text.count ? String(text[at + 1]) : "")")
            }
            let inner = try choice()
            guard skip(")") else { throw .malformed("a ( is not closed") }
            return look.map { .look(inner, ahead: $0.ahead, negated: $0.negated) } ?? inner
        }

        private mutating func quantifier() throws(JSONSchemaPatternError) -> (Int, Int?)? {
            let bounds: (Int, Int?)
            switch next {
            case "*": bounds = (0, nil)
            case "+": bounds = (1, nil)
            case "?": bounds = (0, 1)
            case "{":
                guard let counted = try braces() else { return nil }
                _ = skip("?")
                return counted
            default: return nil
            }
            at += 1
            // Whether it takes few or many first does not change whether it fits.
            _ = skip("?")
            return bounds
        }

        /// `{2}`, `{2,}` or `{2,4}`; nil where a brace stands for itself.
        private mutating func braces() throws(JSONSchemaPatternError) -> (Int, Int?)? {
            let start = at
            at += 1
            guard let least = number() else {
                at = start
                return nil
            }
            var most: Int? = least
            if skip(",") {
                most = number()
            }
            guard skip("}") else {
                at = start
                return nil
            }
            if let most, most < least { throw .malformed("{\(least),\(most)} asks for more than it allows") }
            return (least, most)
        }

        private mutating func number() -> Int? {
            var number: Int?
            while let scalar = next, CharacterSet.digit.contains(scalar) {
                number = min((number ?? 0) * 10 + Int(scalar.value - 0x30), 1_000_000)
                at += 1
            }
            return number
        }
    }
}

// What a backslash and a bracket begin.
extension JSONSchemaPattern.Parser {
    private typealias CharacterSet = JSONSchemaPattern.CharacterSet

    private mutating func escape() throws(JSONSchemaPatternError) -> JSONSchemaPattern.Tree {
        switch next {
        case "b":
            at += 1
            return .assert(.boundary)
        case "B":
            at += 1
            return .assert(.inside)
        // Not of ECMA-262, but whoever writes them means what they mean elsewhere.
        case "A":
            at += 1
            return .assert(.start)
        case "z", "Z":
            at += 1
            return .assert(.end)
        case "1", "2", "3", "4", "5", "6", "7", "8", "9": throw .unsupported("a reference to what a group took (\\\(text[at]))")
        case "k": throw .unsupported("a reference to what a group took (\\k)")
        default: return take(try escapedSet())
        }
    }

    /// What a backslash stands for within brackets and without; the backslash has been read.
    private mutating func escapedSet() throws(JSONSchemaPatternError) -> CharacterSet {
        guard let scalar = next else { throw .malformed("it ends in a backslash") }
        at += 1
        switch scalar {
        case "d": return .digit
        case "D": return CharacterSet.digit.negated()
        case "w": return .word
        case "W": return CharacterSet.word.negated()
        case "s": return .space
        case "S": return CharacterSet.space.negated()
        case "p", "P":
            let set = try property()
            return scalar == "p" ? set : set.negated()
        default:
            let value = try escapedScalar(scalar)
            return CharacterSet(value...value)
        }
    }

    private mutating func property() throws(JSONSchemaPatternError) -> CharacterSet {
        guard skip("{"), let end = text[at...].firstIndex(of: "}") else { throw .malformed("\\p wants a property: \\p{L}") }
        var name = String.UnicodeScalarView()
        name.append(contentsOf: text[at..<end])
        at = end + 1
        guard let set = CharacterSet.property(Substring(String(name))) else {
            throw .unsupported("the property \(String(name).prefix(40))")
        }
        return set
    }

    private mutating func escapedScalar(_ scalar: Unicode.Scalar) throws(JSONSchemaPatternError) -> UInt32 {
        switch scalar {
        case "t": return 0x09
        case "n": return 0x0a
        case "v": return 0x0b
        case "f": return 0x0c
        case "r": return 0x0d
        case "0": return 0
        case "c":
            guard let letter = next, letter.isASCII, letter.properties.isAlphabetic else { throw .malformed("\\c wants a letter") }
            at += 1
            return letter.value % 32
        case "x": return try hexadecimal(2)
        case "u":
            if skip("{") {
                var value: UInt32 = 0
                while let digit = next, digit != "}" {
                    guard let digit = digit.hexadecimalValue, value <= 0x10_ffff else { throw .malformed("\\u{…} is no character") }
                    value = value * 16 + digit
                    at += 1
                }
                guard skip("}"), value <= 0x10_ffff else { throw .malformed("\\u{…} is no character") }
                return value
            }
            let first = try hexadecimal(4)
            // Two halves of a character.
            if (0xd800...0xdbff).contains(first), skip("\\u") {
                let second = try hexadecimal(4)
                guard (0xdc00...0xdfff).contains(second) else { throw .malformed("half a character stands alone") }
                return 0x1_0000 + (first - 0xd800) << 10 + (second - 0xdc00)
            }
            return first
        default: return scalar.value
        }
    }

    private mutating func hexadecimal(_ count: Int) throws(JSONSchemaPatternError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = next?.hexadecimalValue else { throw .malformed("\\x and \\u want hexadecimal digits") }
            value = value * 16 + digit
            at += 1
        }
        return value
    }

    private mutating func bracket() throws(JSONSchemaPatternError) -> CharacterSet {
        var set = CharacterSet()
        let isNegated = skip("^")
        while !skip("]") {
            let first = try member()
            let before = at
            if skip("-"), next != "]", next != nil {
                let last = try member()
                guard let from = first.single, let to = last.single else {
                    // A class beside a hyphen: the hyphen is one of the characters.
                    set.formUnion(first)
                    set.formUnion(last)
                    set.ranges.append(0x2d...0x2d)
                    continue
                }
                guard from <= to else { throw .malformed("the range \(describe(from))-\(describe(to)) runs backwards") }
                set.ranges.append(from...to)
            } else {
                at = before
                set.formUnion(first)
            }
        }
        set.isNegated = isNegated
        return set
    }

    private mutating func member() throws(JSONSchemaPatternError) -> CharacterSet {
        guard let scalar = next else { throw .malformed("a [ is not closed") }
        at += 1
        guard scalar == "\\" else { return CharacterSet(scalar.value...scalar.value) }
        guard next != "b" else {
            at += 1
            return CharacterSet(0x08...0x08)
        }
        return try escapedSet()
    }

    private func describe(_ value: UInt32) -> String { Unicode.Scalar(value).map { String($0) } ?? "" }
}

extension JSONSchemaPattern.CharacterSet {
    /// Its only character.
    fileprivate var single: UInt32? {
        guard !isNegated, kinds.isEmpty, ranges.count == 1, ranges[0].count == 1 else { return nil }
        return ranges[0].lowerBound
    }
}

extension Unicode.Scalar {
    /// The value of an ASCII hexadecimal digit.
    fileprivate var hexadecimalValue: UInt32? {
        switch self {
        case "0"..."9": value - 0x30
        case "a"..."f": value - 0x61 + 10
        case "A"..."F": value - 0x41 + 10
        default: nil
        }
    }
}
