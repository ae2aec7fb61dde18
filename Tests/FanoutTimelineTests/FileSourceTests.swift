import FanoutEvents
import FanoutIngest
import FanoutJSON
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("Files that are followed")
struct FileSourceTests {
    private static let header = #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z"}"# + "\n"

    private static func call(_ id: String, _ arguments: String = "1") -> String {
        #"{"type":"call.started","t":1,"call":"\#(id)","arguments":\#(arguments)}"# + "\n"
            + #"{"type":"call.finished","t":2,"call":"\#(id)","outcome":"ok"}"# + "\n"
    }

    /// A folder of its own, what is followed in it, and what was said of that.
    private final class Scene {
        let folder = URL(filePath: "/tmp/fanout-\(UUID().uuidString)")
        let ledger = Ledger(recorder: nil)
        let source: FileSource
        private(set) var said: [String] = []

        init(_ names: String...) throws {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            source = try FileSource(
                names.map { [folder] in folder.appending(path: $0).path }, session: "other", withPayloads: false, ledger: ledger)
        }

        deinit { try? FileManager.default.removeItem(at: folder) }

        func url(_ name: String) -> URL { folder.appending(path: name) }

        func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: url(name)) }

        func append(_ name: String, _ text: String) throws {
            let handle = try FileHandle(forWritingTo: url(name))
            try handle.seekToEnd()
            try handle.write(contentsOf: Data(text.utf8))
            try handle.close()
        }

        /// Whether the system says that there is something to be read.
        var isReady: Bool {
            var ready = pollfd(fd: source.descriptor, events: Int16(POLLIN), revents: 0)
            return poll(&ready, 1, 0) == 1
        }

        /// Reads as long as there is something to be read.
        func read() {
            repeat {
                said += source.read(now: 0).map { news in
                    guard case .notice(let text) = news else { return "\(news)" }
                    return text.replacing(folder.path + "/", with: "")
                }
                ledger.settle()
            } while isReady
        }

        var calls: [[String]] { ledger.timelines.all.map { timeline in timeline.laneRange.map { timeline.id(of: $0) } } }
    }

    /// How the same name comes to stand for other bytes.
    enum Change: CaseIterable {
        case replaced, shortened, regrown, removed
    }

    @Test("what is told again stands there once, and what was added before a file was moved away is not lost", arguments: Change.allCases)
    func again(change: Change) throws {
        let scene = try Scene("events")
        scene.read()
        #expect(scene.calls == [])
        try scene.write("events", Self.header + Self.call("a") + Self.call("b"))
        scene.read()
        #expect(scene.calls == [["a", "b"]])
        #expect(!scene.isReady)

        switch change {
        case .replaced:
            try scene.append("events", Self.header.replacing("\"s\"", with: "\"t\"") + Self.call("c"))
            try Data((Self.header + Self.call("a") + Self.call("d")).utf8).write(to: scene.url("events"), options: .atomic)
        case .shortened:
            try scene.write("events", Self.header + Self.call("a"))
        case .regrown:
            try scene.write("events", Self.header + Self.call("c") + Self.call("d") + Self.call("e"))
        case .removed:
            try FileManager.default.removeItem(at: scene.url("events"))
            scene.read()
            #expect(scene.said == ["events is gone; waiting for it to come again"])
            scene.read()
            try scene.write("events", Self.header + Self.call("a") + Self.call("b") + Self.call("c"))
        }
        scene.read()
        let expected: [Change: [[String]]] = [
            .replaced: [["a", "d"], ["c"]], .shortened: [["a"]], .regrown: [["c", "d", "e"]], .removed: [["a", "b", "c"]],
        ]
        #expect(scene.calls == expected[change])
        #expect(scene.said.suffix(1) == ["events was written anew; it is read again from its beginning"])
        #expect(scene.said.count == (change == .removed ? 2 : 1))
        #expect(scene.ledger.timelines[0].generation == 1)
        #expect(scene.ledger.timelines[0].over == nil)
    }

    @Test("a file that is written over by the same and more tells only the more")
    func more() throws {
        let scene = try Scene("events")
        try scene.write("events", Self.header + Self.call("a"))
        scene.read()
        try scene.write("events", Self.header + Self.call("a") + Self.call("b"))
        scene.read()
        #expect(scene.calls == [["a", "b"]])
        #expect(scene.said == [])
    }

    @Test("a log that is rotated goes on: its session, its clock, what is written to the old file meanwhile, and what can be read back")
    func rotated() throws {
        let scene = try Scene("log")
        try scene.write("log", Self.header + Self.call("a", "\"of a\""))
        scene.read()
        try FileManager.default.moveItem(at: scene.url("log"), to: scene.url("log.1"))
        scene.read()
        try scene.append("log.1", Self.call("b"))
        scene.read()
        try scene.write("log", "")
        scene.read()
        try scene.append("log.1", Self.call("c") + #"{"torn"#)
        scene.read()
        #expect(scene.calls == [["a", "b", "c"]])
        // A line that is not whole yet tells nothing.
        try scene.append("log", String(Self.call("d", "\"of d\"").prefix(10)))
        scene.read()
        try scene.append("log", String(Self.call("d", "\"of d\"").dropFirst(10)))
        scene.read()
        #expect(scene.calls == [["a", "b", "c", "d"]])
        #expect(scene.ledger.timelines[0].laneRange.map { scene.ledger.timelines[0].lane($0).seen } == [1, 1, 1, 1])
        #expect(scene.said == ["log is gone; waiting for it to come again", "log goes on in a new file"])
        #expect(scene.ledger.timelines.problems.map(\.problem.fault) == [.torn])
        #expect(scene.ledger.timelines[0].generation == 0)

        // Emptied by whoever copied it away.
        try FileManager.default.copyItem(at: scene.url("log"), to: scene.url("log.2"))
        let handle = try FileHandle(forWritingTo: scene.url("log"))
        try handle.truncate(atOffset: 0)
        try handle.close()
        scene.read()
        try scene.append("log", Self.call("e", "\"of e\""))
        scene.read()
        #expect(scene.calls == [["a", "b", "c", "d", "e"]])
        #expect(scene.said.suffix(1) == ["log was emptied; what is written from now on is added"])
        // What stood where something else stands now is not taken for that.
        let timeline = scene.ledger.timelines[0]
        let arguments = timeline.laneRange.map { lane -> String? in
            guard case .callStarted(let body)? = scene.ledger.event(at: timeline.lane(lane).arguments)?.body else { return nil }
            return body.arguments.map { "\($0.value)" }
        }
        #expect(arguments == ["\"of a\"", "1", "1", nil, "\"of e\""])
    }

    @Test("a large file is read in pieces, a small one beside it in the first, and nothing is asked for once all is read")
    func pieces() throws {
        let scene = try Scene("large", "small")
        let text = String(repeating: "x", count: 1000)
        let marker = #"{"type":"marker","t":1,"label":"\#(text)"}"# + "\n"
        try scene.write("large", Self.header + String(repeating: marker, count: 4000))
        try scene.write("small", Self.header.replacing("\"s\"", with: "\"t\"") + Self.call("a"))
        #expect(scene.source.read(now: 0) == [])
        #expect(scene.calls == [[], ["a"]])
        #expect(scene.ledger.timelines[0].markers.count < 1200)
        #expect(!scene.source.isPatient)
        #expect(scene.isReady)
        scene.read()
        #expect(scene.ledger.timelines[0].markers.count == 4000)
        #expect(scene.source.isPatient)
        try scene.append("small", Self.call("b"))
        #expect(scene.isReady)
        scene.read()
        #expect(scene.calls == [[], ["a", "b"]])
    }

    @Test("a file is found when its folders come to be, one after the other, and again when they have been moved away")
    func folders() throws {
        let scene = try Scene("a/b/events")
        scene.read()
        for step in 0..<2 {
            try FileManager.default.createDirectory(at: scene.url("a"), withIntermediateDirectories: true)
            scene.read()
            try FileManager.default.createDirectory(at: scene.url("a/b"), withIntermediateDirectories: true)
            scene.read()
            try scene.write("a/b/events", Self.header + Self.call("call \(step)"))
            scene.read()
            #expect(scene.calls.first?.last == "call \(step)")
            try FileManager.default.moveItem(at: scene.url("a/b"), to: scene.url("away \(step)"))
            scene.read()
        }
        #expect(
            scene.said == [
                "a/b/events is gone; waiting for it to come again", "a/b/events was written anew; it is read again from its beginning",
                "a/b/events is gone; waiting for it to come again",
            ])
    }

    @Test("a link that comes to lead elsewhere is followed there")
    func link() throws {
        let scene = try Scene("latest")
        try scene.write("one", Self.header + Self.call("a"))
        try scene.write("two", Self.header.replacing("\"s\"", with: "\"t\"") + Self.call("b"))
        try FileManager.default.createSymbolicLink(atPath: scene.url("latest").path, withDestinationPath: "one")
        scene.read()
        try FileManager.default.createSymbolicLink(atPath: scene.url("next").path, withDestinationPath: "two")
        #expect(rename(scene.url("next").path, scene.url("latest").path) == 0)
        scene.read()
        try scene.append("two", Self.call("c"))
        scene.read()
        #expect(scene.calls == [["a"], ["b", "c"]])
        #expect(scene.said == ["latest goes on in a new file"])
    }
}
