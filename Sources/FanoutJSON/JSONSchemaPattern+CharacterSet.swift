extension JSONSchemaPattern {
    /// The characters that a step of a pattern takes.
    struct CharacterSet: Sendable {
        var ranges: [ClosedRange<UInt32>] = []
        /// Kinds of characters that are in it as well.
        var kinds: [Kind] = []
        /// Whether it stands for all the others.
        var isNegated = false

        struct Kind: Sendable {
            let holds: @Sendable (Unicode.Scalar) -> Bool
        }

        init(_ ranges: ClosedRange<UInt32>..., isNegated: Bool = false) {
            self.ranges = ranges
            self.isNegated = isNegated
        }

        func contains(_ scalar: Unicode.Scalar) -> Bool {
            (ranges.contains { $0.contains(scalar.value) } || kinds.contains { $0.holds(scalar) }) != isNegated
        }

        /// Takes in all of another set.
        mutating func formUnion(_ other: CharacterSet) {
            guard other.isNegated else {
                ranges += other.ranges
                kinds += other.kinds
                return
            }
            kinds.append(Kind { other.contains($0) })
        }

        func negated() -> CharacterSet {
            var set = self
            set.isNegated.toggle()
            return set
        }

        static let digit = CharacterSet(0x30...0x39)
        static let word = CharacterSet(0x30...0x39, 0x41...0x5a, 0x5f...0x5f, 0x61...0x7a)
        /// WhiteSpace and LineTerminator of ECMA-262.
        static let space = CharacterSet(
            0x09...0x0d, 0x20...0x20, 0xa0...0xa0, 0x1680...0x1680, 0x2000...0x200a, 0x2028...0x2029, 0x202f...0x202f, 0x205f...0x205f,
            0x3000...0x3000, 0xfeff...0xfeff)
        static let anyButLineEnds = CharacterSet(0x0a...0x0a, 0x0d...0x0d, 0x2028...0x2029, isNegated: true)

        /// What `\p{…}` names; nil for what is not known here, such as scripts.
        static func property(_ name: Substring) -> CharacterSet? {
            let parts = name.split(separator: "=", omittingEmptySubsequences: false)
            let word =
                switch parts.count {
                case 1: parts[0]
                case 2 where parts[0] == "General_Category" || parts[0] == "gc": parts[1]
                default: Substring()
                }
            var set = CharacterSet()
            if let categories = categories(String(word)) {
                set.kinds = [Kind { categories.contains($0.properties.generalCategory) }]
                return set
            }
            switch word {
            case "Any": set.ranges = [0...0x10_ffff]
            case "ASCII": set.ranges = [0...0x7f]
            case "Alphabetic", "Alpha": set.kinds = [Kind { $0.properties.isAlphabetic }]
            case "Uppercase", "Upper": set.kinds = [Kind { $0.properties.isUppercase }]
            case "Lowercase", "Lower": set.kinds = [Kind { $0.properties.isLowercase }]
            case "White_Space", "space": set.kinds = [Kind { $0.properties.isWhitespace }]
            case "ID_Start", "IDS": set.kinds = [Kind { $0.properties.isIDStart }]
            case "ID_Continue", "IDC": set.kinds = [Kind { $0.properties.isIDContinue }]
            case "Emoji": set.kinds = [Kind { $0.properties.isEmoji }]
            default: return nil
            }
            return set
        }

        private static func categories(_ name: String) -> Set<Unicode.GeneralCategory>? {
            switch name {
            case "L", "Letter": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
            case "LC", "Cased_Letter": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter]
            case "Lu", "Uppercase_Letter": [.uppercaseLetter]
            case "Ll", "Lowercase_Letter": [.lowercaseLetter]
            case "Lt", "Titlecase_Letter": [.titlecaseLetter]
            case "Lm", "Modifier_Letter": [.modifierLetter]
            case "Lo", "Other_Letter": [.otherLetter]
            case "M", "Mark", "Combining_Mark": [.nonspacingMark, .spacingMark, .enclosingMark]
            case "Mn", "Nonspacing_Mark": [.nonspacingMark]
            case "N", "Number": [.decimalNumber, .letterNumber, .otherNumber]
            case "Nd", "Decimal_Number", "digit": [.decimalNumber]
            case "P", "Punctuation", "punct":
                [
                    .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
                    .otherPunctuation,
                ]
            case "S", "Symbol": [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]
            case "Sc", "Currency_Symbol": [.currencySymbol]
            case "Z", "Separator": [.spaceSeparator, .lineSeparator, .paragraphSeparator]
            case "Zs", "Space_Separator": [.spaceSeparator]
            case "Cc", "Control", "cntrl": [.control]
            case "C", "Other": [.control, .format, .surrogate, .privateUse, .unassigned]
            default: nil
            }
        }
    }
}
