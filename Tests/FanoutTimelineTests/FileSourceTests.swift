import FanoutEvents
import FanoutIngest
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("A file that is followed")
struct FileSourceTests {
    private static let header = #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z"}"# + "\n"

    private static func call(_ id: String) -> String {
        #"{"type":"call.started","t":1,"call":"\#(id)"}"# + "\n" + #"{"type":"call.finished","t":2,"call":"\#(id)","outcome":"ok"}"# + "\n"
    }

    private func calls(_ ledger: Ledger) -> [[String]] {
        ledger.timelines.all.map { timeline in timeline.laneRange.map { timeline.id(of: $0) } }
    }

    /// How the same name comes to stand for other bytes.
    enum Change: CaseIterable {
        case replaced, shortened
    }

    @Test("what is read again stands there once, and what was added before a file was moved away is not lost", arguments: Change.allCases)
    func again(change: Change) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "fanout-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: "events")
        let ledger = Ledger(recorder: nil)
        let source = try #require(FileSource(path.path, session: "other", withPayloads: false, ledger: ledger))
        #expect(source.read(now: 0) == [])
        #expect(calls(ledger) == [])

        try Data((Self.header + Self.call("a") + Self.call("b")).utf8).write(to: path)
        #expect(source.read(now: 0) == [])
        #expect(calls(ledger) == [["a", "b"]])

        switch change {
        case .replaced:
            let handle = try FileHandle(forWritingTo: path)
            try handle.seekToEnd()
            try handle.write(contentsOf: Data((Self.header.replacing("\"s\"", with: "\"t\"") + Self.call("c")).utf8))
            try handle.close()
            try Data((Self.header + Self.call("a") + Self.call("d")).utf8).write(to: path, options: .atomic)
        case .shortened:
            try Data((Self.header + Self.call("a")).utf8).write(to: path)
        }
        #expect(source.read(now: 0) != [])
        #expect(calls(ledger) == (change == .replaced ? [["a", "d"], ["c"]] : [["a"]]))
        #expect(ledger.timelines[0].generation == 1)
        #expect(ledger.timelines[0].over == nil)
    }
}
