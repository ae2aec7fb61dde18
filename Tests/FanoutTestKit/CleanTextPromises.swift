internal import FanoutEvents

/// What cleaned text promises, whatever it was made of: held against a corpus by the tests, and against anything by a fuzzer.
package enum CleanTextPromises {
    /// Says which promise is broken for this text; nil where all are kept.
    package static func broken(by outside: String) -> String? {
        let line = CleanText(outside)
        if let broken = broken(in: line) {
            return "one line: " + broken
        }
        for line in CleanText.lines(of: outside) {
            if let broken = broken(in: line) {
                return "one of its lines: " + broken
            }
        }
        return nil
    }

    /// The same for bytes as a fuzzer makes them.
    package static func broken(by bytes: some Collection<UInt8>) -> String? {
        broken(by: String(decoding: bytes, as: UTF8.self))
    }

    private static func broken(in clean: CleanText) -> String? {
        if CleanText(clean.string) != clean {
            return "cleaning it again changes it"
        }
        var marks = CleanText.mostMarks
        for scalar in clean.string.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator:
                return "it holds U+\(String(scalar.value, radix: 16))"
            default:
                break
            }
            if scalar.properties.isDefaultIgnorableCodePoint || scalar.properties.isNoncharacterCodePoint || scalar.columns < 0 {
                return "it holds U+\(String(scalar.value, radix: 16)), which shows nothing"
            }
            marks = scalar.columns == 0 ? marks + 1 : 0
            if marks > CleanText.mostMarks {
                return "it holds a mark without a character, or too many on one"
            }
        }
        return nil
    }
}
