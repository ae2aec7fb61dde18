/// What a cell means; a theme says what that looks like.
package enum Role: UInt8, Sendable, CaseIterable {
    // Base. `background` and the two of the selection lend their colours to the cells of other roles.
    case background, text, muted, border, borderFocus, title, accent, selectionBackground, selectionText, match
    // State of a call.
    case queued, running, ok, failed, retrying, cancelled, timeout, skipped, shared
    // Bar.
    case barWait, barRun, barAttempt, barBackoff, critical, now, axis
    // Chrome.
    case header, footerKey, caption, concurrency, estimate
    // Tools told apart, where a theme does so.
    case tool1, tool2, tool3, tool4, tool5, tool6, tool7, tool8

    /// Under this name a theme's file gives its style.
    package var name: String {
        switch self {
        case .background: "bg"
        case .text: "fg"
        case .muted: "muted"
        case .border: "border"
        case .borderFocus: "border.focus"
        case .title: "title"
        case .accent: "accent"
        case .selectionBackground: "selection.bg"
        case .selectionText: "selection.fg"
        case .match: "match"
        case .queued: "queued"
        case .running: "running"
        case .ok: "ok"
        case .failed: "failed"
        case .retrying: "retrying"
        case .cancelled: "cancelled"
        case .timeout: "timeout"
        case .skipped: "skipped"
        case .shared: "shared"
        case .barWait: "bar.wait"
        case .barRun: "bar.run"
        case .barAttempt: "bar.attempt"
        case .barBackoff: "bar.backoff"
        case .critical: "critical"
        case .now: "now"
        case .axis: "axis"
        case .header: "header"
        case .footerKey: "footer.key"
        case .caption: "caption"
        case .concurrency: "concurrency"
        case .estimate: "estimate"
        case .tool1: "tool.1"
        case .tool2: "tool.2"
        case .tool3: "tool.3"
        case .tool4: "tool.4"
        case .tool5: "tool.5"
        case .tool6: "tool.6"
        case .tool7: "tool.7"
        case .tool8: "tool.8"
        }
    }

    /// Whether it is read, where others only draw or divide.
    package var isText: Bool {
        switch self {
        case .background, .selectionBackground, .border, .barWait, .barRun, .barAttempt, .barBackoff, .now, .concurrency: false
        default: true
        }
    }

    package init?(name: String) {
        guard let role = Role.allCases.first(where: { $0.name == name }) else { return nil }
        self = role
    }
}
