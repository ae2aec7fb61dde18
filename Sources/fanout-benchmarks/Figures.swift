internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// What one measurement gave.
struct Figures: Sendable {
    private var fields: [(String, Double)] = []
    private var words: [(String, String)] = []

    mutating func add(_ name: String, _ word: String) { words.append((name, word)) }

    mutating func add(_ name: String, _ value: Double, digits: Int = 3) {
        var scale = 1.0
        for _ in 0..<digits {
            scale *= 10
        }
        fields.append((name, (value * scale).rounded() / scale))
    }

    func line(benchmark: String, n: Int) -> String {
        var object: JSONObject = ["benchmark": .string(benchmark), "n": .integer(Int64(n))]
        for (name, word) in words {
            object[name] = .string(word)
        }
        for (name, value) in fields {
            object[name] = Int64(exactly: value).map { .integer($0) } ?? .number(value)
        }
        return JSONValue.object(object).description
    }

    /// The most memory that the process has had resident, in MiB.
    static var peakMegabytes: Double {
        var usage = rusage()
        // 0 is RUSAGE_SELF, whose type differs from system to system.
        getrusage(0, &usage)
        #if canImport(Darwin)
            return Double(usage.ru_maxrss) / 1_048_576
        #else
            return Double(usage.ru_maxrss) / 1024
        #endif
    }
}

/// Microseconds passed, on the wall and in the process.
struct Stopwatch {
    private let wall = Self.time(CLOCK_MONOTONIC)
    private let cpu = Self.time(CLOCK_PROCESS_CPUTIME_ID)

    var wallMicroseconds: Double { Self.time(CLOCK_MONOTONIC) - wall }
    var cpuMicroseconds: Double { Self.time(CLOCK_PROCESS_CPUTIME_ID) - cpu }

    private static func time(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
    }
}
