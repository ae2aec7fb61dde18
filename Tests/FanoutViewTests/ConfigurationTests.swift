import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutView
import Testing

/// What a configuration file says, from its bytes alone.
struct ConfigurationTests {
    private static let limits = [
        Configuration.Limit("limit", takes: "a whole number from 1 to 9") { value in
            value.integer.flatMap { (1...9).contains($0) ? String($0) : nil }
        }
    ]

    private static func read(_ text: String, after last: Configuration = Configuration()) -> (
        configuration: Configuration, problems: [String]
    ) {
        let (configuration, problems) = Configuration.reading(Array(text.utf8), limits: limits, after: last)
        return (configuration, problems.map { ($0.isError ? "" : "warning: ") + $0.description })
    }

    @Test("a file sets what it names, and the rest is as it is without one")
    func good() {
        let text = """
            {"theme": "mono", "limits": {"limit": 4},
             "keys": {"lanes": {"nextError": ["e", "^N"], "copyText": "F2", "copyJSON": null, "cancelCall": [], "pause": "Space"},
                      "transcript": {"quit": "Q"}}}
            """
        let (read, problems) = Self.read(text)
        #expect(problems == [])
        #expect(read.theme == "mono" && read.limits == ["limit": "4"])
        let keys = read[keys: .lanes]
        #expect(keys.command(for: .control("n")) == .nextError && keys.command(for: .character("e")) == .nextError)
        #expect(keys.command(for: .function(2)) == .copyText)
        for unbound: Key in [.character("y"), .character("Y"), .character("x")] {
            #expect(keys.command(for: unbound) == nil)
        }
        #expect(read[keys: .transcript].command(for: .character("Q")) == .quit)
        #expect(read[keys: .transcript].command(for: .character("q")) == nil)
        #expect(read[keys: .sessions].command(for: .character("q")) == .quit)
    }

    @Test(
        "what does not hold is said with its line, and what was meant",
        arguments: [
            ("", ["line 1: it is empty; a configuration is JSON"]),
            ("{\n \"theme\": \"mono\"\n \"keys\"", ["line 3: "]),
            ("[]", ["line 1: a configuration is an object, such as "]),
            ("{\n\"them\": \"mono\"}", ["warning: line 2: \"them\" means nothing here; did you mean theme?"]),
            ("{\"colour\": 1}", ["warning: line 1: \"colour\" means nothing here; there are theme, keys, limits"]),
            ("{\"theme\":\n 4}", ["line 1: \"theme\" takes the name of a theme, or the path of its file; "]),
            ("{\"limits\": [4]}", ["line 1: \"limits\" takes an object, such as "]),
            ("{\"limits\": {\n\"limit\": 10}}", ["line 2: limits: \"limit\" takes a whole number from 1 to 9"]),
            ("{\"limits\": {\"limits\": 1}}", ["warning: line 1: limits: \"limits\" means nothing here; did you mean limit?"]),
            ("{\"keys\": 1}", ["line 1: \"keys\" takes an object, such as "]),
            ("{\"keys\": {\n\n\"lane\": {}}}", ["warning: line 3: keys: \"lane\" means nothing here; did you mean lanes?"]),
            ("{\"keys\": {\"lanes\": \"x\"}}", ["line 1: keys.lanes takes an object of commands and their keys"]),
            (
                "{\"keys\": {\"lanes\": {\n\"cancelCal\": \"x\"}}}",
                ["warning: line 2: keys.lanes: \"cancelCal\" means nothing here; did you mean cancelCall?"]
            ),
            (
                "{\"keys\": {\"transcript\": {\"cancelCall\": \"x\"}}}",
                ["warning: line 1: keys.transcript: \"cancelCall\" means nothing here; `fanout doctor --keys` lists what does"]
            ),
            (
                "{\"keys\": {\"lanes\": {\"nextError\": [\"w\",\n\"Entr\"]}}}",
                ["line 2: keys.lanes.nextError: there is no key \"Entr\"; did you mean Enter?"]
            ),
            (
                "{\"keys\": {\"lanes\": {\"nextError\": \"Hyper-x\"}}}",
                ["line 1: keys.lanes.nextError: there is no key \"Hyper-x\"; write a character, or a name such as ^D, "]
            ),
            (
                "{\"keys\": {\"lanes\": {\"nextError\": \"^C\"}}}",
                ["line 1: keys.lanes.nextError: \"^C\" is the terminal's own; take another key"]
            ),
            (
                "{\"keys\": {\"lanes\": {\"nextError\": 7}}}",
                ["line 1: keys.lanes.nextError takes the name of a key, a list of names, or null"]
            ),
            (
                "{\"keys\": {\"lanes\": {\n\"cancelCall\": \"w\",\n\"nextError\": [\"e\", \"w\"]}}}",
                ["line 3: keys.lanes: \"w\" is both nextError and cancelCall; give one of them another key, or null"]
            ),
            (
                "{\"keys\": {\"lanes\": {\"cancelCall\": \"q\"}}}",
                ["line 1: keys.lanes: \"q\" is both cancelCall and quit; give one of them"]
            ),
            ("{\"keys\": {\"sessions\": {\n\"quit\": null}}}", ["line 2: keys.sessions: quit needs a key"]),
            (
                "{\"theme\": 1, \"limits\": {\"limit\": 0}, \"keys\": {\"lanes\": {\"quit\": []}, \"sessions\": {\"quit\": \"Q\"}}}",
                ["line 1: \"theme\" takes ", "line 1: limits: \"limit\" takes ", "line 1: keys.lanes: quit needs a key"]
            ),
        ])
    func problems(text: String, expected: [String]) {
        let (read, problems) = Self.read(text)
        #expect(problems.count == expected.count, "\(problems)")
        for (problem, beginning) in zip(problems, expected) {
            #expect(problem.hasPrefix(beginning), "\(problem)")
        }
        // Whatever it says, there is a way out.
        for mode in KeyMap.Mode.allCases {
            #expect(!read[keys: mode].keys(of: .quit).isEmpty)
        }
    }

