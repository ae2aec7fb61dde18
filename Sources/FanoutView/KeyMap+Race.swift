internal import FanoutEvents

extension KeyMap {
    /// The keys of a race; where its contestants run and it is not played, without ``raceSpeed``.
    package static let race = KeyMap(groups: [
        Group(
            title: "Race",
            entries: [
                Entry([(" ", .pause)], "Space", "pause, go on"),
                Entry([("r", .again)], "r", "run again"),
                Entry([("<", .slower), (">", .faster), (.backspace, .normalSpeed)], "< > Bksp", "speed"),
            ]),
        Group(
            title: "Screen",
            entries: [
                Entry([("T", .theme)], "T", "next theme"),
                Entry([("?", .keys)], "?", "these keys"),
                Entry([("q", .quit)], "q", "quit"),
            ]),
    ])

    /// What only a race that is played has.
    package static let raceSpeed: Set<Command> = [.slower, .faster, .normalSpeed]
}
