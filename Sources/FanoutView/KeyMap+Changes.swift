package import FanoutEvents

// Keys by configuration: what there is to change, and what is left to say on the screen.
extension KeyMap {
    /// Where a map counts.
    package enum Mode: String, CaseIterable, Sendable {
        case lanes, statistics, transcript, sessions, recordings, race

        /// The keys as they are without a configuration.
        package var keys: KeyMap {
            switch self {
            case .lanes: .lanes
            case .statistics: .statistics
            case .transcript: .transcript
            case .sessions: .sessions
            case .recordings: .recordings
            case .race: .race
            }
        }
    }

    /// All that can be asked for here, in the order of the overlay.
    package var allCommands: [Command] { groups.flatMap(\.entries).flatMap(\.commands) }

    /// The keys without those of some commands.
    package func leavingOut(_ commands: Set<Command>) -> KeyMap {
        KeyMap(
            groups: groups.map { group in
                var kept = group
                kept.entries.removeAll { !commands.isDisjoint(with: $0.commands) }
                return kept
            })
    }

    /// Gives a command other keys in the place of those that it has.
    package mutating func bind(_ command: Command, to keys: [Key]) {
        for group in groups.indices {
            for entry in groups[group].entries.indices where groups[group].entries[entry].commands.contains(command) {
                groups[group].entries[entry].bind(command, to: keys)
            }
        }
    }

    /// Two commands that one key would ask for.
    func conflict() -> (key: Key, first: Command, second: Command)? {
        var known: [Key: Command] = [:]
        for (key, command) in groups.flatMap(\.entries).flatMap(\.keys) {
            if let other = known.updateValue(command, forKey: key), other != command {
                return (key, other, command)
            }
        }
        return nil
    }

    /// The key of each of some commands, as a hint writes them; nil where none of them has one.
    package func hint(_ commands: [Command], between: CleanText = " ") -> CleanText? {
        let labels = commands.compactMap { keys(of: $0).first?.label }
        return labels.isEmpty ? nil : labels.joined(separator: between)
    }
}

extension KeyMap.Entry {
    fileprivate mutating func bind(_ command: Command, to keys: [Key]) {
        let before = self.keys
        guard before.filter({ $0.command == command }).map(\.key) != keys else { return }
        self.keys = commands.flatMap { each in
            (each == command ? keys : before.filter { $0.command == each }.map(\.key)).map { (key: $0, command: each) }
        }
        label = commands.map { each in
            let labels = self.keys.filter { $0.command == each }.map(\.key.label)
            return labels.isEmpty ? "none" : labels.joined(separator: " ")
        }.joined(separator: " ")
        alike = ""
    }
}
