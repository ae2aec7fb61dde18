internal import FanoutEvents

/// What the word at the cursor of a command could become.
struct Completion: Sendable {
    /// What stands before the word, and behind it.
    var before = ""
    var after = ""
    var candidates: [String] = []
    /// The one that was put in.
    var chosen: Int?
    /// The word that the command begins with, once it is written.
    var word: CommandWord?
    /// The place of the earlier command that stands there, and what was being written before.
    var recalled: Int?
    var draft = ""

    /// Whether there is anything to say about what is written.
    var isTelling: Bool { !candidates.isEmpty || word != nil }

    /// The candidates that begin with what is written of them, whatever the case.
    mutating func offer(_ all: [String], beginning: Substring) {
        let beginning = beginning.lowercased()
        candidates = all.filter { $0.lowercased().hasPrefix(beginning) }
    }
}
