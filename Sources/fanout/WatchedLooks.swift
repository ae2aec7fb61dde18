internal import FanoutEvents
internal import FanoutIngest
internal import FanoutScreen
internal import FanoutSession
internal import FanoutView

/// The user's settings and theme while there is a screen: taken up when their files are saved.
///
/// A class, because the loop's handler shares it.
final class WatchedLooks {
    private(set) var looks: Looks
    private let loop: EventLoop
    private var watched: WatchedFiles?
    private var use: (Looks) -> Void = { _ in }
    private var say: (String) -> Void = { _ in }

    init(_ looks: Looks, _ loop: EventLoop) {
        self.looks = looks
        self.loop = loop
    }

    /// Has the system tell of changes; where it cannot, they count from the next start on.
    ///
    /// - Parameters:
    ///   - use: Takes the looks as they are from now on.
    ///   - say: Says what the user must know of them; after their use.
    func watch(use: @escaping (Looks) -> Void, say: @escaping (String) -> Void) {
        (self.use, self.say) = (use, say)
        if let note = looks.note(isBrief: true) {
            say(note)
        }
        renewWatch()
    }

    private func renewWatch() {
        if let watched {
            loop.unwatch(watched.descriptor)
        }
        do throws(SessionError) {
            let watched = try WatchedFiles(looks.files)
            self.watched = watched
            loop.watch(watched.descriptor) { [unowned self] _ in takeUp() }
        } catch {
            watched = nil
            say(String(describing: error))
        }
    }

    private func takeUp() {
        guard let watched, !watched.takeChanges().isEmpty else { return }
        watched.renew()
        apply()
        if looks.files != watched.paths {
            renewWatch()
            // What was saved before the new files were watched.
            apply()
        }
    }

    private func apply() {
        guard let note = looks.takeUp() else { return }
        use(looks)
        say(note)
    }

    // MARK: Themes by hand

    /// Takes the next theme.
    ///
    /// - Returns: What there is to say.
    func next() -> CleanText {
        do {
            _ = try looks.next()
            return taken()
        } catch {
            return CleanText(String(describing: error))
        }
    }

    /// Takes the theme of a name, or of a file.
    ///
    /// - Returns: Which it is.
    func take(_ name: String) throws(ThemeError) -> CleanText {
        try looks.take(name)
        return taken()
    }

    private func taken() -> CleanText {
        use(looks)
        if let watched, looks.files != watched.paths {
            renewWatch()
        }
        return "theme " + CleanText(looks.theme.name)
    }
}
