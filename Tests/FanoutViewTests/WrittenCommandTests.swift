import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

/// Commands by their names, in the line that `:` opens.
struct WrittenCommandTests {
    /// Two turns with markers; a replay stands between them.
    private static func scene(isReplay: Bool = true) -> Conversation {
        var scene = Conversation(isReplay: isReplay)
        scene.dashboard.themeNames = ["fanout-dark", "fanout-light", "mono", "my theme"]
        scene.tell(0, .turn(1, title: "look around"))
        for (place, tool) in ["grep", "grep", "read_file", "search docs", "a\u{1B}[31m"].enumerated() {
            scene.tell(10, .wants(1, "g\(place)", tool, ["q": .string("word \(place)")], index: place), .began("g\(place)"))
        }
        scene.tell(1_000, .marker(Event.Marker(label: "intro")))
        for place in 0..<4 { scene.tell(1_500 + Int64(place) * 500, .ended("g\(place)", "fine")) }
        scene.tell(4_000, .failed("g4", "exit 1"), .over(1), .marker(Event.Marker(label: "fix tests")))
        scene.tell(10_000, .turn(2, title: "again"), .wants(2, "t", "grep", ["q": "needle"], index: 0), .began("t"))
        scene.tell(20_000, .ended("t", "fine"), .over(2))
        if isReplay {
            scene.dashboard.playhead.hold(at: 5_000_000)
        }
        return scene
    }

    struct Case: CustomTestStringConvertible, Sendable {
        var testDescription: String
        /// Pressed before `:`, to go to another view.
        var before: [Key] = []
        var effects: [Dashboard.Effect] = []
        /// What is read on the screen then.
        var seen: [String] = []
        /// The instant that is shown then, in milliseconds.
        var ms: Int64?
        /// Whether the line is open still.
        var isOpen = false
        var isReplay = true

        init(
            _ typed: String, before: [Key] = [], effects: [Dashboard.Effect] = [], seen: String..., ms: Int64? = nil, isOpen: Bool = false,
            isReplay: Bool = true
        ) {
            (testDescription, self.before, self.effects, self.seen) = (typed, before, effects, seen)
            (self.ms, self.isOpen, self.isReplay) = (ms, isOpen, isReplay)
        }

        static func refused(_ typed: String, before: [Key] = [], _ seen: String) -> Case {
            Case(typed, before: before, seen: seen, isOpen: true)
        }
    }

