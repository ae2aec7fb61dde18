import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

/// The screen in a real pseudo-terminal, with a small program that shows its size, its keys and its signals.
struct TerminalTests {
    private static func probe(_ environment: [String: String] = [:], width: Int = 60, height: Int = 12) throws -> PseudoTerminal {
        let probe = try PseudoTerminal(
            [try PseudoTerminal.program("terminal-probe")], width: width, height: height, environment: environment)
        try probe.wait(forText: "end 0")
        return probe
    }

    /// What must hold of the terminal whichever way the program ended.
    private static func expectRestored(_ terminal: PseudoTerminal, _ comment: Comment) {
        #expect(!terminal.screen.isAlternate, comment)
        #expect(terminal.screen.isCursorVisible, comment)
        #expect(!terminal.screen.isUpdating, comment)
        #expect(terminal.screen.mouseModes == [], comment)
        #expect(terminal.takesLines, comment)
        #expect(terminal.screen.unknown == [], comment)
    }

    @Test("a frame is shown as it was drawn, wide characters and marks included")
    func frame() throws {
        let probe = try Self.probe()
        #expect(probe.screen.isAlternate)
        #expect(!probe.screen.isCursorVisible)
        #expect(!probe.takesLines)
        let bar = String(repeating: "█", count: 60)
        #expect(Array(probe.screen.lines.prefix(4)) == ["probe 60x12 indexed", "✗ 日本語 cafe\u{301} wide", bar, ""])
        #expect(probe.screen.lines.last == String(repeating: " ", count: 52) + "end 0")
        probe.type("q")
        #expect(try probe.end() == 0)
        Self.expectRestored(probe, "after quitting")
        #expect(probe.screen.lines.contains("still picture"))
    }

    @Test("keys arrive as what they are, in both forms that terminals send")
    func keys() throws {
        let probe = try Self.probe(height: 30)
        let keys: [(sent: String, seen: String)] = [
            ("j", "character(\"j\")"), ("é", "character(\"\\u{00E9}\")"), ("\u{1B}OA", "up"), ("\u{1B}[B", "down"),
            ("\u{1B}[1;2D", "shiftLeft"),
            ("\u{1B}[5~", "pageUp"), ("\u{1B}[H", "home"), ("\u{1B}[15~", "function(5)"), ("\u{4}", "control(\"d\")"),
            ("\u{7F}", "backspace"),
            ("\r", "enter"), ("\t", "tab"), ("\u{1B}[Z", "backTab"), ("\u{1B}", "escape"),
        ]
        for (sent, seen) in keys {
            probe.type(sent)
            try probe.wait(forText: "key \(seen)")
        }
    }

    @Test("a resize, and a burst of them, ends in a whole frame of the last size")
    func resize() throws {
        let probe = try Self.probe()
        for (width, height) in [(40, 8), (100, 30), (20, 5), (61, 13), (72, 20)] {
            probe.resize(width: width, height: height)
        }
        try probe.wait(for: "the last size") { screen in
            screen.lines[0] == "probe 72x20 indexed" && screen.lines[2] == String(repeating: "█", count: 72) && !screen.isUpdating
                && screen.lines.last?.hasPrefix(String(repeating: " ", count: 64) + "end ") == true
        }
        probe.type("q")
        #expect(try probe.end() == 0)
        Self.expectRestored(probe, "after resizing")
    }

    @Test(
        "the terminal is as it was after every end",
        arguments: [
            ("terminated", SIGTERM, -SIGTERM), ("hung up", SIGHUP, -SIGHUP), ("interrupted", SIGINT, -SIGINT), ("quit", SIGQUIT, -SIGQUIT),
            ("a crash", SIGSEGV, -SIGSEGV), ("a bus error", SIGBUS, -SIGBUS), ("aborted", SIGABRT, -SIGABRT),
            ("trapped", SIGTRAP, -SIGTRAP),
            ("an illegal instruction", SIGILL, -SIGILL), ("a division by zero", SIGFPE, -SIGFPE),
        ])
    func signals(name: String, signal: Int32, end: Int32) throws {
        let probe = try Self.probe()
        probe.signal(signal)
        #expect(try probe.end() == Int(end), "\(name)")
        Self.expectRestored(probe, "\(name)")
    }

