internal import FanoutEvents
internal import FanoutJSON
internal import FanoutSession

/// Lists of messages give the same events in any pieces, each call ends at most once, and what is told can be written and read again.
func fuzzMessages(_ bytes: [UInt8]) -> String? {
    let whole = Told(bytes, pieces: bytes.count)
    let single = Told(bytes, pieces: 1)
    if whole.events != single.events || whole.problems != single.problems {
        return "byte by byte it reads otherwise"
    }
    var ended: Set<String> = []
    for (session, event) in whole.events {
        guard session < whole.opened else { return "an event of a session that did not begin" }
        guard event.approx == .order else { return "an instant that says more than an order" }
        if case .callFinished(let body) = event.body, !ended.insert("\(session) \(body.call)").inserted {
            return "\(body.call) ended twice"
        }
    }
    var writer = EventWriter()
    for (_, event) in whole.events {
        writer.write(event)
    }
    var again = Read()
    var reader = EventReader()
    writer.bytes.withUnsafeBytes { reader.read($0, arrival: .later(0), into: &again) }
    if again.count != whole.events.count || again.problems > 0 {
        return "what was told cannot be read again"
    }
    _ = bytes.withUnsafeBytes { StreamFormat.recognize($0, isWhole: true) }
    return nil
}

/// What a list of messages tells.
private struct Told: EventReceiver {
    var opened = 0
    var events: [(session: Int, event: Event)] = []
    var problems: [EventProblem] = []

    init(_ bytes: [UInt8], pieces: Int) {
        let parser = StreamFormat.messages.parser(EventReader.Options(session: "s"))
        var rest = bytes[...]
        while !rest.isEmpty {
            // A piece of its own, so that reading beyond it can be seen.
            let next = Array(rest.prefix(max(1, pieces)))
            rest = rest.dropFirst(next.count)
            next.withUnsafeBytes { parser.read($0, arrival: .later(0), into: &self) }
        }
        parser.finish(arrival: .later(0), into: &self)
    }

    mutating func open(_ header: Header, session: Int) { opened += 1 }
    mutating func take(_ event: Event, session: Int, offset: Int64) { events.append((session, event)) }
    mutating func report(_ problem: EventProblem) { problems.append(problem) }
}

private func != (a: [(session: Int, event: Event)], b: [(session: Int, event: Event)]) -> Bool {
    a.count != b.count || zip(a, b).contains { $0.session != $1.session || $0.event != $1.event }
}

private struct Read: EventReceiver {
    var count = 0
    var problems = 0

    mutating func open(_ header: Header, session: Int) {}
    mutating func take(_ event: Event, session: Int, offset: Int64) { count += 1 }
    mutating func report(_ problem: EventProblem) { problems += 1 }
}
