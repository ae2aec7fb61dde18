/// A session that stands in a file on this machine, as far as the file's beginning and end tell.
package struct SessionEntry: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        /// It is being written now.
        case recording
        case ok, failed, cancelled
        /// It has no end: whoever wrote it did not come to that, or writes still.
        case open
        /// It cannot be read as what its name says.
        case unreadable
    }

    package var path: String
    /// In one word whose file it is, such as `fanout`.
    package var kind: String
    /// The session's id; empty where it is not known.
    package var session: String
    package var title: String?
    /// Microseconds since the Unix epoch.
    package var started: Int64
    /// When the file was last written to, in microseconds since the Unix epoch.
    package var changed: Int64
    /// Bytes.
    package var size: Int64
    package var state: State
    /// From its start to its last event, in microseconds.
    package var length: Int64?
    /// Nil where the file would have to be read whole for them, and was not.
    package var calls: Int?
    package var errors: Int?

    package init(path: String, kind: String, session: String, started: Int64, changed: Int64, size: Int64, state: State) {
        self.path = path
        self.kind = kind
        self.session = session
        self.started = started
        self.changed = changed
        self.size = size
        self.state = state
    }

    /// Whether its title, id or path contain every word, in whatever case.
    package func matches(_ words: [String]) -> Bool {
        let text = [title ?? "", session, path].joined(separator: "\n").lowercased()
        return words.allSatisfy { text.contains($0.lowercased()) }
    }
}

/// A place where sessions of one kind are found: our own recordings, or what another program keeps.
package protocol SessionShelf {
    /// - Parameter isThorough: Whether files are read whole, so that figures are known of all of them.
    func entries(isThorough: Bool) -> [SessionEntry]
}

/// All sessions on this machine that can be shown.
package struct SessionCatalog {
    package var shelves: [any SessionShelf]

    package init(shelves: [any SessionShelf] = [RecordingShelf(), ClaudeShelf()]) {
        self.shelves = shelves
    }

    /// Those that contain every word, newest first.
    package func entries(matching words: [String] = [], isThorough: Bool = false) -> [SessionEntry] {
        shelves.flatMap { $0.entries(isThorough: isThorough) }.filter { $0.matches(words) }
            .sorted { ($1.started, $0.path) < ($0.started, $1.path) }
    }
}
