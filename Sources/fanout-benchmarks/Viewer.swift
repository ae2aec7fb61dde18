internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What a recording costs: to read, to go to an instant of, to draw.
enum ViewerBenchmarks {
    /// Reads a recording of `n` events into a timeline, payloads left in place.
    static func read(_ n: Int) async throws -> [Figures] {
        let path = try recording(of: n)
        defer { unlink(path) }
        // A process of its own would show the same peak; the generator writes line by line and holds nothing.
        let bytes = size(of: path)
        var figures = Figures()
        let start = Stopwatch()
        let timelines = try SessionFile.load(path)
        let (wall, cpu) = (start.wallMicroseconds, start.cpuMicroseconds)
        figures.add("wall_ms", wall / 1000, digits: 1)
        // Of two threads.
        figures.add("cpu_ms", cpu / 1000, digits: 1)
        figures.add("peak_mb", Figures.peakMegabytes, digits: 1)
        figures.add("megabytes", Double(bytes) / 1e6, digits: 1)
        figures.add("events", Double(timelines.events))
        figures.add("calls", Double(timelines[0].laneRange.count))
        return [figures]
    }

    /// Goes to instants all over a recording of `n` events, and finds the rows, states and figures of a screen there.
    static func seek(_ n: Int) async throws -> [Figures] {
        let path = try recording(of: n)
        defer { unlink(path) }
        let timeline = try SessionFile.load(path)[0]
        let extent = timeline.extent
        let length = extent.upperBound - extent.lowerBound
        var forwards: [Double] = []
        var back: [Double] = []
        for step in 1...500 {
            let place = Int64(step) * 7919 % 1000
            for (isBack, share) in [(false, place), (true, 1000 - place)] {
                let t = extent.lowerBound + length / 1000 * share
                let watch = Stopwatch()
                look(timeline, at: t)
                if isBack {
                    back.append(watch.wallMicroseconds)
                } else {
                    forwards.append(watch.wallMicroseconds)
                }
            }
        }
        var figures = Figures()
        for (name, times) in [("forwards", forwards.sorted()), ("back", back.sorted())] {
            figures.add("\(name)_p50_us", times[times.count / 2], digits: 1)
            figures.add("\(name)_p95_us", times[times.count * 95 / 100], digits: 1)
            figures.add("\(name)_max_us", times[times.count - 1], digits: 1)
        }
        return [figures]
    }

    private static func look(_ timeline: Timeline, at t: Int64) {
        let rows = RowList(timeline, at: t)
        let seen = rows.rows(from: max(0, rows.count - 34), limit: 34)
        var running = 0
        for lane in seen.compactMap(\.lane) {
            if case .running = timeline.state(of: lane, at: t) {
                running += 1
            }
        }
        if let turn = rows.turns.last {
            running += timeline.figures(ofTurn: turn, at: t).running
        }
        running += timeline.concurrency(from: t - 10_000_000, to: t, count: 80).reduce(0, +)
        precondition(running >= 0)
    }

    /// Draws frames of a live run with `n` lanes at 120×40, each a thirtieth of a second after the last; and of the same played, while a
    /// change comes between any two frames.
    static func frame(_ n: Int) async throws -> [Figures] {
        var timelines = Timelines()
        timelines.open(Header(session: "bench", started: 0), session: 0, source: 0)
        func apply(_ event: Event) { timelines.apply(event, session: 0, source: 0, place: .none) }
        apply(Event(t: 0, .turnStarted(Event.TurnStarted(turn: 1))))
        let tools = ["grep", "read_file", "web_fetch", "bash", "edit", "search", "sql", "pytest"]
        for lane in 0..<n {
            let t = Int64(lane) * 5000
            apply(Event(t: t, .callRequested(Event.CallRequested(turn: 1, call: "c\(lane)", name: tools[lane % 8], index: lane))))
            apply(Event(t: t + 1000, .callStarted(Event.CallStarted(call: "c\(lane)", attempt: 1))))
            if lane % 3 == 0 {
                apply(Event(t: t + 300_000, .callFinished(Event.CallFinished(call: "c\(lane)", outcome: lane % 12 == 0 ? .failed : .ok))))
            }
        }
        let start = Int64(n) * 5000 + 1_000_000
        var figures = Figures()
        for (name, isReplay) in [("", false), ("replay_", true)] {
            let playhead: Playhead = isReplay ? .replay(from: 0, at: start, speed: 1, isPaused: false) : .live()
            var dashboard = Dashboard(source: "bench", playhead: playhead, isReplay: isReplay)
            dashboard.transport.skipsIdle = isReplay
            var times: [Double] = []
            for step in 0..<600 {
                let now = start + Int64(step) * 33_333
                if isReplay {
                    apply(Event(t: now, .callProgress(Event.CallProgress(call: "c1", done: Double(step), total: 600))))
                }
                let watch = Stopwatch()
                let frame = dashboard.frame(
                    Dashboard.Input(timelines: timelines, event: { _ in nil }, width: 120, height: 40, clock: now, now: now))
                times.append(watch.wallMicroseconds)
                precondition(frame.width == 120)
            }
            times.sort()
            figures.add("\(name)p50_us", times[times.count / 2], digits: 1)
            figures.add("\(name)p95_us", times[times.count * 95 / 100], digits: 1)
        }
        return [figures]
    }

