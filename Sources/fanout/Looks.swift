internal import FanoutEvents
internal import FanoutScreen
internal import FanoutSession
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Themes and keys as the command line, the user's configuration and the environment have them, taken up anew when their files change.
struct Looks {
    private let library: ThemeLibrary
    private var settings: Settings
    /// The theme that the command line names.
    private let named: String?
    /// The names to go through, beginning with the one chosen.
    private var names: [String] = []
    private var index = 0
    let glyphs: Glyphs
    private(set) var theme: Theme
    /// What did not hold at the start.
    private(set) var problems: [Settings.Problem]

    init(_ options: Options) throws {
        library = ThemeLibrary(folder: Self.folder) { path throws(ThemeError) in try Self.read(path) }
        settings = options.settings ?? Settings(options)
        named = options.value("theme")
        glyphs = options.has("ascii") || !Terminal.isUnicode ? .ascii : .unicode
        theme = try Self.theme(named ?? Self.fallback, in: library)
        problems = settings.problems
        choose()
        if names[0] != named ?? Self.fallback, let problem = takeTheme() {
            problems.append(problem)
        }
    }

    /// What is to be said at the start; nil where all is well.
    ///
    /// - Parameter isBrief: Whether there is little room.
    func note(isBrief: Bool) -> String? { Self.summary(problems, isBrief: isBrief) }

    /// Where the user's settings lie, and whether they do.
    var settingsFile: (path: String, isThere: Bool)? { settings.path.map { ($0, settings.text != nil) } }

    var configuration: Configuration { settings.configuration }

    /// What there is without anybody's choice. https://no-color.org: any value but an empty one.
    private static var fallback: String { Environment.isSet("NO_COLOR") ? "mono" : "fanout-dark" }

    /// The files whose change is of interest: the settings, and what the theme rests on or would.
    var files: [String] {
        var files = [settings.path].compactMap(\.self) + theme.files
        if let path = path(of: names[index]), !files.contains(path) {
            files.append(path)
        }
        return files
    }

    /// Where a theme would lie that is not built in.
    private func path(of name: String) -> String? {
        if name.contains("/") || name.hasSuffix(".json") { return name }
        return library.builtInNames.contains(name) ? nil : Self.folder.map { "\($0)/\(name).json" }
    }

    /// Has the command line's theme, or else the configuration's, come first.
    private mutating func choose() {
        // A user's own settings count for more than NO_COLOR, as its authors ask for.
        let chosen = named ?? configured ?? Self.fallback
        names = [chosen] + library.builtInNames.filter { $0 != chosen }
        index = 0
    }

    /// The theme of the configuration; a path in it begins where the file lies.
    private var configured: String? {
        guard let name = configuration.theme, let file = settings.path else { return nil }
        guard name.contains("/") || name.hasSuffix(".json"), !name.hasPrefix("/") else { return name }
        return file.split(separator: "/", omittingEmptySubsequences: false).dropLast().map { $0 + "/" }.joined() + name
    }

    /// Takes up the theme that is chosen; where it cannot be, the last one stays, and it is said why.
    private mutating func takeTheme() -> Settings.Problem? {
        do throws(ThemeError) {
            theme = try library.theme(names[index])
            return nil
        } catch {
            if let origin = error.origin, let file = origin.file {
                return Settings.Problem(file: file, line: origin.line, words: error.words, isError: true)
            }
            let isConfigured = index == 0 && named == nil && names[0] == configured
            return Settings.Problem(
                file: isConfigured ? settings.path : nil, line: configuration.themeLine, words: error.description, isError: true)
        }
    }

    /// Takes up what was changed in the files.
    ///
    /// - Returns: What there is to say; nil where nothing changed that anybody would see.
    mutating func takeUp() -> String? {
        let (before, chosen) = (theme, configured)
        let isChanged = settings.read()
        if chosen != configured {
            choose()
        }
        let problems = (isChanged ? settings.problems : []) + [takeTheme()].compactMap(\.self)
        if let summary = Self.summary(problems, isBrief: true) {
            return summary
        }
        if isChanged, let name = settings.path.map(Composition.baseName) {
            return settings.text == nil ? "\(name) is gone; what is built in holds" : "\(name) is taken up"
        }
        return theme == before ? nil : "theme \(theme.name) is taken up"
    }

    /// The first of several, and how many more there are; what does not hold is said before what means nothing.
    private static func summary(_ problems: [Settings.Problem], isBrief: Bool) -> String? {
        guard let first = (problems.first(where: \.isError) ?? problems.first)?.text(isBrief: isBrief) else { return nil }
        return problems.count == 1 ? first : "\(first) (and \(problems.count - 1) more: `fanout doctor` tells)"
    }

    /// The theme that the user named; one that there is not is wrong usage.
    static func theme(_ name: String, in library: ThemeLibrary) throws -> Theme {
        do {
            return try library.theme(name)
        } catch .unknown(let theme, let known) {
            throw UsageError(ThemeError.unknown(theme: theme, known: known).description)
        }
    }

    mutating func next() throws -> Theme {
        index = (index + 1) % names.count
        theme = try library.theme(names[index])
        return theme
    }

    /// Takes the theme that somebody names; those that come next go on from it.
    ///
    /// Where it cannot be had, the last one stays.
    mutating func take(_ name: String) throws(ThemeError) {
        do throws(ThemeError) {
            theme = try library.theme(name)
        } catch .unknown(let theme, known: _) {
            throw .unknown(theme: theme, known: themeNames)
        }
        if let place = names.firstIndex(of: name) {
            index = place
        } else {
            index += 1
            names.insert(name, at: index)
        }
    }

    /// The themes that can be named: those that are built in, and those in the user's folder.
    var themeNames: [String] {
        let ending = ".json"
        let files = Self.folder.map { FolderListing.names(in: $0) } ?? []
        let own = files.filter { $0.hasSuffix(ending) && !$0.hasPrefix(".") }.map { String($0.dropLast(ending.count)) }
        return library.builtInNames + own.filter { !library.builtInNames.contains($0) }.sorted()
    }

    static var folder: String? { Settings.folder.map { $0 + "/themes" } }

    /// The bytes of a file; nil where there is none.
    static func read(_ path: String) throws(ThemeError) -> [UInt8]? {
        do throws(WholeFile.Problem) {
            return try WholeFile.bytes(path, most: Settings.longest)
        } catch {
            if error.code == ENOENT || error.code == ENOTDIR { return nil }
            throw .unreadable(file: path, reason: error.words)
        }
    }
}
