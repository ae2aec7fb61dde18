internal import FanoutTimeline

/// The sessions of Claude Code on this machine, wherever it keeps them.
package struct ClaudeShelf: SessionShelf {
    private let projects: ClaudeProjects

    package init(projects: ClaudeProjects = ClaudeProjects()) {
        self.projects = projects
    }

    package func entries(isThorough: Bool) -> [SessionEntry] {
        projects.sessions().map { session in
            let glance = ClaudeProjects.glance(session.path)
            var entry = SessionEntry(
                path: session.path, kind: "claude", session: session.id, started: glance.started ?? session.modified,
                changed: session.modified, size: session.size, state: .open)
            entry.title = glance.title ?? glance.firstPrompt
            if isThorough, let timelines = try? SessionFile.load(session.path) {
                let figures = timelines.figures()
                (entry.calls, entry.errors) = (figures.calls, figures.errors)
                entry.length = timelines.all.first?.last
            }
            return entry
        }
    }
}
