extension Int64 {
    /// Microseconds out of a number with a unit: `500us`, `200ms`, `1.5s`, `5m`, `1h`; nil where it is none, or no length of time.
    package init?(durationText text: String) {
        let units: [(String, Double)] = [("us", 1), ("ms", 1000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000)]
        guard let unit = units.first(where: { text.hasSuffix($0.0) }), let number = Double(text.dropLast(unit.0.count)) else { return nil }
        let microseconds = number * unit.1
        guard microseconds >= 0, microseconds < 1e15 else { return nil }
        self = Int64(microseconds)
    }
}