    private static let cases = [
        // Commands by their names, and by their beginnings.
        Case("nextError", seen: "▸ ✗", ms: 4_000), Case(" :nexterr ", ms: 4_000), Case("bottom", seen: "▸"),
        Case("quit", effects: [.quit]), Case("q", effects: [.quit]), Case("keys", seen: "do something by its name"),
        Case("stat", seen: "TOOL", "P95"), Case("transcript", seen: "look around"),
        Case("lanes", before: [.function(8)], seen: "ARGUMENTS"),
        Case("sessions", seen: "SESSION"), Case("foldAll", seen: "5 calls"), Case("mouse", effects: [.mouse(true)]),
        Case("tenth5", ms: 10_000),
        // Those that take words.
        Case("theme mono", effects: [.theme("mono")]), Case("th mono", effects: [.theme("mono")]), Case("theme", effects: [.nextTheme]),
        Case("theme  my theme ", effects: [.theme("my theme")]),
        Case("filter state:failed", before: [.end], seen: "filter state:failed"), Case("filter", seen: "grep"),
        Case("filter tool:grep", before: [.function(6)], seen: "filter tool:grep", "ARGUMENTS"),
        Case("search word 2", seen: "found in its arguments", "/word 2 1 lane"), Case("search", seen: "grep"),
        Case("sort time", seen: "by time"), Case("sort ti rev", seen: "by time, reversed"),
        Case("sort TOOL reversed", seen: "by tool, reversed"),
        Case("sort call", seen: "in the order of the calls"), Case("sort", seen: "by time"),
        Case("sort errors", before: [.function(6)], seen: "ERR"),
        Case("seek 1.5", ms: 1_500), Case("seek 1500ms", ms: 1_500),
        Case("seek 0:12", ms: 12_000), Case("seek 50%", ms: 10_000),
        Case("seek 99", ms: 20_000),
        Case("seek fix tests", ms: 4_000), Case("seek Intro", ms: 1_000),
        Case("speed 4", seen: "speed 4x"), Case("speed 0.1", seen: "speed 0.1x"), Case("speed max", seen: "speed max"),
        Case("speed 2x", seen: "speed 2x"), Case("idle 1.5", seen: "idle > 1.5s skipped"), Case("idle", seen: "skipped: "),
        Case("idle 1", seen: "idle time is played for 1s and skipped", isReplay: false),
        Case("marker here it is", effects: [.mark(.set(OwnMarker(t: 5_000_000, label: "here it is")))], seen: "marked: here it is"),
        Case("marker", seen: " marker ", isOpen: true), Case("mark", seen: " marker ", isOpen: true),
        Case("   "), Case(""),
        // What cannot be done, and what can be done about it.
        .refused("s", "\"s\" could be search, sort, seek, speed, "), .refused("se", "\"se\" could be search, seek, sessions"),
        .refused("nxtError", "there is no \"nxtError\"; did you mean nextError?"),
        .refused("frobnicate", "there is no \"frobnicate\"; Tab goes through what there is"),
        .refused("frob\u{2066}nicate the whole of it", "there is no \"frobnicate\"; Tab"),
        .refused("command", "there is no \"command\""), .refused("fold all", "fold takes nothing behind it, and not \"all\""),
        .refused("cancelTurn", "this run cannot be controlled from here"),
        .refused("ask", before: [.function(8)], "this run cannot be controlled"),
        .refused("nextError", before: [.function(8)], "nextError is for the lanes; :lanes goes there"),
        .refused("filter stat:x", "is none of tool: state: agent: turn:"),
        .refused("sort tine", "there is no order \"tine\"; did you mean time?"),
        .refused("sort by", "sort takes call, time, start, state, tool, and not \"by\""),
        .refused("sort st", "sort takes call, time, start, state, tool, and not \"st\""),
        .refused("sort time backwards", "behind an order sort takes reversed, or nothing, and not \"backwards\""),
        .refused("sort start", before: [.function(6)], "sort takes total, calls, errors, p95, name, and not \"start\""),
        .refused("seek", "seek takes seconds, M:SS, H:MM:SS, 50%, or a marker's name"),
        .refused("seek intra", "no marker \"intra\"; did you mean \"intro\"?"),
        .refused("seek 1:99", "no marker \"1:99\": seek takes seconds, M:SS, 50%, or a marker's name"),
        .refused("speed", "speed takes a number from 0.1 to 64, or max"),
        .refused("speed 65", "speed takes a number from 0.1 to 64, or max, and not \"65\""),
        .refused("speed nan", "and not \"nan\""), .refused("idle 0.1", "idle takes a number of seconds from 0.5 to 86400, and not \"0.1\""),
    ]

    @Test("a written command does what it says, or says what it takes and leaves what was written", arguments: cases)
    private func does(_ one: Case) {
        var scene = Self.scene(isReplay: one.isReplay)
        scene.width = 120
        one.before.forEach { scene.press($0) }
        scene.press(":")
        scene.type(one.testDescription)
        #expect(scene.press(.enter) == one.effects)
        let text = scene.frame().text
        for words in one.seen {
            #expect(text.contains(words), "\(words) in\n\(text)")
        }
        if let ms = one.ms {
            #expect(scene.dashboard.instant(scene.timelines[0], scene.input) == ms * 1000)
        }
        // Where a line is open, `q` is written in it.
        #expect((scene.press("q") != [.quit]) == one.isOpen)
    }

    @Test("before there is a session, a theme can be chosen all the same")
    func withoutSession() {
        var scene = Conversation()
        scene.timelines = Timelines()
        func run(_ text: String) -> [Dashboard.Effect] {
            scene.press(":")
            scene.type(text)
            return scene.press(.enter)
        }
        #expect(run("theme mono") == [.theme("mono")])
        #expect(run("seek 4") == [])
        #expect(scene.frame().lines.last?.contains("there is no session yet") == true)
    }

