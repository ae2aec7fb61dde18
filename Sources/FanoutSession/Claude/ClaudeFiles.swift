internal import FanoutEvents
internal import FanoutJSON

/// The files of one Claude Code session: its transcript, and one for each agent that it set to work.
package struct ClaudeFiles: Sendable {
    /// The session's own file.
    package var path: String

    package init(_ path: String) { self.path = path }

    /// The session's id, as its file bears it; nil where the name is none.
    package var id: String? {
        let name = path.split(separator: "/").last ?? ""
        guard name.hasSuffix(".jsonl"), !name.hasPrefix("agent-") else { return nil }
        let id = String(name.dropLast(6))
        return HookFile.isName(id) ? id : nil
    }

    /// The session's id where the name of its file is one for certain; a copy may be called anything, and its lines tell then.
    ///
    /// A session that was taken up from another begins with lines of that one, so where both tell, the name counts.
    package var certainID: String? {
        let groups = (id ?? "").split(separator: "-", omittingEmptySubsequences: false)
        let isUUID = groups.map(\.count) == [8, 4, 4, 4, 12] && groups.joined().allSatisfy(\.isHexDigit)
        return isUUID ? id : nil
    }

    /// Where the files of its agents stand.
    package var agentFolder: String { (path.hasSuffix(".jsonl") ? String(path.dropLast(6)) : path) + "/subagents" }

    /// An agent's file.
    package struct AgentFile: Sendable, Hashable {
        package var id: String
        package var path: String

        package init(id: String, path: String) {
            self.id = id
            self.path = path
        }
    }

    /// Folders within folders that are looked into.
    private static let deepest = 4

    /// The files of agents that are there, in the order of their paths, and the folders that hold them.
    package func agents() -> (files: [AgentFile], folders: [String]) {
        var files: [AgentFile] = []
        var folders: [String] = []
        func look(_ folder: String, _ depth: Int) {
            let names = FolderListing.names(in: folder)
            guard depth < Self.deepest else { return }
            folders.append(folder)
            for name in names {
                let path = folder + "/" + name
                if name.hasPrefix("agent-"), name.hasSuffix(".jsonl") {
                    files.append(AgentFile(id: String(name.dropFirst(6).dropLast(6)), path: path))
                } else if !name.contains("."), FolderListing.status(path)?.isFolder ?? false {
                    look(path, depth + 1)
                }
            }
        }
        look(agentFolder, 0)
        return (files + siblings(), folders)
    }

    /// Bytes of a file's beginning that name its session.
    private static let head = 1 << 12

    /// The files of agents that an older version put beside the session's own, among those of other sessions.
    private func siblings() -> [AgentFile] {
        guard let id = certainID else { return [] }
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        let mark = Array("\"sessionId\":\"\(id)\"".utf8)
        return FolderListing.names(in: folder.isEmpty ? "." : folder).compactMap { name in
            guard name.hasPrefix("agent-"), name.hasSuffix(".jsonl") else { return nil }
            let path = folder.isEmpty ? name : folder + "/" + name
            guard FolderListing.beginning(of: path, bytes: Self.head).firstRange(of: mark) != nil else { return nil }
            return AgentFile(id: String(name.dropFirst(6).dropLast(6)), path: path)
        }
    }
}

extension ClaudeSession {
    /// Bytes of the note beside an agent's file.
    private static let longestNote = 1 << 20

    /// Joins an agent to the call whose work it is, by the note that stands beside its file.
    package func join(_ agent: ClaudeFiles.AgentFile) {
        let path = String(agent.path.dropLast(5)) + "meta.json"
        let reader = JSONReader()
        guard let status = FolderListing.status(path), status.isFile, status.size <= Self.longestNote,
            let bytes = try? WholeFile.bytes(path), let root = try? reader.read(bytes)
        else { return }
        join(
            agent.id, to: root.field("toolUseId")?.string, name: root.field("description")?.string ?? root.field("agentType")?.string)
    }
}
