/// Takes server-sent events out of the bytes of a response, however those are cut
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
package struct EventStreamParser: Sendable {
    package struct Event: Sendable, Hashable {
        /// `message`, where the stream names none.
        package var type: String
        /// Its lines of data, a line feed between two.
        package var data: [UInt8]

        package init(type: String = "message", data: [UInt8]) {
            self.type = type
            self.data = data
        }
    }

    /// An event, or a line, is longer than may be kept.
    package struct TooLong: Error, Sendable, Hashable {
        package var limit: Int
    }

    /// Where a stream that broke off may be taken up: the last id that it gave.
    package private(set) var lastID: String?
    /// Microseconds that the server asks to be left alone before the stream is taken up.
    package private(set) var retry: Int64?

    private let limit: Int
    private var line: [UInt8] = []
    private var type = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var isAfterReturn = false
    private var isFirstLine = true

    /// - Parameter limit: Bytes of one event.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The events that these bytes complete, an event without data left out.
    package mutating func take(_ bytes: some Collection<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        for byte in bytes {
            switch byte {
            case 0x0a where isAfterReturn:
                isAfterReturn = false
            case 0x0a, 0x0d:
                isAfterReturn = byte == 0x0d
                if let event = endLine() {
                    events.append(event)
                }
            default:
                isAfterReturn = false
                line.append(byte)
            }
            guard line.count + data.count <= limit else {
                throw TooLong(limit: limit)
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line.removeAll(keepingCapacity: true) }
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xef, 0xbb, 0xbf]) {
                line.removeFirst(3)
            }
        }
        guard !line.isEmpty else { return endEvent() }
        let colon = line.firstIndex(of: 0x3a) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 {
            value = value.dropFirst()
        }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data":
            if hasData {
                data.append(0x0a)
            }
            hasData = true
            data.append(contentsOf: value)
        case "event":
            type = String(decoding: value, as: UTF8.self)
        case "id" where !value.contains(0):
            lastID = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        case "retry" where !value.isEmpty && value.count < 10 && value.allSatisfy({ (0x30...0x39).contains($0) }):
            retry = Int64(String(decoding: value, as: UTF8.self)).map { $0 * 1000 }
        default:
            // A comment, or a field that means nothing.
            break
        }
        return nil
    }

    private mutating func endEvent() -> Event? {
        defer {
            type = ""
            data = []
            hasData = false
        }
        return hasData && !data.isEmpty ? Event(type: type.isEmpty ? "message" : type, data: data) : nil
    }
}
