internal import FanoutEvents

extension Ledger {
    /// Takes what the agents of a session wrote down, which is over.
    ///
    /// - Returns: The sources that their files are.
    func loadAgents(of path: String, _ session: ClaudeSession, _ options: EventReader.Options) throws(SessionError) -> [Int] {
        var sources: [Int] = []
        for agent in ClaudeFiles(path).agents().files {
            let file = try SessionFile.open(agent.path)
            let source = addSource(file: file, format: .claudeTranscript)
            sources.append(source)
            session.join(agent)
            var input = LedgerInput(ledger: self, source: source, isPlaced: true)
            try SessionFile.read(file, by: ClaudeParser(.transcript, options, session: session, agent: agent.id), into: &input)
        }
        return sources
    }
}
