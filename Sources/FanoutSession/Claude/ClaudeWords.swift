/// What a line of the user's role says: a prompt, or what the program itself put there.
enum ClaudeWords: Equatable {
    /// What somebody typed.
    case prompt(String)
    /// What the program tells.
    case notice(String)
    /// The user broke off.
    case interruption
    /// Work in the background ended: its call, where that is named, its task, and what is said of it.
    case taskEnd(call: String?, task: String?, text: String)
    /// Meant for the model alone.
    case hidden

    init(_ text: String) {
        let trimmed = text.drop { $0.isWhitespace }
        guard trimmed.first == "<" || trimmed.first == "[" else {
            self = trimmed.isEmpty ? .hidden : .prompt(text)
            return
        }
        func part(_ tag: String) -> String? { Self.part(tag, of: trimmed) }
        if trimmed.hasPrefix("[Request interrupted by user") {
            self = .interruption
        } else if trimmed.hasPrefix("<task-notification>") {
            self = .taskEnd(call: part("tool-use-id"), task: part("task-id"), text: part("summary") ?? part("status") ?? "a task ended")
        } else if trimmed.hasPrefix("<command-name>") || trimmed.hasPrefix("<command-message>") {
            let words = [part("command-name"), part("command-args")].compactMap { $0 }.filter { !$0.isEmpty }
            self = words.isEmpty ? .hidden : .prompt(words.joined(separator: " "))
        } else if trimmed.hasPrefix("<bash-input>") {
            self = .prompt("! " + (part("bash-input") ?? ""))
        } else if trimmed.hasPrefix("<local-command-stdout>") || trimmed.hasPrefix("<local-command-stderr>") {
            self = Self.told(part("local-command-stdout") ?? part("local-command-stderr") ?? "")
        } else if trimmed.hasPrefix("<bash-stdout>") || trimmed.hasPrefix("<bash-stderr>") {
            self = Self.told([part("bash-stdout"), part("bash-stderr")].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: "\n"))
        } else if trimmed.hasPrefix("<system-reminder>") || trimmed.hasPrefix("<local-command-caveat>") || trimmed.hasPrefix("<ide_") {
            self = .hidden
        } else {
            self = .prompt(text)
        }
    }

    private static func told(_ text: String) -> ClaudeWords { text.isEmpty ? .hidden : .notice(text) }

    /// What stands between a tag and its end.
    private static func part(_ tag: String, of text: Substring) -> String? {
        guard let start = text.firstRange(of: "<\(tag)>"), let end = text[start.upperBound...].firstRange(of: "</\(tag)>") else {
            return nil
        }
        return String(text[start.upperBound..<end.lowerBound])
    }
}
