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

/// What the dashboard costs: a picture of each view, a key while events arrive, a search, and a session that never ends.
enum ScreenBenchmarks {
    private static let tools = ["grep", "read_file", "web_fetch", "bash", "edit", "search", "sql", "pytest"]

    /// A session that goes on, with a dashboard on it.
    private struct Scene {
        var timelines = Timelines()
        var dashboard = Dashboard(source: "bench", playhead: .live(), isReplay: false)
        var width = 200
        var height = 60
        var now: Int64 = 0
        private var calls = 0

        init(sessions: Int = 1) {
            for session in 0..<sessions {
                timelines.open(Header(session: "bench\(session)", started: 0), session: session, source: 0)
            }
        }

        mutating func apply(_ event: Event, session: Int = 0) {
            timelines.apply(event, session: session, source: 0, place: .none)
            now = max(now, event.t)
        }

        /// Starts a call; two of three go on, and some fail.
        mutating func call(_ t: Int64, turn: Int, session: Int = 0, ends: Bool? = nil) {
            let id = "c\(calls)"
            let name = ScreenBenchmarks.tools[calls % ScreenBenchmarks.tools.count]
            apply(
                Event(t: t, .callRequested(Event.CallRequested(turn: turn, call: id, name: name, index: calls))), session: session)
            apply(Event(t: t + 1000, .callStarted(Event.CallStarted(call: id, attempt: 1))), session: session)
            if ends ?? (calls % 3 == 0) {
                let outcome: Event.Outcome = calls % 12 == 0 ? .failed : .ok
                apply(Event(t: t + 300_000, .callFinished(Event.CallFinished(call: id, outcome: outcome))), session: session)
            }
            calls += 1
        }

        var input: Dashboard.Input {
            Dashboard.Input(timelines: timelines, event: { _ in nil }, width: width, height: height, clock: now, now: now)
        }

        mutating func press(_ keys: Key...) {
            for key in keys { _ = dashboard.handle(key, input) }
        }

        mutating func type(_ text: String) {
            for scalar in text.unicodeScalars { press(.character(scalar)) }
        }
    }

    /// Draws each view of a live run with `n` lanes at 200×60, each picture a thirtieth of a second after the last.
    static func views(_ n: Int) async throws -> [Figures] {
        let views: [(String, (inout Scene) -> Void)] = [
            ("lanes", { _ in }), ("detail", { $0.press("j", .enter) }), ("zoomed", { $0.press("j", "+", "+", "h") }),
            (
                "filtered",
                { scene in
                    scene.press("f")
                    scene.type("tool:bash,grep state:open")
                    scene.press(.enter)
                }
            ),
            (
                "searched",
                { scene in
                    scene.press("/")
                    scene.type("re")
                    scene.press(.enter)
                }
            ),
            ("sorted", { $0.press("s") }), ("folded", { $0.press("Z") }), ("keys", { $0.press("?") }),
            ("statistics", { $0.press(.function(6)) }), ("sessions", { $0.press(.function(7)) }),
            ("transcript", { $0.press(.function(8)) }),
        ]
        return views.map { name, open in
            var scene = Scene(sessions: 8)
            for session in 0..<8 {
                scene.apply(Event(t: 0, .turnStarted(Event.TurnStarted(turn: 1))), session: session)
                for lane in 0..<n { scene.call(Int64(lane) * 5000, turn: 1, session: session) }
            }
            scene.now += 1_000_000
            _ = scene.dashboard.frame(scene.input)
            open(&scene)
            var times: [Double] = []
            for _ in 0..<600 {
                scene.now += 33_333
                let input = scene.input
                let watch = Stopwatch()
                if scene.dashboard.isSearching(input) { scene.dashboard.searchOn(input) }
                let frame = scene.dashboard.frame(input)
                times.append(watch.wallMicroseconds)
                precondition(frame.width == 200)
            }
            var figures = Figures()
            figures.add("view", name)
            add(times, to: &figures)
            return figures
        }
    }

