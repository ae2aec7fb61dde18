import FanoutView
import Foundation
import Testing

struct ThemeTests {
    private static let shipped = ThemeLibrary(folder: nil) { _ in nil }

    /// A library whose user folder holds these files.
    private static func library(_ files: [String: String]) -> ThemeLibrary {
        ThemeLibrary(folder: "/themes") { path in
            files[path.replacingOccurrences(of: "/themes/", with: "")].map { Array($0.utf8) }
        }
    }

    // MARK: What is shipped

    /// The background that a theme of this variant usually stands on.
    private static func usualBackground(_ variant: Theme.Variant) -> (red: UInt8, green: UInt8, blue: UInt8) {
        switch variant {
        case .dark: (0x16, 0x18, 0x1D)
        case .light: (0xFB, 0xFB, 0xFB)
        }
    }

    /// What WCAG 2 asks of text, and of bars that are pictures.
    ///
    /// Lines that only divide, and the pattern of a bar that waits, are asked for less: the guidelines ask nothing of what is not needed to
    /// understand, and how long a call waited stands in words. In `high-contrast` nothing is asked for less.
    private static func leastContrast(_ role: Role, isSelected: Bool, theme: String) -> Double {
        guard theme != "high-contrast" else { return 7 }
        return switch role {
        case .border, .barWait: isSelected ? 2 : 2.5
        case .now, .concurrency: 3
        case .barRun, .barAttempt, .barBackoff: isSelected ? 3 : 4.5
        default: 4.5
        }
    }

    @Test("the program's themes are readable, in any colour and in 256", arguments: shipped.builtInNames)
    func contrast(name: String) throws {
        let theme = try Self.shipped.theme(name)
        #expect(theme.name == name)
        #expect(theme.warnings == [])
        for depth in [ColorDepth.indexed, .direct] {
            let styles = theme.styles(depth: depth)
            for role in Role.allCases where ![.background, .selectionBackground].contains(role) {
                for isSelected in [false, true] {
                    let style = styles[Int(role.rawValue) * 2 + (isSelected ? 1 : 0)]
                    // The first 16 colours are the user's own: nobody knows what they look like.
                    guard let foreground = style.foreground, name != "terminal-16" else { continue }
                    let usual = Self.usualBackground(theme.variant)
                    let background = style.background.map { Self.components($0, depth) } ?? usual
                    let ratio = Self.contrast(Self.components(foreground, depth), background)
                    let least = Self.leastContrast(role, isSelected: isSelected, theme: name)
                    #expect(ratio >= least, "\(role.name) \(isSelected ? "selected" : "") at \(depth): \(ratio)")
                }
            }
        }
    }

    @Test("states that are told apart by colour have colours of their own", arguments: shipped.builtInNames)
    func distinctStates(name: String) throws {
        let theme = try Self.shipped.theme(name)
        let states: [Role] = [.queued, .running, .ok, .failed, .retrying, .cancelled]
        for depth in [ColorDepth.sixteen, .indexed, .direct] {
            let styles = states.map { theme.styles(depth: depth)[Int($0.rawValue) * 2] }
            let hasColors = styles.contains { $0.foreground != nil }
            #expect(!hasColors || Set(styles).count == states.count, "\(depth)")
        }
    }

