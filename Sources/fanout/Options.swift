#if canImport(Darwin)
    import Darwin
#else
    import Glibc
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
    private var values: [String: [String]] = [:]

    func has(_ name: String) -> Bool { values[name] != nil }
    func value(_ name: String) -> String? { values[name]?.last }

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

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(_ name: String, as type: Word.Type) throws(UsageError) -> Word? where Word.RawValue == String {
        guard let text = value(name) else { return nil }
        guard let word = Word(rawValue: text) else {
            throw UsageError("--\(name) \(text): it is one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    /// Takes a command line apart with `getopt_long`: options may stand anywhere before `--`.
    init(_ arguments: [String], _ table: [Option]) throws(UsageError) {
        // getopt keeps pointers into the arguments and moves them about, so they live in C.
        var argv: [UnsafeMutablePointer<CChar>?] = (["fanout"] + arguments).map { strdup($0) }
        let owned = argv
        argv.append(nil)
        var names: [UnsafeMutablePointer<CChar>?] = []
        defer {
            owned.forEach { free($0) }
            names.forEach { free($0) }
        }
        var long: [option] = []
        var short = ":"
        for (index, entry) in table.enumerated() {
            names.append(strdup(entry.name))
            long.append(option(name: names[index], has_arg: entry.argument == nil ? 0 : 1, flag: nil, val: Int32(1000 + index)))
            if let letter = entry.short {
                short += String(letter) + (entry.argument == nil ? "" : ":")
            }
        }
        long.append(option())
        opterr = 0
        // Zero, not one: glibc then forgets what an earlier parse left behind.
        optind = 0
        while true {
            let code = getopt_long(Int32(arguments.count + 1), &argv, short, long, nil)
            if code == -1 { break }
            let entry: Option?
            if code >= 1000 {
                entry = table[Int(code) - 1000]
            } else if code != 63, code != 58 {
                entry = table.first { $0.short?.unicodeScalars.first?.value == UInt32(code) }
            } else {
                entry = nil
            }
            guard let entry else {
                throw Self.failure(code, argv, table)
            }
            values[entry.name, default: []].append(entry.argument == nil ? "" : optarg.map { String(cString: $0) } ?? "")
        }
        for index in Int(optind)..<max(Int(optind), arguments.count + 1) {
            if let text = argv[index] {
                operands.append(String(cString: text))
            }
        }
    }

    private static func failure(_ code: Int32, _ argv: [UnsafeMutablePointer<CChar>?], _ table: [Option]) -> UsageError {
        let word = optind > 0 && Int(optind) <= argv.count - 1 ? argv[Int(optind) - 1].map { String(cString: $0) } ?? "" : ""
        let name = optopt > 0 && optopt < 1000 ? "-" + String(UnicodeScalar(UInt8(truncatingIfNeeded: optopt))) : word
        if code == 58 {
            let written = optopt >= 1000 ? "--" + table[Int(optopt) - 1000].name : name
            return UsageError("\(written): it needs an argument")
        }
        if optopt >= 1000 {
            return UsageError("--\(table[Int(optopt) - 1000].name): it takes no argument")
        }
        let near = table.map(\.name).filter { Spelling.isNear($0, String(word.drop { $0 == "-" })) }
        let remedy = near.first.map { "; did you mean --\($0)?" } ?? "; --help lists the options"
        return UsageError("\(optopt > 0 ? name : word): there is no such option\(remedy)")
    }
}

/// What was wrong with how the program was called; exit status 2.
struct UsageError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}

/// Finds what somebody may have meant.
enum Spelling {
    /// Whether two words differ by two letters at the most.
    static func isNear(_ a: String, _ b: String) -> Bool {
        let a = Array(a)
        let b = Array(b)
        guard abs(a.count - b.count) <= 2, !b.isEmpty else { return false }
        var row = Array(0...b.count)
        for i in a.indices {
            var corner = row[0]
            row[0] = i + 1
            for j in b.indices {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, corner + (a[i] == b[j] ? 0 : 1))
                corner = above
            }
        }
        return row[b.count] <= 2
    }
}
