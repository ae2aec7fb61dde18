internal import FanoutAgent
package import FanoutEngine
package import FanoutEvents

/// A turn of a scenario, ready to be run by itself under rules of one's own. It is run once, or else discarded.
package struct ScenarioTurn: Sendable {
    /// For whoever wants to cancel.
    package let engine: Engine
    package let calls: [ToolCall]
    let options: TurnOptions
    let close: @Sendable () -> Void

    /// Runs its calls; nothing is posted in the engine's log afterwards.
    ///
    /// - Returns: One result for each call, in their order.
    package func run() async -> [CallResult] {
        let results = await engine.run(turn: 1, calls: calls, options: options)
        close()
        return results
    }

    /// Takes away what was set up, where it is not run.
    package func discard() {
        close()
    }
}

extension Scenario {
    /// Sets up the turn with the most calls, the first of those, with tools and data that nobody else has.
    ///
    /// - Parameter rules: Changes how the scenario would run it.
    package func largestTurn(
        log: EventLog, time: any Timekeeper, settings: ScenarioSettings = ScenarioSettings(), under rules: (inout TurnOptions) -> Void
    ) throws(ScenarioError) -> ScenarioTurn {
        let cast = try cast(settings)
        do {
            let engine = try Engine(log: log, time: time, tools: cast.tools)
            var largest: (place: Int, calls: [ToolCall]) = (0, [])
            for (place, step) in cast.steps.enumerated() {
                let calls = try form.reply(from: step.body.utf8).calls
                if calls.count > largest.calls.count {
                    largest = (place, calls)
                }
            }
            var options = largest.place < cast.plan.count ? cast.plan[largest.place].options : cast.turn
            rules(&options)
            return ScenarioTurn(engine: engine, calls: largest.calls, options: options, close: cast.close)
        } catch {
            cast.close()
            throw ScenarioError("\(error)")
        }
    }
}
