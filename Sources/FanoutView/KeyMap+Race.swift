internal import FanoutEvents

extension KeyMap {
    /// The keys of a race whose contestants run.
    package static let race = KeyMap(groups: [raceKeys([]), screenKeys])

    /// The keys of a race that is played.
    package static let playedRace = KeyMap(groups: [
        raceKeys([Entry([("<", .slower), (">", .faster), (.backspace, .normalSpeed)], "< > Bksp", "speed")]), screenKeys,
    ])

    private static func raceKeys(_ more: [Entry]) -> Group {
        Group(
            title: "Race",
            entries: [Entry([(" ", .pause)], "Space", "pause, go on"), Entry([("r", .again)], "r", "run again")] + more)
    }

    private static let screenKeys = Group(
        title: "Screen",
        entries: [
            Entry([("T", .theme)], "T", "next theme"),
            Entry([("?", .keys)], "?", "these keys"),
            Entry([("q", .quit)], "q", "quit"),
        ])
}