    @Test(
        "an exit in the midst, a trap and Ctrl-C give the terminal back",
        arguments: [("E", [7]), ("T", [-SIGILL, -SIGTRAP]), ("\u{3}", [-SIGINT])])
    func ends(key: String, ends: [Int32]) throws {
        let probe = try Self.probe()
        probe.type(key)
        let end = try probe.end()
        #expect(ends.contains(Int32(end)), "ended with \(end)")
        Self.expectRestored(probe, "after \(key)")
    }

    @Test("Ctrl-Z gives the terminal to the shell, and going on takes it again")
    func suspend() throws {
        let program = try PseudoTerminal.program("terminal-probe")
        let shell = try PseudoTerminal(["/bin/sh", "-m", "-c", "'\(program)'; echo STOPPED; read line; fg >/dev/null; echo OVER"])
        try shell.wait(forText: "end 0")
        shell.type("M\u{1A}")
        try shell.wait(forText: "STOPPED")
        Self.expectRestored(shell, "while it is stopped")
        shell.resize(width: 70, height: 14)
        shell.type("\n")
        try shell.wait(for: "the frame in the new size") { $0.isAlternate && $0.lines[0] == "probe 70x14 indexed" && !$0.isUpdating }
        #expect(shell.screen.lines[1] == "✗ 日本語 cafe\u{301} wide")
        #expect(!shell.takesLines)
        #expect(shell.screen.mouseModes.count == 3)
        shell.type("q")
        try shell.wait(forText: "OVER")
        Self.expectRestored(shell, "after going on and quitting")
        #expect(try shell.end() == 0)
    }

    @Test("stopped and continued by somebody else, it draws everything again")
    func stopAndContinue() throws {
        let probe = try Self.probe()
        probe.signal(SIGSTOP)
        probe.signal(SIGCONT)
        try probe.wait(forText: "signal goOn")
        probe.type("q")
        #expect(try probe.end() == 0)
        Self.expectRestored(probe, "after stopping")
    }

    @Test("it ends when its terminal is gone, also where nobody tells it")
    func goneTerminal() throws {
        let program = try PseudoTerminal.program("terminal-probe")
        let probe = try PseudoTerminal(["/bin/sh", "-c", "trap '' HUP; exec '\(program)'"])
        try probe.wait(forText: "end 0")
        probe.hangUp()
        #expect(try probe.end() == 0)
    }

    @Test("nothing is written while nothing changes, and a frame is one update")
    func quiet() throws {
        let probe = try Self.probe()
        let updates = probe.screen.updates
        probe.type("j")
        try probe.wait(forText: "end 1")
        #expect(probe.screen.updates == updates + 1)
        #expect(probe.screen.unknown == [])
    }

    @Test("the mouse is told of once that is asked for, whole or in pieces, beyond column 223, and not any more when it is not")
    func mouse() throws {
        let probe = try Self.probe(width: 300, height: 30)
        #expect(probe.screen.mouseModes == [])
        probe.type("M")
        try probe.wait(for: "the modes") { $0.mouseModes == ["?1000", "?1002", "?1006"] }
        let told: [(sent: String, seen: String)] = [
            ("\u{1B}[<0;10;5M", "mouse press 9 4"), ("\u{1B}[<32;251;5M", "mouse drag 250 4"), ("\u{1B}[<0;251;5m", "mouse release 250 4"),
            ("\u{1B}[<64;1;1M", "mouse wheelUp 0 0"), ("\u{1B}[<65;1;30M", "mouse wheelDown 0 29"), ("\u{1B}[<4;2;2M", "mouse press 1 1"),
        ]
        for (sent, seen) in told {
            probe.type(sent)
            try probe.wait(forText: seen)
        }
        // Other buttons, places that there are not, and what is cut short by a key are nothing, and the keys behind them are what they are.
        probe.type("\u{1B}[<2;3;3M\u{1B}[<0;0;3M\u{1B}[<99999999999999999999999999;1;1Mj\u{1B}[<0;7k")
        try probe.wait(for: "the keys behind") { screen in
            screen.lines.contains { $0.contains("character(\"j\")") } && screen.lines.contains { $0.contains("character(\"k\")") }
        }
        #expect(probe.screen.lines.last?.hasSuffix("end \(told.count + 2)") == true)
        probe.type("\u{1B}[<0;8")
        probe.type(";9M")
        try probe.wait(forText: "mouse press 7 8")
        probe.type("N")
        try probe.wait(for: "no modes") { $0.mouseModes == [] }
        probe.type("q")
        #expect(try probe.end() == 0)
        Self.expectRestored(probe, "after the mouse")
    }

