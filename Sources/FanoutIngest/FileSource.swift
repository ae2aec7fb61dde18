internal import CSystem
internal import FanoutEvents
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Events in files that other programs write, or will write: they need not be there yet.
///
/// The system tells of each change, so nothing is asked for while nothing is written, however many files there are. Much that comes at
/// once is read a piece of each file at a time.
package final class FileSource: EventSource {
    private static let chunk = 1 << 18
    /// Bytes read at once at the most, so that keys are answered while a large file is read.
    private static let most = 1 << 20
    private static let changesTag: UInt64 = 0
    private static let moreTag: UInt64 = 1

    /// A poller of the changes and of what is left to read.
    package private(set) var descriptor: Int32
    private let changes: WatchedFiles
    private let nudge: Nudge
    private let files: [FollowedFile]
    /// Files to look at, the next one first.
    private var waiting: [Int]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)

    /// Begins to follow files.
    ///
    /// - Parameter withPayloads: Whether whoever observes the ledger wants arguments, results and texts, not only their places.
    package init(_ paths: [String], session: String, withPayloads: Bool, ledger: Ledger) throws(SessionError) {
        let options = EventReader.Options(withPayloads: withPayloads, session: session)
        files = paths.map { FollowedFile($0, options: options, ledger: ledger) }
        waiting = Array(files.indices)
        changes = try WatchedFiles(paths)
        descriptor = csystem_poller_open()
        guard descriptor >= 0, let nudge = Nudge() else { throw WatchedFiles.exhausted(paths) }
        self.nudge = nudge
        csystem_poller_add(descriptor, changes.descriptor, Self.changesTag, 0)
        csystem_poller_add(descriptor, nudge.descriptor, Self.moreTag, 0)
    }

    deinit {
        buffer.deallocate()
        closeDescriptor(descriptor)
    }

    /// While there is more to read than was taken at once, it is not kept waiting.
    package var isPatient: Bool { waiting.isEmpty }

    package func read(now: Int64) -> [SourceNews] {
        var news: [SourceNews] = []
        changes.takeChanges().forEach(look)
        nudge.clear()
        var left = Self.most
        while left > 0, let number = waiting.first {
            waiting.removeFirst()
            if files[number].read(buffer, now: now, news: &news) == .more {
                // Behind the others, so that none holds them up.
                waiting.append(number)
            }
            left -= Self.chunk
        }
        if !waiting.isEmpty {
            nudge.set()
        }
        return news
    }

    private func look(_ file: Int) {
        if !waiting.contains(file) {
            waiting.append(file)
        }
    }
}
