package import FanoutEvents

/// What a machine's decision has its shell do, in this order.
package enum BatchEffect: Sendable, Hashable {
    /// It starts to wait, or waits for something else.
    case wait(call: Int, why: Event.Wait, on: [Holder])
    /// What it refers to is there: put it into its arguments, and say so with ``BatchMachine/resolved(_:failure:now:)``.
    case resolve(call: Int)
    case decide(call: Int, Event.Decision, by: String?, scope: Event.DecisionScope?)
    /// Have its work begin. `freedBy` is the call whose end let it start.
    case start(call: Int, attempt: Int, freedBy: Int?)
    /// Ask the work to end.
    case stop(call: Int, attempt: Int)
    /// The attempt failed, and another may start so many microseconds later.
    case retry(call: Int, attempt: Int, Ending, delay: Int64)
    /// It has ended, for good.
    case finish(call: Int, Ending, isAbandoned: Bool)
    /// The work of an abandoned call really ended.
    case release(call: Int)

    /// Who or what keeps a call waiting.
    package enum Holder: Sendable, Hashable {
        case call(Int)
        /// Work from before this batch, by its place in the rules.
        case outside(Int)
        /// A tool's or a pool's limit or rate.
        case named(String)
    }

    /// How a call or an attempt ended.
    package enum Ending: Sendable, Hashable {
        case ok
        /// As its work says, or whoever prepared it.
        case failed(CallError)
        case attemptTimeout(Int64)
        case callTimeout(Int64)
        case turnTimeout(Int64)
        case cancelled
        case turnCancelled
        case denied(by: String?)
        case dependencyFailed(Int)
        /// The calls of the circle, in its direction.
        case dependencyCycle([Int])
    }
}
