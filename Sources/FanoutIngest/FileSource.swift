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
    private let changes: Int32
    private let nudge: Nudge
    private let files: [FollowedFile]
    /// Files to look at, the next one first.
    private var waiting: [Int]
    /// What each watch is about: files, or names in a folder.
    private var watches: [Int32: Set<Int>] = [:]
    private var watchesOfFile: [Watched]
    /// The names on the way to each file.
    private let names: [Set<Substring>]
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
    private let found = UnsafeMutablePointer<csystem_change>.allocate(capacity: csystem_most_changes)

    /// Begins to follow files.
    ///
    /// - Parameter withPayloads: Whether whoever observes the ledger wants arguments, results and texts, not only their places.
    package init(_ paths: [String], session: String, withPayloads: Bool, ledger: Ledger) throws(SessionError) {
        let options = EventReader.Options(withPayloads: withPayloads, session: session)
        files = paths.map { FollowedFile($0, options: options, ledger: ledger) }
        waiting = Array(files.indices)
        watchesOfFile = Array(repeating: Watched(), count: paths.count)
        names = paths.map { Set($0.split(separator: "/")) }
        changes = csystem_watch_open()
        descriptor = csystem_poller_open()
        guard changes >= 0, descriptor >= 0, let nudge = Nudge() else {
            throw SessionError(
                .unreadable,
                "\(paths[0]): it cannot be followed: \(String(cString: strerror(errno))); end other programs that follow files, or raise "
                    + "`ulimit -n` or fs.inotify.max_user_instances")
        }
        self.nudge = nudge
        csystem_poller_add(descriptor, changes, Self.changesTag, 0)
        csystem_poller_add(descriptor, nudge.descriptor, Self.moreTag, 0)
        for number in files.indices {
            try watch(number)
        }
    }

    deinit {
        buffer.deallocate()
        found.deallocate()
        closeDescriptor(descriptor)
        closeDescriptor(changes)
    }

    /// While there is more to read than was taken at once, it is not kept waiting.
    package var isPatient: Bool { waiting.isEmpty }

    package func read(now: Int64) -> [SourceNews] {
        var news: [SourceNews] = []
        takeChanges()
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

    // MARK: Changes

    /// Finds the files that something happened to.
    private func takeChanges() {
        while case let count = Int(csystem_watch_changes(changes, found)), count > 0 {
            for place in 0..<count {
                let number = found[place].number
                guard number >= 0 else {
                    // So much happened that it was not kept.
                    files.indices.forEach(look)
                    continue
                }
                let name = withUnsafeBytes(of: found[place].name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                for file in watches[number] ?? [] where name.isEmpty || names[file].contains(name[...]) {
                    look(file)
                    // Another file may have its name now, or a folder on the way to it has come or gone.
                    if !name.isEmpty || access(files[file].path, F_OK) != 0 {
                        try? watch(file)
                    }
                }
            }
        }
    }

    private func look(_ file: Int) {
        if !waiting.contains(file) {
            waiting.append(file)
        }
    }

    /// Asks to be told of changes of a file, and of its folder, or of the nearest one above it that is there.
    private func watch(_ file: Int) throws(SessionError) {
        let path = files[file].path
        // The folder first: a file that comes after that is told of.
        let folder = watchFolder(of: path)
        let reason = errno
        let own = csystem_watch_file(changes, path)
        if own < 0 {
            if errno == ENOSPC {
                throw SessionError(.unreadable, "\(path): the system follows no more files; raise fs.inotify.max_user_watches")
            }
            // What is there is followed all the same; only what takes its place is not seen.
            if folder < 0 {
                throw SessionError(
                    .unreadable,
                    "\(path): its folder may not be read, so that nobody tells when the file comes (\(String(cString: strerror(reason)))); "
                        + "name a file in a folder that you may read")
            }
        }
        // One that was moved away is watched until the next one is, since it may still be written to.
        let before = watchesOfFile[file].own.filter { $0 != own }
        let kept = Watched(folder: folder, own: own < 0 ? watchesOfFile[file].own : Array((before + [own]).suffix(2)))
        let left = Set(watchesOfFile[file].all).subtracting(kept.all)
        watchesOfFile[file] = kept
        for number in kept.all {
            watches[number, default: []].insert(file)
        }
        for number in left {
            watches[number]?.remove(file)
            if watches[number]?.isEmpty == true {
                watches[number] = nil
                csystem_watch_forget(changes, number)
            }
        }
    }

    /// Watches the nearest folder of a path that is there; negative, with `errno`, where it may not be read.
    private func watchFolder(of path: String) -> Int32 {
        while true {
            var folder = path
            var isNearest = true
            while true {
                let parent = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
                folder = parent.isEmpty ? (path.hasPrefix("/") ? "/" : ".") : parent
                let number = csystem_watch_directory(changes, folder)
                if number >= 0 {
                    // One that is nearer may have come before this one was watched.
                    guard !isNearest,
                        let next = path.dropFirst(folder == "/" ? 1 : folder == "." ? 0 : folder.count + 1).split(separator: "/").first,
                        access(folder == "." ? String(next) : "\(folder)/\(next)", F_OK) == 0
                    else { return number }
                    break
                }
                guard errno == ENOENT || errno == ENOTDIR, folder != "/", folder != "." else { return -1 }
                isNearest = false
            }
        }
    }

    /// The watches of one file: of its folder, and of what it is and was.
    private struct Watched {
        var folder: Int32 = -1
        var own: [Int32] = []

        var all: [Int32] { folder < 0 ? own : own + [folder] }
    }
}
