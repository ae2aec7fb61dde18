/// What the headers of a refused request say about trying again, as the official clients read them.
package struct RetryAdvice: Sendable, Hashable {
    /// Nil where the server leaves it to the status.
    package var shouldRetry: Bool?
    /// Microseconds.
    package var after: Int64?

    package init(_ head: HTTPHead) {
        shouldRetry =
            switch head["x-should-retry"] {
            case "true": true
            case "false": false
            default: nil
            }
        if let text = head["retry-after-ms"], let milliseconds = Double(text) {
            after = Self.microseconds(milliseconds, 1000)
        } else if let text = head["retry-after"], let seconds = Double(text) {
            after = Self.microseconds(seconds, 1_000_000)
        } else if let text = head["retry-after"], let then = HTTPDate.seconds(text), let now = head["date"].flatMap(HTTPDate.seconds) {
            // By the server's own clock, which is the one that wrote the date.
            after = then > now ? (then - now) * 1_000_000 : nil
        }
    }

    private static func microseconds(_ value: Double, _ unit: Double) -> Int64? {
        value.isFinite && value > 0 ? Int64(min(value * unit, 1e15)) : nil
    }
}

/// The date of an HTTP header, in the one form that servers may write (RFC 9110, section 5.6.7).
enum HTTPDate {
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// Seconds since the Unix epoch of `Sun, 06 Nov 1994 08:49:37 GMT`; nil for anything else.
    static func seconds(_ text: String) -> Int64? {
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", let day = Int64(parts[1]), let month = months.firstIndex(of: String(parts[2])),
            let year = Int64(parts[3]), (1970...9999).contains(year), (1...31).contains(day)
        else { return nil }
        let time = parts[4].split(separator: ":").compactMap { Int64($0) }
        guard time.count == 3 else { return nil }
        // Days since the epoch by counting years from March, so that the leap day comes last.
        let shifted = month < 2 ? year - 1 : year
        let era = shifted / 400
        let yearOfEra = shifted % 400
        let dayOfYear = (153 * Int64((month + 10) % 12) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2]
    }
}
