internal import Themes

/// Where themes are looked for: a path, a folder of the user's, the program itself.
package struct ThemeLibrary: Sendable {
    /// Reads a file whole. Nil: there is none.
    package typealias ReadFile = @Sendable (_ path: String) throws(ThemeError) -> [UInt8]?

    /// Every chain of inheritance ends here.
    private static let last = "fanout-dark"

    private let folder: String?
    private let read: ReadFile
    private let builtIn: [(name: String, json: [UInt8])]

    /// - Parameter folder: The user's themes, each in `NAME.json`.
    package init(folder: String?, read: @escaping ReadFile) {
        self.init(folder: folder, builtIn: BuiltInThemes.files, read: read)
    }

    init(folder: String?, builtIn: [(name: String, json: [UInt8])], read: @escaping ReadFile) {
        self.folder = folder
        self.builtIn = builtIn
        self.read = read
    }

    /// The themes that are part of the program, in the order in which they are offered.
    package var builtInNames: [String] { builtIn.map(\.name) }

    /// The theme of that name, or the one in the file at that path: what has a slash in it or ends in `.json` is a path.
    package func theme(_ choice: String) throws(ThemeError) -> Theme {
        let isPath = choice.utf8.contains(UInt8(ascii: "/")) || choice.hasSuffix(".json")
        let first = isPath ? try source(path: choice) : try source(name: choice)
        return try theme(of: try chain(from: first))
    }

    // MARK: Finding

    private func source(path: String) throws(ThemeError) -> ThemeFile {
        guard let json = try read(path) else {
            throw .unreadable(file: path, reason: "there is no such file")
        }
        return try ThemeFile(json, fallbackName: path, path: path)
    }

    private func source(name: String) throws(ThemeError) -> ThemeFile {
        if let folder, !name.isEmpty {
            let path = folder + "/" + name + ".json"
            if let json = try read(path) {
                return try ThemeFile(json, fallbackName: name, path: path)
            }
        }
        return try builtInSource(name: name)
    }

    private func builtInSource(name: String) throws(ThemeError) -> ThemeFile {
        guard let json = builtIn.first(where: { $0.name == name })?.json else {
            throw .unknown(theme: name, known: builtInNames)
        }
        return try ThemeFile(json, fallbackName: name, path: nil)
    }

    /// The theme, what it inherits, and so on.
    private func chain(from first: ThemeFile) throws(ThemeError) -> [ThemeFile] {
        var chain = [first]
        var names = [first.name]
        while let next = chain[chain.count - 1].inherits {
            guard !names.contains(next) else {
                throw .cycle(themes: names[(names.firstIndex(of: next) ?? 0)...] + [next])
            }
            chain.append(try source(name: next))
            names.append(next)
        }
        let end = chain[chain.count - 1]
        if end.path != nil || end.name != Self.last {
            chain.append(try builtInSource(name: Self.last))
        }
        return chain
    }

    // MARK: Putting together

    private func theme(of files: [ThemeFile]) throws(ThemeError) -> Theme {
        let colors = ThemeColors(files)
        let looks = files.map(\.roles).reduce(into: [Role: ThemeFile.RoleLook]()) { $0.merge($1) { nearer, _ in nearer } }
        func style(_ role: Role) throws(ThemeError) -> Style {
            let look = looks[role] ?? ThemeFile.RoleLook()
            let foreground = look.foreground ?? looks[.text]?.foreground ?? "default"
            let background = look.background ?? looks[.background]?.background ?? "default"
            // What a role leaves open stands where plain text and the background are described.
            let places = (
                (look.foreground == nil ? Role.text : role).name + ".fg", (look.background == nil ? Role.background : role).name + ".bg"
            )
            return Style(
                foreground: try colors.color(foreground, place: places.0),
                background: try colors.color(background, place: places.1),
                foreground16: try colors.color16(foreground, role: look.foreground == nil ? .text : role),
                background16: try colors.color16(background, role: nil),
                attributes: look.attributes)
        }
        var theme = try Theme(name: files[0].name, variant: files.lazy.compactMap(\.variant).first ?? .dark, style: style)
        theme.warnings = files.flatMap(\.warnings)
        theme.files = files.compactMap(\.path)
        return theme
    }
}

/// The colours of a theme and of what it inherits; the nearer one counts.
private struct ThemeColors {
    private let palette: [String: String]
    private let ansi16: [String: String]
    private let files: [ThemeFile]

    init(_ files: [ThemeFile]) {
        self.files = files
        palette = files.map(\.palette).reduce(into: [:]) { $0.merge($1) { nearer, _ in nearer } }
        ansi16 = files.map(\.ansi16).reduce(into: [:]) { $0.merge($1) { nearer, _ in nearer } }
    }

    func color(_ text: String, place: String) throws(ThemeError) -> Color {
        let value = palette[text] ?? text
        guard let color = Color(value) else { throw bad(value, at: place, from: palette[text] == nil ? place : "palette.\(text)") }
        return color
    }

    /// What a 16-colour terminal gets: what is said for the role, or else for the palette's name.
    func color16(_ text: String, role: Role?) throws(ThemeError) -> Color? {
        guard let value = role.flatMap({ ansi16[$0.name] }) ?? ansi16[text] else { return nil }
        guard let color = Color(value) else {
            let place = "ansi16.\(role.flatMap { ansi16[$0.name] } == nil ? text : role?.name ?? text)"
            throw bad(value, at: place, from: place)
        }
        return color
    }

    /// The error about a colour, which names the theme and the line that give it: the nearest that does.
    private func bad(_ value: String, at place: String, from origin: String) -> ThemeError {
        let file = files.first { $0.lines[origin] != nil } ?? files[0]
        return .badColor(file.origin(line: file.lines[origin]), place: place, value: value)
    }
}
