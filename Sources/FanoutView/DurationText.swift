package import FanoutEvents

/// Durations and instants in the fewest letters that tell what matters.
package enum DurationText {
    /// A length of time: `45ms`, `8.2s`, `1m09s`, `2h05m`, `3d04h`.
    package static func length(_ microseconds: Int64) -> CleanText {
        let us = max(0, Instant.held(microseconds))
        if us < 1000 { return us == 0 ? "0ms" : "<1ms" }
        if us < 99_950 { return CleanText((us + 500) / 1000) + "ms" }
        if us < 59_950_000 { return tenths((us + 50_000) / 100_000) + "s" }
        let seconds = (us + 500_000) / 1_000_000
        if seconds < 3600 { return CleanText(seconds / 60) + "m" + two(seconds % 60) + "s" }
        if seconds < 86_400 { return CleanText(seconds / 3600) + "h" + two(seconds / 60 % 60) + "m" }
        return CleanText(seconds / 86_400) + "d" + two(seconds / 3600 % 24) + "h"
    }

    /// A place in a session: `0:37.2`, `1:02:20`; tenths where they are asked for.
    package static func position(_ microseconds: Int64, withTenths: Bool = true) -> CleanText {
        let sign: CleanText = microseconds < 0 ? "-" : ""
        let us = microseconds.magnitude
        let seconds = Int64(us / 1_000_000)
        let tail: CleanText = withTenths ? "." + CleanText(us / 100_000 % 10) : ""
        let minutes = seconds / 60
        if minutes < 60 { return sign + CleanText(minutes) + ":" + two(seconds % 60) + tail }
        return sign + CleanText(minutes / 60) + ":" + two(minutes % 60) + ":" + two(seconds % 60) + tail
    }

    /// A label on an axis whose labels are `step` apart: no digit more than tells them apart.
    package static func tick(_ microseconds: Int64, step: Int64) -> CleanText {
        if microseconds == 0 { return "0" }
        let sign: CleanText = microseconds < 0 ? "-" : ""
        let us = Int64(Instant.held(microseconds).magnitude)
        if us >= 60_000_000, step >= 1_000_000 { return sign + position(us, withTenths: false) }
        if us < 1_000_000, step < 100_000 {
            return step < 1000 ? sign + decimal(us, unit: 1000, step: step) + "ms" : sign + CleanText(us / 1000) + "ms"
        }
        return sign + decimal(us, unit: 1_000_000, step: step) + "s"
    }

    /// A ratio: `3.3x`.
    package static func ratio(_ value: Double) -> CleanText {
        value >= 100 ? CleanText(Int64(min(value, 1e15))) + "x" : tenths(Int64(value * 10 + 0.5)) + "x"
    }

    private static func tenths(_ value: Int64) -> CleanText {
        CleanText(value / 10) + "." + CleanText(value % 10)
    }

    private static func two(_ value: Int64) -> CleanText {
        value < 10 ? "0" + CleanText(value) : CleanText(value)
    }

    /// `us / unit` with as many decimals as the step has.
    private static func decimal(_ us: Int64, unit: Int64, step: Int64) -> CleanText {
        var digits: CleanText = ""
        var rest = us % unit
        var place = unit
        var left = step % unit
        while left > 0, place > 1 {
            place /= 10
            digits += CleanText(rest / place)
            rest %= place
            left %= place
        }
        let whole = CleanText(us / unit)
        return digits.isEmpty ? whole : whole + "." + digits
    }
}
