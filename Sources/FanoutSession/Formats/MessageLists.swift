internal import FanoutEvents
internal import FanoutJSON

/// Reads lists of messages as model APIs are sent them: one document, or one a line as data for fine-tuning is kept.
///
/// Each list is a session of its own. Nothing in it tells when something happened: only the order is known.
final class MessageLists: StreamParser {
    private let options: EventReader.Options
    private let reader = JSONReader()
    private var lines: StreamLines
    /// Lines that are no value by themselves: the beginning of a document that goes over several.
    private var pending: [UInt8] = []
    /// The number of the line with which ``pending`` began.
    private var firstPending = 0
    private var sessions = 0

    init(_ options: EventReader.Options) {
        self.options = options
        lines = StreamLines(longest: options.longestLine)
    }

    func read(_ bytes: UnsafeRawBufferPointer, arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        var rest = bytes
        while let line = lines.next(&rest) {
            take(line, arrival, &receiver)
        }
    }

    func finish(arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        if let line = lines.rest() {
            take(line, arrival, &receiver)
        }
        guard !pending.isEmpty else { return }
        do {
            tell(JSONValue(try reader.read(pending)), arrival, &receiver)
        } catch {
            receiver.report(EventProblem(line: firstPending, fault: .notJSON(error)))
        }
        pending = []
    }

    private func take(_ line: StreamLines.Line, _ arrival: EventReader.Arrival, _ receiver: inout some EventReceiver) {
        guard !line.isTooLong, pending.count + line.text.count <= options.longestLine else {
            pending = []
            return receiver.report(EventProblem(line: line.number, fault: .tooLong(limit: options.longestLine)))
        }
        if pending.isEmpty {
            guard !line.isBlank else { return }
            if let root = try? reader.read(padded: line.text) {
                return tell(JSONValue(root), arrival, &receiver)
            }
            firstPending = line.number
        }
        pending.append(contentsOf: line.text)
        pending.append(0x0a)
    }

    private func tell(_ document: JSONValue, _ arrival: EventReader.Arrival, _ receiver: inout some EventReceiver) {
        let lists = Self.lists(in: document)
        if lists.isEmpty {
            receiver.report(EventProblem(line: lines.count, fault: .noMessages))
        }
        let started =
            switch arrival {
            case .live(let now), .later(let now): now
            }
        for messages in lists {
            sessions += 1
            let id = sessions == 1 ? options.session : "\(options.session)-\(sessions)"
            var telling = MessageListTelling(session: sessions - 1, withPayloads: options.withPayloads)
            receiver.open(Header(session: id, started: started, title: MessageListTelling.title(of: messages)), session: sessions - 1)
            telling.tell(messages, &receiver)
        }
    }

    /// The lists of messages that a document holds, wherever an API or a data set puts them.
    private static func lists(in document: JSONValue) -> [[JSONValue]] {
        switch document {
        case .object(let object):
            if let messages = object["messages"]?.array { return [messages] }
            guard let input = object["input"] else { return [] }
            return input.array.map { [$0] } ?? lists(in: input)
        case .array(let items):
            guard let first = items.first else { return [] }
            return first["role"] != nil || first["type"] != nil ? [items] : items.flatMap(lists)
        case .null, .bool, .integer, .number, .string:
            return []
        }
    }
}
