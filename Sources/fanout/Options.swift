internal import CSystem
internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One option of a command, as data: what is parsed and what the help says come from here.
struct Option: Sendable {
    var name: String
    var short: Character?
    /// What its argument is called; nil for one that takes none.
    var argument: String?
    var help: String

    init(_ name: String, short: Character? = nil, argument: String? = nil, _ help: String) {
        self.name = name
        self.short = short
        self.argument = argument
        self.help = help
    }
}

/// A command line, taken apart.
struct Options: Sendable {
    private(set) var operands: [String] = []
    /// What stands after `--`, which are operands too; nil where there is none.
    private(set) var command: [String]?
    private var values: [String: [String]] = [:]
    /// The user's settings, where they were read for these already.
    var settings: Settings?

    func has(_ name: String) -> Bool { values[name] != nil }
    func value(_ name: String) -> String? { values[name]?.last }

    /// Gives an option a value, unless it was given one.
    mutating func fill(_ name: String, _ value: String) {
        if values[name] == nil {
            values[name] = [value]
        }
    }

    /// A whole number within a range.
    func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageError) -> Int? {
        guard let text = value(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw UsageError("--\(name) \(text): it takes a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A number above nothing, such as a speed.
    func positive(_ name: String, most: Double) throws(UsageError) -> Double? {
        guard let text = value(name) else { return nil }
        let digits = text.hasSuffix("x") ? String(text.dropLast()) : text
        guard let number = Double(digits), number > 0, number <= most else {
            throw UsageError("--\(name) \(text): it takes a number above 0, at most \(Int(most))")
        }
        return number
    }

    /// A length of time, from 0.
    func seconds(_ name: String, most: Double) throws(UsageError) -> Double? {
        guard let text = value(name) else { return nil }
        guard let number = Double(text), number >= 0, number <= most else {
            throw UsageError("--\(name) \(text): it takes a number of seconds from 0 to \(Int(most))")
        }
        return number
    }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) throws(UsageError) -> Word?
    where Word.RawValue == String {
        guard let text = value(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw UsageError("--\(name) \(text): it is one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    /// Takes a command line apart with `getopt_long`: options may stand anywhere before `--`.
    init(_ arguments: [String], _ table: [Option]) throws(UsageError) {
        let end = arguments.indices.first { arguments[$0] == "--" && ($0 == 0 || !Self.takesNext(arguments[$0 - 1], table)) }
        command = end.map { Array(arguments[($0 + 1)...]) }
        // getopt moves the words about and hands out pointers into them, so they live in C.
        var words: [UnsafeMutablePointer<CChar>?] = (["fanout"] + arguments).map { strdup($0) }
        let names: [UnsafeMutablePointer<CChar>?] = table.map { strdup($0.name) }
        let owned = words + names
        defer { owned.forEach { free($0) } }
        let count = Int32(words.count)
        words.append(nil)
        let long = table.indices.map { csystem_option(name: names[$0], takes_argument: table[$0].argument != nil) }
        let letters = table.reduce(":") { text, entry in
            text + (entry.short.map { String($0) + (entry.argument == nil ? "" : ":") } ?? "")
        }
        var isFirst = true
        while true {
            let parsed = csystem_next_option(count, &words, letters, long, Int32(long.count), isFirst)
            isFirst = false
            guard parsed.code != -1 else {
                for index in Int(parsed.next)..<max(Int(parsed.next), Int(count)) {
                    words[index].map { operands.append(String(cString: $0)) }
                }
                return
            }
            guard let entry = Self.entry(parsed.code, table) else {
                let word = words[max(0, min(Int(count), Int(parsed.next)) - 1)].map { String(cString: $0) } ?? ""
                throw Self.failure(parsed, word: word, table)
            }
            values[entry.name, default: []].append(parsed.argument.map { String(cString: $0) } ?? "")
        }
    }

    /// Whether a word is an option whose argument is the next word.
    private static func takesNext(_ word: String, _ table: [Option]) -> Bool {
        table.contains { $0.argument != nil && (word == "--" + $0.name || $0.short.map { word == "-\($0)" } ?? false) }
    }

    private static func entry(_ code: Int32, _ table: [Option]) -> Option? {
        if code >= 1000 {
            return Int(code) - 1000 < table.count ? table[Int(code) - 1000] : nil
        }
        return table.first { $0.short?.unicodeScalars.first?.value == UInt32(bitPattern: code) }
    }

    private static func failure(_ parsed: csystem_parsed, word: String, _ table: [Option]) -> UsageError {
        if let entry = entry(parsed.about, table), parsed.about != 0 {
            return UsageError(
                "--\(entry.name): it takes \(parsed.code == 58 ? "an argument: --\(entry.name) \(entry.argument ?? "")" : "no argument")")
        }
        let written = parsed.about > 0 ? "-" + String(UnicodeScalar(UInt8(truncatingIfNeeded: parsed.about))) : word
        let bare = String(word.drop { $0 == "-" }.prefix { $0 != "=" })
        let near = parsed.about > 0 ? nil : table.map(\.name).first { Spelling.isNear($0, bare) }
        return UsageError("\(written): there is no such option\(near.map { "; did you mean --\($0)?" } ?? "; --help lists the options")")
    }
}

/// What was wrong with how the program was called; exit status 2.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
