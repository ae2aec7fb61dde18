import FanoutEvents
import FanoutTimeline
import FanoutView
import Testing

/// What a command prints, as it is shown.
struct OutputPaneTests {
    private static let nothing = Timelines()

    private static func input(_ width: Int, _ height: Int) -> Dashboard.Input {
        Dashboard.Input(timelines: nothing, event: { _ in nil }, width: width, height: height, clock: 0, now: 0)
    }

    /// The rows between the two rules.
    private static func text(_ dashboard: inout Dashboard, width: Int = 40, height: Int = 12) -> [String] {
        dashboard.frame(input(width, height)).lines.dropFirst(2).dropLast(2).map { String($0) }.filter { !$0.isEmpty }
    }

    private static func dashboard(_ pieces: [(String, isError: Bool)]) -> Dashboard {
        var dashboard = Dashboard(source: "sh", playhead: .live(), isReplay: false)
        dashboard.output = OutputPane()
        dashboard.output?.isShown = true
        for piece in pieces {
            dashboard.output?.append(Array(piece.0.utf8), isError: piece.isError)
        }
        return dashboard
    }

    @Test(
        "lines are those of each output, in whatever pieces they come, clean, and wrapped where they are long",
        arguments: [
            ([("one\ntw", false), ("o\nthree", false)], ["  one", "  two", "  three"]),
            ([("out", false), ("err\n", true), ("put\n", false)], ["│ err", "  output"]),
            ([("a\u{1b}[31mred\u{1b}[0m\u{202e}b\tc\n", false)], ["  aredb   c"]),
            ([("10%\r20%\r\n\nend\n", false)], ["  10%", "  20%", "  end"]),
            (
                [(String(repeating: "x", count: 50) + "\n", false)],
                ["  " + String(repeating: "x", count: 37), "  " + String(repeating: "x", count: 13)]
            ),
        ] as [([(String, isError: Bool)], [String])])
    func lines(pieces: [(String, isError: Bool)], expected: [String]) {
        var dashboard = Self.dashboard(pieces)
        #expect(Self.text(&dashboard) == expected)
        // Byte by byte they are the same.
        var slow = Self.dashboard(pieces.flatMap { piece in piece.0.unicodeScalars.map { (String($0), isError: piece.isError) } })
        #expect(Self.text(&slow) == expected)
    }

    @Test("the newest lines are kept, and how many are gone is said; a line without an end takes no more than its share")
    func bounds() {
        var dashboard = Self.dashboard([])
        for number in 1...5000 {
            dashboard.output?.append(Array("line \(number)\n".utf8), isError: false)
        }
        #expect(Self.text(&dashboard).last == "  line 5000")
        #expect(dashboard.frame(Self.input(60, 12)).lines[0].hasSuffix("5000 lines, the first 3000 are gone"))
        _ = dashboard.handle("g", Self.input(40, 12))
        #expect(Self.text(&dashboard).first == "  line 3001")
        // Who reads further up is not moved by what comes.
        dashboard.output?.append(Array("more\n".utf8), isError: false)
        _ = dashboard.handle("j", Self.input(40, 12))
        #expect(Self.text(&dashboard).first == "  line 3002")
        _ = dashboard.handle("G", Self.input(40, 12))
        #expect(Self.text(&dashboard).last == "  more")
        dashboard.output?.append([UInt8](repeating: 0x78, count: 1 << 20), isError: true)
        #expect(dashboard.output?.count == 5001 + (1 << 20) / OutputPane.mostBytes - 1)
    }

    @Test("its key shows it and closes it, in lanes and transcript; without a command there is nothing to show")
    func keys() {
        var dashboard = Self.dashboard([("said\n", false)])
        #expect(Self.text(&dashboard) == ["  said"])
        for key in ["o", .escape, .function(5), .function(8)] as [Key] {
            dashboard.output?.isShown = true
            #expect(dashboard.handle(key, Self.input(40, 12)) == [])
            #expect(dashboard.output?.isShown == false)
        }
        #expect(dashboard.view == .transcript)
        #expect(dashboard.handle("o", Self.input(40, 12)) == [])
        #expect(dashboard.output?.isShown == true)
        #expect(dashboard.handle("q", Self.input(40, 12)) == [.quit])
        dashboard.output = nil
        #expect(dashboard.handle("o", Self.input(40, 12)) == [])
        #expect(dashboard.notice == "no command was started from here")
    }
}
