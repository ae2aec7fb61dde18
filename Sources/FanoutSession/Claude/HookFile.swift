#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Where hooks write down when a session's calls ran: a file for each session, beside the recordings.
package enum HookFile {
    /// Bytes of a line; one that is longer was written by nobody of ours.
    package static let longestLine = 4096

    /// Nil where nobody says whose it would be.
    package static func directory(environment: (String) -> String? = StateDirectory.environmentVariable) -> String? {
        guard ["XDG_STATE_HOME", "HOME"].contains(where: { environment($0)?.hasPrefix("/") ?? false }) else { return nil }
        let sessions = StateDirectory.path(environment: environment)
        return sessions.dropLast("sessions".count) + "hooks"
    }

    /// A session's file; nil where its id could be the name of something else.
    package static func path(session: String, in directory: String) -> String? {
        guard isName(session) else { return nil }
        return directory + "/" + session + ".jsonl"
    }

    /// Whether an id is plain enough to be part of a path.
    package static func isName(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.count <= 128
            && id.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x5f
            }
    }

    /// Adds a line to a session's file with a single write, so that hooks that run at the same time cannot mix theirs.
    ///
    /// - Returns: Whether it was written; nobody can be told where it was not.
    @discardableResult
    package static func append(_ entry: HookEntry, in directory: String? = directory()) -> Bool {
        guard let directory, let path = path(session: entry.session, in: directory) else { return false }
        let line = entry.line
        guard line.count <= longestLine else { return false }
        var file = openToAppend(path)
        if file < 0, errno == ENOENT {
            make(directory)
            file = openToAppend(path)
        }
        guard file >= 0 else { return false }
        defer { close(file) }
        // A pipe or a device of that name could hold up the program whose hook this is.
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return false }
        return line.withUnsafeBytes { write(file, $0.baseAddress, $0.count) } == line.count
    }

    /// The files of all sessions, for whoever lists what may go.
    package static func entries(in directory: String? = directory()) -> [SessionEntry] {
        guard let directory else { return [] }
        return FolderListing.names(in: directory).compactMap { name in
            let id = String(name.dropLast(6))
            let path = directory + "/" + name
            guard name.hasSuffix(".jsonl"), isName(id), let status = FolderListing.status(path), status.isFile else { return nil }
            var entry = SessionEntry(
                path: path, kind: "hooks", session: id, started: status.modified, changed: status.modified, size: status.size, state: .open)
            entry.title = "what hooks measured"
            return entry
        }
    }

    /// Removes a session's file, unless a hook has written to it since it was listed.
    package static func remove(_ entry: SessionEntry, in directory: String? = directory()) -> RecordingShelf.Refusal? {
        guard let directory, entry.path == path(session: entry.session, in: directory), let status = FolderListing.status(entry.path),
            status.isFile, status.size == entry.size, status.modified == entry.changed
        else { return .changed }
        return unlink(entry.path) == 0 ? nil : .failed(String(cString: strerror(errno)))
    }

    private static func make(_ directory: String) {
        var made = ""
        for part in directory.split(separator: "/") {
            made += "/" + part
            mkdir(made, 0o700)
        }
    }
}

private func openToAppend(_ path: String) -> Int32 {
    open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o600)
}
