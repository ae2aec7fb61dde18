package import FanoutJSON

/// A line of a stream that could not be taken as it stands.
public struct EventProblem: Error, Sendable, Hashable, CustomStringConvertible {
    /// From 1, of the stream.
    public var line: Int
    public var fault: Fault

    public init(line: Int, fault: Fault) {
        self.line = line
        self.fault = fault
    }

    public enum Fault: Error, Sendable, Hashable {
        case notJSON(offset: Int, reason: String)
        case notAnObject
        /// Neither a type nor the mark of a header.
        case noType
        case badHeader
        case otherVersion(Int64)
        /// A field without which the event means nothing.
        case missing(String)
        case tooLong(limit: Int)
        /// A document without a list of messages, in a stream of such.
        case noMessages
        /// The last line has no end: its writer was cut off, or still writes.
        case torn

        package static func notJSON(_ error: JSONError) -> Fault { .notJSON(offset: error.offset, reason: error.reason) }
    }

    public var description: String { "line \(line): \(fault)" }
}

extension EventProblem.Fault: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notJSON(let offset, let reason): "not JSON: \(reason), at byte \(offset)"
        case .notAnObject: "not a JSON object"
        case .noType: "neither an event (it has no \"type\") nor a header (it has no \"fanout\")"
        case .badHeader: "a header needs \"fanout\", \"session\" and \"started\" (RFC 3339)"
        case .otherVersion(let version): "a header of version \(version) of the format, and this program reads version \(Header.version)"
        case .missing(let field): "the event has no \"\(field)\""
        case .noMessages: "no list of messages"
        case .tooLong(let limit): "longer than \(limit >> 20 > 0 ? "\(limit >> 20) MiB" : "\(limit) bytes")"
        case .torn: "torn: the stream ended in the middle of it"
        }
    }
}
