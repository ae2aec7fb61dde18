internal import FanoutEngine
internal import FanoutEvents

/// The calls of one turn with the times that each took: what other rules can be tried on.
///
/// What is not recorded is not known: of a tool that nobody declared, neither limits nor what it touches.
public struct Workload: Sendable {
    /// One attempt of a call.
    struct Attempt: Sendable, Hashable {
        /// Microseconds that it ran.
        var run: Int64
        /// Microseconds from its end to the next attempt; nil for the last.
        var rest: Int64?
    }

    struct Call: Sendable {
        var lane: Int
        /// Its tool's place among ``Workload/tools``.
        var tool: Int
        /// The calls whose results it needs, by place.
        var after: [Int]
        /// Microseconds after the first that it was asked for.
        var arrival: Int64
        /// Whether it did not wait for the reply to be whole.
        var startsEarly: Bool
        /// Empty where it never ran.
        var attempts: [Attempt]
        var isOK: Bool
        /// Microseconds that a person took to answer for it; nil where nobody was asked.
        var approval: Int64?
    }

    var calls: [Call] = []
    var tools: [BatchRules.Named] = []
    var pools: [String: Pool] = [:]
    /// How it was really run.
    public internal(set) var recorded = WhatIf.Rules()
    /// Whether instants of it are bounds and not measured.
    public internal(set) var isApproximate = false

    public var isEmpty: Bool { calls.allSatisfy(\.attempts.isEmpty) }
}

extension Timeline {
    /// A turn's calls as they were recorded. What had not ended counts up to the session's last instant.
    public func workload(ofTurn place: Int) -> Workload {
        var workload = Workload()
        let turn = turns[place]
        workload.recorded = WhatIf.Rules(word: turn.strategy, limit: turn.limit)
        let members = turn.lanes.map { Int($0) }.filter { lanes[$0].kind == .call }
        guard let first = members.map({ lanes[$0].whole }).min(), let last = members.map({ lanes[$0].whole }).max() else { return workload }
        var places: [Int: Int] = [:]
        var tools: [String: Int] = [:]
        for (index, lane) in members.enumerated() {
            places[lane] = index
            let name = name(of: lane)
            let tool = tools[name] ?? workload.tools.count
            if tool == workload.tools.count {
                tools[name] = tool
                workload.tools.append(BatchRules.Named(name, self.tools[name].map(ToolTraits.init(declared:)) ?? ToolTraits()))
            }
        }
        for lane in members {
            let attempts = attempts(of: lane)
            let approval = approvalWait(of: lane)
            let tool = tools[name(of: lane)] ?? 0
            workload.calls.append(
                Workload.Call(
                    lane: lane, tool: tool, after: dependencies(of: lane).compactMap { places[$0] }, arrival: lanes[lane].whole - first,
                    startsEarly: firstStart(of: lane, at: Instant.furthest).map { $0 < last } ?? false, attempts: attempts,
                    isOK: lanes[lane].hasEnded && lanes[lane].outcome == .ok, approval: approval))
            if approval != nil {
                workload.tools[tool].traits.needsApproval = true
            }
            workload.isApproximate = workload.isApproximate || lanes[lane].approxStart != nil || lanes[lane].approxEnd != nil
        }
        workload.pools = observedPools(workload, members)
        return workload
    }

    private func attempts(of lane: Int) -> [Workload.Attempt] {
        var spans: [(start: Int64, end: Int64)] = []
        forEachAttempt(of: lane, at: Instant.furthest) { start, end in spans.append((start, max(start, end ?? last))) }
        return spans.indices.map { index in
            let next = index + 1 < spans.count ? spans[index + 1].start : nil
            return Workload.Attempt(run: spans[index].end - spans[index].start, rest: next.map { max(0, $0 - spans[index].end) })
        }
    }

    private func approvalWait(of lane: Int) -> Int64? {
        var asked: Int64?
        var waited: Int64?
        forEachMark(of: lane) { mark in
            if mark.kind == .queued, mark.why == .approval {
                asked = mark.t
            } else if let since = asked {
                waited = (waited ?? 0) + mark.t - since
                asked = nil
            }
        }
        return waited
    }

    /// The limits of pools, which no event tells: where somebody waited for one, it was as many as ever ran at once.
    private func observedPools(_ workload: Workload, _ members: [Int]) -> [String: Pool] {
        var pools: [String: Pool] = [:]
        for name in Set(workload.tools.compactMap(\.traits.pool)) {
            let inside = members.indices.filter { workload.tools[workload.calls[$0].tool].traits.pool == name }.map { members[$0] }
            guard inside.contains(where: { waited(for: name, $0) }) else { continue }
            var edges: [(t: Int64, step: Int)] = []
            for lane in inside {
                forEachAttempt(of: lane, at: Instant.furthest) { start, end in
                    edges.append((start, 1))
                    edges.append((end ?? Instant.furthest, -1))
                }
            }
            var level = 0
            var peak = 0
            for edge in edges.sorted(by: { ($0.t, $0.step) < ($1.t, $1.step) }) {
                level += edge.step
                peak = max(peak, level)
            }
            pools[name] = Pool(limit: max(1, peak))
        }
        return pools
    }

    private func waited(for pool: String, _ lane: Int) -> Bool {
        var found = false
        forEachMark(of: lane) { mark in
            found = found || mark.kind == .queued && mark.why == .limit && mark.on != 0 && symbols.text(mark.on) == pool
        }
        return found
    }
}

extension Lane {
    /// When it was asked for, as far as is known.
    fileprivate var whole: Int64 { requested == Lane.never ? seen : requested }
}

extension ToolTraits {
    /// What an event tells of a tool; its deadlines are left out, since recorded times end where they did.
    fileprivate init(declared: Event.ToolDeclared) {
        self.init()
        reads = declared.reads
        writes = declared.writes
        sequential = declared.sequential
        readOnly = declared.readOnly
        pool = declared.pool
        limit = declared.limit
        rate = declared.rate
    }
}
