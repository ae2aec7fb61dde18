internal import FanoutEvents
internal import FanoutJSON

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Where Claude Code keeps the sessions of this machine: a folder for each directory that it was started in.
package struct ClaudeProjects: Sendable {
    /// A session's own file, as its folder tells of it.
    package struct Entry: Sendable, Hashable {
        package var path: String
        package var id: String
        /// Microseconds since the Unix epoch at which it was last written to.
        package var modified: Int64
        /// Bytes.
        package var size: Int64
    }

    /// What a look at a session's beginning and end shows.
    package struct Glance: Sendable, Hashable {
        package var title: String?
        package var firstPrompt: String?
        /// The directory that it was started in.
        package var directory: String?
        /// Microseconds since the Unix epoch.
        package var started: Int64?
    }

    /// The folders that hold the projects, whether they are there or not.
    package let roots: [String]

    /// Those of `CLAUDE_CONFIG_DIR`, or else of the places where versions have kept them.
    package init(environment: (String) -> String? = StateDirectory.environmentVariable) {
        if let configured = environment("CLAUDE_CONFIG_DIR"), configured.hasPrefix("/") {
            roots = [configured + "/projects"]
        } else if let home = environment("HOME"), home.hasPrefix("/") {
            roots = [home + "/.claude/projects", home + "/.config/claude/projects"]
        } else {
            roots = []
        }
    }

    /// Characters of a folder's name beyond which it is cut, and ends with a number in place of the rest.
    private static let longestName = 200

    /// The folders of a directory's sessions: those that are there, and else those that would be made.
    package func folders(of directory: String) -> [String] {
        let name = Self.folderName(of: directory)
        guard name.utf8.count > Self.longestName else { return roots.map { $0 + "/" + name } }
        let beginning = name.prefix(Self.longestName) + "-"
        return roots.flatMap { root in
            FolderListing.names(in: root).filter { $0.hasPrefix(beginning) }.map { root + "/" + $0 }
        }
    }

    /// A directory's path as the name of a folder: every character but letters and digits of ASCII is a hyphen.
    static func folderName(of directory: String) -> String {
        // By UTF-16, as the program that makes these names counts.
        String(
            String.UnicodeScalarView(
                directory.utf16.map { unit in
                    let isPlain = (0x30...0x39).contains(unit) || (0x41...0x5a).contains(unit) || (0x61...0x7a).contains(unit)
                    return isPlain ? Unicode.Scalar(UInt8(unit)) : "-"
                }))
    }

    /// The folders of all projects.
    package func allFolders() -> [String] {
        roots.flatMap { root in
            FolderListing.names(in: root).map { root + "/" + $0 }.filter { FolderListing.status($0)?.isFolder ?? false }
        }
    }

    /// The sessions in a project's folder, the one written to last first.
    package static func sessions(in folder: String) -> [Entry] {
        let entries = FolderListing.names(in: folder).compactMap { name -> Entry? in
            let path = folder + "/" + name
            guard let id = ClaudeFiles(path).id, let status = FolderListing.status(path), status.isFile else { return nil }
            return Entry(path: path, id: id, modified: status.modified, size: status.size)
        }
        return entries.sorted { ($0.modified, $0.id) > ($1.modified, $1.id) }
    }

    /// All sessions, the one written to last first.
    package func sessions() -> [Entry] {
        allFolders().flatMap { Self.sessions(in: $0) }.sorted { ($0.modified, $0.id) > ($1.modified, $1.id) }
    }

    /// When a file was last written to, in microseconds since the Unix epoch; nil where there is none.
    package static func modified(_ path: String) -> Int64? { FolderListing.status(path)?.modified }

    // MARK: What is in one

    /// Bytes at each end of a session's file that are looked at: the prompt stands at the beginning, a title often at the end.
    private static let looked = 1 << 16

    /// Looks at the beginning and the end of a session's file.
    package static func glance(_ path: String) -> Glance {
        var found = Glance()
        var title: (text: String, rank: Int)?
        let file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { return found }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return found }
        let reader = JSONReader()
        var fields = ClaudeFields()
        var clock = ClaudeClock()
        let size = Int64(status.st_size)
        for (offset, isHead) in [(Int64(0), true), (size - Int64(looked), false)] where isHead || offset > 0 {
            for line in bytes(file, at: offset).split(separator: 0x0a).dropFirst(isHead ? 0 : 1) {
                guard let root = try? reader.read(line), fields.load(root), let type = fields.string(.type) else { continue }
                if isHead {
                    found.directory = found.directory ?? fields.string(.cwd)
                    found.started = found.started ?? fields[.timestamp]?.utf8.flatMap { clock.instant($0) }
                    if found.firstPrompt == nil, type == "user", !fields.flag(.isMeta), !fields.flag(.isSidechain),
                        let text = ClaudeContent.text(fields[.message]?.field("content")), case .prompt(let prompt) = ClaudeWords(text)
                    {
                        found.firstPrompt = String(prompt.prefix(200))
                    }
                }
                let rank = ["summary": 1, "ai-title": 2, "custom-title": 3][type] ?? 0
                if rank > 0, rank >= title?.rank ?? 0, let text = fields.string(.title), !text.isEmpty {
                    title = (String(text.prefix(200)), rank)
                }
            }
        }
        found.title = title?.text
        return found
    }

    private static func bytes(_ file: Int32, at offset: Int64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: looked) { buffer, filled in
            filled = max(0, pread(file, buffer.baseAddress, buffer.count, off_t(offset)))
        }
    }
}
