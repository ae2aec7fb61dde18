package import FanoutEvents

/// Whether a run takes another prompt, and when.
package enum FollowUps: Sendable, Hashable {
    /// It takes none.
    case none
    /// It is at work, and will take one when it has stopped.
    case busy
    /// It has stopped like this, and waits.
    case awaited(after: Event.SessionOutcome)
}

extension Dashboard {
    /// Opens the line for a prompt, where one is taken.
    mutating func openPrompt() {
        switch followUps {
        case .none: notice = "there is nobody here to ask"
        case .busy: notice = "it is still at work; ask when it has stopped"
        case .awaited: entry = Entry(.prompt)
        }
    }

    /// Sends a prompt that was written.
    mutating func ask(_ text: String) -> [Effect] {
        playhead.follow()
        selection = nil
        transcript.anchor = nil
        followUps = .busy
        return [.ask(text)]
    }
}
