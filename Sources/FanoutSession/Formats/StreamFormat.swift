package import FanoutEvents

/// What a file or stream of lines may be written in.
package enum StreamFormat: String, Sendable, CaseIterable {
    /// Fanout's own.
    case events
    /// A session of Claude Code, as it writes it down itself.
    case claudeTranscript = "claude"
    /// What `claude -p --output-format stream-json` prints.
    case claudeStream = "claude-stream"
    /// Lists of messages as model APIs are sent them, with calls and their results among them.
    case messages

    /// Begins to read a stream of it.
    package func parser(_ options: EventReader.Options) -> any StreamParser {
        switch self {
        case .events: EventLines(options)
        case .claudeTranscript: ClaudeParser(.transcript, options)
        case .claudeStream: ClaudeParser(.stream, options)
        case .messages: MessageLists(options)
        }
    }

    /// Reads back what stands in its lines.
    package func payloads() -> any PayloadReader {
        switch self {
        case .events, .messages: EventLinePayloads()
        case .claudeTranscript, .claudeStream: ClaudePayloads()
        }
    }

    /// Whether a line of it may tell of several payloads, so that places name a ``LinePart``.
    var hasParts: Bool {
        switch self {
        case .events, .messages: false
        case .claudeTranscript, .claudeStream: true
        }
    }

    /// Whether its payloads can be read back from where they stand. What has no lines of its own is put into events first.
    package var isPlaced: Bool {
        switch self {
        case .events, .claudeTranscript, .claudeStream: true
        case .messages: false
        }
    }

    /// What it is called in a sentence, as in "it is taken for …".
    package var words: String {
        switch self {
        case .events: "Fanout events"
        case .claudeTranscript: "a session of Claude Code"
        case .claudeStream: "stream-json of Claude Code"
        case .messages: "a list of messages"
        }
    }
}
