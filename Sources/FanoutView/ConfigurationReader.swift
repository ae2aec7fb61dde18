internal import FanoutEvents
internal import FanoutJSON

extension Configuration {
    /// Reads a file, and says what in it does not hold.
    ///
    /// - Parameters:
    ///   - limits: The options that it may set.
    ///   - last: What held before. It goes on to hold where the file is wrong: as a whole where it is no JSON, else field by field, and for
    ///     keys mode by mode. What the file does not name is as it is without one.
    package static func reading(
        _ text: [UInt8], limits: [Limit], after last: Configuration = Configuration()
    ) -> (configuration: Configuration, problems: [Problem]) {
        var reader = ConfigurationReader(limits: limits, last: last)
        do throws(JSONError) {
            reader.read(try PlacedJSON(parsing: text))
        } catch {
            let problem = Problem(line: error.position(in: text).line, words: "\(error.reason); a configuration is JSON", isError: true)
            return (last, [problem])
        }
        return (reader.configuration, reader.problems)
    }
}

/// Takes a configuration from its file, field by field.
private struct ConfigurationReader {
    let limits: [Configuration.Limit]
    let last: Configuration
    var configuration = Configuration()
    var problems: [Configuration.Problem] = []

    init(limits: [Configuration.Limit], last: Configuration) {
        self.limits = limits
        self.last = last
    }

    private mutating func refuse(_ line: Int, _ words: String) {
        problems.append(Configuration.Problem(line: line, words: words, isError: true))
    }

    /// Says that a name means nothing, and which may have been meant.
    ///
    /// - Parameter others: What else there is, where that is not the list of what is known.
    private mutating func ignore(_ field: PlacedJSON.Field, in place: String, known: [String], others: String? = nil) {
        let near = known.first { Spelling.isNear($0, field.name) }
        let remedy = near.map { "did you mean \($0)?" } ?? others ?? "there are \(known.joined(separator: ", "))"
        problems.append(
            Configuration.Problem(line: field.line, words: "\(place)\(quoted(field.name)) means nothing here; \(remedy)", isError: false))
    }

    private func quoted(_ name: String) -> String { JSONValue.string(CleanText(name).string).description }

    mutating func read(_ root: PlacedJSON) {
        guard let fields = root.fields else {
            configuration = last
            return refuse(root.line, "a configuration is an object, such as {\"theme\": \"fanout-dark\"}")
        }
        for field in fields {
            switch field.name {
            case "theme": readTheme(field)
            case "keys": readKeys(field)
            case "limits": readLimits(field)
            default: ignore(field, in: "", known: ["theme", "keys", "limits"])
            }
        }
    }

    private mutating func readTheme(_ field: PlacedJSON.Field) {
        guard let name = field.value.value.string, !name.isEmpty else {
            (configuration.theme, configuration.themeLine) = (last.theme, last.themeLine)
            return refuse(field.line, "\"theme\" takes the name of a theme, or the path of its file; `fanout themes` lists the names")
        }
        (configuration.theme, configuration.themeLine) = (name, field.line)
    }

    private mutating func readLimits(_ field: PlacedJSON.Field) {
        guard let fields = field.value.fields else {
            configuration.limits = last.limits
            return refuse(field.line, "\"limits\" takes an object, such as {\"limit\": 4}")
        }
        for field in fields {
            guard let limit = limits.first(where: { $0.name == field.name }) else {
                ignore(field, in: "limits: ", known: limits.map(\.name))
                continue
            }
            if let word = limit.word(field.value.value) {
                configuration.limits[limit.name] = word
            } else {
                configuration.limits[limit.name] = last.limits[limit.name]
                refuse(field.line, "limits: \"\(limit.name)\" takes \(limit.takes)")
            }
        }
    }

    // MARK: Keys

    private mutating func readKeys(_ field: PlacedJSON.Field) {
        guard let fields = field.value.fields else {
            KeyMap.Mode.allCases.forEach { configuration[keys: $0] = last[keys: $0] }
            return refuse(field.line, "\"keys\" takes an object, such as {\"lanes\": {\"nextError\": [\"e\", \"n\"]}}")
        }
        for field in fields {
            guard let mode = KeyMap.Mode(rawValue: field.name) else {
                ignore(field, in: "keys: ", known: KeyMap.Mode.allCases.map(\.rawValue))
                continue
            }
            let errors = problems.count { $0.isError }
            let map = keyMap(mode, field)
            configuration[keys: mode] = problems.count { $0.isError } == errors ? map : last[keys: mode]
        }
    }

    private mutating func keyMap(_ mode: KeyMap.Mode, _ field: PlacedJSON.Field) -> KeyMap {
        var map = mode.keys
        guard let fields = field.value.fields else {
            refuse(field.line, "keys.\(mode.rawValue) takes an object of commands and their keys, such as {\"quit\": \"q\"}")
            return map
        }
        var lines: [Command: Int] = [:]
        for field in fields {
            let known = map.allCommands
            guard let command = Command(rawValue: field.name), known.contains(command) else {
                ignore(
                    field, in: "keys.\(mode.rawValue): ", known: known.map(\.rawValue), others: "`fanout doctor --keys` lists what does")
                continue
            }
            lines[command] = field.line
            if let keys = keys(field, mode) {
                map.bind(command, to: keys)
            }
        }
        if let (key, first, second) = map.conflict() {
            let line = max(lines[first] ?? 0, lines[second] ?? 0)
            refuse(
                line == 0 ? field.line : line,
                "keys.\(mode.rawValue): \(quoted(key.name)) is both \(first.rawValue) and \(second.rawValue); give one of them another key, or null"
            )
        }
        if map.keys(of: .quit).isEmpty {
            refuse(lines[.quit] ?? field.line, "keys.\(mode.rawValue): quit needs a key")
        }
        return map
    }

    /// The keys that a command is given: one name, several, or none. Nil where something was wrong.
    private mutating func keys(_ field: PlacedJSON.Field, _ mode: KeyMap.Mode) -> [Key]? {
        let place = "keys.\(mode.rawValue).\(field.name)"
        if field.value.value.isNull {
            return []
        }
        var keys: [Key] = []
        for item in field.value.items ?? [field.value] {
            guard let name = item.value.string else {
                refuse(item.line, "\(place) takes the name of a key, a list of names, or null")
                return nil
            }
            do throws(Key.NameError) {
                let key = try Key(name: name)
                if !keys.contains(key) {
                    keys.append(key)
                }
            } catch {
                refuse(item.line, "\(place): \(Self.words(error, quoted(name)))")
                return nil
            }
        }
        return keys
    }

    private static func words(_ error: Key.NameError, _ name: String) -> String {
        switch error {
        case .kept: "\(name) is the terminal's own; take another key"
        case .unknown(let near?): "there is no key \(name); did you mean \(near)?"
        case .unknown(nil): "there is no key \(name); write a character, or a name such as ^D, Enter, Space, F6, S-Left, PgDn"
        }
    }
}
