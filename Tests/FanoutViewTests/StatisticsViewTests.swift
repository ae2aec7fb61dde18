import FanoutEvents
import FanoutJSON
import FanoutTestKit
import FanoutView
import Testing

/// The view of each tool's figures.
struct StatisticsViewTests {
    /// Tools that take from a millisecond to a minute, and one that has not ended.
    private static func scene() -> Conversation {
        var scene = Conversation(isReplay: false)
        scene.tell(0, .turn(1, title: "all kinds of calls"))
        var number = 0
        func call(_ name: String, _ lengths: [Int64], failing: Int = 0) {
            for (place, length) in lengths.enumerated() {
                number += 1
                let id = "c\(number)"
                scene.tell(Int64(place) * 10, .wants(1, id, name, ["n": .integer(Int64(number))], index: number), .began(id))
                scene.tell(Int64(place) * 10 + length, place < failing ? .failed(id, "exit 1") : .ended(id, "done"))
            }
        }
        call("read_file", (1...40).map { 1 + $0 % 7 })
        call("bash", (1...12).map { $0 * $0 * 90 }, failing: 2)
        call("web_fetch", [800, 900, 1100, 1300, 30_000])
        call("once", [250])
        number += 1
        scene.tell(40_000, .wants(1, "open", "still_runs", [:], index: number), .began("open"))
        scene.tell(41_000)
        scene.now = 41_000_000
        return scene
    }

    private func expect(_ frame: Frame, is name: String) {
        let picture = frame.text + "\n--- roles\n" + frame.roleLines.joined(separator: "\n") + "\n"
        if let difference = GoldenPicture.difference(name, picture, beside: #filePath) { Issue.record("\(difference)") }
    }

    @Test("each tool's figures and how long its calls ran", arguments: [(40, 12), (80, 24), (120, 40)])
    func pictures(width: Int, height: Int) {
        var scene = Self.scene()
        (scene.width, scene.height) = (width, height)
        scene.press(.function(6), "j")
        expect(scene.frame(), is: "statistics-\(width)x\(height)")
    }

    @Test("where there are more tools than rows, the rows say which they are")
    func moreTools() {
        var scene = Self.scene()
        (scene.width, scene.height) = (80, 24)
        scene.press(.function(6))
        #expect(!scene.frame().text.contains(" of 5 "))
        for number in 0..<3 {
            scene.tell(42_000, .wants(1, "more\(number)", "more\(number)", [:], index: number), .began("more\(number)"))
        }
        scene.height = 16
        #expect(scene.frame().text.contains(" tools 1-3 of 8 ──"))
        scene.press("G")
        #expect(scene.frame().text.contains(" tools 6-8 of 8 ──"))
        // Without a chart too.
        scene.height = 12
        scene.press("g")
        #expect(scene.frame().text.contains(" tools 1-6 of 8 ──"))
    }

    @Test("the last call counts, however soon it comes after the one before")
    func lastCall() {
        var scene = Conversation(isReplay: false)
        scene.tell(0, .turn(1), .wants(1, "a", "grep", [:], index: 0), .began("a"), .wants(1, "b", "grep", [:], index: 1), .began("b"))
        scene.tell(1_000, .ended("a", ""))
        scene.press(.function(6))
        #expect(scene.frame().text.contains("runs 1"))
        scene.tell(1_010, .ended("b", ""), .over(1))
        #expect(scene.dashboard.nextFrame(scene.input) == nil)
        #expect(scene.frame().text.contains("runs 2"))
    }

    @Test("they are of the instant that is shown, and stand in the order asked for")
    func instantAndOrder() {
        var scene = Self.scene()
        scene.press(.function(6))
        func first(_ scene: inout Conversation) -> String {
            let heads = scene.frame().lines
            let row = heads.firstIndex { $0.contains("CALLS") } ?? 0
            return String(heads[row + 1].split { $0 == " " || $0 == "▸" }.first ?? "")
        }
        #expect(first(&scene) == "bash")
        scene.press("s")
        #expect(first(&scene) == "read_file")
        scene.press("s", "s")
        #expect(first(&scene) == "web_fetch")
        scene.press("s")
        #expect(first(&scene) == "bash")
        scene.press("S")
        #expect(first(&scene) == "web_fetch")
        scene.dashboard.playhead.hold(at: 5000)
        #expect(!scene.frame().text.contains("still_runs"))
    }

    @Test("Enter shows the lanes of a tool, Esc goes back to lanes")
    func opening() {
        var scene = Self.scene()
        scene.press(.function(6), "j", .enter)
        #expect(scene.dashboard.view == .lanes)
        #expect(!scene.frame().text.contains("read_file"))
        #expect(scene.frame().text.contains("web_fetch"))
        scene.press(.function(6), .escape)
        #expect(scene.dashboard.view == .lanes)
    }

    @Test("a scale has a place for every length, from left to right")
    func scale() {
        for (first, last) in [(0, 0), (1, 1), (7, 8), (1000, 90_000_000), (1, Int64.max / 4)] as [(Int64, Int64)] {
            let scale = LatencyScale(first...last, columns: 40)
            #expect(scale.shortest <= max(1, first))
            let lengths = [first, (first + last) / 2, last]
            let columns = lengths.map(scale.column)
            #expect(columns == columns.sorted())
            #expect(columns.allSatisfy { (0..<40).contains($0) })
            #expect(scale.counts(lengths).reduce(0, +) == 3)
        }
    }
}
