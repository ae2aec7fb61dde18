internal import CSystem
internal import FanoutEvents
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Sessions of Claude Code, followed as they are written, with the files of the agents that they set to work.
///
/// The system tells of each change, so nothing is asked for while nothing is written.
package final class ClaudeSource: EventSource {
    /// Which sessions are followed.
    package enum Scope: Sendable, Hashable {
        /// The newest one of a directory, and each one that goes on or begins there from now on.
        case directory(String)
        /// Those of all directories that were written to within ``recent``, and each one that goes on or begins.
        case all
        /// The one in this file.
        case file(String)
    }

    /// Microseconds within which a session that was written to is taken for one that goes on: a day.
    package static let recent: Int64 = 86_400_000_000
    /// Sessions that are not followed, of which it is seen when they go on: the newest so many of a directory, or of each of all.
    private var mostIdle: Int { scope == .all ? 8 : 64 }
    private static let chunk = 1 << 18
    /// Bytes read at once at the most, so that keys are answered while a long session is read.
    private static let most = 1 << 21
    private static let filesTag: UInt64 = 0
    private static let foldersTag: UInt64 = 1
    private static let moreTag: UInt64 = 2

    /// One session: its own file first, then those of its agents.
    private struct Followed {
        var files: ClaudeFiles
        var session: ClaudeSession
        var parts: [ClaudeFile]
        var agents: Set<String> = []
        /// The next of its files to read.
        var next = 0
    }

    package let descriptor: Int32
    private let scope: Scope
    private let projects: ClaudeProjects
    private let ledger: Ledger
    private let options: EventReader.Options
    private let hookDirectory: String?
    /// Tells of files that grow, and of names that come to be in folders: apart, since only the second means to look at folders again.
    private let grown: Int32
    private let named: Int32
    private let nudge: Nudge
    private var followed: [Followed] = []
    /// Those that are followed, and those that were there before.
    private var paths: Set<String> = []
    private var seen: Set<String> = []
    /// When each session that is not followed was last written to.
    private var idle: [String: Int64] = [:]
    private var isBegun = false
    /// Whether it was said that there is none yet.
    private var isWaiting = false
    /// Whether more stands in the files than was taken.
    private var isMore = false
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)

    /// Begins to follow.
    ///
    /// - Parameters:
    ///   - withPayloads: Whether whoever observes the ledger wants arguments, results and texts, not only their places.
    ///   - hookDirectory: Where hooks write down what they measure.
    package init(
        _ scope: Scope, projects: ClaudeProjects = ClaudeProjects(), hookDirectory: String? = HookFile.directory(), withPayloads: Bool,
        ledger: Ledger
    ) throws(SessionError) {
        self.scope = scope
        self.projects = projects
        self.hookDirectory = hookDirectory
        self.ledger = ledger
        options = EventReader.Options(withPayloads: withPayloads)
        grown = csystem_watch_open()
        named = csystem_watch_open()
        descriptor = csystem_poller_open()
        guard grown >= 0, named >= 0, descriptor >= 0, let nudge = Nudge() else {
            throw SessionError(
                .unreadable,
                "claude: sessions cannot be followed: \(String(cString: strerror(errno))); end other programs that follow files, or raise "
                    + "`ulimit -n` or fs.inotify.max_user_instances")
        }
        self.nudge = nudge
        csystem_poller_add(descriptor, grown, Self.filesTag, 0)
        csystem_poller_add(descriptor, named, Self.foldersTag, 0)
        csystem_poller_add(descriptor, nudge.descriptor, Self.moreTag, 0)
    }

    deinit {
        buffer.deallocate()
        for descriptor in [descriptor, grown, named] where descriptor >= 0 {
            closeDescriptor(descriptor)
        }
    }

    /// While there is more to read than was taken at once, it is not kept waiting.
    package var isPatient: Bool { !isMore }

    package func read(now: Int64) -> [SourceNews] {
        var tags: [UInt64] = [0, 0, 0]
        let count = Int(csystem_poller_ready(descriptor, &tags, 3))
        let ready = tags.prefix(max(0, count))
        csystem_watch_drain(grown)
        csystem_watch_drain(named)
        nudge.clear()
        var news: [SourceNews] = []
        if !isBegun || ready.contains(Self.foldersTag) {
            look(now: now)
        } else if ready.contains(Self.filesTag) {
            wake()
        }
        if !isBegun, followed.isEmpty {
            news.append(.notice(waiting))
            isWaiting = true
        } else if isWaiting, let first = followed.first {
            isWaiting = false
            news.append(.notice("following \(first.files.id ?? first.files.path)"))
        }
        isBegun = true
        take(now: now)
        return news
    }

    private var waiting: String {
        switch scope {
        case .directory(let directory):
            "no session of Claude Code in \(directory) yet; waiting for one (--all follows those of every directory)"
        case .all: "no session of Claude Code within the last day; waiting for one"
        case .file(let path): "\(path): it is not there yet; waiting for it"
        }
    }

    // MARK: Which ones

    /// Looks at the folders again.
    private func look(now: Int64) {
        hookDirectory.map(watchNearest)
        switch scope {
        case .file(let path):
            watchNearest(String(path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")))
            follow(path)
        case .directory(let directory):
            for folder in projects.folders(of: directory) {
                look(into: folder)
            }
            // The newest of all its folders, to begin with.
            if followed.isEmpty, let newest = idle.max(by: { ($0.value, $0.key) < ($1.value, $1.key) }) {
                follow(newest.key)
            }
        case .all:
            projects.roots.forEach(watchNearest)
            for folder in projects.allFolders() {
                look(into: folder)
            }
            for (path, modified) in idle where modified > now - Self.recent {
                follow(path)
            }
        }
        for number in followed.indices {
            lookForAgents(number)
        }
    }

    /// Takes up what has come to be in a folder since, and watches the rest of it.
    private func look(into folder: String) {
        watchNearest(folder)
        for (place, entry) in ClaudeProjects.sessions(in: folder).enumerated() where !paths.contains(entry.path) {
            guard seen.insert(entry.path).inserted else { continue }
            if isBegun {
                follow(entry.path)
            } else if place < mostIdle {
                idle[entry.path] = entry.modified
                csystem_watch_file(grown, entry.path)
            }
        }
    }

    /// Follows sessions that go on.
    private func wake() {
        for (path, modified) in idle {
            if let last = ClaudeProjects.modified(path), last > modified {
                follow(path)
            }
        }
    }

    private func follow(_ path: String) {
        guard paths.insert(path).inserted else { return }
        idle[path] = nil
        let files = ClaudeFiles(path)
        let session = ClaudeSession(id: files.certainID, hookDirectory: hookDirectory)
        let options = options
        csystem_watch_file(grown, path)
        followed.append(
            Followed(
                files: files, session: session,
                parts: [ClaudeFile(path, ledger: ledger) { ClaudeParser(.transcript, options, session: session) }]))
        lookForAgents(followed.count - 1)
    }

    /// Takes up the files of agents that have come to be.
    private func lookForAgents(_ number: Int) {
        let (files, session, options) = (followed[number].files, followed[number].session, options)
        csystem_watch_file(grown, files.path)
        if let id = files.id, let hookDirectory, let hooks = HookFile.path(session: id, in: hookDirectory) {
            csystem_watch_file(grown, hooks)
        }
        watchNearest(files.agentFolder)
        let agents = files.agents()
        for folder in agents.folders {
            csystem_watch_directory(named, folder)
        }
        for agent in agents.files {
            session.join(agent)
            guard followed[number].agents.insert(agent.path).inserted else { continue }
            csystem_watch_file(grown, agent.path)
            followed[number].parts.append(
                ClaudeFile(agent.path, ledger: ledger) { ClaudeParser(.transcript, options, session: session, agent: agent.id) })
        }
    }

    /// Asks to be told when something comes to be in a folder, or in the nearest one above it that is there.
    private func watchNearest(_ folder: String) {
        var folder = folder.isEmpty ? "." : folder
        while csystem_watch_directory(named, folder) < 0, folder != "/", folder != "." {
            let above = folder.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
            folder = above.isEmpty ? (folder.hasPrefix("/") ? "/" : ".") : above
        }
    }

    // MARK: What they tell

    /// Reads what was added, a piece of each file at a time.
    private func take(now: Int64) {
        var left = Self.most
        isMore = false
        for number in followed.indices {
            let count = followed[number].parts.count
            for step in 0..<count {
                let place = (followed[number].next + step) % count
                guard left > 0 else {
                    followed[number].next = place
                    isMore = true
                    break
                }
                while followed[number].parts[place].read(buffer, now: now) == .more {
                    left -= Self.chunk
                    if left <= 0 {
                        isMore = true
                        break
                    }
                }
            }
        }
        if isMore {
            nudge.set()
        }
    }
}
