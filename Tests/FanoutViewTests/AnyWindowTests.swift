import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutTimeline
import FanoutView
import Testing

/// Everything at once: views, keys, texts, the mouse, sizes and events in any order.
struct AnyWindowTests {
    /// A user who presses anything, in windows of any size, while anything happens.
    private struct Storm {
        var scene: Conversation
        var random: SeededGenerator
        private let keys: [Key]
        /// Which views and lines there were, in a window that has room for them.
        var seen: Set<String> = []
        private var calls = 0

        init(seed: UInt64, isReplay: Bool, glyphs: Glyphs) {
            scene = Conversation(isReplay: isReplay, glyphs: glyphs)
            random = SeededGenerator(seed: seed)
            let maps = [KeyMap.lanes, .transcript, .statistics, .sessions]
            let bound = Set(maps.flatMap(\.groups).flatMap(\.entries).flatMap(\.keys).map(\.key))
            // In an order that the seed does not depend on.
            keys = bound.sorted { "\($0)" < "\($1)" }
            scene.dashboard.canControl = !isReplay
            scene.dashboard.followUps = isReplay ? .none : .awaited(after: .ok)
            scene.open(1, "another", id: "second")
            for event in RandomSession(seed: seed, turns: 4, calls: 6).events {
                scene.tell(event.t * 200, event.body)
            }
            scene.tell(9_000, in: 1, .turn(1), .asked(1), .wrote(1, "日本語 and more\n"), .wants(1, "s1", "grep", ["q": "x"], index: 0))
        }

        private mutating func happens() {
            calls += 1
            let ms = Int64.random(in: 0...20_000, using: &random)
            let session = Int.random(in: 0...1, using: &random)
            let call = "n\(calls)"
            switch Int.random(in: 0..<6, using: &random) {
            case 0: scene.tell(ms, in: session, .wants(calls % 5 + 1, call, "tool\(calls % 7)", ["n": .string("日本\(calls)")], index: 0))
            case 1: scene.tell(ms, in: session, .began("n\(calls - 1)"))
            case 2: scene.tell(ms, in: session, .failed("n\(calls - 2)", "no such file"))
            case 3:
                let kind = Event.MarkerKind.allCases.randomElement(using: &random)
                scene.tell(
                    ms, in: session,
                    .marker(Event.Marker(label: "mark \(calls)", kind: kind, text: String(repeating: "words ", count: calls % 40))))
            case 4: scene.tell(ms, in: session, .callQueued(Event.CallQueued(call: call, why: .approval)))
            default: scene.tell(ms, in: session, .wrote(calls % 5 + 1, "reply \(calls)\n"), .said("user", "question \(calls)"))
            }
        }

        private mutating func presses() {
            let texts = ["/grep", "fstate:failed", "ftool:grep >1s", "f(", "Mname", "pwhy?", "/日本", "f!!", "zZssS", "GzzgZ"]
            var pressed: [Key]
            switch Int.random(in: 0..<10, using: &random) {
            case 0: pressed = (texts.randomElement(using: &random) ?? "").unicodeScalars.map(Key.character)
            case 1: pressed = [.pasteBegins, "a", .enter, .pasteEnds]
            case 2:
                pressed = [
                    [.escape, .enter, .control("u"), .function(5), .function(6), .function(7)].randomElement(using: &random) ?? .escape
                ]
            case 3:
                let kinds: [Key.Mouse.Kind] = [.press, .drag, .release, .wheelUp, .wheelDown]
                let (column, row) = (Int.random(in: 0...230, using: &random), Int.random(in: 0...75, using: &random))
                pressed = kinds.randomElement(using: &random).map { [.mouse(Key.Mouse($0, column: column, row: row))] } ?? []
            default: pressed = [keys.randomElement(using: &random) ?? "j"]
            }
            // Keys come as well between a change and the frame that shows it.
            for key in pressed { _ = scene.dashboard.handle(key, scene.input) }
        }

        private mutating func resizes() {
            let isSmall = Int.random(in: 0..<4, using: &random) == 0
            scene.width = Int.random(in: isSmall ? 1...45 : 46...220, using: &random)
            scene.height = Int.random(in: isSmall ? 1...14 : 15...70, using: &random)
        }

        /// One of these happens, and the frame that follows is looked at.
        mutating func step(_ number: Int) {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: happens()
            case 1: for _ in 0..<5 { resizes() }
            case 2: resizes()
            default: presses()
            }
            scene.clock += Int64.random(in: 0...200_000, using: &random)
            scene.now += Int64.random(in: 0...200_000, using: &random)
            let frame = scene.frame()
            #expect(frame.width == scene.width && frame.height == scene.height, "step \(number)")
            let lines = frame.lines
            #expect(lines.count == scene.height, "step \(number)")
            for line in lines where !line.allSatisfy(\.isASCII) || line.count > scene.width {
                // Nothing is wider than the window, and nothing in it moves a cursor.
                let columns = line.unicodeScalars.map(\.columns)
                #expect(columns.allSatisfy { $0 >= 0 } && columns.reduce(0, +) <= scene.width, "step \(number): \(line)")
            }
            look(at: lines)
        }

        private mutating func look(at lines: [String]) {
            guard scene.width >= Dashboard.leastWidth, scene.height >= Dashboard.leastHeight else {
                seen.insert("too small")
                return
            }
            let isList = lines.prefix(4).contains { $0.contains("SESSION ") }
            seen.insert(isList ? "sessions" : "\(scene.dashboard.view)")
            if scene.dashboard.showsKeys { seen.insert("keys") }
            if lines.contains(where: { $0.hasPrefix(" Tab:") }) { seen.insert("detail") }
            let words = lines.last?.split(separator: " ").prefix(2) ?? []
            if words.count == 2, words[0].unicodeScalars.first == scene.dashboard.glyphs.selected.scalar { seen.insert(String(words[1])) }
        }
    }

    @Test("no window, key, text or event breaks any view")
    func storms() {
        var seen: Set<String> = []
        for (seed, isReplay, glyphs) in [(11, false, .unicode), (12, true, .unicode), (13, false, .ascii)] as [(UInt64, Bool, Glyphs)] {
            var storm = Storm(seed: seed, isReplay: isReplay, glyphs: glyphs)
            for number in 0..<500 { storm.step(number) }
            seen.formUnion(storm.seen)
        }
        // Storms that stay in one place would show nothing.
        let all = ["lanes", "statistics", "transcript", "sessions", "keys", "detail", "too small", "/", "filter", "marker", "ask"]
        #expect(seen.isSuperset(of: all), "only \(seen.sorted())")
    }
}
