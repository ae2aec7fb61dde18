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

    @Test("a large one, which two threads decode, is what one reader makes of it, the numbers of bad lines and all payloads included")
    func large() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let path = folder.appending(path: "large.fanout.jsonl").path
        var text = ""
        for call in 0..<20_000 {
            if call % 4000 == 0 {
                text += #"{"fanout":1,"session":"s\#(call)","started":"2026-11-20T14:02:00Z"}"# + "\n"
            }
            text += #"{"type":"call.started","t":\#(call),"call":"c\#(call)","name":"x\#(call % 7)","arguments":{"of":\#(call)}}"# + "\n\n"
            text += #"{"type":"call.finished","t":\#(call + 50),"call":"c\#(call)","outcome":"ok","result":\#(call)}"# + "\n"
            if call % 3000 == 0 {
                text += "{\"call\": \(call)\n" + String(repeating: " ", count: 70_000) + "\n"
            }
        }
        text += #"{"type":"call.started","t":"#
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        let ledger = Ledger(recorder: nil)
        let reading = try RecordingReading(path, into: ledger)
        while try reading.readOn(most: 100_000) {}

        let other = Ledger(recorder: nil)
        let source = other.addSource(file: open(path, O_RDONLY))
        var input = LedgerInput(ledger: other, source: source, isPlaced: true)
        let parser = StreamFormat.events.parser(EventReader.Options(withPayloads: false, session: "large"))
        Array(text.utf8).withUnsafeBytes { parser.read($0, arrival: .later(0), into: &input) }
        parser.finish(arrival: .later(0), into: &input)
        other.close(source: source)

        #expect(ledger.timelines.events == 40_000)
        #expect(ledger.timelines.all.count == 5 && other.timelines.all.count == 5)
        #expect(ledger.timelines.problems.map(\.problem) == other.timelines.problems.map(\.problem))
        #expect(ledger.timelines.problems.count == 8)
        for session in 0..<5 {
            #expect(ledger.timelines[session].figures(at: .max) == other.timelines[session].figures(at: .max))
            for lane in stride(from: 0, to: ledger.timelines[session].laneRange.count, by: 171) {
                let here = ledger.event(at: ledger.timelines[session].lane(lane).result)
                #expect(here != nil && here == other.event(at: other.timelines[session].lane(lane).result))
            }
        }
    }

    @Test("who leaves it in the middle leaves nobody behind, and who comes too early is told")
    func left() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        for _ in 0..<20 {
            let ledger = Ledger(recorder: nil)
            let reading = try RecordingReading(try recording(calls: 60), into: ledger)
            #expect(try reading.readOn(most: 1))
        }
        #expect(throws: SessionError.self) { try RecordingReading(folder.path, into: Ledger(recorder: nil)) }
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
