internal import FanoutEvents
internal import FanoutIngest
internal import FanoutScreen
internal import FanoutSession
internal import FanoutTimeline
internal import FanoutView

// What keys and signals ask of a show.
extension Show {
    func takeKeys() {
        guard let terminal else { return }
        for key in terminal.keys() {
            for effect in dashboard.handle(key, input()) {
                perform(effect)
            }
        }
        if !isStopped {
            draw()
        }
    }

    private func perform(_ effect: Dashboard.Effect) {
        switch effect {
        case .quit: stop(.quit)
        case .nextTheme: dashboard.notice = looks.next()
        case .theme(let name):
            do throws(ThemeError) {
                dashboard.notice = try looks.take(name)
            } catch {
                dashboard.refuseCommand(CleanText(error.description))
            }
        case .copy(let text):
            terminal?.copy(text)
            if Terminal.isInTmux, let notice = dashboard.notice {
                dashboard.notice = notice + "; tmux passes it on where set-clipboard is on"
            }
        case .mouse(let use): terminal?.useMouse(use)
        case .cancelCall, .cancelTurn, .approve, .deny, .retry:
            if let note = run?.control(effect) {
                dashboard.notice = note
            }
        case .mark(let change):
            let note = markers.take(change)
            dashboard.transport.markers.replace(by: markers.markers)
            if let note {
                dashboard.notice = CleanText(note)
            }
        case .ask(let prompt):
            if run?.dialogue.ask(prompt) != true {
                dashboard.notice = "it takes no prompt now"
            }
            if let run {
                meetFollowUps(run)
            }
        }
    }

    func takeSignals() {
        for signal in signals.take() {
            switch signal {
            case .resized:
                terminal?.resize()
                draw()
            case .stop:
                terminal?.suspend()
                signal.performDefault()
                terminal?.resume()
                draw()
            case .goOn:
                terminal?.resume()
                draw()
            case .interrupt where isAnswering && interrupts == 0:
                interrupts += 1
                run?.dialogue.interrupt()
                say("ending the turn; once more to leave at once")
                changed()
            case .interrupt, .quit, .terminate, .hangUp:
                if signal == .interrupt, let note = interruptSources() {
                    say(note)
                } else {
                    stop(.signal(signal))
                }
            }
        }
    }

    /// Has programs that were started end; nil where none does.
    private func interruptSources() -> String? {
        sources.compactMap { $0.interrupt() }.first
    }

    /// Whether there is work that could end kindly.
    private var isAnswering: Bool { !isRunOver && run?.dialogue.phase == .answering }
}
