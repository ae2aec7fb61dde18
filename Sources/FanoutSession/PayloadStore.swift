package import FanoutEvents
internal import FanoutJSON
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

    private struct File {
        var descriptor: Int32
        var format: StreamFormat
    }

    private var files: [File] = []
    private var readers: [StreamFormat: any PayloadReader] = [:]

    package init() {}

    deinit {
        for file in files where file.descriptor >= 0 {
            close(file.descriptor)
        }
    }

    /// Takes over a file that can be read at any offset, and names it; a negative one stands for a source without places.
    package func add(file: Int32, format: StreamFormat = .events) -> Int {
        files.append(File(descriptor: file, format: format))
        return files.count - 1
    }

    /// Lets go of a file: nothing can be read back from it any more.
    package func lose(_ source: Int) {
        guard source < files.count, files[source].descriptor >= 0 else { return }
        close(files[source].descriptor)
        files[source].descriptor = -1
    }

    /// What a file is written in.
    func format(of source: Int) -> StreamFormat { files.indices.contains(source) ? files[source].format : .events }

    /// The line at a place without its end, or nil where it cannot be read any more.
    package func line(at place: Place) -> [UInt8]? {
        guard !place.isNone, place.source < files.count, files[place.source].descriptor >= 0 else { return nil }
        let file = files[place.source]
        let offset = file.format.hasParts ? LinePart(offset: place.offset).line : place.offset
        var line: [UInt8] = []
        var size = 4096
        while line.count < Self.longest {
            let start = line.count
            line.append(contentsOf: repeatElement(0, count: size))
            let count = line.withUnsafeMutableBytes { buffer in
                pread(file.descriptor, buffer.baseAddress.map { $0 + start }, size, off_t(offset) + off_t(start))
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

    /// The event that stands at a place, whole; but for its instant, which only the timeline knows.
    package func event(at place: Place) -> Event? {
        guard var line = line(at: place) else { return nil }
        let format = files[place.source].format
        let reader = readers[format] ?? format.payloads()
        readers[format] = reader
        let count = line.count
        line.append(contentsOf: repeatElement(0, count: JSONReader.padding))
        return line.withUnsafeBufferPointer {
            reader.event(in: UnsafeBufferPointer(rebasing: $0[..<count]), part: LinePart(offset: place.offset).part)
        }
    }
}
