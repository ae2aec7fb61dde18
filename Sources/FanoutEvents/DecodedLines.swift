internal import FanoutJSON

/// Lines of a stream that were decoded, but not yet given their session and instant, which what came before them decides.
///
/// Made once and filled again and again: an event is decoded into the place of one of before.
package struct DecodedLines: Sendable {
    struct Line: Sendable {
        enum Content: Sendable {
            case event(EventDecoder.When, index: Int)
            case header(index: Int)
            case fault(index: Int)
        }

        var content: Content
        /// From 1, among these lines.
        var number: Int
        /// Where it begins, in bytes from the start of the stream.
        var offset: Int64
    }

    /// How many there are, blank ones too.
    fileprivate(set) var count = 0
    /// Those that are not blank.
    fileprivate(set) var lines: [Line] = []
    // What they hold, apart, since it differs in size.
    /// Those of these lines, and behind them what is left of others.
    var events: [Event] = []
    fileprivate var eventCount = 0
    fileprivate(set) var headers: [Header] = []
    fileprivate(set) var faults: [EventProblem.Fault] = []

    package init() {}

    fileprivate mutating func empty() {
        count = 0
        eventCount = 0
        lines.removeAll(keepingCapacity: true)
        headers.removeAll(keepingCapacity: true)
        faults.removeAll(keepingCapacity: true)
    }
}

/// Decodes whole lines, on any thread; an ``EventReader`` takes them up in the order of their stream.
package struct LineDecoder: ~Copyable {
    private let options: EventReader.Options
    private var decoder: EventDecoder

    package init(_ options: EventReader.Options) {
        self.options = options
        decoder = EventDecoder(options)
    }

    /// - Parameters:
    ///   - bytes: Lines with their ends; the last one may be without where the stream ends there.
    ///   - offset: Where they begin, in bytes from the start of the stream.
    ///   - lines: What is filled with them, and nothing else.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer, at offset: Int64, into lines: inout DecodedLines) {
        decoder.expect(wholeLines(of: bytes))
        defer { decoder.expect(UnsafeBufferPointer(start: nil, count: 0)) }
        lines.empty()
        var cutter = StreamLines(longest: options.longestLine, from: offset)
        var rest = bytes
        while let line = cutter.next(&rest) {
            decode(line, isEnded: true, into: &lines)
        }
        if let line = cutter.rest() {
            decode(line, isEnded: false, into: &lines)
        }
        lines.count = cutter.count
    }

    /// The lines that end so early that a parser may read on behind them.
    private func wholeLines(of bytes: UnsafeRawBufferPointer) -> UnsafeBufferPointer<UInt8> {
        let bytes = bytes.bindMemory(to: UInt8.self)
        let end = bytes.dropLast(JSONReader.padding).lastIndex(of: 0x0A).map { $0 + 1 }
        return UnsafeBufferPointer(rebasing: bytes[..<(end ?? 0)])
    }

    // Inlined, since a line is many words to hand over.
    @inline(__always)
    private mutating func decode(_ line: StreamLines.Line, isEnded: Bool, into lines: inout DecodedLines) {
        let content: DecodedLines.Line.Content
        // Most lines are events, and each is decoded where it stays.
        let index = lines.eventCount
        if index == lines.events.count {
            lines.events.append(Event(t: 0, .other(type: "")))
        }
        do {
            switch try decoder.decode(line, isEnded: isEnded, into: &lines.events[index]) {
            case .blank:
                return
            case .event(let when):
                lines.eventCount += 1
                content = .event(when, index: index)
            case .header:
                content = .header(index: lines.headers.count)
                lines.headers.append(decoder.header)
            }
        } catch {
            content = .fault(index: lines.faults.count)
            lines.faults.append(error)
        }
        lines.lines.append(DecodedLines.Line(content: content, number: line.number, offset: line.offset))
    }
}