    @Test("what is wrong leaves what held before, field by field; what is not named is as it is without a file")
    func lastGood() {
        let last = Self.read(
            #"{"theme": "mono", "limits": {"limit": 4}, "keys": {"lanes": {"nextError": "w"}, "sessions": {"quit": "Q"}}}"#
        )
        .configuration
        let half = Self.read(#"{"theme": "sta"#, after: last).configuration
        #expect(half.theme == "mono" && half.limits == ["limit": "4"])
        #expect(half[keys: .lanes].command(for: .character("w")) == .nextError)
        let wrong = Self.read(#"{"limits": {"limit": "x"}, "keys": {"lanes": {"nextError": "Entr"}}}"#, after: last).configuration
        #expect(wrong.theme == nil && wrong.limits == ["limit": "4"])
        #expect(wrong[keys: .lanes].command(for: .character("w")) == .nextError)
        #expect(wrong[keys: .sessions].command(for: .character("q")) == .quit)
    }

    @Test("each beginning of a file is taken as far as it goes, and none ends the program")
    func beginnings() {
        let text = #"{"theme": "a\"b", "keys": {"lanes": {"\u0071uit": ["Q", "é", "日"], "open": "w"}}, "limits": {"limit": 3}}"#
        let bytes = Array(text.utf8)
        for end in bytes.indices {
            let (read, problems) = Configuration.reading(Array(bytes[..<end]), limits: Self.limits)
            #expect(problems.count == 1 && problems[0].isError && read.theme == nil)
        }
        let read = Self.read(text).configuration
        #expect(read.theme == "a\"b")
        #expect(read[keys: .lanes].keys(of: .quit) == [.character("Q"), .character("é"), .character("日")])
    }

    @Test("all keys as they are printed are a configuration that changes nothing")
    func keysText() throws {
        let text = Configuration().keysText
        let (read, problems) = Self.read(text)
        #expect(problems == [])
        let root = try JSONValue(parsing: Array(text.utf8))
        for mode in KeyMap.Mode.allCases {
            let map = read[keys: mode]
            for (printed, built) in zip(map.groups.flatMap(\.entries), mode.keys.groups.flatMap(\.entries)) {
                #expect(printed.label == built.label && printed.keys.map(\.key) == built.keys.map(\.key))
            }
            #expect(root["keys"]?[mode.rawValue]?.object?.keys == map.allCommands.map(\.rawValue))
            #expect(
                mode.keys.groups.flatMap(\.entries).flatMap(\.keys).count
                    == Set(mode.keys.groups.flatMap(\.entries).flatMap(\.keys).map(\.key)).count)
        }
        // Each command that there is can be asked for somewhere.
        #expect(Set(KeyMap.Mode.allCases.flatMap(\.keys.allCommands)) == Set(Command.allCases))
    }

    @Test(
        "keys go by the names that the screen has for them, and by others",
        arguments: [
            ("Return", Key.enter, "Enter", "Enter"), ("esc", .escape, "Esc", "Esc"), ("S-Tab", .backTab, "S-Tab", "S-Tab"),
            ("Backspace", .backspace, "Bksp", "Bksp"), ("^H", .backspace, "Bksp", "Bksp"), ("^m", .enter, "Enter", "Enter"),
            ("space", .character(" "), "Space", "Space"), ("↑", .up, "Up", "↑"), ("s-left", .shiftLeft, "S-Left", "S-←"),
            ("PageDown", .pageDown, "PgDn", "PgDn"), ("f12", .function(12), "F12", "F12"), ("^d", .control("d"), "^D", "^D"),
            ("F", .character("F"), "F", "F"), ("^", .character("^"), "^", "^"), ("é", .character("é"), "é", "é"),
        ])
    func names(written: String, key: Key, name: String, label: String) {
        let text = #"{"keys": {"lanes": {"quit": "\#(written)"}}}"#
        let quit = KeyMap.Mode.lanes.keys.groups.flatMap(\.entries).flatMap(\.keys).filter { $0.key == key }.map(\.command.rawValue)
        let freed = text.replacingLast("}}}", with: quit.map { #", "\#($0)": []"# }.joined() + "}}}")
        let map = Self.read(freed).configuration[keys: .lanes]
        #expect(map.command(for: key) == .quit)
        #expect(key.name == name && key.label.string == label)
    }
}

extension String {
    /// With the end replaced.
    fileprivate func replacingLast(_ end: String, with other: String) -> String { String(dropLast(end.count)) + other }
}
