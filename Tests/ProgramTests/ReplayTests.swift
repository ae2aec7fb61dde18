import Foundation
import Testing

/// A recording played in a real terminal: where it begins, how it goes on, what is kept of it.
struct ReplayTests {
    private static let marked = """
        {"fanout":1,"session":"m","started":"2026-11-20T14:02:00Z","title":"marked"}
        {"type":"turn.started","t":0,"turn":1}
        {"type":"marker","t":0,"label":"Setup","kind":"chapter"}
        {"type":"call.started","t":1000000,"call":"a","name":"grep","turn":1}
        {"type":"call.finished","t":2000000,"call":"a","outcome":"ok"}
        {"type":"marker","t":72000000,"label":"fix tests"}
        {"type":"call.started","t":73000000,"call":"b","name":"bash","turn":1}
        {"type":"call.finished","t":80000000,"call":"b","outcome":"failed","error":{"kind":"exit_status","message":"exit 1"}}

        """

    private static func row(_ screen: ScreenModel, _ words: String) -> Bool {
        screen.lines.contains { $0.split(separator: " ").joined(separator: " ").contains(words) }
    }

    @Test(
        "it begins where it is told to: at an instant, a share, a marker of either kind",
        arguments: [
            ("12.5", "0:12.5 / 1:20.0"), ("1:12", "1:12.0 / 1:20.0"), ("0:01:05", "1:05.0 / 1:20.0"), ("50%", "0:40.0 / 1:20.0"),
            ("100%", "1:20.0 / 1:20.0"), ("9:00", "1:20.0 / 1:20.0"), ("fix tests", "1:12.0 / 1:20.0"), ("SETUP", "0:00.0 / 1:20.0"),
            ("my own", "0:03.0 / 1:20.0"),
        ])
    func seek(place: String, seen: String) throws {
        let folder = try ProgramFolder()
        let recording = try folder.write("m.fanout.jsonl", Self.marked)
        try folder.write("m.fanout.markers.json", #"{"version":1,"markers":[{"t":3000000,"label":"my own"}]}"#)
        let terminal = try folder.open("replay", recording, "--start-paused", "--seek", place)
        try terminal.wait(for: seen) { Self.row($0, "‖ \(seen)") }
        terminal.type("q")
        #expect(try terminal.end() == 0)
    }

    @Test("it skips what is idle, as fast as it can, stays at the end, and with --loop begins again")
    func options() throws {
        let folder = try ProgramFolder()
        let recording = try folder.write("m.fanout.jsonl", Self.marked)
        let ended = try folder.open("replay", recording, "--speed", "max", "--idle-limit", "0.5", width: 140)
        try ended.wait(for: "the end") { Self.row($0, "1:20.0 / 1:20.0 speed max idle > 0.5s skipped: 5 gaps") && Self.row($0, "END") }
        ended.type("q")
        #expect(try ended.end() == 0)

        let loop = try folder.open("replay", recording, "--speed", "64", "--loop", width: 110)
        try loop.wait(for: "the end") { Self.row($0, "1:20.0 / 1:20.0 speed 64x") && Self.row($0, "loop on") }
        try loop.wait(for: "the beginning") { Self.row($0, "▶ 0:") && Self.row($0, "loop on") }
        loop.type("q")
        #expect(try loop.end() == 0)
    }

    @Test("markers are kept beside the recording, which stays as it is; two replays of it keep each other's")
    func markers() throws {
        let folder = try ProgramFolder()
        let recording = try folder.write("m.fanout.jsonl", Self.marked)
        let one = try folder.open("replay", recording, "--start-paused", "--seek", "5", width: 110)
        let other = try folder.open("replay", recording, "--start-paused", "--seek", "50%", width: 110)
        try one.wait(forText: "0:05.0 /")
        try other.wait(forText: "0:40.0 /")
        one.type("M")
        try one.wait(forText: "Enter set")
        one.type("mine\r")
        try one.wait(forText: "marker 2/3 \"mine\"")
        other.type("Mtheirs\r")
        try other.wait(forText: "marker 3/4 \"theirs\"")
        other.type("[")
        try other.wait(forText: "marker 2/4 \"mine\"")
        other.type("M\u{15}ours\r")
        try other.wait(forText: "marker 2/4 \"ours\"")
        other.type("q")
        #expect(try other.end() == 0)
        one.type("q")
        #expect(try one.end() == 0)
        #expect(
            try folder.read("m.fanout.markers.json")
                == "{\n  \"version\": 1,\n  \"markers\": [\n    {\"t\":5000000,\"label\":\"ours\"},\n    {\"t\":40000000,\"label\":\"theirs\"}\n  ]\n}\n"
        )
        #expect(folder.contents["m.fanout.markers.json"] == "600")
        #expect(try folder.read("m.fanout.jsonl") == Self.marked)
    }

