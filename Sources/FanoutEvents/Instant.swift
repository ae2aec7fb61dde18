/// Instants as the format writes them: RFC 3339 in UTC, with microseconds.
public enum Instant {
    /// Microseconds from a session's start, before and after it, within which every instant lies: 142 years.
    ///
    /// What a producer puts further away is held there, so that differences of instants, and sums of many, can be worked out.
    public static let furthest: Int64 = 1 << 52

    /// The nearest instant of a session that there can be.
    public static func held(_ t: Int64) -> Int64 { min(max(t, -furthest), furthest) }

    /// The instants since the Unix epoch that RFC 3339 has words for: those of the years 0 to 9999.
    static let written: ClosedRange<Int64> = -62_167_219_200_000_000...253_402_300_799_999_999

    /// The text of an instant in microseconds since the Unix epoch; of one beyond the years 0 to 9999 the nearest that has a text.
    public static func rfc3339(_ microseconds: Int64) -> String {
        let (date, rest) = split(min(max(microseconds, written.lowerBound), written.upperBound), by: 86_400_000_000)
        let (year, month, day) = civil(fromDays: date)
        let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1_000_000)
        return padded(year, 4) + "-" + padded(month, 2) + "-" + padded(day, 2) + "T" + padded(seconds / 3600, 2) + ":"
            + padded(seconds / 60 % 60, 2) + ":"
            + padded(seconds % 60, 2) + "." + padded(fraction, 6) + "Z"
    }

    /// Microseconds since the Unix epoch of an RFC 3339 text, with or without a fraction; nil where it is none.
    ///
    /// A date alone and a time without an offset are not RFC 3339, but common: the first is refused, the second read as UTC.
    public static func microseconds(rfc3339 text: some StringProtocol) -> Int64? {
        var bytes = Array(text.utf8)[...]
        guard let year = digits(4, &bytes), take("-", &bytes), let month = digits(2, &bytes), take("-", &bytes), let day = digits(2, &bytes)
        else { return nil }
        guard take("T", &bytes) || take("t", &bytes) || take(" ", &bytes) else { return nil }
        guard let hour = digits(2, &bytes), take(":", &bytes), let minute = digits(2, &bytes), take(":", &bytes),
            let second = digits(2, &bytes)
        else { return nil }
        guard (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second <= 60 else { return nil }
        var fraction: Int64 = 0
        if take(".", &bytes) {
            var scale: Int64 = 100_000
            while let digit = bytes.first, (0x30...0x39).contains(digit) {
                fraction += Int64(digit - 0x30) * scale
                scale /= 10
                bytes.removeFirst()
            }
        }
        var offset: Int64 = 0
        let isEast = take("+", &bytes)
        if isEast || take("-", &bytes) {
            guard let hours = digits(2, &bytes) else { return nil }
            _ = take(":", &bytes)
            guard let minutes = digits(2, &bytes) else { return nil }
            offset = (hours * 3600 + minutes * 60) * (isEast ? 1 : -1)
        } else {
            _ = take("Z", &bytes) || take("z", &bytes)
        }
        guard bytes.isEmpty else { return nil }
        let seconds = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
        let instant = seconds * 1_000_000 + fraction
        return min(max(instant, written.lowerBound), written.upperBound)
    }

    private static func take(_ character: Unicode.Scalar, _ bytes: inout ArraySlice<UInt8>) -> Bool {
        guard let first = bytes.first, UInt32(first) == character.value else { return false }
        bytes.removeFirst()
        return true
    }

    private static func digits(_ count: Int, _ bytes: inout ArraySlice<UInt8>) -> Int64? {
        guard bytes.count >= count else { return nil }
        var value: Int64 = 0
        for byte in bytes.prefix(count) {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        bytes = bytes.dropFirst(count)
        return value
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }

    private static func split(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    // Days since the epoch and back, in the proleptic Gregorian calendar, counted in eras of 400 years that begin in March
    // (https://howardhinnant.github.io/date_algorithms.html).

    private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = split(shifted, by: 400).quotient
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    private static func civil(fromDays days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let (era, dayOfEra) = split(shifted, by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth + (shiftedMonth < 10 ? 3 : -9)
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }
}
