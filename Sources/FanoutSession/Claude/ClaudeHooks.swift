/// What a session's hooks measured of its calls.
struct ClaudeHooks {
    /// Instants in microseconds since the Unix epoch.
    struct Call: Equatable {
        /// Before anything of the call was done.
        var before: Int64?
        /// When its user was asked for a permission.
        var asked: Int64?
        /// When it had run.
        var after: Int64?
        /// Microseconds that it ran, without what it waited for.
        var run: Int64?

        /// When it began to run.
        var started: Int64? { after.flatMap { after in run.map { after - $0 } } }
    }

    private(set) var calls: [String: Call] = [:]
    /// The calls of each tool of each agent of which only the beginning is known, the newest last.
    private var open: [String: [String]] = [:]
    /// Calls whose user was asked since this was last asked for.
    private(set) var newlyAsked: [String] = []

    /// Of calls beyond so many that are open, none can be told from the others.
    private static let mostOpen = 64
    /// A permission is asked for directly after the hook before the call; microseconds.
    private static let directly: Int64 = 5_000_000

    mutating func take(_ entry: HookEntry) {
        let key = entry.agent + "\n" + entry.tool
        switch entry.event {
        case "PreToolUse":
            guard !entry.call.isEmpty else { return }
            calls[entry.call, default: Call()].before = entry.time
            open[key, default: []].append(entry.call)
            if let count = open[key]?.count, count > Self.mostOpen {
                open[key]?.removeFirst(count - Self.mostOpen)
            }
        case "PostToolUse", "PostToolUseFailure":
            guard !entry.call.isEmpty else { return }
            calls[entry.call, default: Call()].after = entry.time
            calls[entry.call]?.run = entry.run
            open[key]?.removeAll { $0 == entry.call }
        case "PermissionRequest":
            // It names no call: only where a single one can be meant is it known which.
            let meant = open[key]?.filter { call in
                guard let known = calls[call], known.asked == nil, let before = known.before else { return false }
                return (0...Self.directly).contains(entry.time - before)
            }
            guard let meant, meant.count == 1 else { return }
            calls[meant[0]]?.asked = entry.time
            newlyAsked.append(meant[0])
        default: break
        }
    }

    mutating func takeNewlyAsked() -> [String] {
        defer { newlyAsked = [] }
        return newlyAsked
    }

    /// Gives what is known of a call that has ended, and keeps it no longer.
    mutating func end(_ call: String) -> Call? { calls.removeValue(forKey: call) }
}
