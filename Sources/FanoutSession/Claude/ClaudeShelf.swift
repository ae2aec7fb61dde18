internal import FanoutEvents
internal import FanoutTimeline

/// The sessions that Claude Code keeps on this machine.
package struct ClaudeShelf: SessionShelf {
    private let projects: ClaudeProjects

    package init(_ projects: ClaudeProjects = ClaudeProjects()) {
        self.projects = projects
    }

    package func entries(isThorough: Bool) -> [SessionEntry] {
        projects.sessions().map { entry($0, isThorough: isThorough) }
    }

    private func entry(_ found: ClaudeProjects.Entry, isThorough: Bool) -> SessionEntry {
        let glance = ClaudeProjects.glance(found.path)
        var entry = SessionEntry(
            path: found.path, kind: "claude", session: found.id, started: glance.started ?? found.modified, changed: found.modified,
            size: found.size, state: .open)
        entry.title = glance.title ?? glance.firstPrompt
        guard isThorough, let timelines = try? SessionFile.load(found.path) else { return entry }
        let figures = timelines.figures()
        (entry.calls, entry.errors) = (figures.calls, figures.errors)
        entry.length = timelines.all.map { $0.header.started + $0.last - entry.started }.max()
        return entry
    }
}
