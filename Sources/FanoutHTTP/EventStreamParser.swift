#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Takes server-sent events out of the bytes of a response, however those are cut
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream).
///
/// What an unfinished stream leaves behind is no event.
package struct EventStreamParser: Sendable {
    package struct Event: Sendable, Hashable {
        /// `message`, where the stream names none.
        package var type: String
        /// Its lines of data, a line feed between two. Bytes as they came: UTF-8, if the server keeps to the rules.
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
    /// The beginning of a line whose end has not come.
    private var rest: [UInt8] = []
    private var type = ""
    private var lastType = ""
    private var data: [UInt8] = []
    private var hasData = false
    private var isAfterReturn = false
    private var isFirstLine = true

    /// - Parameter limit: Bytes of one event.
    package init(limit: Int) {
        self.limit = limit
    }

    /// The events that these bytes complete.
    package mutating func take(_ bytes: [UInt8]) throws(TooLong) -> [Event] {
        let result = bytes.withUnsafeBufferPointer { bytes in
            Result { () throws(TooLong) in try take(bytes) }
        }
        return try result.get()
    }

    private mutating func take(_ bytes: UnsafeBufferPointer<UInt8>) throws(TooLong) -> [Event] {
        var events: [Event] = []
        var start = 0
        if isAfterReturn, bytes.first == 0x0a {
            start = 1
        }
        if !bytes.isEmpty {
            isAfterReturn = false
        }
        while start < bytes.count, let end = Self.lineEnd(bytes, from: start) {
            let piece = UnsafeBufferPointer(rebasing: bytes[start..<end])
            if rest.isEmpty {
                line(piece, &events)
            } else {
                rest.append(contentsOf: piece)
                let whole = rest
                rest.removeAll(keepingCapacity: true)
                whole.withUnsafeBufferPointer { line($0, &events) }
            }
            start = end + 1
            if bytes[end] == 0x0d {
                if start == bytes.count {
                    isAfterReturn = true
                } else if bytes[start] == 0x0a {
                    start += 1
                }
            }
            guard data.count <= limit else {
                throw TooLong(limit: limit)
            }
        }
        rest.append(contentsOf: bytes[min(start, bytes.count)...])
        guard rest.count + data.count <= limit else {
            throw TooLong(limit: limit)
        }
        return events
    }

    private static func lineEnd(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let feed = memchr(base + start, 0x0a, bytes.count - start).map { UnsafeRawPointer(base).distance(to: $0) }
        let reach = feed ?? bytes.count
        return memchr(base + start, 0x0d, reach - start).map { UnsafeRawPointer(base).distance(to: $0) } ?? feed
    }

    private mutating func line(_ line: UnsafeBufferPointer<UInt8>, _ events: inout [Event]) {
        var line = line
        if isFirstLine {
            isFirstLine = false
            if line.starts(with: [0xef, 0xbb, 0xbf]) {
                line = UnsafeBufferPointer(rebasing: line[3...])
            }
        }
        guard !line.isEmpty else { return dispatch(&events) }
        let colon = line.firstIndex(of: 0x3a) ?? line.endIndex
        var value = line[min(colon + 1, line.endIndex)...]
        if value.first == 0x20 {
            value = value.dropFirst()
        }
        let field = line[..<colon]
        if field.elementsEqual("data".utf8) {
            if hasData {
                data.append(0x0a)
            }
            hasData = true
            data.append(contentsOf: value)
        } else if field.elementsEqual("event".utf8) {
            // Most events of a stream are of one type, whose word need not be made again.
            if !lastType.utf8.elementsEqual(value) {
                lastType = String(decoding: value, as: UTF8.self)
            }
            type = lastType
        } else if field.elementsEqual("id".utf8), !value.contains(0) {
            lastID = value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
        } else if field.elementsEqual("retry".utf8), (1..<10).contains(value.count), value.allSatisfy({ (0x30...0x39).contains($0) }) {
            retry = Int64(String(decoding: value, as: UTF8.self)).map { $0 * 1000 }
        }
        // Anything else is a comment, or means nothing.
    }

    private mutating func dispatch(_ events: inout [Event]) {
        if hasData {
            events.append(Event(type: type.isEmpty ? "message" : type, data: data))
        }
        type = ""
        data = []
        hasData = false
    }
}