    @Test("a theme that the program cannot have is said in the line, which keeps what was written")
    func refused() {
        var scene = Self.scene()
        scene.press(":")
        scene.type("theme mine")
        #expect(scene.press(.enter) == [.theme("mine")])
        scene.dashboard.refuseCommand("there is no theme \"mine\"")
        #expect(scene.frame().lines.last?.hasPrefix(" ▸ : theme mine ") == true)
        #expect(scene.frame().lines.last?.hasSuffix("there is no theme \"mine\"") == true)
        scene.press(.backspace)
        scene.type("!")
        #expect(scene.press(.enter) == [.theme("min!")])
    }

    /// What is typed, and what stands in the line after each Tab (`>`) and Shift-Tab (`<`).
    private static let completions: [(typed: String, steps: String, lines: [String])] = [
        ("th", ">", ["theme "]), ("", ">><", ["theme", "filter", "theme"]), ("", "<", ["quit"]),
        ("nexte", ">>", ["nextError", "nextEvent"]),
        ("NEXTM", ">>", ["nextMatch", "nextMarker"]), ("xyz", ">", ["xyz"]),
        ("theme ", ">><<", ["theme fanout-dark", "theme fanout-light", "theme fanout-dark", "theme my theme"]),
        ("theme mo", ">", ["theme mono "]), ("th mo", ">", ["th mono "]), ("theme MY", ">", ["theme my theme "]),
        ("sort ", ">>", ["sort call", "sort time"]), ("sort time ", ">", ["sort time reversed "]),
        ("sort ti", ">>", ["sort time ", "sort time reversed "]),
        ("filter ", ">", ["filter tool:"]), ("filter a", ">", ["filter agent:"]),
        ("filter st", ">>", ["filter state:", "filter state:queued"]),
        ("filter state:fa", ">", ["filter state:failed "]), ("filter state:ok,fa", ">", ["filter state:ok,failed "]),
        ("filter -state:o", ">>", ["filter -state:ok", "filter -state:open"]),
        ("filter tool:", ">><", ["filter tool:grep", "filter tool:read_file", "filter tool:grep"]),
        ("filter >2s tool:\"sea", ">", ["filter >2s tool:\"search docs\" "]), ("filter turn:", ">", ["filter turn:"]),
        ("filter \"state:", ">", ["filter \"state:"]), ("seek ", ">>", ["seek intro", "seek fix tests"]),
        ("seek fix te", ">", ["seek fix tests "]),
        ("speed m", ">", ["speed max "]), ("speed 0.", "<", ["speed 0.5x"]), ("marker x", ">", ["marker x"]),
        ("fold", ">>", ["fold", "foldAll"]),
    ]

    @Test("Tab and Shift-Tab go through what the word could become; the only one gets a space", arguments: completions)
    private func completes(typed: String, steps: String, lines: [String]) {
        for (place, line) in lines.enumerated() {
            var scene = Self.scene()
            scene.width = 140
            scene.press(":")
            scene.type(typed)
            for step in steps.prefix(place + 1) { scene.press(step == ">" ? .tab : .backTab) }
            // What is typed next tells where the cursor is.
            scene.press("|")
            let last = scene.frame().lines.last ?? ""
            #expect(last.hasPrefix(" ▸ : " + line + "|"), "\(last)")
        }
    }

    @Test("what is behind the cursor stays, and the rest of its word goes")
    func inTheMiddle() {
        var scene = Self.scene()
        scene.press(":")
        scene.type("sort tixx reversed")
        for _ in 0..<11 { scene.press(.left) }
        scene.press(.tab)
        #expect(scene.frame().lines.last?.hasPrefix(" ▸ : sort time reversed ") == true)
        scene.press(.enter)
        #expect(scene.frame().text.contains("by time, reversed"))
    }

