internal import FanoutEvents

/// Reads the instants of lines, of which many share a day.
struct ClaudeClock {
    /// The day that was read last, as its text, and the microseconds at its beginning.
    private var day: (UInt64, UInt16) = (0, 0)
    private var dayStart: Int64 = 0

    /// Microseconds since the Unix epoch of an RFC 3339 text; nil where it is none.
    mutating func instant(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard let time = Self.time(text) else {
            return Instant.microseconds(rfc3339: String(decoding: text, as: UTF8.self))
        }
        let raw = UnsafeRawBufferPointer(text)
        let date = (
            raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self), raw.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        )
        if date != day {
            guard let start = Instant.microseconds(rfc3339: String(decoding: text.prefix(10), as: UTF8.self) + "T00:00:00Z") else {
                return nil
            }
            (day, dayStart) = (date, start)
        }
        return dayStart + time
    }

    /// Microseconds of the day of `…THH:MM:SS.mmmZ`, the one form that the program itself writes.
    private static func time(_ text: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard text.count == 24, text[10] == 0x54, text[13] == 0x3a, text[16] == 0x3a, text[19] == 0x2e, text[23] == 0x5a else { return nil }
        guard let hour = number(text[11..<13]), let minute = number(text[14..<16]), let second = number(text[17..<19]),
            let millisecond = number(text[20..<23]), hour < 24, minute < 60, second <= 60
        else { return nil }
        return ((hour * 60 + minute) * 60 + second) * 1_000_000 + millisecond * 1000
    }

    private static func number(_ digits: Slice<UnsafeBufferPointer<UInt8>>) -> Int64? {
        var value: Int64 = 0
        for byte in digits {
            guard (0x30...0x39).contains(byte) else { return nil }
            value = value * 10 + Int64(byte - 0x30)
        }
        return value
    }
}
