import FanoutEvents
import FanoutIngest
import FanoutJSON
import FanoutSession
import FanoutTimeline
import Foundation
import Testing

@Suite("A recording that is read a piece at a time")
struct RecordingReadingTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "fanout-reading-\(UUID())")

    /// So many calls, one after the other, with results that fill several pieces.
    private func recording(calls: Int) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let result = String(repeating: "and so on ", count: 5000)
        var text = #"{"fanout":1,"session":"s","started":"2026-11-20T14:02:00Z"}"# + "\n"
        for call in 0..<calls {
            text += #"{"type":"call.started","t":\#(call),"call":"c\#(call)","name":"x"}"# + "\n"
            text += #"{"type":"call.finished","t":\#(call + 1),"call":"c\#(call)","outcome":"ok","result":"\#(result)"}"# + "\n"
        }
        let path = folder.appending(path: "r.fanout.jsonl").path
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    @Test("its beginning is there before its end, and in the end all of it is, with every payload")
    func pieces() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = try recording(calls: 100)
        let ledger = Ledger(recorder: nil)
        let reading = try RecordingReading(path, into: ledger)
        #expect(reading.progress == 0)
        var counts: [Int] = []
        var shares: [Double] = []
        while try reading.readOn(most: 1) {
            counts.append(ledger.timelines.events)
            shares.append(reading.progress)
            #expect(ledger.timelines[0].over == nil)
        }
        #expect(counts.count > 10)
        #expect(counts == counts.sorted() && counts[0] < 200)
        #expect(shares == shares.sorted() && reading.progress == 1)

        let whole = try SessionFile.load(path)
        #expect(ledger.timelines.events == whole.events)
        #expect(ledger.timelines[0].over == whole[0].over)
        #expect(ledger.timelines.figures() == whole.figures())
        let last = try #require(ledger.event(at: ledger.timelines[0].lane(99).result))
        guard case .callFinished(let finished) = last.body else {
            Issue.record("\(last)")
            return
        }
        #expect(finished.result?.utf8.count == 50_002)
        #expect(try !reading.readOn())
    }

    @Test("as a source it tells how far it is, and that it is over; what is wrong with it is said once")
    func source() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let ledger = Ledger(recorder: nil)
        let source = try #require(RecordingSource(try RecordingReading(try recording(calls: 200), into: ledger)))
        var news: [SourceNews] = []
        while source.descriptor >= 0 {
            news += source.read(now: 0)
        }
        #expect(news == [.notice("reading: 41 %"), .notice("reading: 83 %"), .notice("all of it is read"), .ended])
        #expect(ledger.timelines.figures().calls == 200)

        let empty = folder.appending(path: "empty").path
        try Data().write(to: URL(fileURLWithPath: empty))
        let nothing = try #require(RecordingSource(try RecordingReading(empty, into: Ledger(recorder: nil))))
        #expect(nothing.read(now: 0) == [.notice("\(empty): it is empty; a recording has a line for each event"), .ended])
    }

    @Test("a line that cannot be read is told with its file's name, where there are several")
    func names() {
        let ledger = Ledger(recorder: nil)
        let problem = EventProblem(line: 3, fault: .notAnObject)
        let first = ledger.addSource(name: "a.jsonl")
        #expect(ledger.words(of: (first, problem)) == "line 3: not a JSON object")
        let second = ledger.addSource(name: "b.jsonl")
        #expect(ledger.words(of: (first, problem)) == "a.jsonl: line 3: not a JSON object")
        #expect(ledger.words(of: (second, problem)) == "b.jsonl: line 3: not a JSON object")
    }
}