    /// What people see who have no cones of one kind: Machado, Oliveira and Fernandes, "A Physiologically-based Model for Simulation of Color
    /// Vision Deficiency" (2009), at full severity, on linear red, green and blue.
    private static let sights: [(name: String, matrix: [[Double]])] = [
        ("all cones", [[1, 0, 0], [0, 1, 0], [0, 0, 1]]),
        (
            "protanopia",
            [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
        ),
        (
            "deuteranopia",
            [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
        ),
        (
            "tritanopia",
            [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
        ),
    ]

    /// The least distance of two states in CIELAB (ΔE of 1976): about four times what can just be told apart side by side.
    private static let leastDifference = 10.0

    @Test(
        "states differ for people who see fewer colours, by colour or by the kind of letter",
        arguments: shipped.builtInNames.filter { $0 != "mono" && $0 != "terminal-16" })
    func colorBlindness(name: String) throws {
        let theme = try Self.shipped.theme(name)
        let states: [Role] = [.queued, .running, .ok, .failed, .retrying, .cancelled, .timeout, .skipped]
        for depth in [ColorDepth.indexed, .direct] {
            let styles = try states.map { role in
                let style = theme.styles(depth: depth)[Int(role.rawValue) * 2]
                return (role: role, color: Self.components(try #require(style.foreground), depth), attributes: style.attributes)
            }
            for sight in Self.sights {
                let seen = styles.map { Self.lab($0.color, sight.matrix) }
                for first in styles.indices {
                    for second in styles.indices.dropFirst(first + 1) {
                        let (a, b) = (styles[first], styles[second])
                        // What runs, what is done and what failed have bars, which show no kind of letter.
                        let isToldByColor = [.running, .ok, .failed].contains(a.role) && [.running, .ok, .failed].contains(b.role)
                        guard isToldByColor || a.attributes == b.attributes else { continue }
                        let difference = zip(seen[first], seen[second]).map { ($0 - $1) * ($0 - $1) }.reduce(0, +).squareRoot()
                        #expect(
                            difference >= Self.leastDifference,
                            "\(a.role.name) and \(b.role.name) with \(sight.name), \(depth): \(difference)")
                    }
                }
            }
        }
    }

    @Test("the distance of colours is that of CIELAB, and the simulations take away what they should")
    func knownColors() {
        func difference(_ a: (red: UInt8, green: UInt8, blue: UInt8), _ b: (red: UInt8, green: UInt8, blue: UInt8), _ sight: Int) -> Double
        {
            zip(Self.lab(a, Self.sights[sight].matrix), Self.lab(b, Self.sights[sight].matrix)).map { ($0 - $1) * ($0 - $1) }.reduce(0, +)
                .squareRoot()
        }
        // sRGB's red and green are 170.6 apart, black and white 100.
        #expect(abs(difference((255, 0, 0), (0, 255, 0), 0) - 170.6) < 0.1)
        #expect(abs(difference((0, 0, 0), (255, 255, 255), 0) - 100) < 0.1)
        // A red and a green that look alike without the long or the middle cones, and not without the short ones.
        #expect(difference((0x9A, 0x6A, 0), (0x70, 0x78, 0), 2) < 10)
        #expect(difference((0x9A, 0x6A, 0), (0x70, 0x78, 0), 3) > 25)
        for sight in Self.sights.indices {
            // Greys stay what they are.
            #expect(abs(difference((0x80, 0x80, 0x80), (0x80, 0x80, 0x80), sight)) < 0.1)
            let grey = Self.lab((0x80, 0x80, 0x80), Self.sights[sight].matrix)
            #expect(abs(grey[1]) < 0.5 && abs(grey[2]) < 0.5)
        }
    }

    /// Lightness, green to red, and blue to yellow, as CIE 1976 has them, of a colour seen through a matrix.
    private static func lab(_ color: (red: UInt8, green: UInt8, blue: UInt8), _ matrix: [[Double]]) -> [Double] {
        func times(_ matrix: [[Double]], _ vector: [Double]) -> [Double] { matrix.map { zip($0, vector).map(*).reduce(0, +) } }
        let seen = times(matrix, linear(color)).map { max(0, min(1, $0)) }
        let xyz = times(
            [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]], seen)
        let root = zip(xyz, [0.95047, 1, 1.08883]).map { value, white in
            let share = value / white
            return share > 216.0 / 24389 ? cbrt(share) : (24389.0 / 27 * share + 16) / 116
        }
        return [116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2])]
    }

    private static func components(_ number: Int32, _ depth: ColorDepth) -> (red: UInt8, green: UInt8, blue: UInt8) {
        let color: Color =
            depth == .direct
            ? .rgb(UInt8(number >> 16), UInt8(number >> 8 & 0xFF), UInt8(number & 0xFF)) : .indexed(UInt8(number))
        return color.components ?? (0, 0, 0)
    }

    /// As WCAG 2 defines it.
    private static func contrast(_ a: (red: UInt8, green: UInt8, blue: UInt8), _ b: (red: UInt8, green: UInt8, blue: UInt8)) -> Double {
        func luminance(_ color: (red: UInt8, green: UInt8, blue: UInt8)) -> Double {
            zip([0.2126, 0.7152, 0.0722], linear(color)).map(*).reduce(0, +)
        }
        let (first, second) = (luminance(a), luminance(b))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }

    /// What sRGB's numbers are in light.
    private static func linear(_ color: (red: UInt8, green: UInt8, blue: UInt8)) -> [Double] {
        [color.red, color.green, color.blue].map { component in
            let part = Double(component) / 255
            return part <= 0.04045 ? part / 12.92 : pow((part + 0.055) / 1.055, 2.4)
        }
    }

    // MARK: Reading

    @Test("a theme gives what it names, and the rest is inherited")
    func inheritance() throws {
        let library = Self.library([
            "mine.json": """
            {"name": "mine", "inherits": "parent", "palette": {"red": "#ff0001"}, "ansi16": {"red": "magenta"},
             "roles": {"failed": {"fg": "red", "bold": true}, "ok": {"bg": 22}}}
            """,
            "parent.json": """
            {"name": "parent", "variant": "light", "palette": {"red": "#aa0000", "blue": "#0000bb"},
             "roles": {"fg": {"fg": "#222222"}, "running": {"fg": "blue", "underline": true}, "queued": {"fg": "red"}}}
            """,
        ])
        let theme = try library.theme("mine")
        #expect(theme.name == "mine")
        #expect(theme.variant == .light)
        #expect(theme.files == ["/themes/mine.json", "/themes/parent.json"])
        let red = Color.rgb(0xFF, 0, 1)
        #expect(theme[.failed] == Style(foreground: red, background: .standard, foreground16: .indexed(5), attributes: .bold))
        // What is not said of a role is as it is for plain text.
        #expect(theme[.ok] == Style(foreground: .rgb(0x22, 0x22, 0x22), background: .indexed(22), attributes: []))
        #expect(theme[.running] == Style(foreground: .rgb(0, 0, 0xBB), background: .standard, attributes: .underline))
        // The nearer palette counts for inherited roles too.
        #expect(theme[.queued].foreground == red)
        let last = try library.theme("fanout-dark")
        #expect(theme[.retrying] == last[.retrying])
    }

    @Test("a path is read as it stands, and the user's own file comes before the program's")
    func searchOrder() throws {
        let library = Self.library([
            "/elsewhere/x.json": #"{"name": "elsewhere"}"#, "mono.json": #"{"name": "mono", "roles": {"ok": {"fg": "green"}}}"#,
        ])
        #expect(try library.theme("/elsewhere/x.json").name == "elsewhere")
        #expect(try library.theme("mono")[.ok].foreground == .indexed(2))
        #expect(try Self.shipped.theme("mono")[.ok].foreground == .standard)
    }

    @Test(
        "a theme that cannot be used says why",
        arguments: [
            ("nope", "there is no theme \"nope\"; there are "),
            ("missing.json", "missing.json: there is no such file"),
            ("broken", "theme \"broken\", line 2: "),
            ("list", "theme \"list\", line 1: a theme is a JSON object"),
            ("variant", "theme \"variant\", line 1: \"variant\" is \"dark\" or \"light\""),
            ("color", "theme \"color\", line 3: failed.fg: \"#12\" is no colour; give #rrggbb, "),
            ("palette", "theme \"palette\", line 2: ok.bg: \"300\" is no colour; "),
            // Most roles say nothing of their own: what is wrong stands where plain text is described.
            ("plain", "theme \"plain\", line 2: fg.fg: \"inky\" is no colour; "),
            ("ground", "theme \"ground\", line 3: bg.bg: \"\" is no colour; "),
            ("ansi", "theme \"ansi\", line 1: ansi16.ok: \"leafy\" is no colour; "),
            ("orphan", "there is no theme \"nobody\"; "),
            ("a", "themes that inherit each other in a circle: a → b → c → a"),
            ("self", "themes that inherit each other in a circle: self → self"),
            ("before", "themes that inherit each other in a circle: a → b → c → a"),
        ])
    func errors(choice: String, message: String) {
        let library = Self.library([
            "broken.json": "{\n  \"name\": }", "list.json": "[]", "variant.json": #"{"variant": "grey"}"#,
            "color.json": "{\"roles\": {\n\"failed\":\n{\"fg\": \"#12\"}}}",
            "palette.json": "{\"palette\": {\n\"leaf\": 300},\n\"roles\": {\"ok\": {\"bg\": \"leaf\"}}}",
            "plain.json": "{\"roles\":\n{\"fg\": {\"fg\": \"inky\"}}}", "ground.json": "{\"roles\":\n{\"bg\":\n{\"bg\": \"\"}}}",
            "ansi.json": #"{"ansi16": {"ok": "leafy"}}"#, "orphan.json": #"{"inherits": "nobody"}"#,
            "a.json": #"{"name": "a", "inherits": "b"}"#, "b.json": #"{"inherits": "c"}"#, "c.json": #"{"inherits": "a"}"#,
            "self.json": #"{"inherits": "self"}"#, "before.json": #"{"inherits": "a"}"#,
        ])
        let error = #expect(throws: ThemeError.self) { try library.theme(choice) }
        #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
        #expect(error?.origin.map { $0.file == "/themes/\(choice).json" } ?? true)
    }

    @Test("an unknown role, field or attribute is a warning")
    func warnings() throws {
        let library = Self.library(["odd.json": #"{"roles": {"okay": {}, "ok": {"blink": true, "bold": 1}}, "author": "me"}"#])
        #expect(
            try library.theme("odd").warnings == [
                "theme \"odd\": there is no role \"okay\"", "theme \"odd\": role \"ok\": \"blink\" means nothing here",
                "theme \"odd\": role \"ok\": \"bold\" means nothing here", "theme \"odd\": \"author\" means nothing here",
            ])
    }

    @Test(
        "a colour becomes what the terminal has",
        arguments: [
            ("#ff0000", ColorDepth.direct, 0xFF0000), ("#ff0000", .indexed, 196), ("#ff0000", .sixteen, 9), ("#ff0000", .eight, 1),
            ("#808080", .indexed, 244), ("#0a5fb4", .indexed, 25), ("green", .indexed, 2), ("green", .direct, 0x00CD00),
            ("114", .indexed, 114),
            ("default", .indexed, nil), ("#ff0000", .none, nil),
        ] as [(String, ColorDepth, Int32?)])
    func depths(color: String, depth: ColorDepth, expected: Int32?) throws {
        let library = Self.library(["x.json": #"{"roles": {"ok": {"fg": "\#(color)"}}}"#])
        let style = try library.theme("x").styles(depth: depth)[Int(Role.ok.rawValue) * 2]
        #expect(style.foreground == expected)
    }

    @Test("the selection changes the background and keeps what a state looks like")
    func selection() throws {
        let theme = try Self.library([
            "x.json": """
            {"roles": {"selection.bg": {"bg": 17}, "selection.fg": {"fg": 231}, "ok": {"fg": 2, "bold": true}, "match": {"fg": 0, "bg": 11}}}
            """
        ]).theme("x")
        #expect(theme.style(of: .ok, isSelected: true) == Style(foreground: .indexed(2), background: .indexed(17), attributes: .bold))
        #expect(theme.style(of: .text, isSelected: true).foreground == .indexed(231))
        #expect(theme.style(of: .match, isSelected: true) == theme[.match])
    }
}
