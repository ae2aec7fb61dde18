package import FanoutEvents
internal import FanoutJSON

extension StreamFormat {
    /// Bytes at the beginning of a stream by which its format is known at the latest.
    package static let headLength = 1 << 20

    /// Tells a stream's format by its beginning.
    ///
    /// - Parameters:
    ///   - head: The stream from its first byte.
    ///   - isWhole: Whether no more will come, or no more is to be waited for.
    /// - Returns: Nil where what has come does not tell yet. A stream that tells nothing by ``headLength`` is taken for events,
    ///   whose reader says what is wrong with it.
    package static func recognize(_ head: UnsafeRawBufferPointer, isWhole: Bool) -> StreamFormat? {
        var lines = StreamLines(longest: headLength)
        let reader = JSONReader()
        var rest = head
        while let line = lines.next(&rest) {
            if let format = format(of: line, reader) { return format }
        }
        guard isWhole || head.count >= headLength else { return nil }
        return lines.rest().flatMap { format(of: $0, reader) } ?? (isDocument(head) ? .messages : .events)
    }

    /// Whether it begins as a document over several lines that names messages and their roles.
    private static func isDocument(_ head: UnsafeRawBufferPointer) -> Bool {
        guard let first = head.first(where: { $0 > 0x20 }), first == 0x7b || first == 0x5b else { return false }
        let text = String(decoding: head.prefix(1 << 16), as: UTF8.self)
        return text.contains("\"role\"") || text.contains("\"messages\"") || text.contains("\"function_call\"")
    }

    /// The format of which a line could only be, or nil.
    private static func format(of line: StreamLines.Line, _ reader: JSONReader) -> StreamFormat? {
        guard !line.isBlank, let root = try? reader.read(padded: line.text) else { return nil }
        return allCases.first { $0.isTold(by: Names(of: root)) }
    }

    /// Whether an object with these fields is a line of this format and of no other.
    private func isTold(by names: Names) -> Bool {
        switch self {
        case .events: names.has("fanout") || names.type.map { EventReader.isType($0) } ?? false
        case .claudeTranscript: names.isClaudeTranscript
        case .claudeStream: names.isClaudeStream
        case .messages:
            names.has("messages") || names.isList && (names.has("role") || names.has("messages")) || names.has("input") && names.type == nil
        }
    }

    /// The names of an object's fields, and what it says it is.
    private struct Names {
        private var names: Set<String> = []
        private(set) var type: String?
        /// Whether they are those of a list's first item.
        private(set) var isList = false

        init(of root: JSONElement) {
            var items = root.items
            isList = items != nil
            var fields = items?.next()?.fields ?? root.fields
            while let (key, value) = fields?.next() {
                guard let name = key.string else { continue }
                names.insert(name)
                if name == "type" {
                    type = value.string
                }
            }
        }

        func has(_ name: String) -> Bool { names.contains(name) }

        /// A line of the conversation, or one of those that stand before it.
        var isClaudeTranscript: Bool {
            switch type {
            case "user", "assistant", "system", "attachment", "progress": has("sessionId") && has("uuid")
            case "summary": has("summary") && has("leafUuid")
            case "file-history-snapshot": has("messageId") && has("snapshot")
            case .some: has("sessionId")
            case nil: false
            }
        }

        var isClaudeStream: Bool {
            switch type {
            case "system", "assistant", "user", "stream_event", "result": has("session_id")
            case .some, nil: false
            }
        }
    }
}

/// Reads a stream whose format its beginning tells.
package final class RecognizingParser: StreamParser {
    /// What it was taken for, once that is known.
    package private(set) var format: StreamFormat?
    private let options: EventReader.Options
    private var parser: (any StreamParser)?
    /// What has come of a stream that is not recognized yet.
    private var head: [UInt8] = []

    package init(_ options: EventReader.Options) {
        self.options = options
    }

    package func read(_ bytes: UnsafeRawBufferPointer, arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        if let parser {
            return parser.read(bytes, arrival: arrival, into: &receiver)
        }
        head.append(contentsOf: bytes)
        begin(isWhole: false, arrival, &receiver)
    }

    package func finish(arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        begin(isWhole: true, arrival, &receiver)
        parser?.finish(arrival: arrival, into: &receiver)
    }

    /// Takes up the stream once it is recognized.
    private func begin(isWhole: Bool, _ arrival: EventReader.Arrival, _ receiver: inout some EventReceiver) {
        guard parser == nil, let found = head.withUnsafeBytes({ StreamFormat.recognize($0, isWhole: isWhole) }) else { return }
        format = found
        let begun = found.parser(options)
        parser = begun
        head.withUnsafeBytes { begun.read($0, arrival: arrival, into: &receiver) }
        head = []
    }
}
