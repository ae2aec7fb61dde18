import Testing

/// Somebody who does not look at the screen is called, where that was asked for.
struct NoticesTests {
    private static func started(_ call: String) -> String { #"{"type":"call.started","call":"\#(call)","name":"\#(call)"}"# + "\n" }
    private static func failed(_ call: String) -> String {
        #"{"type":"call.finished","call":"\#(call)","outcome":"failed","error":{"kind":"exit_status","message":"exit 1\u001b]0;x\u0007"}}"#
            + "\n"
    }
    private static func asks(_ call: String) -> String { #"{"type":"call.queued","call":"\#(call)","why":"approval"}"# + "\n" }

    @Test(
        "what happens while one watches is notified of, what stood in the file before is not, and more pressing things come through at once"
    )
    func watch() throws {
        let folder = try ProgramFolder()
        try folder.write("e", Self.started("old") + Self.failed("old"))
        let terminal = try folder.open("watch", folder.file("e"), "--notify", "failure,approval", "--notify-by", "terminal")
        try terminal.wait(forText: "old")
        #expect(terminal.screen.notices == [])
        try folder.append(
            "e", Self.started("build") + Self.failed("build") + Self.started("test") + Self.failed("test") + Self.asks("deploy"))
        try terminal.wait(for: "both notices") { $0.notices.count == 2 }
        // The second failure came too soon after the first; the question is more pressing. Nothing of a hostile text gets through.
        #expect(terminal.screen.notices.first == "fanout: build failed: exit 1")
        #expect(terminal.screen.notices.last?.hasPrefix("fanout: deploy asks for approval") == true)
        #expect(terminal.screen.bells == 0)
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(terminal.screen.unknown == [])
    }

    @Test("a bell is what there is by itself, for a demo too, and nothing where nobody asked")
    func demo() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("demo", "stocks", "--latency", "0", "--notify", "end", width: 100)
        try terminal.wait(for: "the bell") { $0.bells == 1 }
        terminal.type("q")
        #expect(try terminal.end() == 0)
        let silent = try folder.open("demo", "stocks", "--latency", "0", width: 100)
        try silent.wait(forText: "DONE")
        silent.type("q")
        #expect(try silent.end() == 0)
        #expect(silent.screen.bells == 0 && silent.screen.notices == [])
    }

    @Test("without a screen a bell goes to standard error, and only where that is a terminal")
    func plain() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("demo", "stocks", "--latency", "0", "--ui", "plain", "--notify", "end", "--notify-by", "terminal")
        #expect(try terminal.end() == 0)
        #expect(terminal.screen.bells == 1 && terminal.screen.notices == [])
        let piped = try folder.run("demo", "stocks", "--latency", "0", "--notify", "end,failure,approval")
        #expect(!piped.error.contains("\u{07}") && !piped.output.contains("\u{07}"))
    }

    @Test("a word that is none is wrong usage")
    func words() throws {
        let folder = try ProgramFolder()
        for (arguments, said) in [
            (["--notify", "errors"], "fanout: --notify errors: each is one of approval, failure, end, with a comma between them\n"),
            (["--notify", "end", "--notify-by", "mail"], "fanout: --notify-by mail: it is one of bell, terminal\n"),
            (["--notify-by", "bell"], "fanout: --notify-by: say for what with --notify approval,failure,end\n"),
        ] {
            let run = try folder.shell("\"$FANOUT\" demo stocks \(arguments.joined(separator: " "))")
            #expect(run.status == 2)
            #expect(run.error == said)
        }
        #expect(folder.recordings == [])
    }
}
