/// Lines of a stream that were decoded, but not yet given their session and instant, which what came before them decides.
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
    var events: [Event] = []
    fileprivate(set) var headers: [Header] = []
    fileprivate(set) var faults: [EventProblem.Fault] = []

    /// - Parameter lines: For how many there is room without another allocation.
    fileprivate init(lines: Int) {
        self.lines.reserveCapacity(lines)
        events.reserveCapacity(lines)
    }
}

/// Decodes whole lines, on any thread; an ``EventReader`` takes them up in the order of their stream.
package struct LineDecoder: ~Copyable {
    private let options: EventReader.Options
    private var decoder: EventDecoder
    /// How many lines there were the last time.
    private var usual = 0

    package init(_ options: EventReader.Options) {
        self.options = options
        decoder = EventDecoder(options)
    }

    /// - Parameters:
    ///   - bytes: Lines with their ends; the last one may be without where the stream ends there.
    ///   - offset: Where they begin, in bytes from the start of the stream.
    package mutating func decode(_ bytes: UnsafeRawBufferPointer, at offset: Int64) -> DecodedLines {
        var lines = DecodedLines(lines: usual)
        var cutter = StreamLines(longest: options.longestLine, from: offset)
        var rest = bytes[...]
        while let line = cutter.next(&rest) {
            decode(line, isEnded: true, into: &lines)
        }
        if let line = cutter.rest() {
            decode(line, isEnded: false, into: &lines)
        }
        lines.count = cutter.count
        usual = lines.count
        return lines
    }

    private mutating func decode(_ line: StreamLines.Line, isEnded: Bool, into lines: inout DecodedLines) {
        let content: DecodedLines.Line.Content
        // Most lines are events, and each is decoded where it stays.
        let index = lines.events.count
        lines.events.append(Event(t: 0, .other(type: "")))
        var isEvent = false
        defer {
            if !isEvent {
                lines.events.removeLast()
            }
        }
        do {
            switch try decoder.decode(line, isEnded: isEnded, into: &lines.events[index]) {
            case .blank:
                return
            case .event(let when):
                isEvent = true
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