    /// Answers a key with its picture while 10,000 events a second arrive, in all views and orders of the lanes: with each key, what came since the
    /// last picture is taken first. The time is that from the key to the picture in memory, behind the events that were there before it.
    static func keys(_ n: Int) async throws -> [Figures] {
        var scene = Scene()
        (scene.width, scene.height) = (120, 40)
        var events = stream(until: Int64(n) * 33_333).makeIterator()
        var waiting = events.next()
        let keys: [Key] = [
            "j", "k", .enter, "J", .tab, .escape, "+", "h", "l", "-", "=", "e", "z", "z", "s", "j", "G", "S", "g", .function(6), "j",
            .function(5),
            "n", "F",
        ]
        // What has all lanes put in another order, or counted, is told apart: the first time it looks at each of them.
        let heavy: [Key: String] = ["s": "order", .function(6): "statistics"]
        var times: [String: [Double]] = [:]
        for step in 0..<n {
            let watch = Stopwatch()
            while let event = waiting, event.t <= Int64(step + 1) * 33_333 {
                scene.apply(event)
                waiting = events.next()
            }
            scene.now = Int64(step + 1) * 33_333
            let key = keys[step % keys.count]
            scene.press(key)
            let frame = scene.dashboard.frame(scene.input)
            times["all", default: []].append(watch.wallMicroseconds)
            times[heavy[key] ?? "others", default: []].append(watch.wallMicroseconds)
            precondition(frame.width == 120)
        }
        var first: [String: Double] = [:]
        for (key, name) in heavy {
            scene.dashboard = Dashboard(source: "bench", playhead: .live(), isReplay: false)
            _ = scene.dashboard.frame(scene.input)
            let watch = Stopwatch()
            scene.press(key)
            _ = scene.dashboard.frame(scene.input)
            first[name] = watch.wallMicroseconds
        }
        return ["all", "others", "order", "statistics"].map { name in
            var figures = Figures()
            figures.add("keys", name)
            add(times[name] ?? [0], to: &figures)
            if let first = first[name] { figures.add("first_us", first, digits: 1) }
            figures.add("events", Double(scene.timelines.events))
            return figures
        }
    }

    /// Events of calls that begin every 300 µs and run for 0.3 s or, one in ten, for 3 s, in turns of a second.
    private static func stream(until end: Int64) -> [Event] {
        var events: [Event] = []
        var turn = 0
        for call in 0..<Int(end / 300) {
            let t = Int64(call) * 300
            if t / 1_000_000 >= Int64(turn) {
                turn += 1
                events.append(Event(t: t, .turnStarted(Event.TurnStarted(turn: turn))))
            }
            let id = "toolu_01xxxxxxxxxxxx\(call)"
            events.append(Event(t: t, .callRequested(Event.CallRequested(turn: turn, call: id, name: tools[call % 8], index: nil))))
            events.append(Event(t: t + 1000, .callStarted(Event.CallStarted(call: id, attempt: 1))))
            let outcome: Event.Outcome = call % 50 == 0 ? .failed : .ok
            events.append(
                Event(t: t + (call % 10 == 0 ? 3_000_000 : 300_000), .callFinished(Event.CallFinished(call: id, outcome: outcome))))
        }
        return events.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
    }

