/// A command as it is written: the word that it begins with, and what stands behind it.
struct WrittenCommand {
    let name: Substring
    /// Without the space around it.
    let argument: Substring
    /// Whether the word has ended.
    let hasArgument: Bool

    init(_ text: String) {
        let written = text.drop { $0.isWhitespace || $0 == ":" }
        name = written.prefix { !$0.isWhitespace }
        hasArgument = name.endIndex < written.endIndex
        var argument = written[name.endIndex...].drop { $0.isWhitespace }
        while argument.last?.isWhitespace == true {
            argument.removeLast()
        }
        self.argument = argument
    }
}
