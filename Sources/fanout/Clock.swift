#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The only clock of the program; everything else is handed instants.
enum Clock {
    /// Microseconds of a clock that never goes back.
    static func monotonic() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }

    /// Microseconds since the Unix epoch.
    static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
    }
}

/// Names for new sessions.
enum SessionName {
    /// Sixteen hexadecimal digits from the system's random numbers.
    static func random() -> String {
        let number = UInt64.random(in: .min ... .max)
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
