internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

/// What the files of one Claude Code session have in common: its clock, the numbers of its turns, and which call is whose work.
///
/// A class, because the parsers of the session's files share it. It belongs to one thread.
package final class ClaudeSession {
    /// A call whose result has not come.
    struct Call {
        var turn: Int
        /// When its line was written; microseconds since the Unix epoch, as all instants here.
        var requested: Int64
        /// Whether a measured start was told.
        var isMeasured = false
        /// Whether any start was told.
        var hasStarted = false
        var isDecided = false
        /// The agent that asked for it, as events name it.
        var agent: String?
    }

    /// An agent that works for another.
    struct Agent {
        /// As events name it.
        var name: String?
        /// The call whose work it is.
        var parent: String?
    }

    /// What the session is called by; nil until its first line tells, unless somebody knew before.
    private(set) var id: String?
    var header: Header?
    private var title: String?
    /// How sure the title is: what the user chose counts for more than what was made up.
    private var titleRank = 0
    private(set) var turns = 0
    /// Lines that were taken: a session that was taken up again holds copies of them.
    private var lines: Set<UInt64> = []
    var calls: [String: Call] = [:]
    /// Calls that have ended.
    private var ended: Set<UInt64> = []
    /// The calls of tasks that go on in the background.
    private var tasks: [String: String] = [:]
    private var detached: Set<String> = []
    private(set) var agents: [String: Agent] = [:]
    /// The calls that set agents to work, by what they were told, in the order in which they were asked for.
    private var assignments: [UInt64: [String]] = [:]
    private var assigned: [String: (prompt: UInt64, name: String?)] = [:]

    var hooks = ClaudeHooks()
    private var hookReader: HookReader?
    private let hookDirectory: String?

    /// - Parameters:
    ///   - id: What the session is called by, where that is known; else its first line tells.
    ///   - hookDirectory: Where hooks write down what they measured; nil where nothing of them is wanted.
    package init(id: String? = nil, hookDirectory: String? = HookFile.directory()) {
        self.id = id
        self.hookDirectory = hookDirectory
    }

    // MARK: What it is called

    /// Begins its clock.
    func begin(_ header: Header) {
        id = header.session
        self.header = header
        self.header?.title = title
        if let hookDirectory, let path = HookFile.path(session: header.session, in: hookDirectory) {
            hookReader = HookReader(path: path)
        }
        readHooks()
    }

    func readHooks() {
        hookReader?.read(into: &hooks)
    }

    /// Where the title came from, from the least to the most telling.
    enum TitleSource: Int {
        case prompt = 1, summary, generated, chosen
    }

    /// Whether the title is another from here on.
    func setTitle(_ title: String, _ source: TitleSource) -> Bool {
        let line = title.prefix(200).split(separator: "\n").first.map(String.init) ?? ""
        guard !line.isEmpty, source.rawValue > titleRank || source.rawValue == titleRank && source != .prompt else { return false }
        titleRank = source.rawValue
        guard self.title != line else { return false }
        self.title = line
        header?.title = line
        return true
    }

    // MARK: Its lines and turns

    /// Whether a line of that id comes for the first time.
    func isNew(line: UInt64) -> Bool { lines.insert(line).inserted }

    func nextTurn() -> Int {
        turns += 1
        return turns
    }

    // MARK: Calls

    func hasEnded(_ call: String) -> Bool { ended.contains(Self.fingerprint(call)) }

    func end(_ call: String) -> Call? {
        ended.insert(Self.fingerprint(call))
        return calls.removeValue(forKey: call)
    }

    func detach(_ call: String, task: String) {
        detached.insert(call)
        if !task.isEmpty {
            tasks[task] = call
        }
    }

    /// The call whose work in the background has ended, where that was not known yet.
    func release(call: String?, task: String?) -> String? {
        guard let found = call ?? task.flatMap({ tasks[$0] }), detached.remove(found) != nil else { return nil }
        if let task {
            tasks[task] = nil
        }
        return found
    }

    // MARK: Agents

    /// Notes what an agent is told to do, and what it is called.
    func assign(_ call: String, prompt: UInt64, name: String?) {
        assignments[prompt, default: []].append(call)
        assigned[call] = (prompt, name)
    }

    /// The agent of that id, whose work is a call as far as anybody says so.
    func join(_ agent: String, to call: String?, name: String? = nil) {
        var known = agents[agent] ?? Agent()
        if let call, known.parent == nil {
            known.parent = call
            forget(assignmentOf: call)
        }
        known.name = known.name ?? name ?? known.parent.flatMap { assigned[$0]?.name }
        agents[agent] = known
    }

    /// Joins an agent that nobody named a call for by what it was told.
    func join(_ agent: String, byPrompt prompt: UInt64) {
        guard agents[agent]?.parent == nil, let call = assignments[prompt]?.first else { return }
        join(agent, to: call)
    }

    private func forget(assignmentOf call: String) {
        guard let prompt = assigned[call]?.prompt else { return }
        assignments[prompt]?.removeAll { $0 == call }
    }

    private static func fingerprint(_ text: String) -> UInt64 {
        var text = text
        return text.withUTF8 { Fingerprint.of($0) }
    }
}
