internal import FanoutEvents

/// A word that a written command can begin with.
struct CommandWord: Sendable {
    /// What takes words of its own.
    enum Verb: Sendable {
        case theme, filter, search, sort, seek, speed, marker, idle
    }

    enum Action: Sendable {
        case verb(Verb)
        case command(Command)
    }

    var name: String
    /// What follows it; empty where nothing does.
    var argument: CleanText = ""
    var meaning: CleanText
    var action: Action

    /// Those that take words of their own.
    static let verbs = [
        CommandWord(name: "theme", argument: "NAME", meaning: "takes that theme; without a name the next", action: .verb(.theme)),
        CommandWord(
            name: "filter", argument: "tool:sql state:failed >2s text", meaning: "the lanes that pass; without terms all",
            action: .verb(.filter)),
        CommandWord(name: "search", argument: "WORDS", meaning: "the next lane with them; without words none", action: .verb(.search)),
        CommandWord(name: "sort", argument: "ORDER", meaning: "in that order, and reversed; without one the next", action: .verb(.sort)),
        CommandWord(name: "seek", argument: "PLACE", meaning: "seconds, M:SS, 50%, or a marker's name", action: .verb(.seek)),
        CommandWord(name: "speed", argument: "N", meaning: "times as fast, 0.1 to 64, or max", action: .verb(.speed)),
        CommandWord(name: "marker", argument: "NAME", meaning: "sets one here; without a name it asks for it", action: .verb(.marker)),
        CommandWord(
            name: "idle", argument: "SECONDS", meaning: "skips the rest of longer idle time; without a number on or off",
            action: .verb(.idle)),
    ]

    /// A command by its own name; nil for `command`, which would only open the line again, and for what has the name of a verb.
    static func command(_ command: Command, meaning: CleanText) -> CommandWord? {
        let isVerb = verbs.contains { $0.name == command.rawValue }
        return isVerb || command == .command
            ? nil : CommandWord(name: command.rawValue, meaning: meaning, action: .command(command))
    }

    /// Why a command cannot be done.
    struct Problem: Error, Sendable {
        var words: CleanText

        init(_ words: CleanText) { self.words = words }
    }

    /// What was written, as it is said back: with its beginning alone where it is long.
    static func quoted(_ text: some StringProtocol) -> CleanText {
        let most = 30
        let beginning = text.prefix(most)
        return "\"" + CleanText(String(String.UnicodeScalarView(beginning.unicodeScalars.prefix(most))))
            + (beginning.endIndex == text.endIndex ? "\"" : "…\"")
    }
}

extension Sequence<CommandWord> {
    /// The word that somebody wrote, or the only one that begins so.
    func word(_ written: some StringProtocol) throws(CommandWord.Problem) -> CommandWord {
        let name = written.lowercased()
        if let whole = first(where: { $0.name.lowercased() == name || name == "q" && $0.name == Command.quit.rawValue }) {
            return whole
        }
        let candidates = filter { $0.name.lowercased().hasPrefix(name) }
        if candidates.count == 1 {
            return candidates[0]
        }
        guard candidates.isEmpty else {
            let most = 8
            let names = candidates.prefix(most).map { CleanText($0.name) }.joined(separator: ", ")
            let more: CleanText = candidates.count > most ? " and " + CleanText(candidates.count - most) + " more" : ""
            throw CommandWord.Problem(CommandWord.quoted(written) + " could be " + names + more)
        }
        if let near = first(where: { Spelling.isNear($0.name.lowercased(), name) }) {
            throw CommandWord.Problem("there is no " + CommandWord.quoted(written) + "; did you mean " + CleanText(near.name) + "?")
        }
        throw CommandWord.Problem("there is no " + CommandWord.quoted(written) + "; Tab goes through what there is")
    }
}
