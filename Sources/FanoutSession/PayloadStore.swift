package import FanoutEvents
package import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Gives back the lines that places name, from the files where they stand.
///
/// A class, because it owns file descriptors. It belongs to the thread that draws.
package final class PayloadStore {
    /// Bytes of one payload line that are read at the most; what is shown of it is far less.
    package static let longest = 64 << 20

    private var files: [Int32] = []
    private var reader = EventReader()

    package init() {}

    deinit {
        for file in files where file >= 0 {
            close(file)
        }
    }

    /// Takes over a file that can be read at any offset, and names it; a negative one stands for a source without places.
    package func add(file: Int32) -> Int {
        files.append(file)
        return files.count - 1
    }

    /// The line at a place without its end, or nil where it cannot be read any more.
    package func line(at place: Place) -> [UInt8]? {
        guard !place.isNone, place.source < files.count, files[place.source] >= 0 else { return nil }
        var line: [UInt8] = []
        var size = 4096
        while line.count < Self.longest {
            let start = line.count
            line.append(contentsOf: repeatElement(0, count: size))
            let count = line.withUnsafeMutableBytes { buffer in
                pread(files[place.source], buffer.baseAddress.map { $0 + start }, size, off_t(place.offset) + off_t(start))
            }
            line.removeLast(size - max(0, count))
            if let end = line[start...].firstIndex(of: 0x0a) {
                line.removeSubrange(end...)
                return line
            }
            guard count > 0 else { break }
            size = min(size * 4, 1 << 20)
        }
        return line.isEmpty ? nil : line
    }

    /// The event whose line stands at a place, whole; but for its instant, which only the timeline knows.
    package func event(at place: Place) -> Event? {
        guard var line = line(at: place) else { return nil }
        line.append(0x0a)
        var found = OneEvent()
        line.withUnsafeBytes { reader.read($0, arrival: .later(0), into: &found) }
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
