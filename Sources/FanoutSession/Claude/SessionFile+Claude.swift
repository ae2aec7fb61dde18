internal import FanoutEvents

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

extension SessionFile.Recording {
    /// What the files of a Claude Code session share; nil where it is none.
    var claudeSession: ClaudeSession? { format == .claudeTranscript ? ClaudeSession(id: ClaudeFiles(path).certainID) : nil }
}

extension SessionFile {
    /// Reads what an agent of a session wrote down, all of it, and hands it on.
    static func read(
        _ agent: ClaudeFiles.AgentFile, _ file: Int32, _ session: ClaudeSession, withPayloads: Bool,
        into receiver: inout some EventReceiver
    ) throws(SessionError) {
        session.join(agent)
        let options = EventReader.Options(withPayloads: withPayloads)
        try read(file, by: ClaudeParser(.transcript, options, session: session, agent: agent.id), into: &receiver)
    }

    /// Reads what the agents of a session wrote down, all of it, and hands it on.
    static func readAgents(
        of path: String, _ session: ClaudeSession, withPayloads: Bool, into receiver: inout some EventReceiver
    ) throws(SessionError) {
        for agent in ClaudeFiles(path).agents().files {
            let file = try open(agent.path)
            defer { close(file) }
            try read(agent, file, session, withPayloads: withPayloads, into: &receiver)
        }
    }
}
