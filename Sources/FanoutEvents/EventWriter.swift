internal import FanoutJSON

/// Writes events and headers as lines of the format, version 1.
///
/// Known fields come first, in the order of the format's table, then the unknown ones as they stood.
public struct EventWriter: Sendable {
    private var json = JSONWriter()

    public init() {}

    /// The lines written so far, each with its line break.
    public var bytes: [UInt8] { json.bytes }

    /// Forgets what was written and keeps the memory.
    public mutating func clear() {
        json.bytes.removeAll(keepingCapacity: true)
    }

    public mutating func write(_ header: Header) {
        json.text("{\"fanout\":1")
        field("session", header.session)
        json.text(",\"started\":")
        json.string(Instant.rfc3339(header.started))
        field("title", header.title)
        if let source = header.source {
            json.text(",\"source\":{\"name\":")
            json.string(source.name)
            field("version", source.version)
            json.text("}")
        }
        field("meta", header.meta)
        finish(header.extra)
    }

    public mutating func write(_ event: Event) {
        begin(event)
        switch event.body {
        case .toolDeclared(let body): write(body)
        case .turnStarted(let body): write(body)
        case .message(let body): write(body)
        case .modelStarted(let body): write(body)
        case .modelOutput(let body): write(body)
        case .modelRetrying(let body): write(body)
        case .modelFinished(let body): write(body)
        case .callAnnounced(let body): write(body)
        case .callRequested(let body): write(body)
        case .callQueued(let body): write(body)
        case .callDecided(let body): write(body)
        case .callStarted(let body): write(body)
        case .callProgress(let body): write(body)
        case .callOutput(let body): write(body)
        case .callRetrying(let body): write(body)
        case .callFinished(let body): write(body)
        case .callReleased(let body): field("call", body.call)
        case .turnFinished(let body):
            field("turn", body.turn)
            field("outcome", body.outcome.rawValue)
        case .marker(let body): write(body)
        case .sessionFinished(let body): field("outcome", body.outcome.rawValue)
        case .other: break
        }
        finish(event.extra)
    }

    private mutating func begin(_ event: Event) {
        json.text("{\"type\":")
        json.string(event.body.type)
        json.text(",\"t\":")
        json.integer(event.t)
        field("session", event.session)
        field("agent", event.agent)
        field("approx", event.approx?.rawValue)
    }

    private mutating func finish(_ extra: [Event.ExtraField]) {
        for unknown in extra {
            json.text(",")
            json.string(unknown.name)
            json.text(":")
            json.text(unknown.value)
        }
        json.text("}\n")
    }
}

// One overload for each type of field; nil is left out.
extension EventWriter {
    mutating func name(_ name: StaticString) {
        json.text(",\"")
        json.text(name)
        json.text("\":")
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        guard let value else { return }
        self.name(name)
        json.string(value)
    }

    mutating func field(_ name: StaticString, _ value: Int64?) {
        guard let value else { return }
        self.name(name)
        json.integer(value)
    }

    mutating func field(_ name: StaticString, _ value: Int?) {
        field(name, value.map(Int64.init))
    }

    /// A number without a fraction is written as a whole one.
    mutating func field(_ name: StaticString, _ value: Double?) {
        guard let value else { return }
        if let whole = Int64(exactly: value) {
            return field(name, whole)
        }
        self.name(name)
        json.number(value)
    }

    mutating func field(_ name: StaticString, _ value: JSONText?) {
        guard let value, !value.isElided else { return }
        self.name(name)
        json.text(value)
    }

    /// A flag that is written only where it is set.
    mutating func flag(_ name: StaticString, _ value: Bool) {
        guard value else { return }
        self.name(name)
        json.text("true")
    }

    /// A list that is written only where it has members.
    mutating func list(_ name: StaticString, _ values: [String]) {
        guard !values.isEmpty else { return }
        self.name(name)
        for (index, value) in values.enumerated() {
            json.text(index == 0 ? "[" : ",")
            json.string(value)
        }
        json.text("]")
    }

    mutating func field(_ name: StaticString, _ error: CallError?) {
        guard let error else { return }
        self.name(name)
        json.text("{\"kind\":")
        json.string(error.kind.rawValue)
        field("message", error.message)
        json.text("}")
    }

    /// An object of whole numbers; the ones that are nil are left out.
    mutating func numbers(_ name: StaticString, _ fields: [(StaticString, Int64?)]) {
        self.name(name)
        var separator: StaticString = "{"
        for case (let key, let value?) in fields {
            json.text(separator)
            separator = ","
            json.text("\"")
            json.text(key)
            json.text("\":")
            json.integer(value)
        }
        json.text(fields.allSatisfy { $0.1 == nil } ? "{}" : "}")
    }
}
