package import FanoutEvents

/// What a file or stream of lines may be written in.
package enum StreamFormat: String, Sendable, CaseIterable {
    /// Fanout's own.
    case events
    /// A session of Claude Code, as it writes it down itself.
    case claudeTranscript = "claude"
    /// What `claude -p --output-format stream-json` prints.
    case claudeStream = "claude-stream"

    /// Begins to read a stream of it.
    package func parser(_ options: EventReader.Options) -> any StreamParser {
        switch self {
        case .events: EventLines(options)
        case .claudeTranscript: ClaudeParser(.transcript, options)
        case .claudeStream: ClaudeParser(.stream, options)
        }
    }

    /// Reads back what stands in its lines.
    func payloads() -> any PayloadReader {
        switch self {
        case .events: EventLinePayloads()
        case .claudeTranscript, .claudeStream: ClaudePayloads()
        }
    }

    /// Whether a line of it may tell of several payloads, so that places name a ``LinePart``.
    var hasParts: Bool {
        switch self {
        case .events: false
        case .claudeTranscript, .claudeStream: true
        }
    }
}
