package import FanoutEvents

/// What a file or stream of lines may be written in.
package enum StreamFormat: String, Sendable, CaseIterable {
    /// Fanout's own.
    case events

    /// Begins to read a stream of it.
    package func parser(_ options: EventReader.Options) -> any StreamParser {
        switch self {
        case .events: EventLines(options)
        }
    }

    /// Reads back what stands in its lines.
    func payloads() -> any PayloadReader {
        switch self {
        case .events: EventLinePayloads()
        }
    }

    /// Whether a line of it may tell of several payloads, so that places name a ``LinePart``.
    var hasParts: Bool {
        switch self {
        case .events: false
        }
    }
}
