#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Tells by its first bytes that a line holds nothing to be shown, so that it need not be parsed.
enum ClaudeLook {
    /// Types of lines that only the program itself reads; a request's copy of earlier messages is the largest by far.
    private static let idleTypes: [StaticString] = [
        "api-request-blob", "api-request-shape", "atis-latch", "tools-used", "last-prompt", "cost-state", "file-history-snapshot",
        "attribution-snapshot", "content-replacement", "worktree-state", "mode", "permission-mode", "tag", "agent-name", "pr-link",
        "progress",
    ]
    private static let type: StaticString = "{\"type\":\""
    private static let attachment: StaticString = "\"attachment\":{\"type\":\""
    private static let queued: StaticString = "queued_command\""
    /// Bytes in which what tells stands: two ids, and the names of four fields.
    private static let farthest = 220

    static func isIdle(_ line: UnsafeBufferPointer<UInt8>) -> Bool {
        guard line.count > 12, let start = line.baseAddress else { return false }
        if begins(start, line.count, with: type) {
            let word = start + type.utf8CodeUnitCount
            let count = line.count - type.utf8CodeUnitCount
            return idleTypes.contains {
                begins(word, count, with: $0) && count > $0.utf8CodeUnitCount && word[$0.utf8CodeUnitCount] == 0x22
            }
        }
        // Reminders of the program to the model, but for prompts that were typed while it worked.
        var place = 1
        while place < min(line.count, farthest) {
            // Before it stand an id and flags, in which nothing is escaped; else it could be part of a text.
            guard line[place] != 0x5c, line[place] != 0x7b else { return false }
            if line[place] == 0x22, begins(start + place, line.count - place, with: attachment) {
                let word = place + attachment.utf8CodeUnitCount
                return !begins(start + word, line.count - word, with: queued)
            }
            place += 1
        }
        return false
    }

    private static func begins(_ start: UnsafePointer<UInt8>, _ count: Int, with word: StaticString) -> Bool {
        count >= word.utf8CodeUnitCount && memcmp(start, word.utf8Start, word.utf8CodeUnitCount) == 0
    }
}
