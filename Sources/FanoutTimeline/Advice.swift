internal import FanoutEngine
public import FanoutEvents
internal import FanoutJSON

/// Something about a recording that cost time and need not have, with what it cost.
public struct Advice: Sendable, Hashable {
    public enum Finding: Sendable, Hashable {
        /// Turns that asked for one call each of a tool, where nothing of a later one came from an earlier one.
        case askedOneByOne(tool: String, turns: [Int])
        /// The turns' strategy was sequential.
        case sequential
        /// Calls waited for the turns' limit.
        case turnLimit(Int)
        /// Calls waited for a tool's own limit, or for a pool's.
        case toolLimit(tool: String, limit: Int)
        case pool(String, limit: Int)
        /// Calls waited because only so many of a tool may start in a while.
        case toolRate(tool: String)
        /// Calls waited because they touch a resource that another had.
        case resource(String)
        /// Attempts of a tool failed, and what came after them waited.
        case failures(tool: String)
    }

    public var finding: Finding
    /// Microseconds that it would have taken less without it.
    public var saving: Int64
    /// How many calls, or turns, it is about.
    public var count: Int

    /// Savings below this, in microseconds, are not worth a sentence.
    public static let leastSaving: Int64 = 10_000
}

extension Timeline {
    /// What could have run together and did not, and what failures cost; the greatest saving first.
    ///
    /// - Parameter payload: The event that stands at a place, whole.
    public func advice(payload: (Place) -> Event?) -> [Advice] {
        var found: [Advice.Finding: Advice] = [:]
        func add(_ finding: Advice.Finding, saving: Int64, count: Int) {
            guard saving > 0 else { return }
            found[finding, default: Advice(finding: finding, saving: 0, count: 0)].saving += saving
            found[finding]?.count += count
        }
        let roots = turns.indices.filter { $0 >= firstTurn && turns[$0].parent == nil }
        for place in roots {
            let workload = workload(ofTurn: place)
            guard !workload.isEmpty else { continue }
            adviseOnRules(workload, add)
        }
        for place in turns.indices where place >= firstTurn {
            adviseOnFailures(ofTurn: place, add)
        }
        for run in runsOfOne(roots, payload) {
            let saving = self.saving(byAskingAtOnce: run)
            add(.askedOneByOne(tool: run.tool, turns: run.turns.compactMap { turns[$0].number }), saving: saving, count: run.turns.count)
        }
        return found.values.filter { $0.saving >= Advice.leastSaving }.sorted { ($1.saving, $0.count) < ($0.saving, $1.count) }
    }

    // MARK: Rules

    /// Plays a turn again with one of its rules lifted at a time.
    private func adviseOnRules(_ workload: Workload, _ add: (Advice.Finding, Int64, Int) -> Void) {
        let wall = WhatIf.play(workload, under: workload.recorded).wall
        func saving(_ rules: WhatIf.Rules, _ change: (inout Workload) -> Void = { _ in }) -> Int64 {
            var changed = workload
            change(&changed)
            return wall - WhatIf.play(changed, under: rules).wall
        }
        if workload.recorded.isSequential {
            // An engine may say of such a turn that its limit is one.
            let limit = workload.recorded.limit.flatMap { $0 > 1 ? $0 : nil }
            add(.sequential, saving(WhatIf.Rules(limit: limit)), workload.calls.count)
        } else if let limit = workload.recorded.limit {
            add(.turnLimit(limit), saving(WhatIf.Rules()), workload.calls.count)
        }
        for (place, tool) in workload.tools.enumerated() {
            let count = workload.calls.count { $0.tool == place }
            if let limit = tool.traits.limit {
                add(.toolLimit(tool: tool.name, limit: limit), saving(workload.recorded) { $0.tools[place].traits.limit = nil }, count)
            }
            if tool.traits.rate != nil {
                add(.toolRate(tool: tool.name), saving(workload.recorded) { $0.tools[place].traits.rate = nil }, count)
            }
        }
        for (name, pool) in workload.pools {
            guard let limit = pool.limit else { continue }
            let count = workload.calls.count { workload.tools[$0.tool].traits.pool == name }
            add(.pool(name, limit: limit), saving(workload.recorded) { $0.pools[name] = nil }, count)
        }
        for resource in Set(workload.tools.flatMap { $0.traits.reads + $0.traits.writes }) {
            let users = workload.tools.indices.filter { place in
                let traits = workload.tools[place].traits
                return traits.reads.contains(resource) || traits.writes.contains(resource)
            }
            let freed = saving(workload.recorded) { workload in
                for place in users {
                    workload.tools[place].traits.reads.removeAll { $0 == resource }
                    workload.tools[place].traits.writes.removeAll { $0 == resource }
                }
            }
            add(.resource(resource), freed, workload.calls.count { users.contains($0.tool) })
        }
    }

