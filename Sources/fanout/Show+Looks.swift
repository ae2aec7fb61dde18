internal import FanoutEvents
internal import FanoutIngest
internal import FanoutScreen
internal import FanoutView

// The user's settings and theme, taken up when their files are saved.
extension Show {
    /// Has the system tell of changes; where it cannot, they count from the next start on.
    func watchLooks() {
        if let note = looks.note(isBrief: terminal != nil) {
            say(note)
        }
        guard terminal != nil else { return }
        renewWatch()
    }

    private func renewWatch() {
        if let watched = watchedLooks {
            loop.unwatch(watched.descriptor)
        }
        do {
            let watched = try WatchedFiles(looks.files)
            watchedLooks = watched
            loop.watch(watched.descriptor) { [unowned self] _ in takeUpLooks() }
        } catch {
            watchedLooks = nil
            say(String(describing: error))
        }
    }

    private func takeUpLooks() {
        guard let watched = watchedLooks, !watched.takeChanges().isEmpty else { return }
        watched.renew()
        applyLooks()
        if looks.files != watched.paths {
            renewWatch()
            // What was saved before the new files were watched.
            applyLooks()
        }
    }

    private func applyLooks() {
        guard let note = looks.takeUp() else { return }
        terminal?.use(looks.theme)
        dashboard.use(looks.configuration)
        say(note)
        changed()
    }
}
