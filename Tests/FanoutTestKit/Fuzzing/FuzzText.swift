internal import FanoutEvents

/// Text from outside comes out harmless, and stays so when it is wrapped.
func fuzzText(_ bytes: [UInt8]) -> String? {
    let outside = String(decoding: bytes, as: UTF8.self)
    if let broken = CleanTextPromises.broken(by: outside) {
        return broken
    }
    let line = CleanText(outside)
    for limit in [1, 2, 7] {
        let pieces = line.wrapped(columns: limit)
        if pieces.joined() != line {
            return "wrapped in \(limit) columns it says something else"
        }
        // A wide character has no room in a single column.
        if pieces.contains(where: { $0.columns > max(limit, 2) }) {
            return "a piece is wider than \(limit) columns"
        }
    }
    return nil
}