    @Test("earlier commands come back, and what was being written too")
    func history() {
        var scene = Self.scene()
        for text in ["sort time", "nope", "speed 4", "sort time"] {
            scene.press(":")
            scene.type(text)
            scene.press(.enter, .escape)
        }
        scene.press(":")
        scene.type("dra")
        for (key, line) in [
            (Key.up, "sort time"), (.up, "speed 4"), (.up, "speed 4"), (.down, "sort time"), (.down, "dra"), (.down, "dra"),
        ] {
            scene.press(key)
            #expect(scene.frame().lines.last?.hasPrefix(" ▸ : \(line) ") == true, "\(line)")
        }
    }

    @Test("the line with what there is to choose", arguments: [80, 120])
    func pictures(width: Int) {
        var lines: [String] = []
        for (typed, keys) in [
            ("", []), ("s", []), ("theme ", [.tab]), ("sort time ", []), ("filter tool:", [.tab, .tab]), ("seek ", []),
            ("speed ", [.backTab]),
            ("nexterror", []), ("idle ", []), ("sp 99", [.enter]), ("", [.backTab]),
        ] as [(String, [Key])] {
            var scene = Self.scene()
            scene.width = width
            scene.press(":")
            scene.type(typed)
            for key in keys { scene.press(key) }
            let frame = scene.frame()
            lines += [frame.lines[frame.lines.count - 1], frame.roleLines[frame.lines.count - 1], ""]
        }
        let picture = lines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference("command-\(width)", picture, beside: #filePath) { Issue.record("\(difference)") }
    }

    @Test("what is pasted is not taken for keys, and however much it is, it does no harm")
    func hostile() {
        var scene = Self.scene()
        scene.press(":", .pasteBegins)
        var pasted: [Key] = "theme \u{1B}]0;x\u{7}\u{202E}\u{9B}31m".unicodeScalars.map { .character($0) } + [.tab, .enter, .control("c")]
        pasted += (0..<120_000).map { .character($0 % 3 == 0 ? "e" : $0 % 3 == 1 ? "\u{301}" : " ") }
        for key in pasted {
            #expect(scene.dashboard.handle(key, scene.input) == [])
        }
        scene.press(.pasteEnds, .tab, .up, .down)
        for (width, height) in [(120, 30), (40, 12)] {
            (scene.width, scene.height) = (width, height)
            let isClean = scene.frame().text.unicodeScalars.allSatisfy {
                $0 == "\n" || $0.columns >= 0 && !(0x202A...0x202E).contains($0.value)
            }
            #expect(isClean)
        }
        let effects = scene.press(.enter)
        guard effects.count == 1, case .theme(let name) = effects[0] else {
            Issue.record("\(effects.count) effects")
            return
        }
        #expect(!name.unicodeScalars.contains { $0.properties.generalCategory == .control })
        scene.dashboard.refuseCommand("no")
        _ = scene.frame()
        scene.press(.escape)
        #expect(scene.press("q") == [.quit])
    }

    @Test("no size and no key breaks it, in any view, live and in replay")
    func sizes() {
        let names =
            Command.allCases.map(\.rawValue) + ["theme ", "filter tool:", "sort ", "seek ", "speed ", "idle ", "marker x", "search e"]
        for isReplay in [true, false] {
            var scene = Self.scene(isReplay: isReplay)
            scene.dashboard.canControl = true
            var random = SeededGenerator(seed: 9)
            let edits: [Key] = [
                .tab, .tab, .backTab, .up, .down, .left, .right, .home, .end, .backspace, .delete, .control("w"), .control("k"), " ", ":",
                "\"", "-",
                ",", .enter, .enter, .escape, .pasteBegins, .pasteEnds, .function(5), .function(6), .function(8),
            ]
            for step in 0..<1500 {
                scene.width = Int.random(in: 0...140, using: &random)
                scene.height = Int.random(in: 0...45, using: &random)
                scene.clock += 10_000
                var keys: [Key] = edits.randomElement(using: &random).map { [$0] } ?? []
                if step % 3 == 0, let name = names.randomElement(using: &random) {
                    keys = [":"] + name.unicodeScalars.map { .character($0) } + keys
                }
                for key in keys {
                    _ = scene.dashboard.handle(key, scene.input)
                }
                let frame = scene.frame()
                #expect(frame.width == scene.width && frame.height == scene.height, "step \(step)")
            }
        }
    }
}