    // MARK: Failures

    /// What attempts that failed, and the rests after them, took of a turn's critical path.
    private func adviseOnFailures(ofTurn place: Int, _ add: (Advice.Finding, Int64, Int) -> Void) {
        var costs: [String: (time: Int64, attempts: Int)] = [:]
        for lane in criticalPath(ofTurn: place, at: last).lanes {
            forEachSegment(of: lane, at: last) { segment in
                switch segment.kind {
                case .attempt(_, isFailed: true):
                    costs[title(of: lane), default: (0, 0)].time += segment.end - segment.start
                    costs[title(of: lane)]?.attempts += 1
                case .backoff:
                    costs[title(of: lane), default: (0, 0)].time += segment.end - segment.start
                case .attempt, .announced, .waiting, .held: break
                }
            }
        }
        for (tool, cost) in costs {
            add(.failures(tool: tool), cost.time, cost.attempts)
        }
    }

    // MARK: Turns of one call

    /// Turns that follow each other, each of one call of the same tool.
    private struct RunOfOne {
        var tool: String
        var turns: [Int]
        var lanes: [Int]
    }

    private func runsOfOne(_ roots: [Int], _ payload: (Place) -> Event?) -> [RunOfOne] {
        var runs: [RunOfOne] = []
        var results: [String] = []
        for turn in roots {
            let calls = turns[turn].lanes.map { Int($0) }.filter { lanes[$0].kind == .call }
            guard calls.count == 1, let lane = calls.first, lanes[lane].hasEnded, lanes[lane].outcome == .ok, lanes[lane].attempts > 0
            else {
                // A turn without a call, as the last one of an answer, ends nothing that was wanted together.
                if !calls.isEmpty {
                    runs.append(RunOfOne(tool: "", turns: [], lanes: []))
                }
                continue
            }
            let words = Self.words(payload(arguments(of: lane, at: last))?.body.arguments)
            let isIndependent =
                dependencies(of: lane).isEmpty && !words.isEmpty && !words.contains { word in results.contains { $0.contains(word) } }
            let name = name(of: lane)
            if isIndependent, runs.last?.tool == name {
                runs[runs.count - 1].turns.append(turn)
                runs[runs.count - 1].lanes.append(lane)
            } else {
                runs.append(RunOfOne(tool: name, turns: [turn], lanes: [lane]))
                results = []
            }
            results.append(payload(lanes[lane].result)?.body.result?.description ?? "")
        }
        return runs.filter { $0.turns.count > 1 }
    }

    /// The texts in a call's arguments that are long enough to tell where they came from.
    private static func words(_ arguments: JSONText?) -> [String] {
        func texts(_ value: JSONValue) -> [String] {
            switch value {
            case .string(let text): text.utf8.count >= leastWord ? [String(text.prefix(mostWord))] : []
            case .integer(let number): [String(number)]
            case .array(let items): items.flatMap(texts)
            case .object(let object): object.flatMap { texts($0.value) }
            case .null, .bool, .number: []
            }
        }
        return arguments.map { texts($0.value) } ?? []
    }

    private static var leastWord: Int { 3 }
    private static var mostWord: Int { 200 }

    /// Asked for at once, the calls take as long as the longest, and the model is asked once.
    private func saving(byAskingAtOnce run: RunOfOne) -> Int64 {
        let runs = run.lanes.map { runTime(of: $0, at: last) }
        let asking = run.turns.dropFirst().reduce(Int64(0)) { sum, turn in
            turns[turn].lanes.reduce(sum) { $0 + (lanes[Int($1)].kind == .model ? runTime(of: Int($1), at: last) : 0) }
        }
        return runs.reduce(0, +) - (runs.max() ?? 0) + asking
    }
}

extension Event.Body {
    fileprivate var arguments: JSONText? {
        switch self {
        case .callRequested(let body): body.arguments
        case .callStarted(let body): body.arguments
        default: nil
        }
    }

    fileprivate var result: JSONText? {
        if case .callFinished(let body) = self { body.result } else { nil }
    }
}
