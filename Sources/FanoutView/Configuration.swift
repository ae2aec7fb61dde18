package import FanoutJSON

/// What a user has set once and for all, in a file.
package struct Configuration: Sendable {
    /// The name of a theme, or the path of a theme's file.
    package var theme: String?
    /// Where in the file the theme is named.
    package var themeLine = 1
    /// What stands in for options of the command line that are not given, by their names, as they would be written there.
    package var limits: [String: String] = [:]
    private var maps: [KeyMap.Mode: KeyMap] = [:]

    package init() {}

    package subscript(keys mode: KeyMap.Mode) -> KeyMap {
        get { maps[mode] ?? mode.keys }
        set { maps[mode] = newValue }
    }

    /// An option that a file may set.
    package struct Limit: Sendable {
        package var name: String
        /// What it takes, after "it takes".
        package var takes: String
        /// What would be written on the command line; nil for what it does not take.
        package var word: @Sendable (JSONValue) -> String?

        package init(_ name: String, takes: String, word: @escaping @Sendable (JSONValue) -> String?) {
            self.name = name
            self.takes = takes
            self.word = word
        }
    }

    /// Something that a file says and that does not hold.
    package struct Problem: Sendable, Hashable, CustomStringConvertible {
        package var line: Int
        package var words: String
        /// Whether something that was meant to hold does not; else it means nothing, and does no harm.
        package var isError: Bool

        package init(line: Int, words: String, isError: Bool) {
            self.line = line
            self.words = words
            self.isError = isError
        }

        package var description: String { "line \(line): \(words)" }
    }

    /// All keys as a file would set them, a command a line.
    package var keysText: String {
        let modes = KeyMap.Mode.allCases.map { mode in
            let map = self[keys: mode]
            let commands = map.allCommands.map { command in
                let names = map.keys(of: command).map { JSONValue.string($0.name) }
                let value = names.count == 1 ? names[0] : .array(names)
                return "      \(JSONValue.string(command.rawValue).description): \(value.description)"
            }
            return "    \(JSONValue.string(mode.rawValue).description): {\n\(commands.joined(separator: ",\n"))\n    }"
        }
        return "{\n  \"keys\": {\n\(modes.joined(separator: ",\n"))\n  }\n}\n"
    }
}
