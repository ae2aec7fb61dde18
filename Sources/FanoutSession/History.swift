internal import CSQLite
package import FanoutEvents
package import FanoutTimeline

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// How long calls of each tool ran in earlier sessions: the newest few hundred of each, in a small database beside the recordings.
///
/// It helps to say when a call may be done, and nothing depends on it: where it cannot be read or written, there is none. A class, because
/// it owns the open database.
package final class History {
    /// Runs of a tool that are kept.
    package static let kept = 200
    /// Runs from which something can be expected.
    package static let least = 3
    /// Milliseconds for which another program's lock is waited for.
    private static let patience: Int32 = 200
    private static let version = 1

    private let handle: OpaquePointer
    /// What was wrong with the file that was there before, and where it is now.
    package let notice: String?

    /// Where it is kept: beside the folder of recordings.
    package static func path(sessions: String = StateDirectory.path()) -> String {
        (sessions.hasSuffix("/sessions") ? String(sessions.dropLast("/sessions".count)) : sessions) + "/history.sqlite"
    }

    /// Opens the history, which is made if need be, for its owner alone. One that is damaged is set aside, and begun anew.
    ///
    /// - Returns: Nil where there can be none: no folder, no room, or somebody else's for too long.
    package init?(path: String = path()) {
        StateDirectory.make(path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
        if let handle = Self.open(path) {
            self.handle = handle
            notice = nil
            return
        }
        // Only what is no database, or another version's, is worth nothing; what is locked is somebody's.
        guard Self.isDamaged(path), rename(path, path + ".damaged") == 0, let handle = Self.open(path) else { return nil }
        self.handle = handle
        notice = "\(path): it could not be read, and was set aside as \(path).damaged; the history begins anew"
    }

    deinit { sqlite3_close_v2(handle) }

    private static func open(_ path: String) -> OpaquePointer? {
        var opened: OpaquePointer?
        // SQLite would make it as the umask says.
        let file = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        close(file)
        let code = sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nil)
        guard code == SQLITE_OK, let opened else {
            sqlite3_close_v2(opened)
            return nil
        }
        csqlite_harden(opened)
        sqlite3_busy_timeout(opened, patience)
        let made = sqlite3_exec(
            opened,
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
            CREATE TABLE IF NOT EXISTS run (id INTEGER PRIMARY KEY, tool TEXT NOT NULL, time INTEGER NOT NULL);
            CREATE INDEX IF NOT EXISTS run_of_tool ON run (tool, id);
            PRAGMA user_version = \(version);
            """, nil, nil, nil)
        guard made == SQLITE_OK else {
            sqlite3_close_v2(opened)
            return nil
        }
        return opened
    }

    private static func isDamaged(_ path: String) -> Bool {
        var opened: OpaquePointer?
        defer { sqlite3_close_v2(opened) }
        guard sqlite3_open_v2(path, &opened, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else { return false }
        let code = sqlite3_exec(opened, "SELECT count(*) FROM run", nil, nil, nil)
        return code == SQLITE_NOTADB || code == SQLITE_CORRUPT || code == SQLITE_ERROR
    }

    // MARK: What it tells

    /// How long calls of these tools are likely to run; nothing of a tool of which too little is known.
    package func expected(of tools: [String]) -> [String: Event.Expected] {
        var found: [String: Event.Expected] = [:]
        for tool in tools {
            let runs = runs(of: tool).sorted()
            guard runs.count >= Self.least else { continue }
            found[tool] = Event.Expected(
                p50: Percentile.nearestRank(runs, 50), p95: Percentile.nearestRank(runs, 95), n: runs.count)
        }
        return found
    }

    private func runs(of tool: String) -> [Int64] {
        var runs: [Int64] = []
        withStatement("SELECT time FROM run WHERE tool = ? ORDER BY id DESC LIMIT ?") { statement in
            bind(tool, to: 1, of: statement)
            sqlite3_bind_int64(statement, 2, Int64(Self.kept))
            while sqlite3_step(statement) == SQLITE_ROW {
                runs.append(sqlite3_column_int64(statement, 0))
            }
        }
        return runs
    }

    // MARK: What it is told

    /// Keeps how long the calls of a session ran that ended well, and forgets the oldest of each tool beyond ``kept``.
    package func add(_ timelines: Timelines) {
        var tools: Set<String> = []
        sqlite3_exec(handle, "BEGIN IMMEDIATE", nil, nil, nil)
        withStatement("INSERT INTO run (tool, time) VALUES (?, ?)") { statement in
            for timeline in timelines.all {
                for number in timeline.laneRange {
                    let lane = timeline.lane(number)
                    // How long a failure took says nothing about when a success is to be expected.
                    guard lane.kind == .call, lane.attempts > 0, lane.hasEnded, lane.outcome == .ok, !lane.isParent else { continue }
                    let tool = timeline.name(of: number)
                    tools.insert(tool)
                    sqlite3_reset(statement)
                    bind(tool, to: 1, of: statement)
                    sqlite3_bind_int64(statement, 2, timeline.runTime(of: number, at: timeline.last))
                    sqlite3_step(statement)
                }
            }
        }
        withStatement(
            "DELETE FROM run WHERE tool = ?1 AND id <= (SELECT id FROM run WHERE tool = ?1 ORDER BY id DESC LIMIT 1 OFFSET \(Self.kept))"
        ) { statement in
            for tool in tools {
                sqlite3_reset(statement)
                bind(tool, to: 1, of: statement)
                sqlite3_step(statement)
            }
        }
        sqlite3_exec(handle, "COMMIT", nil, nil, nil)
    }

    private func withStatement(_ sql: String, _ body: (OpaquePointer) -> Void) {
        var statement: OpaquePointer?
        guard sqlite3_prepare_v2(handle, sql, -1, &statement, nil) == SQLITE_OK, let statement else { return }
        defer { sqlite3_finalize(statement) }
        body(statement)
    }

    private func bind(_ text: String, to index: Int32, of statement: OpaquePointer) {
        var text = text
        text.withUTF8 { _ = csqlite_bind_text(statement, index, $0.baseAddress, UInt64($0.count)) }
    }
}