    /// Filters and searches a recording of `n` events: from a key to its first picture, and until all of it was looked at.
    static func search(_ n: Int) async throws -> [Figures] {
        let path = try ViewerBenchmarks.recording(of: n)
        defer { unlink(path) }
        let ledger = Ledger(recorder: nil)
        try ledger.load(path)
        let end = ledger.timelines[0].last
        let looks: [(String, Key, String)] = [
            ("filter by tool and state", "f", "tool:bash state:failed"), ("filter by time", "f", ">350ms"),
            ("filter by text", "f", "module7"),
            ("search", "/", "what it"), ("search for nothing there", "/", "no such words"),
        ]
        return looks.map { name, key, text in
            var dashboard = Dashboard(source: "bench", playhead: .replay(from: end, at: 0, speed: 1, isPaused: true), isReplay: true)
            let input = Dashboard.Input(
                timelines: ledger.timelines, event: { ledger.event(at: $0) }, width: 200, height: 60, clock: end, now: end)
            _ = dashboard.frame(input)
            var figures = Figures()
            figures.add("look", name)
            var longest = 0.0
            _ = dashboard.handle(key, input)
            for scalar in text.unicodeScalars {
                let watch = Stopwatch()
                _ = dashboard.handle(.character(scalar), input)
                _ = dashboard.frame(input)
                longest = max(longest, watch.wallMicroseconds)
            }
            figures.add("first_picture_ms", longest / 1000, digits: 2)
            let whole = Stopwatch()
            var slice = 0.0
            while dashboard.isSearching(input) {
                let watch = Stopwatch()
                dashboard.searchOn(input)
                slice = max(slice, watch.wallMicroseconds)
            }
            figures.add("whole_ms", whole.wallMicroseconds / 1000, digits: 1)
            figures.add("longest_slice_ms", slice / 1000, digits: 2)
            let watch = Stopwatch()
            _ = dashboard.frame(input)
            figures.add("last_picture_ms", watch.wallMicroseconds / 1000, digits: 2)
            return figures
        }
    }

    /// Takes `n` events at 10,000 a second of the session's time while 10,000 calls are kept, and looks at them now and then: once in turns of 20
    /// calls, once in calls of no turn.
    static func keep(_ n: Int) async throws -> [Figures] {
        [true, false].map { hasTurns in
            var scene = Scene()
            (scene.width, scene.height) = (120, 40)
            var figures = Figures()
            figures.add("calls", hasTurns ? "in turns" : "of no turn")
            var early = 0.0
            var most = 0.0
            var call = 0
            var events = 0
            let watch = Stopwatch()
            while events < n {
                let t = Int64(events) * 100
                let turn = hasTurns ? call / 20 + 1 : nil
                let id = "toolu_01xxxxxxxxxxxx\(call)"
                scene.apply(
                    Event(
                        t: t,
                        .callRequested(
                            Event.CallRequested(turn: turn, call: id, name: tools[call % 8], index: turn == nil ? nil : call % 20))))
                scene.apply(Event(t: t + 100, .callStarted(Event.CallStarted(call: id, attempt: 1))))
                scene.apply(Event(t: t + 200, .callFinished(Event.CallFinished(call: id, outcome: call % 50 == 0 ? .failed : .ok))))
                (call, events) = (call + 1, events + 3)
                if call % 1000 == 0 {
                    scene.timelines.settle()
                    scene.timelines.forget(keeping: 10_000)
                    _ = scene.dashboard.frame(scene.input)
                }
                if call % 100_000 == 0 {
                    let now = residentMegabytes
                    most = max(most, now)
                    if events <= max(n / 10, 300_000) { early = max(early, now) }
                }
            }
            figures.add("us_per_event", watch.wallMicroseconds / Double(max(1, events)))
            figures.add("early_mb", early, digits: 1)
            figures.add("most_mb", most, digits: 1)
            figures.add("last_mb", residentMegabytes, digits: 1)
            figures.add("kept", Double(scene.timelines[0].laneRange.count))
            return figures
        }
    }

    private static func add(_ times: [Double], to figures: inout Figures) {
        let sorted = times.sorted()
        figures.add("p50_us", sorted[sorted.count / 2], digits: 1)
        figures.add("p95_us", sorted[sorted.count * 95 / 100], digits: 1)
    }

    /// What the process has resident now, in MiB; 0 where the system does not say.
    private static var residentMegabytes: Double {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var text = [CChar](repeating: 0, count: 128)
        guard fgets(&text, Int32(text.count), file) != nil else { return 0 }
        let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(separator: " ")
        let pages = words.count > 1 ? Double(words[1]) ?? 0 : 0
        return pages * Double(sysconf(Int32(_SC_PAGESIZE))) / 1_048_576
    }
}
