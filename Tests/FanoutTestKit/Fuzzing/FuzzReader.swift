internal import FanoutEvents

/// Bytes in any pieces give the same events, also where whole lines are decoded in another order than they stand; no line is lost; what was read is written and read again the same.
func fuzzReader(_ bytes: [UInt8]) -> String? {
    for withPayloads in [true, false] {
        let whole = ReaderRun(bytes, withPayloads: withPayloads) { $0 }
        if let lost = whole.lostLine {
            return "line \(lost) came to nothing"
        }
        let single = ReaderRun(bytes, withPayloads: withPayloads) { _ in 1 }
        if let lost = single.lostLine {
            return "byte by byte, line \(lost) came to nothing"
        }
        if whole.items != single.items {
            return "byte by byte it reads otherwise: \(whole.difference(from: single))"
        }
        var random = SeededGenerator(seed: UInt64(bytes.count))
        let split = ReaderRun(bytes, withPayloads: withPayloads) { Int.random(in: 1...max(1, min($0, 90)), using: &random) }
        if whole.items != split.items {
            return "in pieces it reads otherwise: \(whole.difference(from: split))"
        }
        let apart = ReaderRun(decodingApart: bytes, withPayloads: withPayloads, by: &random)
        if whole.items != apart.items {
            return "decoded out of order it reads otherwise: \(whole.difference(from: apart))"
        }
        if let broken = whole.misplacedOffset(in: bytes) {
            return broken
        }
        if withPayloads {
            if let broken = whole.rereading() {
                return broken
            }
        }
    }
    return nil
}

/// One reading of a stream, with all it gave.
private struct ReaderRun {
    enum Item: Equatable {
        case session(Int, Header)
        case event(Event, session: Int, offset: Int64)
        case problem(EventProblem)
    }

    struct Items: EventReceiver {
        var list: [Item] = []

        mutating func open(_ header: Header, session: Int) { list.append(.session(session, header)) }
        mutating func take(_ event: Event, session: Int, offset: Int64) { list.append(.event(event, session: session, offset: offset)) }
        mutating func report(_ problem: EventProblem) { list.append(.problem(problem)) }
    }

    /// So short that a fuzzer gets beyond it.
    static let longestLine = 600

    private(set) var items: [Item] = []
    /// A line, from 1, that is not blank and came to nothing.
    private(set) var lostLine: Int?

    /// - Parameter piece: How many of the bytes that are left come next.
    init(_ bytes: [UInt8], withPayloads: Bool, piece: (Int) -> Int) {
        var reader = EventReader(Self.options(withPayloads))
        var items = Items()
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = max(1, min(rest.count, piece(rest.count)))
            // A piece of its own, so that reading beyond it can be seen.
            let next = Array(rest.prefix(count))
            rest = rest.dropFirst(count)
            let (lines, came) = (reader.lines, items.list.count)
            next.withUnsafeBytes { reader.read($0, arrival: Self.arrival, into: &items) }
            if count == 1, reader.lines > lines, items.list.count == came, lostLine == nil {
                lostLine = Self.isBlank(line: reader.lines, of: bytes) ? nil : reader.lines
            }
        }
        let lines = reader.lines
        let came = items.list.count
        reader.finish(arrival: Self.arrival, into: &items)
        if items.list.count == came, lostLine == nil, !Self.isBlank(line: lines + 1, of: bytes) {
            lostLine = lines + 1
        }
        self.items = items.list
        if lostLine == nil, items.list.count < Self.meaningful(bytes) {
            lostLine = 0
        }
    }

    /// Decodes a few lines at a time, from the last to the first, and takes them up in their order.
    init(decodingApart bytes: [UInt8], withPayloads: Bool, by random: inout SeededGenerator) {
        let options = Self.options(withPayloads)
        var pieces: [Range<Int>] = []
        var start = 0
        while start < bytes.count {
            let least = Int.random(in: start..<bytes.count, using: &random)
            let end = bytes[least...].firstIndex(of: 0x0a).map { $0 + 1 } ?? bytes.count
            pieces.append(start..<end)
            start = end
        }
        var decoder = LineDecoder(options)
        var decoded: [DecodedLines] = []
        for piece in pieces.reversed() {
            // What was filled before is filled again, as it is where a file is read.
            var lines = decoded.last ?? DecodedLines()
            Array(bytes[piece]).withUnsafeBytes { decoder.decode($0, at: Int64(piece.lowerBound), into: &lines) }
            decoded.append(lines)
        }
        var reader = EventReader(options)
        var items = Items()
        while var lines = decoded.popLast() {
            reader.take(&lines, arrival: Self.arrival, into: &items)
        }
        self.items = items.list
    }

    private static let arrival = EventReader.Arrival.live(1_700_000_000_000_000)

    private static func options(_ withPayloads: Bool) -> EventReader.Options {
        var options = EventReader.Options(withPayloads: withPayloads)
        options.longestLine = longestLine
        return options
    }

    private static func lines(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        bytes.split(separator: 0x0a, omittingEmptySubsequences: false)
    }

    /// Blank, or so long that it was reported before its end.
    private static func isBlank(line: Int, of bytes: [UInt8]) -> Bool {
        let lines = lines(bytes)
        guard line <= lines.count else { return true }
        return lines[line - 1].count > longestLine || lines[line - 1].allSatisfy { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }
    }

    private static func meaningful(_ bytes: [UInt8]) -> Int {
        lines(bytes).count { !$0.allSatisfy { $0 == 0x20 || $0 == 0x0d || $0 == 0x09 } }
    }

    func difference(from other: ReaderRun) -> String {
        for (a, b) in zip(items, other.items) where a != b {
            return "\(a) and \(b)"
        }
        return "\(items.count) items and \(other.items.count)"
    }

    /// Each event's line begins where it says.
    func misplacedOffset(in bytes: [UInt8]) -> String? {
        var last: Int64 = -1
        for case .event(let event, _, let offset) in items {
            guard offset > last, offset < bytes.count, offset == 0 || bytes[Int(offset) - 1] == 0x0a else {
                return "no line begins at byte \(offset): \(event)"
            }
            last = offset
        }
        return nil
    }

    /// Writes everything as a recorder does, and reads it again.
    func rereading() -> String? {
        var writer = EventWriter()
        var ids: [Int: String] = [:]
        var current: String?
        var expected: [Item] = []
        for item in items {
            switch item {
            case .session(let index, let header):
                writer.write(header)
                ids[index] = header.session
                current = header.session
                expected.append(item)
            case .event(var event, let index, _):
                event.session = ids[index] == current ? nil : ids[index]
                let offset = Int64(writer.bytes.count)
                writer.write(event)
                expected.append(.event(event, session: index, offset: offset))
            case .problem:
                break
            }
        }
        var again = Items()
        var reader = EventReader()
        writer.bytes.withUnsafeBytes { reader.read($0, arrival: .live(0), into: &again) }
        for (was, now) in zip(expected, again.list) where was != now {
            return "written and read again it differs: \(was) became \(now)"
        }
        return expected.count == again.list.count ? nil : "\(expected.count) lines were written, and \(again.list.count) read again"
    }
}
