import FanoutEvents
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("How long earlier calls ran")
struct HistoryTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fanout-history-\(UUID())")
    private var path: String { folder.appending(path: "state/history.sqlite").path }

    /// One session with a call of each run time, in milliseconds.
    private static func session(_ tool: String, _ runs: [Int64], outcome: Event.Outcome = .ok) -> Timelines {
        var timelines = Timelines()
        timelines.open(Header(session: "s", started: 0), session: 0, source: 0)
        for (place, run) in runs.enumerated() {
            for event in [
                Event(t: 0, .callStarted(Event.CallStarted(call: "c\(place)", name: tool))),
                Event(t: run * 1000, .callFinished(Event.CallFinished(call: "c\(place)", outcome: outcome))),
            ] {
                timelines.apply(event, session: 0, source: 0, place: .none)
            }
        }
        timelines.close(source: 0)
        return timelines
    }

    @Test("percentiles of what ended well, across sessions; nothing of what is hardly known")
    func percentiles() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            let history = try #require(History(path: path))
            #expect(history.notice == nil)
            history.add(Self.session("grep", [10, 20]))
            history.add(Self.session("grep", [9_999], outcome: .failed))
            #expect(history.expected(of: ["grep", "bash"]).isEmpty)
        }
        let history = try #require(History(path: path))
        history.add(Self.session("grep", [30]))
        history.add(Self.session("bash", [1, 2, 3]))
        let expected = history.expected(of: ["grep", "none"])
        #expect(expected == ["grep": Event.Expected(p50: 20_000, p95: 30_000, n: 3)])
        var status = stat()
        stat(path, &status)
        #expect(status.st_mode & 0o777 == 0o600)
    }

    @Test("only the newest runs of each tool are kept")
    func small() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let history = try #require(History(path: path))
        history.add(Self.session("other", [7, 7, 7]))
        history.add(Self.session("grep", Array(repeating: 1000, count: History.kept)))
        history.add(Self.session("grep", Array(repeating: 5, count: History.kept - 1)))
        let expected = history.expected(of: ["grep", "other"])
        #expect(expected["grep"] == Event.Expected(p50: 5000, p95: 5000, n: History.kept))
        #expect(expected["other"]?.n == 3)
    }

    @Test("one that is damaged is set aside, said, and begun anew; where none can be made, there is none")
    func damaged() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "state"), withIntermediateDirectories: true)
        try Data(String(repeating: "no database at all\n", count: 500).utf8).write(to: URL(fileURLWithPath: path))
        do {
            let history = try #require(History(path: path))
            #expect(history.notice?.contains("was set aside as \(path).damaged") == true)
            history.add(Self.session("grep", [1, 2, 3]))
        }
        let again = try #require(History(path: path))
        #expect(again.notice == nil)
        #expect(again.expected(of: ["grep"]).count == 1)
        #expect(History(path: "/dev/null/history.sqlite") == nil)
    }
}
