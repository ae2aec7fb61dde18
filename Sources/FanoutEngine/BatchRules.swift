package import FanoutEvents

/// All that a batch of calls is decided by: plain data, without a tool's work.
package struct BatchRules: Sendable, Hashable {
    /// The tools that the batch's calls name by their place here.
    package var tools: [Named]
    /// How many calls may run at once.
    package var limit: Int?
    package var pools: [String: Pool] = [:]
    /// How many calls of tools that block may run at once.
    package var blockingLimit: Int?
    /// One after the other, in the model's order.
    package var isSequential = false
    /// Microseconds from the batch's begin.
    package var deadline: Int64?
    package var approval: ApprovalPolicy = .ask
    /// Names of the tools that somebody approved, or denied, from then on.
    package var approvedTools: Set<String> = []
    package var deniedTools: Set<String> = []
    /// Microseconds; see ``TurnOptions``.
    package var settle: Int64 = 10_000
    package var grace: Int64 = 1_000_000
    /// When attempts started before this batch, for rates that reach across.
    package var recentStarts: [Gate.Name: [Int64]] = [:]
    /// What abandoned work from before this batch still writes: each a list of resources.
    package var heldOutside: [[String]] = []

    package init(tools: [Named]) { self.tools = tools }

    package struct Named: Sendable, Hashable {
        package var name: String
        package var traits: ToolTraits

        package init(_ name: String, _ traits: ToolTraits = ToolTraits()) {
            self.name = name
            self.traits = traits
        }
    }

    /// The gates that attempts pass, and which of them each tool's attempts pass, innermost first.
    ///
    /// What a call has passed it keeps while it waits at the next one. That wastes nothing, because whoever it keeps out would have to
    /// pass the next one too.
    func gates() -> (gates: [Gate], paths: [[Int]]) {
        var gates: [Gate] = []
        var places: [Gate.Name: Int] = [:]
        func place(_ name: Gate.Name, limit: Int?, rate: Event.Rate?) -> Int? {
            guard limit != nil || rate != nil else { return nil }
            if let known = places[name] {
                return known
            }
            gates.append(Gate(name: name, limit: limit, rate: rate, starts: recentStarts[name] ?? []))
            places[name] = gates.count - 1
            return gates.count - 1
        }
        let paths = tools.map { tool in
            let traits = tool.traits
            let pool = traits.pool.flatMap { pools[$0] }
            return [
                place(.tool(tool.name), limit: traits.limit, rate: traits.rate),
                place(.pool(traits.pool ?? ""), limit: pool?.limit, rate: pool?.rate),
                place(.threads, limit: traits.blocks ? blockingLimit : nil, rate: nil),
                place(.turn, limit: limit, rate: nil),
            ].compactMap(\.self)
        }
        return (gates, paths)
    }
}

/// A call as the machine knows it.
package struct BatchCall: Sendable, Hashable {
    /// Its tool's place in the rules; nil where there is no such tool, and then it has a failure.
    package var tool: Optional<Int>
    /// The calls whose results it refers to, by place; each once.
    package var after: [Int]
    /// Why it must not run.
    package var failure: Optional<CallError>
    /// Whether it may run before the reply is whole: it changes nothing, so it does no harm where the reply breaks off.
    package var startsEarly: Bool

    package init(tool: Int?, after: [Int] = [], failure: CallError? = nil, startsEarly: Bool = false) {
        self.tool = tool
        self.after = after
        self.failure = failure
        self.startsEarly = startsEarly
    }
}