    /// Draws the transcript of a reply of `n` pieces in a recording: at first, when nothing changes, while it is scrolled, and with a piece more
    /// each time.
    static func transcript(_ n: Int) async throws -> [Figures] {
        let path = "/tmp/fanout-benchmark-\(getpid()).fanout.jsonl"
        unlink(path)
        let recorder = try Recorder.create(path)
        defer { unlink(path) }
        recorder.write(Header(session: "bench", started: 0))
        func write(_ t: Int64, _ body: Event.Body) { _ = recorder.write(Event(t: t, body), of: "bench") }
        func piece(_ number: Int) -> Event.Body {
            .modelOutput(
                Event.ModelOutput(turn: 1, request: "r1", kind: .text, text: number % 12 == 0 ? "and so on.\n" : "some more words "))
        }
        write(0, .turnStarted(Event.TurnStarted(turn: 1)))
        write(0, .message(Event.Message(role: "user", text: "Tell me all of it.", turn: 1)))
        write(0, .modelStarted(Event.ModelStarted(turn: 1, request: "r1", model: "m")))
        for number in 0..<n + 600 {
            write(Int64(number) * 1000, piece(number))
        }
        recorder.flush()
        let ledger = Ledger(recorder: nil)
        try ledger.load(path)
        let end = Int64(n) * 1000
        var dashboard = Dashboard(
            source: "bench", playhead: .replay(from: end, at: 0, speed: 1, isPaused: true), isReplay: true)
        func input(_ t: Int64) -> Dashboard.Input {
            Dashboard.Input(timelines: ledger.timelines, event: { ledger.event(at: $0) }, width: 120, height: 40, clock: t, now: t)
        }
        _ = dashboard.handle(.function(8), input(0))
        var figures = Figures()
        func measure(_ name: String, _ count: Int, _ before: (Int) -> Void = { _ in }) {
            var times: [Double] = []
            for step in 0..<count {
                before(step)
                let watch = Stopwatch()
                let frame = dashboard.frame(input(0))
                times.append(watch.wallMicroseconds)
                precondition(frame.width == 120)
            }
            times.sort()
            figures.add("\(name)_p50_us", times[times.count / 2], digits: 1)
            figures.add("\(name)_p95_us", times[times.count * 95 / 100], digits: 1)
        }
        measure("first", 1)
        measure("unchanged", 600)
        measure("scrolled", 600) { _ in _ = dashboard.handle("k", input(0)) }
        measure("growing", 600) { step in
            dashboard.playhead.hold(at: end + Int64(step) * 1000)
            _ = dashboard.handle("G", input(0))
        }
        return [figures]
    }

    // MARK: The recording

    private static func size(of path: String) -> Int64 {
        var status = stat()
        stat(path, &status)
        return Int64(status.st_size)
    }

    /// A recording of so many events in a temporary file: turns of twenty calls of five events, ids of 29 characters.
    static func recording(of n: Int) throws -> String {
        let path = "/tmp/fanout-benchmark-\(getpid()).fanout.jsonl"
        unlink(path)
        let recorder = try Recorder.create(path)
        recorder.write(Header(session: "bench", started: 0))
        let tools = ["grep", "read_file", "web_fetch", "bash", "edit", "search", "sql", "pytest"]
        var written = 0
        var call = 0
        var turn = 0
        func write(_ t: Int64, _ body: Event.Body) {
            guard written < n else { return }
            _ = recorder.write(Event(t: t, body), of: "bench")
            written += 1
            if written % 10_000 == 0 {
                recorder.flush()
            }
        }
        while written < n {
            turn += 1
            let start = Int64(turn) * 1_000_000
            write(start, .turnStarted(Event.TurnStarted(turn: turn)))
            let ids = (0..<20).map { offset in
                let digits = String(call + offset)
                return "toolu_01" + String(repeating: "x", count: 21 - digits.count) + digits
            }
            for (index, id) in ids.enumerated() {
                var requested = Event.CallRequested(turn: turn, call: id, name: tools[index % 8], index: index)
                requested.arguments = JSONText(["path": .string("Sources/Module\(index)/File.swift"), "line": .integer(Int64(call))])
                write(start + 1000, .callRequested(requested))
            }
            for (index, id) in ids.enumerated() {
                write(start + 2000 + Int64(index), .callStarted(Event.CallStarted(call: id, attempt: 1)))
            }
            for (index, id) in ids.enumerated() {
                write(start + 100_000 + Int64(index), .callProgress(Event.CallProgress(call: id, done: Double(index), total: 20)))
                write(
                    start + 200_000 + Int64(index),
                    .callOutput(Event.CallOutput(call: id, text: "line \(index) of what it found\n", stream: .stdout)))
            }
            for (index, id) in ids.enumerated() {
                let outcome: Event.Outcome = index == 7 ? .failed : .ok
                let error = index == 7 ? CallError(.exitStatus, "exit 1") : nil
                let result = Event.CallFinished(
                    call: id, outcome: outcome, error: error, result: JSONText(.string(String(repeating: "what it found; ", count: 6))))
                write(start + 500_000 + Int64(index) * 10_000, .callFinished(result))
            }
            write(start + 800_000, .turnFinished(Event.TurnFinished(turn: turn, outcome: .ok)))
            call += 20
        }
        recorder.flush()
        return path
    }
}