    @Test("a damaged file of markers is set aside and said")
    func damaged() throws {
        let folder = try ProgramFolder()
        let recording = try folder.write("m.fanout.jsonl", Self.marked)
        try folder.write("m.fanout.markers.json", "nonsense")
        let terminal = try folder.open("replay", recording, "--start-paused", width: 200)
        try terminal.wait(forText: "was set aside as")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(try folder.read("m.fanout.markers.json.damaged") == "nonsense")
    }

    @Test("a run that is recorded has its markers beside its recording; of one that is not they are gone with it, which is said once")
    func live() throws {
        let folder = try ProgramFolder()
        let recorded = try folder.open("demo", "stocks", "--latency", "0", width: 110)
        try recorded.wait(for: "the end") { $0.lines[0].contains("✓ DONE") }
        recorded.type("Mdone\r")
        try recorded.wait(forText: "marked: done")
        recorded.type("q")
        #expect(try recorded.end() == 0)
        let recording = try #require(folder.recordings.first)
        let kept = try folder.read(recording.replacingOccurrences(of: ".jsonl", with: ".markers.json"))
        #expect(kept.contains("\"label\":\"done\""))

        let forgotten = try folder.open("demo", "stocks", "--latency", "0", "--no-record", width: 110)
        try forgotten.wait(for: "the end") { $0.lines[0].contains("✓ DONE") }
        forgotten.type("Mone\r")
        try forgotten.wait(forText: "this is not recorded, so its markers last only as long as the program")
        forgotten.type("Mone\u{15}two\r")
        try forgotten.wait(forText: "renamed: two")
        forgotten.type("q")
        #expect(try forgotten.end() == 0)
        #expect(folder.contents.keys.filter { $0.hasSuffix(".markers.json") }.count == 1)
    }

    @Test("a file that is followed has its markers beside it, also where it comes to be there later")
    func watched() throws {
        let folder = try ProgramFolder()
        let terminal = try folder.open("watch", folder.file("later.jsonl"), width: 110)
        try terminal.wait(forText: "waiting for events from")
        try folder.write("later.jsonl", #"{"type":"call.started","t":1,"call":"one","name":"first"}"# + "\n")
        try terminal.wait(for: "the lane") { Self.row($0, "● first") }
        terminal.type("Mhere\r")
        try terminal.wait(forText: "marked: here")
        terminal.type("q")
        #expect(try terminal.end() == 0)
        #expect(try folder.read("later.markers.json").contains("\"label\":\"here\""))
    }

    @Test("a recording that is pruned takes its markers with it")
    func pruned() throws {
        let folder = try ProgramFolder()
        #expect(try folder.run("demo", "stocks", "--latency", "0", "--ui", "quiet").status == 0)
        let recording = try #require(folder.recordings.first)
        let markers = recording.replacingOccurrences(of: ".jsonl", with: ".markers.json")
        try folder.write(markers, #"{"version":1,"markers":[{"t":1,"label":"x"}]}"#)
        #expect(try folder.run("sessions", "prune", "--larger-than", "0", "--yes").status == 0)
        #expect(folder.recordings == [] && folder.contents[markers] == nil)
    }
}
