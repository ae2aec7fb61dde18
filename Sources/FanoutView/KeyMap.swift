package import FanoutEvents

/// Which key asks for what, as data: what is pressed, what the overlay tells, and the line at the bottom come from here.
package struct KeyMap: Sendable {
    /// Keys that belong together in the overlay.
    package struct Group: Sendable {
        package var title: CleanText
        package var entries: [Entry]
    }

    /// One line of the overlay.
    package struct Entry: Sendable {
        package var keys: [(key: Key, command: Command)]
        /// What the keys ask for, in the order in which the meaning has it; it stays where a command has lost its keys.
        package var commands: [Command]
        /// The keys as they are written.
        package var label: CleanText
        package var meaning: CleanText
        /// Which other keys do the same, where the label leaves them out.
        package var alike: CleanText = ""
        /// Only where a run can be controlled.
        package var isControl = false

        init(_ keys: [(Key, Command)], _ label: CleanText, _ meaning: CleanText, alike: CleanText = "", isControl: Bool = false) {
            self.keys = keys.map { (key: $0.0, command: $0.1) }
            commands = keys.map(\.1).reduce(into: []) { commands, command in
                if !commands.contains(command) {
                    commands.append(command)
                }
            }
            self.label = label
            self.meaning = meaning
            self.alike = alike
            self.isControl = isControl
        }
    }

    package var groups: [Group] {
        didSet { (commands, keys) = Self.index(groups) }
    }
    private var commands: [Key: Command]
    /// Asked for by each line at the bottom of each picture.
    private var keys: [Command: [Key]]

    package init(groups: [Group]) {
        self.groups = groups
        (commands, keys) = Self.index(groups)
    }

    package func command(for key: Key) -> Command? { commands[key] }

    package func keys(of command: Command) -> [Key] { keys[command] ?? [] }

    private static func index(_ groups: [Group]) -> ([Key: Command], [Command: [Key]]) {
        let pairs = groups.flatMap(\.entries).flatMap(\.keys)
        return (
            Dictionary(pairs.map { ($0.key, $0.command) }) { first, _ in first },
            Dictionary(grouping: pairs, by: \.command).mapValues { $0.map(\.key) }
        )
    }

    /// The keys of the lanes, live and in replay.
    package static let lanes = KeyMap(groups: [
        Group(
            title: "Move",
            entries: [
                Entry([("j", .down), (.down, .down), ("k", .up), (.up, .up)], "j k ↓ ↑", "next, previous lane"),
                Entry([("g", .top), (.home, .top), ("G", .bottom), (.end, .bottom)], "g G", "first, last lane"),
                Entry([(.control("d"), .halfPageDown), (.control("u"), .halfPageUp)], "^D ^U", "half a page"),
                Entry([("{", .previousTurn), ("}", .nextTurn)], "{ }", "previous, next turn"),
                sessionKeys,
                Entry([("e", .nextError), ("E", .previousError)], "e E", "next, previous error"),
            ]),
        Group(
            title: "Find",
            entries: [
                Entry([("/", .search)], "/", "look for words"),
                Entry([("n", .nextMatch), ("N", .previousMatch)], "n N", "next, previous lane with them"),
                Entry([("f", .filter)], "f", "filter: tool:sql state:failed >2s"),
                Entry([("s", .sort), ("S", .reverse)], "s S", "order, the other way round"),
                Entry([("z", .fold), ("Z", .foldAll)], "z Z", "fold or open, all"),
            ]),
        Group(
            title: "Detail",
            entries: [
                Entry([(.enter, .open), (.escape, .close)], "Enter Esc", "open, close"),
                Entry([(.tab, .nextPage), (.backTab, .previousPage)], "Tab S-Tab", "next, previous page"),
                Entry(
                    [("J", .detailDown), (.pageDown, .detailDown), ("K", .detailUp), (.pageUp, .detailUp)], "J K", "scroll",
                    alike: ", as PgDn PgUp"),
                Entry([("y", .copyText), ("Y", .copyJSON)], "y Y", "copy as text, as JSON"),
            ]),
        Group(
            title: "Axis",
            entries: [
                Entry([("+", .zoomIn), ("-", .zoomOut)], "+ -", "zoom"),
                Entry([("h", .panLeft), ("l", .panRight)], "h l", "pan"),
                Entry([("=", .fit)], "=", "fit"),
            ]),
        playheadKeys,
        Group(
            title: "Control",
            entries: [
                Entry([("x", .cancelCall), ("X", .cancelTurn)], "x X", "cancel call, turn", isControl: true)
            ] + approvalKeys + [
                Entry([("R", .retry)], "R", "call again what failed", isControl: true),
                Entry([("p", .ask)], "p", "ask a follow-up", isControl: true),
            ]),
        Group(
            title: "Screen",
            entries: [
                Entry([(.function(5), .lanes), (.function(6), .statistics)], "F5 F6", "lanes, statistics"),
                Entry([(.function(7), .sessions), (.function(8), .transcript)], "F7 F8", "all sessions, transcript"),
                Entry([("o", .output)], "o", "what the command prints"),
            ] + screenKeys(hasCommands: true)),
    ])

    /// The keys of the transcript.
    package static let transcript = KeyMap(groups: [
        Group(
            title: "Scroll",
            entries: [
                Entry([("j", .down), (.down, .down), ("k", .up), (.up, .up)], "j k ↓ ↑", "a line"),
                Entry(
                    [(.pageDown, .pageDown), (.pageUp, .pageUp), ("J", .pageDown), ("K", .pageUp)], "PgDn PgUp", "a page", alike: ", as J K"
                ),
                Entry([(.control("d"), .halfPageDown), (.control("u"), .halfPageUp)], "^D ^U", "half a page"),
                Entry([("g", .top), (.home, .top), ("G", .bottom), (.end, .bottom)], "g G", "beginning, end"),
                Entry([("{", .previousTurn), ("}", .nextTurn)], "{ }", "previous, next turn"),
                sessionKeys,
            ]),
        playheadKeys,
        Group(
            title: "Control",
            entries: [
                Entry([("X", .cancelTurn)], "X", "cancel the turn's calls", isControl: true)
            ] + approvalKeys + [
                Entry([("p", .ask)], "p", "ask a follow-up", isControl: true)
            ]),
        Group(
            title: "Screen",
            entries: viewKeys + [
                Entry([("o", .output)], "o", "what the command prints")
            ] + screenKeys(hasCommands: true)),
    ])

    /// The keys of the statistics.
    package static let statistics = KeyMap(groups: [
        Group(
            title: "Tools",
            entries: [
                Entry([("j", .down), (.down, .down), ("k", .up), (.up, .up)], "j k ↓ ↑", "next, previous tool"),
                halfPageKeys,
                Entry([("g", .top), (.home, .top), ("G", .bottom), (.end, .bottom)], "g G", "first, last tool"),
                Entry([("s", .sort), ("S", .reverse)], "s S", "order, the other way round"),
                Entry([(.enter, .open)], "Enter", "its lanes"),
                sessionKeys,
            ]),
        playheadKeys,
        Group(
            title: "Control",
            entries: [
                Entry([("X", .cancelTurn)], "X", "cancel the turn's calls", isControl: true)
            ] + approvalKeys),
        Group(
            title: "Screen",
            entries: viewKeys + screenKeys(hasCommands: true)),
    ])

    /// The keys of the list of sessions.
    package static let sessions = KeyMap(groups: [
        Group(
            title: "Sessions",
            entries: [
                Entry([("j", .down), (.down, .down), ("k", .up), (.up, .up)], "j k ↓ ↑", "next, previous session"),
                halfPageKeys,
                Entry([("g", .top), (.home, .top), ("G", .bottom), (.end, .bottom)], "g G", "newest, oldest"),
                Entry([(.enter, .open)], "Enter", "show it"),
                Entry([(.escape, .close), (.function(7), .sessions)], "Esc F7", "back"),
            ]),
        Group(
            title: "Screen",
            entries: [
                Entry(
                    [(.function(5), .lanes), (.function(6), .statistics), (.function(8), .transcript)], "F5 F6 F8",
                    "lanes, statistics, transcript")
            ] + screenKeys(hasCommands: false)),
    ])

    /// The keys of a list of recordings to choose from.
    package static let recordings = KeyMap(groups: [
        Group(
            title: "Recordings",
            entries: [
                Entry([("j", .down), (.down, .down), ("k", .up), (.up, .up)], "j k ↓ ↑", "next, previous recording"),
                halfPageKeys,
                Entry([("g", .top), (.home, .top), ("G", .bottom), (.end, .bottom)], "g G", "newest, oldest"),
                Entry([(.enter, .open)], "Enter", "play it"),
                Entry([("q", .quit), (.escape, .close)], "q Esc", "quit"),
            ])
    ])

    // What is alike in several views.

    private static let halfPageKeys = Entry(
        [(.control("d"), .halfPageDown), (.pageDown, .pageDown), (.control("u"), .halfPageUp), (.pageUp, .pageUp)], "^D ^U", "half a page",
        alike: ", as PgDn PgUp")

    private static let sessionKeys = Entry([("(", .previousSession), (")", .nextSession)], "( )", "previous, next session")

    private static let approvalKeys = [
        Entry([("a", .approve), ("A", .approveTool)], "a A", "approve, and from now on", isControl: true),
        Entry([("d", .deny)], "d", "deny", isControl: true),
    ]

    /// Of a view that stands in the place of the lanes.
    private static let viewKeys = [
        Entry([(.function(5), .lanes), (.escape, .close)], "F5 Esc", "lanes"),
        Entry(
            [(.function(6), .statistics), (.function(7), .sessions), (.function(8), .transcript)], "F6 F7 F8",
            "statistics, sessions, transcript"),
    ]

    private static func screenKeys(hasCommands: Bool) -> [Entry] {
        let commands = hasCommands ? [Entry([(":", .command)], ":", "do something by its name")] : []
        return [Entry([("T", .theme)], "T", "next theme"), Entry([("m", .mouse)], "m", "the mouse, on or off")] + commands
            + [Entry([("?", .keys)], "?", "these keys"), Entry([("q", .quit)], "q", "quit")]
    }

    /// The playhead moves alike in every view.
    private static let playheadKeys = Group(
        title: "Playhead",
        entries: [
            Entry([("F", .follow)], "F", "to now, or to the end"),
            Entry([(" ", .pause)], "Space", "pause, go on"),
            Entry([(.left, .back5), (.right, .forward5)], "← →", "5 seconds"),
            Entry([(.shiftLeft, .backTenth), (.shiftRight, .forwardTenth)], "S-← S-→", "a tenth"),
            Entry(tenths, "0 … 9", "to that tenth"),
            Entry([(",", .previousEvent), (".", .nextEvent)], ", .", "event by event"),
            Entry([("[", .previousMarker), ("]", .nextMarker), ("M", .mark)], "[ ] M", "markers, set one"),
            Entry([("<", .slower), (">", .faster), (.backspace, .normalSpeed)], "< > Bksp", "speed"),
            Entry([("i", .skipIdle), ("L", .loop), ("c", .captions)], "i L c", "idle, loop, captions"),
        ])

    private static let tenths: [(Key, Command)] = [
        ("0", .tenth0), ("1", .tenth1), ("2", .tenth2), ("3", .tenth3), ("4", .tenth4), ("5", .tenth5), ("6", .tenth6), ("7", .tenth7),
        ("8", .tenth8), ("9", .tenth9),
    ]
}

extension Key: ExpressibleByUnicodeScalarLiteral {
    package init(unicodeScalarLiteral scalar: Unicode.Scalar) { self = .character(scalar) }
}
