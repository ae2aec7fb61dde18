internal import FanoutEvents
internal import FanoutScreen
internal import FanoutSession
internal import FanoutView

/// Has somebody choose a recording from those that are here.
///
/// A class, because the loop's handlers share it. Everything here happens on the main thread.
final class RecordingPicker {
    private let entries: [SessionEntry]
    private var list: RecordingList
    private let loop = EventLoop(clock: Clock.monotonic)
    private let watched: WatchedLooks
    private let terminal: Terminal
    private let signals: Signals
    private var chosen: String?
    private var ended: Signal?

    init(_ entries: [SessionEntry], looks: Looks) throws {
        self.entries = entries
        list = RecordingList(entries.map { Self.row($0, looks.glyphs) }, glyphs: looks.glyphs)
        watched = WatchedLooks(looks, loop)
        guard let signals = Signals() else {
            throw UsageError("the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
        do {
            terminal = try Terminal(name: Environment["TERM"], signals: signals)
        } catch {
            throw UsageError("replay: name a recording; \(error)")
        }
        self.signals = signals
        use(looks)
    }

    /// Themes and keys as they are by now.
    var looks: Looks { watched.looks }

    private func use(_ looks: Looks) {
        terminal.use(looks.theme)
        list.keys = looks.configuration[keys: .recordings]
    }

    /// The path of the one that was chosen; nil where nobody wanted any. The terminal is given back.
    ///
    /// - Returns: With it the signal that ended it, if one did.
    func choose() -> (path: String?, signal: Signal?) {
        loop.watch(terminal.input) { [unowned self] readiness in
            readiness == .closed ? end(.hangUp) : takeKeys()
        }
        loop.watch(signals.descriptor) { [unowned self] _ in takeSignals() }
        watched.watch { [unowned self] looks in
            use(looks)
        } say: { [unowned self] note in
            list.notice = CleanText(note)
            draw()
        }
        draw()
        loop.run()
        terminal.restore()
        return (chosen, ended)
    }

    private func draw() {
        terminal.paint(list.frame(width: terminal.size.width, height: terminal.size.height))
    }

    private func takeKeys() {
        for key in terminal.keys() {
            switch list.handle(key) {
            case .goesOn: break
            case .leave: return loop.stop()
            case .chosen(let place):
                chosen = entries[place].path
                return loop.stop()
            }
        }
        draw()
    }

    private func takeSignals() {
        for signal in signals.take() {
            switch signal {
            case .resized: terminal.resize()
            case .stop:
                terminal.suspend()
                signal.performDefault()
                terminal.resume()
            case .goOn: terminal.resume()
            case .interrupt, .quit, .terminate, .hangUp: return end(signal)
            }
        }
        draw()
    }

    private func end(_ signal: Signal) {
        ended = signal
        loop.stop()
    }

    private static func row(_ entry: SessionEntry, _ glyphs: Glyphs) -> SessionTable.Entry {
        let (glyph, role): (Glyph, Role) =
            switch entry.state {
            case .recording: (glyphs.running, .running)
            case .ok: (glyphs.ok, .ok)
            case .failed: (glyphs.failed, .failed)
            case .cancelled: (glyphs.cancelled, .cancelled)
            case .open, .unreadable: (glyphs.unknown, .muted)
            }
        let words: CleanText = entry.state == .open ? "no end" : CleanText(entry.state.rawValue)
        return SessionTable.Entry(
            glyph: glyph, role: role, title: SessionListing.title(entry), source: CleanText(entry.kind), words: [(words, role)],
            calls: entry.calls, errors: entry.errors, length: entry.length.map { DurationText.length($0) } ?? "",
            when: LocalTime.text(entry.started))
    }
}
