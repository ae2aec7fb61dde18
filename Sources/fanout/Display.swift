internal import FanoutEvents
internal import FanoutScreen
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// How what happens is shown.
enum Display: String, CaseIterable {
    case auto, dashboard, plain, json, quiet

    /// What `auto` comes to here: the dashboard on a terminal that can draw, else plain lines.
    static func choose(_ options: Options) throws -> Display {
        let wanted = try options.word("ui", as: Display.self) ?? .auto
        guard wanted == .auto else { return wanted }
        return hasScreen ? .dashboard : .plain
    }

    /// Whether there is a terminal that can draw.
    static var hasScreen: Bool {
        let term = Environment["TERM"] ?? ""
        return isatty(1) == 1 && !term.isEmpty && term != "dumb"
    }
}

/// What there is on the disk.
enum FileSystem {
    static func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}

/// Variables of the environment.
enum Environment {
    static subscript(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// A variable's value, unless it is empty.
    static func value(_ name: String) -> String? { self[name].flatMap { $0.isEmpty ? nil : $0 } }

    static func isSet(_ name: String) -> Bool { value(name) != nil }
}

/// The themes as the command line, the environment and the user's folder have them.
struct Looks {
    private let library: ThemeLibrary
    /// The names to go through, beginning with the one chosen.
    private var names: [String]
    private var index = 0
    let glyphs: Glyphs
    private(set) var theme: Theme

    init(_ options: Options) throws {
        library = ThemeLibrary(folder: Self.folder) { path throws(ThemeError) in try Self.read(path) }
        // https://no-color.org: any value but an empty one.
        let chosen = options.value("theme") ?? (Environment.isSet("NO_COLOR") ? "mono" : "fanout-dark")
        theme = try Self.theme(chosen, in: library)
        names = [chosen] + library.builtInNames.filter { $0 != chosen }
        glyphs = options.has("ascii") || !Terminal.isUnicode ? .ascii : .unicode
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

    static var folder: String? {
        let base = Environment["XDG_CONFIG_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil } ?? Environment["HOME"].map { $0 + "/.config" }
        return base.map { $0 + "/fanout/themes" }
    }

    /// The bytes of a file; nil where there is none.
    static func read(_ path: String) throws(ThemeError) -> [UInt8]? {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(file: path, reason: String(cString: strerror(errno)))
        }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = Glibc.read(file, &chunk, chunk.count)
            guard count >= 0 else { throw .unreadable(file: path, reason: String(cString: strerror(errno))) }
            guard count > 0, bytes.count < 1 << 20 else { return bytes }
            bytes += chunk[..<count]
        }
    }
}
