#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Which recordings go, by their age and by how much they take together.
package struct PruningPlan: Sendable, Hashable {
    /// The oldest first.
    package var removed: [SessionEntry]
    package var kept: [SessionEntry]

    /// - Parameters:
    ///   - now: Microseconds since the Unix epoch.
    ///   - longest: Recordings that were not written to for longer go, in microseconds.
    ///   - largest: The oldest go until those that are left take no more than so many bytes together.
    package init(_ recordings: [SessionEntry], now: Int64, longest: Int64?, largest: Int64?) {
        removed = []
        kept = recordings.sorted { ($0.changed, $0.path) < ($1.changed, $1.path) }
        func take(_ condition: (SessionEntry) -> Bool) {
            // What is being recorded stays, however much it takes.
            let going = kept.filter { $0.state != .recording && condition($0) }
            kept.removeAll { going.contains($0) }
            removed += going
        }
        if let longest {
            take { now - $0.changed > longest }
        }
        if let largest {
            var total = Self.size(of: kept)
            take { entry in
                guard total > largest else { return false }
                total -= entry.size
                return true
            }
        }
    }

    /// Bytes of some recordings together.
    package static func size(of entries: [SessionEntry]) -> Int64 { entries.reduce(0) { $0 + $1.size } }
}

extension RecordingShelf {
    /// Why a recording was not removed.
    package enum Refusal: Sendable, Hashable {
        /// It is being written, or nobody can tell whether it is.
        case recorded
        /// Another file stands there by now, or none.
        case changed
        case failed(String)
    }

    /// Removes a recording of this folder, unless it is being written now.
    package func remove(_ entry: SessionEntry) -> Refusal? {
        guard entry.path.hasPrefix(directory + "/"), entry.path.hasSuffix(StateDirectory.suffix) else { return .changed }
        let file = open(entry.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        guard file >= 0 else { return .changed }
        defer { close(file) }
        // Held until it is gone: nobody can begin to write it between the look and the deed.
        guard RecordingLock.takeIfFree(file) else { return .recorded }
        var opened = stat()
        var named = stat()
        guard fstat(file, &opened) == 0, lstat(entry.path, &named) == 0, opened.st_mode & S_IFMT == S_IFREG,
            (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino), Int64(opened.st_size) == entry.size
        else { return .changed }
        guard unlink(entry.path) == 0 else { return .failed(String(cString: strerror(errno))) }
        // Nobody looks for the markers of a recording that is gone.
        unlink(MarkerFile.path(beside: entry.path))
        return nil
    }
}
