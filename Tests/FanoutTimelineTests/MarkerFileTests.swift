import FanoutJSON
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("The user's own markers of a recording")
struct MarkerFileTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fanout-markers-\(UUID())").path
    private var recording: String { folder + "/x.fanout.jsonl" }
    private var kept: String { folder + "/x.fanout.markers.json" }
    private var state: String { folder + "/state/markers" }

    private func begin() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(recording, "{}\n")
    }

    private func write(_ path: String, _ text: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: path)) }
    private func read(_ path: String) throws -> String { try String(decoding: Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self) }
    private func open() -> MarkerFile { MarkerFile(recording: recording, state: state) }

    private static func mark(_ t: Int64, _ label: String, _ session: String? = nil) -> OwnMarker {
        OwnMarker(session: session, t: t, label: label)
    }

    @Test("they are set, renamed and removed in a file beside the recording, in the order of time, for their owner alone")
    func changes() throws {
        try begin()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var file = open()
        #expect(file.markers.all.isEmpty && file.notice == nil)
        #expect(file.take(.set(Self.mark(2_000_000, "fix \"tests\"\n"))) == nil)
        #expect(file.take(.set(Self.mark(1_000_000, "begin", "b"))) == nil)
        #expect(file.take(.set(Self.mark(3_000_000, "end"))) == nil)
        #expect(file.take(.rename(Self.mark(3_000_000, "end"), to: "the end")) == nil)
        #expect(file.take(.remove(Self.mark(5, "no such"))) == nil)
        let expected = [Self.mark(1_000_000, "begin", "b"), Self.mark(2_000_000, "fix \"tests\"\n"), Self.mark(3_000_000, "the end")]
        #expect(file.markers.all == expected)
        #expect(open().markers.all == expected)
        #expect(
            try read(kept) == """
                {
                  "version": 1,
                  "markers": [
                    {"t":1000000,"label":"begin","session":"b"},
                    {"t":2000000,"label":"fix \\"tests\\"\\n"},
                    {"t":3000000,"label":"the end"}
                  ]
                }

                """)
        var status = stat()
        stat(kept, &status)
        #expect(status.st_mode & 0o777 == 0o600)
        for marker in expected {
            #expect(file.take(.remove(marker)) == nil)
        }
        #expect(try read(kept) == "{\n  \"version\": 1,\n  \"markers\": []\n}\n")
        #expect(try read(recording) == "{}\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["x.fanout.jsonl", "x.fanout.markers.json"])
    }

    @Test("its name is the recording's", arguments: [("/a/x.fanout.jsonl", "/a/x.fanout.markers.json"), ("/a/log", "/a/log.markers.json")])
    func names(recording: String, expected: String) {
        #expect(MarkerFile.path(beside: recording) == expected)
    }

    @Test("two that set markers of one recording do not lose each other's")
    func merging() throws {
        try begin()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var one = open()
        var other = open()
        for number in 0..<20 as Range<Int64> {
            #expect(one.take(.set(Self.mark(number * 2, "one"))) == nil)
            #expect(other.take(.set(Self.mark(number * 2 + 1, "other"))) == nil)
        }
        #expect(one.take(.remove(Self.mark(1, "other"))) == nil)
        #expect(one.markers.all == (0..<40).filter { $0 != 1 }.map { Self.mark($0, $0 % 2 == 0 ? "one" : "other") })
        #expect(open().markers.all == one.markers.all)
    }

    @Test("what is not known here stays as it is, also of a later version; one that keeps them in another way is left alone")
    func unknown() throws {
        try begin()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write(
            kept,
            #"{"version":3,"colour":{"a":[1.5]},"markers":[{"t":5,"label":"five","note":"kept"},{"from":7},"text",{"t":9,"label":"nine"}]}"#
        )
        var file = open()
        #expect(file.markers.all.map(\.label) == ["five", "nine"])
        #expect(file.take(.rename(Self.mark(5, "five"), to: "cinq")) == nil)
        #expect(file.take(.set(Self.mark(7, "seven"))) == nil)
        let expected =
            #"{"version":3,"colour":{"a":[1.5]},"markers":[{"t":5,"label":"cinq","note":"kept"},{"from":7},"text",{"t":7,"label":"seven"},{"t":9,"label":"nine"}]}"#
        #expect(try JSONValue(parsing: read(kept)) == JSONValue(parsing: expected))

        let foreign = #"{"version":9,"markers":{"5":"five"}}"#
        try write(kept, foreign)
        var later = open()
        #expect(later.notice == "\(kept): it is of a later version, whose markers cannot be read here")
        #expect(later.take(.set(Self.mark(1, "a")))?.hasSuffix("markers last only as long as the program") == true)
        #expect(later.take(.set(Self.mark(2, "b"))) == nil)
        #expect(later.markers.all.map(\.label) == ["a", "b"])
        #expect(try read(kept) == foreign)
    }

    @Test(
        "one that is damaged is set aside, said, and made anew",
        arguments: ["no markers at all", "[]", #"{"version":1}"#, #"{"markers":3}"#])
    func damaged(text: String) throws {
        try begin()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try write(kept, text)
        var file = open()
        #expect(file.notice?.hasSuffix("was set aside as \(kept).damaged; markers begin anew") == true)
        #expect(file.take(.set(Self.mark(1, "a"))) == nil)
        #expect(open().notice == nil)
        #expect(open().markers.all == [Self.mark(1, "a")])
        // Damaged once more while it is open, it takes no other's place.
        try write(kept, text)
        #expect(file.take(.set(Self.mark(2, "b")))?.hasSuffix("was set aside as \(kept).damaged-2; markers begin anew") == true)
        #expect(try read(kept + ".damaged") == text)
        #expect(try read(kept + ".damaged-2") == text)
        #expect(open().markers.all == [Self.mark(2, "b")])
    }

    @Test("beside a recording where nobody may write they are kept under the state folder, and come back where that changes")
    func elsewhere() throws {
        try begin()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A folder in its place can be written by nobody, not even by root.
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: false)
        var file = open()
        #expect(file.take(.set(Self.mark(1, "a"))) == nil)
        let names = try FileManager.default.contentsOfDirectory(atPath: state)
        #expect(names.count == 1 && names[0].hasSuffix("_x.fanout.markers.json") && names[0].count == 16 + 1 + 21)
        #expect(open().markers.all == [Self.mark(1, "a")])
        try FileManager.default.removeItem(atPath: kept)
        var again = open()
        #expect(again.take(.set(Self.mark(2, "b"))) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state) == [])
        #expect(open().markers.all == [Self.mark(1, "a"), Self.mark(2, "b")])
    }

    @Test("of what is not recorded they last as long as the program, which is said once")
    func memory() throws {
        try begin()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for recording in [nil, folder, folder + "/missing"] {
            var file = MarkerFile(recording: recording, state: state)
            #expect(file.take(.set(Self.mark(1, "a"))) == "this is not recorded, so its markers last only as long as the program")
            #expect(file.take(.rename(Self.mark(1, "a"), to: "b")) == nil)
            #expect(file.markers.all == [Self.mark(1, "b")])
        }
        // Where neither place can be written, the first one is named.
        try FileManager.default.createDirectory(atPath: kept, withIntermediateDirectories: false)
        var file = MarkerFile(recording: recording, state: "/dev/null/markers")
        let note = file.take(.set(Self.mark(1, "a")))
        #expect(note?.hasPrefix(kept + ": ") == true && note?.hasSuffix("markers last only as long as the program") == true)
        #expect(file.markers.all == [Self.mark(1, "a")])
    }
}
