internal import CSystem
internal import FanoutEvents
internal import FanoutIngest
internal import FanoutSession
internal import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What it costs to hear of what other programs do.
enum IngestBenchmarks {
    private static let followed = 100
    private static let producers = 8

    /// Follows 100 files of which nothing is heard for `n` seconds; then, 1000 times, from a line written to its lane.
    static func follow(_ n: Int) async throws -> [Figures] {
        let folder = try TemporaryFolder.create("fanout-bench")
        let paths = (0..<followed).map { "\(folder)/\($0).jsonl" }
        let files = paths.map { open($0, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600) }
        defer {
            files.forEach { close($0) }
            paths.forEach { unlink($0) }
            rmdir(folder)
        }
        func write(_ line: String, to file: Int32) {
            var text = line + "\n"
            text.withUTF8 { _ = systemWrite(file, $0.baseAddress, $0.count) }
        }
        for (number, file) in files.enumerated() {
            write(#"{"fanout":1,"session":"s\#(number)","started":"2026-11-20T14:02:00Z"}"#, to: file)
        }
        let ledger = Ledger(recorder: nil)
        let source = try FileSource(paths, session: "own", withPayloads: false, ledger: ledger)
        var ready = pollfd(fd: source.descriptor, events: Int16(POLLIN), revents: 0)
        func take() {
            repeat {
                _ = source.read(now: 0)
            } while csystem_poll(&ready, 1, 0) > 0
            ledger.settle()
        }
        take()

        let before = switches()
        let idle = Stopwatch()
        var wakeups = 0
        while idle.wallMicroseconds < Double(n) * 1e6 {
            wakeups += csystem_poll(&ready, 1, Int64(Double(n) * 1e6 - idle.wallMicroseconds)) > 0 ? 1 : 0
        }
        var figures = Figures()
        figures.add("files", Double(followed))
        figures.add("idle_cpu_us", idle.cpuMicroseconds, digits: 0)
        figures.add("idle_wakeups", Double(wakeups))
        // One, for the wait that the measurement itself ends.
        figures.add("idle_switches", Double(switches() - before))

        var times: [Double] = []
        for number in 0..<1000 {
            let watch = Stopwatch()
            write(#"{"type":"call.started","t":\#(number),"call":"c\#(number)","name":"grep"}"#, to: files[number % followed])
            while ledger.timelines.all[number % followed].laneRange.count <= number / followed {
                _ = csystem_poll(&ready, 1, -1)
                take()
            }
            times.append(watch.wallMicroseconds)
        }
        times.sort()
        figures.add("line_to_lane_p50_us", times[times.count / 2], digits: 1)
        figures.add("line_to_lane_p95_us", times[times.count * 95 / 100], digits: 1)
        return [figures]
    }

    /// `n` events of 8 programs that write as fast as they are read, each into a session of its own.
    static func sockets(_ n: Int) async throws -> [Figures] {
        let folder = try TemporaryFolder.create("fanout-bench")
        let path = "\(folder)/socket"
        let ledger = Ledger(recorder: nil)
        let source = try SocketSource(.unix(path: path), session: "own", ledger: ledger)
        defer {
            source.release()
            rmdir(folder)
        }
        let watch = Stopwatch()
        for _ in 0..<producers {
            let producer = Producer(path: path, events: n / producers)
            guard startThread("producer", { producer.run() }) else {
                throw ExecutorBenchmarks.Wrong(what: "no thread could be started")
            }
        }
        var ready = pollfd(fd: source.descriptor, events: Int16(POLLIN), revents: 0)
        var looks = 0
        while ledger.timelines.events < n / producers * producers {
            _ = csystem_poll(&ready, 1, -1)
            _ = source.read(now: 0)
            ledger.settle()
            looks += 1
        }
        let wall = watch.wallMicroseconds
        var figures = Figures()
        figures.add("producers", Double(producers))
        figures.add("events_per_s", Double(ledger.timelines.events) / wall * 1e6, digits: 0)
        figures.add("wall_ms", wall / 1000, digits: 1)
        // The producers' too, which are threads of this process.
        figures.add("cpu_us_per_event", watch.cpuMicroseconds / Double(ledger.timelines.events))
        figures.add("looks", Double(looks))
        return [figures]
    }

    /// Writes calls and their ends to a socket, some at a time.
    private final class Producer: Sendable {
        private let path: String
        private let events: Int

        init(path: String, events: Int) {
            self.path = path
            self.events = events
        }

        func run() {
            let descriptor = csystem_connect_unix(path)
            defer { close(descriptor) }
            var number = 0
            while number < events {
                var text = ""
                for _ in 0..<min(64, events - number) {
                    let call = number / 2
                    text +=
                        number % 2 == 0
                        ? #"{"type":"call.started","t":\#(number),"call":"toolu_\#(call)","name":"grep","arguments":{"q":"what is looked for"}}"#
                        : #"{"type":"call.finished","t":\#(number),"call":"toolu_\#(call)","outcome":"ok","result":"what was found"}"#
                    text += "\n"
                    number += 1
                }
                text.withUTF8 { bytes in
                    var written = 0
                    while written < bytes.count {
                        let count = write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
                        guard count > 0 else { return }
                        written += count
                    }
                }
            }
        }
    }

    /// How often the process has waited so far.
    private static func switches() -> Int {
        var usage = rusage()
        // 0 is RUSAGE_SELF, whose type differs from system to system.
        getrusage(0, &usage)
        return usage.ru_nvcsw
    }
}

/// `write(2)`, under a name that no other hides.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}
