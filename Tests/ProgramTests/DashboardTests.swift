import Foundation
import Testing

/// The program in a real terminal, as somebody sits in front of it.
struct DashboardTests {
    private static let recording = ProgramFolder.fixture("three-lanes.fanout.jsonl")

    /// What must hold of the terminal whichever way the program ended.
    private static func expectRestored(_ terminal: PseudoTerminal, _ comment: Comment) {
        #expect(!terminal.screen.isAlternate, comment)
        #expect(terminal.screen.isCursorVisible, comment)
        #expect(!terminal.screen.isUpdating, comment)
        #expect(terminal.takesLines, comment)
        #expect(terminal.screen.unknown == [], comment)
    }

    /// A row of the screen, blanks between words taken for one.
    private static func row(_ screen: ScreenModel, _ words: String) -> Bool {
        screen.lines.contains { $0.split(separator: " ").joined(separator: " ").contains(words) }
    }

    private static func paused(_ folder: ProgramFolder, width: Int = 80, height: Int = 24) throws -> PseudoTerminal {
        let terminal = try folder.open("replay", "--start-paused", recording, width: width, height: height)
        try terminal.wait(forText: "0:00.0 / 0:04.0")
        return terminal
    }

    @Test("a demo is shown live until it is done; q leaves, and a still picture stays")
    func demo() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("demo", "stocks", width: 100)
        try terminal.wait(forText: "LIVE")
        try terminal.wait(for: "the end") {
            $0.lines[0].contains("✓ DONE") && Self.row($0, "✓ fetch_weather") && Self.row($0, "✓ fetch_stock") && !$0.isUpdating
        }
        #expect(terminal.screen.isAlternate)
        #expect(terminal.screen.lines[0].hasSuffix("2 calls: 2 ok"))
        #expect(Self.row(terminal.screen, "speed-up"))
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after quitting")
        #expect(Self.row(terminal.screen, "✓ fetch_weather"))
        #expect(terminal.screen.lines.contains { $0.contains("AAPL stands at 213.50 USD") })
        #expect(folder.recordings.count == 1)
        #expect(Self.row(terminal.screen, "recorded: fanout replay"))
    }

    @Test("Ctrl-C ends a run kindly, which is seen and recorded; once more leaves")
    func interruptRun() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("demo", "travel", width: 100, height: 30)
        try terminal.wait(for: "a call that has ended") { Self.row($0, "✓ get_weather") }
        terminal.type("gjx")
        try terminal.wait(forText: "that call is over")
        terminal.type("F")
        try terminal.wait(for: "a call that runs") { Self.row($0, "● get_") }
        terminal.type("\u{3}")
        try terminal.wait(for: "the cancelled call") { Self.row($0, "⊘ get_") && !$0.lines[0].contains("LIVE") }
        terminal.type("\u{3}")
        #expect(try terminal.end() == 130)
        Self.expectRestored(terminal, "after Ctrl-C")
        let kept = try folder.read(try #require(folder.recordings.first))
        #expect(kept.hasSuffix("\"outcome\":\"cancelled\"}\n"))
    }

    @Test("events on standard input are drawn as they come, and keys come from the terminal")
    func watchInput() throws {
        let folder = try ProgramFolder()
        let pipe = try Pipe(childReads: true)
        let terminal = try folder.open("watch", "-", input: pipe.child)
        pipe.closeChild()
        try terminal.wait(forText: "waiting for events from standard input")
        pipe.send(#"{"type":"call.started","call":"one","name":"hash_it","arguments":{"path":"a.iso"}}"# + "\n")
        try terminal.wait(for: "the lane") { Self.row($0, "● hash_it a.iso running") }
        terminal.type("j")
        try terminal.wait(for: "its selection") { Self.row($0, "▸ ● hash_it") }
        pipe.send(
            #"{"type":"call.finished","call":"one","outcome":"failed","error":{"kind":"tool_error","message":"no such image"}}"# + "\n")
        try terminal.wait(for: "its end") { Self.row($0, "▸ ✗ hash_it a.iso failed") }
        pipe.closeOwn()
        terminal.type("\r")
        try terminal.wait(forText: "no such image")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after watching a pipe")
    }

    @Test("a file is followed that is not there yet, also when it is replaced")
    func watchFile() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("watch", folder.file("later.jsonl"))
        try terminal.wait(forText: "waiting for events from")
        try folder.write("later.jsonl", #"{"type":"call.started","call":"one","name":"first"}"# + "\n")
        try terminal.wait(for: "the first lane") { Self.row($0, "● first") }
        try folder.append("later.jsonl", #"{"type":"call.started","call":"two","name":"second"}"# + "\n" + #"{"type":"call.fin"#)
        try terminal.wait(for: "the second lane") { Self.row($0, "● second") }
        try folder.append("later.jsonl", #"ished","call":"one","outcome":"ok"}"# + "\n")
        try terminal.wait(for: "the end of the first") { Self.row($0, "✓ first") && Self.row($0, "● second") }
        #expect(folder.recordings == [])
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after watching a file")
    }

    @Test("a descriptor that the shell opened is followed")
    func watchDescriptor() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.openShell("mkfifo events; exec \"$FANOUT\" watch /dev/fd/3 3<>events")
        try terminal.wait(forText: "waiting for events from /dev/fd/3")
        try folder.append("events", #"{"type":"call.started","call":"one","name":"first"}"# + "\n")
        try terminal.wait(for: "the lane") { Self.row($0, "● first") }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after watching a descriptor")
    }

    @Test("the README's producer is seen: three lanes side by side, one of them failed")
    func producer() throws {
        let folder = try ProgramFolder()
        try folder.write("some.txt", "abc")
        let terminal = try folder.openShell(
            "python3 '\(ProgramFolder.fixture("producer.py"))' some.txt missing.txt | \"$FANOUT\" watch -", width: 100)
        try terminal.wait(for: "its lanes") { screen in
            ["✓ resolve localhost ok", "✓ sha256 some.txt ok", "✗ sha256 missing.txt failed"].allSatisfy { Self.row(screen, $0) }
        }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after the producer")
    }

    @Test("standard input that is a terminal is no stream of events")
    func watchTerminal() throws {
        let terminal = try ProgramFolder().open("watch", "-", width: 120)
        #expect(try terminal.end() == 2)
        #expect(terminal.screen.lines[0] == "fanout: -: standard input is a terminal; pipe events into it, or name a file")
    }

    @Test("a recording is stepped, sought, paused and played")
    func replay() throws {
        let terminal = try Self.paused(try ProgramFolder())
        #expect(Self.row(terminal.screen, "◌ read_file a.txt queued"))
        let steps: [(keys: String, place: String, row: String)] = [
            (".", "0:00.1", "● read_file a.txt running"), ("..", "0:00.3", "● bash swift test running"),
            (",", "0:00.2", "◌ bash swift test queued"),
            ("5", "0:02.0", "✓ read_file a.txt ok"), ("9", "0:03.6", "✓ grep TODO ok"), ("0", "0:00.0", "◌ grep TODO queued"),
            ("F", "0:04.0", "✗ bash swift test failed"), ("e", "0:04.0", "▸ ✗ bash swift test failed"),
            ("\u{1B}[D", "0:00.0", "▸ ◌ bash swift test queued"),
            ("e", "0:04.0", "▸ ✗ bash swift test failed"), ("0", "0:00.0", "▸ ◌ bash"),
        ]
        for step in steps {
            terminal.type(step.keys)
            try terminal.wait(for: "\(step)") {
                Self.row($0, "\(step.place) / 0:04.0") && Self.row($0, step.row) && $0.lines[0].contains("PAUSED")
            }
        }
        // What cannot be done is said.
        for (key, notice) in [
            (",", "nothing happened before this"), ("]", "no marker after this"), (")", "there is one session"),
            ("x", "this run cannot be controlled from here"),
        ] {
            terminal.type(key)
            try terminal.wait(forText: notice)
        }
        terminal.type("<")
        try terminal.wait(forText: "speed 0.5x")
        terminal.type("\u{7F}")
        try terminal.wait(forText: "speed 1x")
        // At 64 times the speed four seconds pass in a moment.
        terminal.type(">>>>>> ")
        try terminal.wait(for: "the end") { Self.row($0, "0:04.0 / 0:04.0") && Self.row($0, "✗ bash swift test failed") }
        terminal.type("?")
        try terminal.wait(forText: "Keys")
        terminal.type("?")
        try terminal.wait(for: "the keys to go") { !$0.lines.contains { $0.contains(" Keys ") } }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after a replay")
        #expect(Self.row(terminal.screen, "✗ bash"))
    }

    @Test("a burst of sizes ends in the last one; below 40×12 it says so, and comes back")
    func sizes() throws {
        let terminal = try Self.paused(try ProgramFolder())
        terminal.type("F")
        for (width, height) in [(40, 12), (200, 60), (12, 4), (81, 25), (39, 12)] {
            terminal.resize(width: width, height: height)
        }
        try terminal.wait(for: "what it needs") { Self.row($0, "fanout needs 40×12") && Self.row($0, "this is 39×12") }
        terminal.resize(width: 2, height: 1)
        terminal.type("g")
        for (width, height) in [(40, 12), (100, 30), (200, 60)] {
            terminal.resize(width: width, height: height)
            try terminal.wait(for: "the lanes at \(width)×\(height)") { screen in
                Self.row(screen, "✗ bash") && screen.lines[2] == String(repeating: "─", count: width)
                    && screen.lines[height - 1].contains("q quit") && !screen.isUpdating
            }
            #expect(terminal.screen.lines.filter { $0.contains("✗ bash") }.count == 1)
        }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        Self.expectRestored(terminal, "after resizing")
    }

    @Test(
        "the terminal is as it was after every end",
        arguments: [(SIGTERM, Int(-SIGTERM)), (SIGHUP, Int(-SIGHUP)), (SIGINT, 130), (SIGQUIT, Int(-SIGQUIT)), (SIGSEGV, Int(-SIGSEGV))])
    func signals(signal: Int32, end: Int) throws {
        let terminal = try Self.paused(try ProgramFolder())
        terminal.signal(signal)
        #expect(try terminal.end() == end)
        Self.expectRestored(terminal, "signal \(signal)")
    }

    @Test("Ctrl-Z gives the terminal back, and going on takes it again")
    func suspend() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.openShell(
            "\"$FANOUT\" replay --start-paused '\(Self.recording)'; echo STOPPED; read line; fg >/dev/null; echo OVER", options: ["-m"])
        try terminal.wait(forText: "0:00.0 / 0:04.0")
        terminal.type("\u{1A}")
        try terminal.wait(forText: "STOPPED")
        Self.expectRestored(terminal, "while it is stopped")
        terminal.resize(width: 70, height: 20)
        terminal.type("\n")
        try terminal.wait(for: "the screen in its new size") {
            $0.isAlternate && $0.lines[2] == String(repeating: "─", count: 70) && Self.row($0, "◌ grep")
        }
        terminal.type("q")
        try terminal.wait(forText: "OVER")
        Self.expectRestored(terminal, "after going on")
        #expect(try terminal.end() == 0)
    }

    private struct Kind: CustomTestStringConvertible {
        var testDescription: String
        var environment: [String: String]
        var arguments: [String] = []
        /// What is seen of the failed call.
        var seen: String
        /// Whether it draws, and which bytes it may send.
        var isDrawn = true
        var isColoured = true
        var isASCII = false
    }

    private static let kinds = [
        Kind(testDescription: "xterm", environment: [:], seen: "✗ bash"),
        Kind(testDescription: "NO_COLOR", environment: ["NO_COLOR": "1"], seen: "✗ bash", isColoured: false),
        Kind(testDescription: "an empty NO_COLOR", environment: ["NO_COLOR": ""], seen: "✗ bash"),
        Kind(testDescription: "screen", environment: ["TERM": "screen"], seen: "✗ bash"),
        Kind(testDescription: "vt100", environment: ["TERM": "vt100"], seen: "✗ bash", isColoured: false),
        Kind(testDescription: "a terminal that terminfo does not know", environment: ["TERM": "no-such"], seen: "✗ bash"),
        Kind(testDescription: "ASCII asked for", environment: [:], arguments: ["--ascii"], seen: "! bash", isASCII: true),
        Kind(testDescription: "a locale without UTF-8", environment: ["LC_ALL": "C"], seen: "! bash", isASCII: true),
        Kind(testDescription: "dumb", environment: ["TERM": "dumb"], seen: "✗ bash", isDrawn: false, isColoured: false),
        Kind(testDescription: "TERM not set", environment: ["TERM": ""], seen: "✗ bash", isDrawn: false, isColoured: false),
        Kind(testDescription: "mono", environment: [:], arguments: ["--theme", "mono"], seen: "✗ bash", isColoured: false),
    ]

    @Test("each kind of terminal gets what it can show", arguments: kinds)
    private func kind(_ kind: Kind) throws {
        let folder = try ProgramFolder()
        let program = try PseudoTerminal.program("fanout")
        let terminal = try PseudoTerminal(
            [program, "replay", "--start-paused"] + kind.arguments + [Self.recording], width: 80, height: 24,
            environment: ["HOME": folder.path].merging(kind.environment) { $1 })
        if kind.isDrawn {
            try terminal.wait(forText: "0:00.0 / 0:04.0")
            terminal.type("F")
            try terminal.wait(for: kind.seen) { Self.row($0, kind.seen) }
            terminal.type("q")
        }
        #expect(try terminal.end() == 0)
        #expect(terminal.takesLines)
        #expect(Self.row(terminal.screen, kind.seen))
        let sent = String(decoding: terminal.output, as: UTF8.self)
        let colour = try Regex("\u{1B}\\[([0-9;]*;)?(3[0-8]|4[0-8]|9[0-7])[;m]")
        #expect(sent.contains(colour) == kind.isColoured)
        #expect(sent.contains("\u{1B}") == kind.isDrawn)
        #expect(!kind.isASCII || terminal.output.allSatisfy { $0 < 0x80 })
    }

    @Test("nothing is written while nothing changes, and nothing wakes a program that shows a finished run")
    func quiet() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("demo", "stocks", "--latency", "0", width: 100)
        try terminal.wait(for: "the end") { $0.lines[0].contains("✓ DONE") && Self.row($0, "✓ fetch_weather") && !$0.isUpdating }
        terminal.type("j")
        try terminal.wait(for: "the selection") { Self.row($0, "▸") && !$0.isUpdating }
        // Nor is there anything in it that would wake it: no timer, and no thread pool that looks after itself.
        #expect(!terminal.descriptors.isEmpty)
        #expect(!terminal.descriptors.contains { $0.contains("timerfd") || $0.contains("eventpoll") })
        let updates = terminal.screen.updates
        terminal.type("k")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        // One frame a key at the most, and none between them.
        #expect(terminal.screen.updates <= updates + 2)
    }
}
