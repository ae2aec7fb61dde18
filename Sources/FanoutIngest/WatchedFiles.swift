internal import CSystem
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Files of which the system tells when something happens to them, whether they are there yet or not: they are written to, replaced, moved away,
/// removed, and come again. Nothing is asked for meanwhile.
///
/// A class, because a descriptor must be given back.
package final class WatchedFiles {
    /// What to wait on: it can be read when something happened.
    package let descriptor: Int32
    package let paths: [String]
    /// What each watch is about: paths, or names in a folder.
    private var watches: [Int32: Set<Int>] = [:]
    private var watchesOfPath: [Watched]
    /// The names on the way to each file.
    private let names: [Set<Substring>]
    private let found = UnsafeMutablePointer<csystem_change>.allocate(capacity: csystem_most_changes)

    package init(_ paths: [String]) throws(SessionError) {
        self.paths = paths
        watchesOfPath = Array(repeating: Watched(), count: paths.count)
        names = paths.map { Set($0.split(separator: "/")) }
        descriptor = csystem_watch_open()
        guard descriptor >= 0 else { throw Self.exhausted(paths) }
        for number in paths.indices {
            try watch(number)
        }
    }

    deinit {
        found.deallocate()
        if descriptor >= 0 {
            closeDescriptor(descriptor)
        }
    }

    /// That the system has nothing left to follow files with.
    static func exhausted(_ paths: [String]) -> SessionError {
        SessionError(
            .unreadable,
            "\(paths.first ?? ""): it cannot be followed: \(String(cString: strerror(errno))); end other programs that follow files, or raise "
                + "`ulimit -n` or fs.inotify.max_user_instances")
    }

    /// The places among the paths of those that something happened to since it was last asked, each once.
    package func takeChanges() -> [Int] {
        var changed: [Int] = []
        func note(_ place: Int) {
            if !changed.contains(place) {
                changed.append(place)
            }
        }
        while case let count = Int(csystem_watch_changes(descriptor, found)), count > 0 {
            for place in 0..<count {
                let number = found[place].number
                guard number >= 0 else {
                    // So much happened that it was not kept.
                    paths.indices.forEach(note)
                    continue
                }
                let name = withUnsafeBytes(of: found[place].name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
                for path in watches[number] ?? [] where name.isEmpty || names[path].contains(name[...]) {
                    note(path)
                    // Another file may have its name now, or a folder on the way to it has come or gone.
                    if !name.isEmpty || access(paths[path], F_OK) != 0 {
                        try? watch(path)
                    }
                }
            }
        }
        return changed
    }

    /// Watches what the paths stand for by now, where links may lead to files that others have taken the place of.
    package func renew() {
        for place in paths.indices {
            try? watch(place)
        }
    }

    /// Asks to be told of changes of a file, and of its folder, or of the nearest one above it that is there.
    private func watch(_ place: Int) throws(SessionError) {
        let path = paths[place]
        // The folder first: a file that comes after that is told of.
        let folder = watchFolder(of: path)
        let reason = errno
        let own = csystem_watch_file(descriptor, path)
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
        let before = watchesOfPath[place].own.filter { $0 != own }
        let kept = Watched(folder: folder, own: own < 0 ? watchesOfPath[place].own : Array((before + [own]).suffix(2)))
        let left = Set(watchesOfPath[place].all).subtracting(kept.all)
        watchesOfPath[place] = kept
        for number in kept.all {
            watches[number, default: []].insert(place)
        }
        for number in left {
            watches[number]?.remove(place)
            if watches[number]?.isEmpty == true {
                watches[number] = nil
                csystem_watch_forget(descriptor, number)
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
                let number = csystem_watch_directory(descriptor, folder)
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

    /// The watches of one path: of its folder, and of what it is and was.
    private struct Watched {
        var folder: Int32 = -1
        var own: [Int32] = []

        var all: [Int32] { folder < 0 ? own : own + [folder] }
    }
}
