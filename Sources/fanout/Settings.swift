internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What the user's configuration file says.
struct Settings {
    /// Nil where nobody can say where it would lie.
    let path: String?
    /// Whether the user named it.
    private let isNamed: Bool
    private(set) var configuration = Configuration()
    private(set) var problems: [Problem] = []
    /// What was last read; nil where there is no file.
    private(set) var text: [UInt8]?

    /// Something that was meant to hold and does not, or means nothing.
    struct Problem: Hashable {
        /// The file in which it stands; nil where the words name it.
        var file: String?
        var line: Int?
        var words: String
        var isError: Bool

        /// A sentence that names the file: where there is little room, without its folders, or only those below the user's settings.
        func text(isBrief: Bool) -> String {
            guard let file else { return words }
            return (isBrief ? Self.brief(file) : file) + (line.map { " line \($0)" } ?? "") + ": " + words
        }

        private static func brief(_ file: String) -> String {
            guard let folder = Settings.folder.map({ $0 + "/" }), file.hasPrefix(folder) else { return Composition.baseName(file) }
            return String(file.dropFirst(folder.count))
        }
    }

    static let option = Option("config", argument: "FILE", "settings; else \(shownPath), where it is there")
    private static let shownPath = "$XDG_CONFIG_HOME/fanout/config.json"

    /// Bytes of a file of settings or of a theme at the most; there is nothing that so many could say.
    static let longest = 1 << 20

    init(_ options: Options) {
        isNamed = options.has("config")
        path = options.value("config") ?? Self.folder.map { $0 + "/config.json" }
        read()
    }

    /// Where the user's settings lie.
    static var folder: String? {
        let base = Environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? Environment["HOME"].map { $0 + "/.config" }
        return base.map { $0 + "/fanout" }
    }

    /// Reads the file anew; where it is wrong, what held before goes on to hold.
    ///
    /// - Returns: Whether there is anything else in it than was last read.
    @discardableResult
    mutating func read() -> Bool {
        guard let path else { return false }
        let last = (text, problems)
        problems = []
        do throws(WholeFile.Problem) {
            text = try WholeFile.bytes(path, most: Self.longest)
        } catch {
            let isMissing = error.code == ENOENT || error.code == ENOTDIR
            if isMissing {
                (text, configuration) = (nil, Configuration())
            }
            if isNamed || !isMissing {
                problems = [Problem(file: path, words: error.words, isError: true)]
            }
            return last.0 != text || last.1 != problems
        }
        guard let text else { return false }
        let found: [Configuration.Problem]
        (configuration, found) = Configuration.reading(text, limits: Self.limits, after: configuration)
        problems = found.map { Problem(file: path, line: $0.line, words: $0.words, isError: $0.isError) }
        return last.0 != text
    }

    /// The options with what the file sets of those that were not given; the file, which may be a pipe, is not read again for them.
    func filled(_ options: Options) -> Options {
        var options = options
        options.settings = self
        for (name, word) in configuration.limits {
            options.fill(name, word)
        }
        return options
    }

    /// The options that a file may set: those that bound what a run may do, and what is played of idle time.
    private static let limits = [
        count("limit", 1...100_000), count("max-turns", 1...10_000), count("max-tokens", 1...10_000_000), count("keep", 1000...100_000_000),
        Configuration.Limit("max-time", takes: "a number of seconds from 0 to 1000000") { value in
            value.double.flatMap { (0...1e6).contains($0) ? String($0) : nil }
        },
        Configuration.Limit("idle-limit", takes: "a number of seconds from 0.5 to 86400") { value in
            value.double.flatMap { Transport.idleSeconds.contains($0) ? String($0) : nil }
        },
        Configuration.Limit("approve", takes: "one of \(ApprovalPolicy.allCases.map(\.rawValue).joined(separator: ", "))") { value in
            value.string.flatMap { ApprovalPolicy(rawValue: $0)?.rawValue }
        },
    ]

    private static func count(_ name: String, _ range: ClosedRange<Int64>) -> Configuration.Limit {
        Configuration.Limit(name, takes: "a whole number from \(range.lowerBound) to \(range.upperBound)") { value in
            value.integer.flatMap { range.contains($0) ? String($0) : nil }
        }
    }
}