    @Test("the mouse is not told of any more after every end, and while it is stopped", arguments: ["q", "E", "T", "\u{3}"])
    func mouseEnds(key: String) throws {
        let probe = try Self.probe()
        probe.type("M")
        try probe.wait(for: "the modes") { $0.mouseModes.count == 3 }
        probe.type(key)
        _ = try probe.end()
        Self.expectRestored(probe, "after \(key) with the mouse")
    }

    @Test("text goes to the clipboard")
    func clipboard() throws {
        let probe = try Self.probe()
        probe.type("C")
        try probe.wait(for: "the clipboard") { !$0.clipboard.isEmpty }
        #expect(probe.screen.clipboard == ["Y29waWVkIOKckw=="])
        #expect(probe.screen.handedOn == [])
        let inTmux = try Self.probe(["TMUX": "/tmp/tmux-0/default,1,0"])
        inTmux.type("C")
        try inTmux.wait(for: "what is handed on") { !$0.handedOn.isEmpty }
        #expect(inTmux.screen.clipboard == ["Y29waWVkIOKckw=="])
        #expect(inTmux.screen.handedOn == ["tmux;\u{1B}\u{1B}]52;c;Y29waWVkIOKckw==\u{07}"])
    }

    @Test(
        "a terminal of another kind gets what it can show",
        arguments: [
            ("screen", "eight", "✗ 日本語 cafe\u{301} wide"),
            ("vt100", "none", "✗ 日本語 cafe\u{301} wide"), ("no-such-terminal", "indexed", "✗ 日本語 cafe\u{301} wide"),
        ])
    func kinds(name: String, depth: String, line: String) throws {
        let probe = try Self.probe(["TERM": name])
        #expect(probe.screen.lines[0] == "probe 60x12 \(depth)")
        #expect(probe.screen.lines[1] == line)
        probe.type("q")
        #expect(try probe.end() == 0)
        #expect(probe.takesLines)
    }

    @Test("without UTF-8 only ASCII is sent, in the same columns")
    func ascii() throws {
        let probe = try Self.probe(["LC_ALL": "C"])
        #expect(probe.screen.lines[1] == "! ?????? cafe wide")
        #expect(probe.screen.lines[2] == String(repeating: "#", count: 60))
        #expect(probe.output.allSatisfy { $0 < 0x80 })
    }

    @Test("a locale that is not installed still says what characters are", arguments: ["xx_XX.UTF-8", "xx_XX.utf8"])
    func missingLocale(name: String) throws {
        let probe = try Self.probe(["LC_ALL": name])
        #expect(probe.screen.lines[1].hasPrefix("✗ 日本語"))
    }

    @Test(
        "where nothing can be drawn it says so and touches nothing",
        arguments: [
            ("dumb", "no screen: nothing can be drawn on a terminal of the kind TERM=dumb"), ("", "no screen: TERM is not set, so "),
        ])
    func noScreen(name: String, message: String) throws {
        let probe = try PseudoTerminal([try PseudoTerminal.program("terminal-probe")], width: 90, environment: ["TERM": name])
        #expect(try probe.end() == 3)
        #expect(probe.screen.lines[0].hasPrefix(message))
        Self.expectRestored(probe, "\(name)")
    }

    @Test("with a pipe for standard input, keys come from the terminal")
    func pipedInput() throws {
        var ends: [Int32] = [-1, -1]
        #expect(pipe(&ends) == 0)
        defer { ends.forEach { close($0) } }
        let probe = try PseudoTerminal([try PseudoTerminal.program("terminal-probe")], input: ends[0])
        try probe.wait(forText: "end 0")
        probe.type("jq")
        #expect(try probe.end() == 0)
        Self.expectRestored(probe, "keys from /dev/tty")
    }
}
