/// What is held against arbitrary bytes: by a fuzzer for minutes, and by the tests for an instant.
public enum FuzzTarget: String, CaseIterable, Sendable {
    /// Lines to events and back.
    case reader
    /// JSON texts, mending and values.
    case json
    /// A JSON Schema on the first line, and a value after it.
    case schema
    /// The cleaning of text from outside.
    case text
    /// Events in any order, folded into lanes and figures.
    case timeline
    /// Statements with names, and the texts of a database's values.
    case sql
    /// Lists of messages as model APIs are sent them.
    case messages
    /// Sessions of Claude Code, and the stream of its answers.
    case claude
    /// What Claude Code's hooks are told.
    case hooks
    /// A user's settings, and a theme.
    case configuration

    /// Says which promise these bytes break; nil where all are kept. A trap is a broken promise too, and ends the process.
    public func brokenPromise(by bytes: [UInt8]) -> String? {
        switch self {
        case .reader: fuzzReader(bytes)
        case .json: fuzzJSON(bytes)
        case .schema: fuzzSchema(bytes)
        case .text: fuzzText(bytes)
        case .timeline: fuzzTimeline(bytes)
        case .sql: fuzzSQL(bytes)
        case .messages: fuzzMessages(bytes)
        case .claude: fuzzClaude(bytes)
        case .hooks: fuzzHooks(bytes)
        case .configuration: fuzzConfiguration(bytes)
        }
    }
}
