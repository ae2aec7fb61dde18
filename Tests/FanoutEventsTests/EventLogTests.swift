import Testing

@testable import FanoutEvents

@Suite("Event log")
struct EventLogTests {
    private func progress(_ call: String, _ done: Double) -> Event.Body { .callProgress(Event.CallProgress(call: call, done: done)) }
    private func output(_ call: String, _ text: String) -> Event.Body {
        .callOutput(Event.CallOutput(call: call, text: text, stream: .stdout))
    }
    private func finished(_ call: String) -> Event.Body { .callFinished(Event.CallFinished(call: call, outcome: .ok)) }

    @Test("nothing waits any more for a loop that was left")
    func leftLoop() async {
        let log = EventLog { 0 }
        do {
            let events = log.events()
            #expect(log.readerCount == 1)
            log.post([finished("a"), finished("b")])
            for await _ in events { break }
        }
        #expect(log.readerCount == 0)
    }

    @Test("every reader gets every event in order, from when it came on")
    func readers() {
        let log = EventLog(clock: { 7 })
        let early = log.reader()
        log.post(.callStarted(Event.CallStarted(call: "a")))
        let late = log.reader()
        log.post([finished("a"), .sessionFinished(Event.SessionFinished(outcome: .ok))])
        #expect(early.take().events.map(\.body.type) == ["call.started", "call.finished", "session.finished"])
        #expect(late.take().events.map(\.body.type) == ["call.finished", "session.finished"])
        #expect(early.take().isOpen)
        log.close()
        #expect(!early.take().isOpen)
    }

    @Test("an instant is never earlier than the one before it")
    func order() {
        let times = Guarded([5, 3, 9] as [Int64])
        let log = EventLog(clock: { times.withLock { $0.removeFirst() } })
        let reader = log.reader()
        for _ in 0..<3 {
            log.post(finished("a"))
        }
        #expect(reader.take().events.map(\.t) == [5, 5, 9])
    }

    @Test("a slow reader loses progress alone, and no text of output")
    func slow() {
        let log = EventLog(clock: { 0 })
        let reader = log.reader(limit: 2)
        log.post(.callStarted(Event.CallStarted(call: "a")))
        for step in 1...100 {
            log.post(progress("a", Double(step)))
            log.post(output("a", "\(step) "))
        }
        log.post(finished("a"))
        log.post(.callStarted(Event.CallStarted(call: "a")))
        log.post(progress("a", 1))
        let events = Array(reader.take().events)
        #expect(
            events.map(\.body.type) == ["call.started", "call.progress", "call.output", "call.finished", "call.started", "call.progress"])
        #expect(events[1].body == progress("a", 100))
        #expect(events[2].body == output("a", (1...100).map { "\($0) " }.joined()))
        #expect(events[5].body == progress("a", 1))
    }

    @Test("many events posted together come whole and in order to every reader, and progress from before them is merged across")
    func together() {
        let log = EventLog(clock: { 3 })
        let readers = [log.reader(limit: 1), log.reader(limit: 1)]
        let starts = (0..<20).map { Event.Body.callStarted(Event.CallStarted(call: "c\($0)")) }
        log.post(progress("c0", 1))
        log.post(starts)
        log.post(progress("c0", 2))
        log.post(Array(starts.prefix(2)) + [progress("c1", 5), finished("c0")])
        log.post(progress("c0", 7))
        for reader in readers {
            let events = Array(reader.take().events)
            #expect(
                events.map(\.body) == [progress("c0", 2)] + starts + starts.prefix(2) + [
                    progress("c1", 5), finished("c0"), progress("c0", 7),
                ])
            #expect(events.allSatisfy { $0.t == 3 })
            #expect(reader.take().events.isEmpty)
        }
    }

    @Test("events posted one by one come in order however many wait, and progress is merged with one from long before")
    func manyAlone() {
        let log = EventLog(clock: { 0 })
        let reader = log.reader(limit: 1)
        let starts = (0..<1000).map { Event.Body.callStarted(Event.CallStarted(call: "c\($0)")) }
        log.post(progress("c0", 1))
        for start in starts {
            log.post(start)
        }
        log.post(progress("c0", 2))
        log.post(starts[0])
        #expect(reader.take().events.map(\.body) == [progress("c0", 2)] + starts + [starts[0]])
    }

    @Test("merged output is bounded, and says what was cut")
    func bounded() {
        let log = EventLog(clock: { 0 })
        let reader = log.reader(limit: 0)
        let piece = String(repeating: "x", count: 1 << 16)
        for _ in 0..<40 {
            log.post(output("a", piece))
        }
        let events = Array(reader.take().events)
        guard events.count == 1, case .callOutput(let body) = events[0].body else {
            Issue.record("not one event: \(events.count)")
            return
        }
        // Kept apart from the expectation, which would print a megabyte.
        let isBounded = body.text.utf8.count <= EventQueue.longestOutput + 100
        let saysSo = body.text.hasSuffix("x\n… more output came than this reader could take …\n")
        #expect(isBounded)
        #expect(saysSo)
    }

    @Test("a reader is woken once for what waits")
    func wake() {
        let wakes = Guarded(0)
        let log = EventLog(clock: { 0 })
        let reader = log.reader { wakes.withLock { $0 += 1 } }
        log.post(finished("a"))
        log.post(finished("b"))
        #expect(wakes.withLock { $0 } == 1)
        _ = reader.take()
        log.post(finished("c"))
        #expect(wakes.withLock { $0 } == 2)
    }
}
