package import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// The user's own markers of a recording, in a file beside it: the recording itself is never written to.
///
/// Where its folder cannot be written, they are kept under the folder of recordings' own (``StateDirectory``). What this version does
/// not know in the file is kept as it is, and so is what another program put there meanwhile.
package struct MarkerFile {
    /// The recording as it was named; nil where there is none, and nothing is kept.
    private let named: String?
    private let state: String
    package private(set) var markers = OwnMarkers()
    /// What was wrong with the file that was there, and where it is now.
    package private(set) var notice: String?
    /// Why nothing is kept was said.
    private var saidWhy = false

    /// Reads what is kept of a recording.
    ///
    /// - Parameters:
    ///   - recording: The recording's path; nil for a run that is not recorded.
    ///   - state: Where markers of recordings are kept that lie where nobody may write.
    package init(recording: String?, state: String = Self.stateFolder()) {
        named = recording
        self.state = state
        guard let kept = current else { return }
        do {
            let document = try MarkerDocument(reading: kept)
            markers = document.markers
            notice = document.isForeign ? Self.foreign(kept) : nil
        } catch {
            notice = Self.setAside(kept, error)
        }
    }

    /// Does a change, after reading what stands in the file by now.
    ///
    /// - Returns: What there is to say, where it could not be kept.
    package mutating func take(_ change: OwnMarkers.Change) -> String? {
        guard let recording else {
            markers.apply(change)
            return sayOnce("this is not recorded, so its markers last only as long as the program")
        }
        var failures: [SessionError] = []
        for path in [Self.path(beside: recording), statePath(recording)] {
            do {
                return try keep(change, in: path)
            } catch {
                failures.append(error)
            }
        }
        markers.apply(change)
        return sayOnce("\(failures[0]); markers last only as long as the program")
    }

    private mutating func sayOnce(_ text: String) -> String? {
        defer { saidWhy = true }
        return saidWhy ? nil : text
    }

    // MARK: Where

    /// `x.fanout.markers.json` beside `x.fanout.jsonl`, `FILE.markers.json` beside any other.
    package static func path(beside recording: String) -> String {
        (recording.hasSuffix(".jsonl") ? String(recording.dropLast(".jsonl".count)) : recording) + ".markers.json"
    }

    /// The folder of those whose recordings lie where nobody may write.
    package static func stateFolder(sessions: String = StateDirectory.path()) -> String {
        (sessions.hasSuffix("/sessions") ? String(sessions.dropLast("/sessions".count)) : sessions) + "/markers"
    }

    private func statePath(_ recording: String) -> String {
        var path = recording
        let hash = String(path.withUTF8 { Fingerprint.of($0) }, radix: 16)
        let name = recording.split(separator: "/").last.map(String.init) ?? recording
        return "\(state)/\(String(repeating: "0", count: 16 - hash.utf8.count))\(hash)_\(Self.path(beside: String(name.suffix(100))))"
    }

    /// The file to read. One in the state folder was begun because there could be none beside the recording, so it is the later one; one
    /// with nothing in it was only just created.
    private var current: String? {
        guard let recording else { return nil }
        return [statePath(recording), Self.path(beside: recording)].first { path in
            var status = stat()
            return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG && status.st_size > 0
        }
    }

    /// The recording by its whole path; a file that is followed may come to be there later.
    private var recording: String? { named.flatMap { Self.wholePath($0) } }

    /// Nil for what is no file: of a pipe nothing is left to set markers in.
    private static func wholePath(_ path: String) -> String? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, let whole = realpath(path, nil) else { return nil }
        defer { free(whole) }
        return String(cString: whole)
    }

    // MARK: Writing

    /// - Returns: What was wrong with the file that was there.
    private mutating func keep(_ change: OwnMarkers.Change, in path: String) throws(SessionError) -> String? {
        if path.hasPrefix(state + "/") {
            StateDirectory.make(state)
        }
        let lock = try Self.lock(path)
        defer { close(lock) }
        let kept = current
        var document = MarkerDocument()
        var note: String?
        if let kept {
            do {
                document = try MarkerDocument(reading: kept)
            } catch {
                note = Self.setAside(kept, error)
            }
        }
        guard !document.isForeign else {
            throw SessionError(.otherFormat, Self.foreign(kept ?? path))
        }
        document.apply(change)
        try TemporaryFile.replace(path, with: document.bytes)
        if let kept, kept != path, kept.hasPrefix(state + "/") {
            // What stood there stands beside the recording now.
            unlink(kept)
        }
        markers.replace(by: document.markers)
        return note
    }

    /// Has the file for itself until the descriptor is closed: whoever else sets a marker waits for that moment.
    private static func lock(_ path: String) throws(SessionError) -> Int32 {
        while true {
            let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
            guard file >= 0 else {
                throw SessionError(.unwritable, "\(path): \(String(cString: strerror(errno)))")
            }
            RecordingLock.take(file)
            var opened = stat()
            var named = stat()
            // Somebody may have put another file in its place while this one was waited for.
            if fstat(file, &opened) == 0, lstat(path, &named) == 0, (opened.st_dev, opened.st_ino) == (named.st_dev, named.st_ino) {
                return file
            }
            close(file)
        }
    }

    // MARK: What is said

    private static func foreign(_ path: String) -> String {
        "\(path): it is of a later version, whose markers cannot be read here"
    }

    private static func setAside(_ path: String, _ error: SessionError) -> String {
        guard error.code == .otherFormat else { return error.description }
        var aside = path + ".damaged"
        var number = 1
        while access(aside, F_OK) == 0 {
            number += 1
            aside = "\(path).damaged-\(number)"
        }
        guard rename(path, aside) == 0 else { return "\(error); it could not be set aside: \(String(cString: strerror(errno)))" }
        return "\(error), and was set aside as \(aside); markers begin anew"
    }
}
