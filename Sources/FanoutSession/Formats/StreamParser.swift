package import FanoutEvents

/// Reads a stream of one format into events, in whatever pieces its bytes come.
///
/// A class, because it owns what it has seen of the stream. An event's offset tells ``PayloadStore`` where its payload stands: the
/// byte where its line begins, or, where a line tells of several payloads, a ``LinePart``.
package protocol StreamParser: AnyObject {
    /// Takes the next bytes, and hands on what they complete.
    func read(_ bytes: UnsafeRawBufferPointer, arrival: EventReader.Arrival, into receiver: inout some EventReceiver)
    /// Reads what is left when the stream ends.
    func finish(arrival: EventReader.Arrival, into receiver: inout some EventReceiver)
}

/// Reads back a payload that stands in a line of its format.
package protocol PayloadReader: AnyObject {
    /// The event that a line tells of at a part of it, whole; but for its instant, which only the timeline knows.
    ///
    /// - Parameters:
    ///   - line: Without its end; 64 readable bytes follow it.
    ///   - part: What ``LinePart/part`` was when the event was handed on.
    func event(in line: UnsafeBufferPointer<UInt8>, part: Int) -> Event?
}

/// Where a payload stands in a format whose lines tell of several.
package struct LinePart: Sendable, Hashable {
    /// The parts of a line that can be told apart; what comes after them is taken for the last.
    package static let most = 1 << 10

    /// What ``EventReceiver/take(_:session:offset:)`` is handed.
    package let offset: Int64

    /// - Parameters:
    ///   - line: Where the line begins; below 2³⁸ bytes.
    ///   - part: From 0; what it counts is the format's own affair.
    package init(line: Int64, part: Int) {
        offset = line << 10 | Int64(min(part, Self.most - 1))
    }

    package init(offset: Int64) { self.offset = offset }

    package var line: Int64 { offset >> 10 }
    package var part: Int { Int(offset & Int64(Self.most - 1)) }
}

/// Fanout's own events, one a line.
package final class EventLines: StreamParser {
    private var reader: EventReader

    package init(_ options: EventReader.Options) {
        reader = EventReader(options)
    }

    package func read(_ bytes: UnsafeRawBufferPointer, arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        reader.read(bytes, arrival: arrival, into: &receiver)
    }

    package func finish(arrival: EventReader.Arrival, into receiver: inout some EventReceiver) {
        reader.finish(arrival: arrival, into: &receiver)
    }
}

/// Reads back a line that is an event itself.
final class EventLinePayloads: PayloadReader {
    private var reader = EventReader()

    func event(in line: UnsafeBufferPointer<UInt8>, part: Int) -> Event? {
        var found = OneEvent()
        reader.read(UnsafeRawBufferPointer(line), arrival: .later(0), into: &found)
        reader.finish(arrival: .later(0), into: &found)
        return found.event
    }
}

/// The event of a single line.
private struct OneEvent: EventReceiver {
    var event: Event?

    mutating func open(_ header: Header, session: Int) {}
    mutating func take(_ event: Event, session: Int, offset: Int64) { self.event = event }
    mutating func report(_ problem: EventProblem) {}
}
