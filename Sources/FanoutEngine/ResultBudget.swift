/// How much of its results the model is sent: so much of each, and so much of all.
///
/// Each call is sure of an even share of the sum; what the calls before it left of theirs is its too. So what a call is sent does not wait for
/// the others, and the sum holds.
struct ResultBudget: Sendable {
    private let limit: Int
    private let share: Int
    private var spare: Int

    init(limit: Int, sum: Int, calls: Int) {
        self.limit = max(limit, 0)
        share = max(sum, 0) / max(calls, 1)
        spare = max(sum, 0) % max(calls, 1)
    }

    /// The text as far as it may be sent; where it is cut, it says so.
    mutating func take(_ text: String) -> String {
        let allowance = share + spare
        guard text.utf8.count > min(limit, allowance) else {
            spare = allowance - text.utf8.count
            return text
        }
        let sent = Self.cut(text, to: min(limit, allowance), by: limit <= allowance ? "per result" : "for all results of the turn")
        spare = max(allowance - sent.utf8.count, 0)
        return sent
    }

    /// Cuts at a character, so that the note fits too; a limit shorter than the note leaves the note's beginning.
    static func cut(_ text: String, to limit: Int, by whose: String) -> String {
        let count = text.utf8.count
        guard count > limit else { return text }
        let note = "\n[cut here: \(count) bytes are more than the limit \(whose)]"
        guard limit > note.utf8.count else { return prefix(String(note.dropFirst()), limit) }
        return prefix(text, limit - note.utf8.count) + note
    }

    /// The longest beginning that ends at a character within so many bytes.
    private static func prefix(_ text: String, _ bytes: Int) -> String {
        guard var end = text.utf8.index(text.startIndex, offsetBy: bytes, limitedBy: text.endIndex) else { return text }
        // A character of more than 64 bytes is cut at a scalar.
        for _ in 0..<64 {
            if let start = String.Index(end, within: text) {
                return String(text[..<start])
            }
            guard end > text.startIndex else { return "" }
            end = text.utf8.index(before: end)
        }
        while end > text.startIndex, String.Index(end, within: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        return String(text.unicodeScalars[..<end])
    }
}
