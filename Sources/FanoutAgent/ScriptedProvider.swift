public import FanoutEngine
internal import FanoutEvents
public import FanoutJSON

/// A model that says what it was told to: reply bodies in the real wire form, each after a delay, read as those of a service would be.
///
/// It refuses what the API would refuse, in the API's words. The task of the agent takes its replies one by one and others may look at
/// its requests, so it is a class with its state behind the lock.
public final class ScriptedProvider: ModelProvider {
    public struct Step: Sendable, Hashable {
        /// Microseconds from the request to the reply.
        public var delay: Int64
        /// The body of the reply.
        public var body: JSONText

        public init(delay: Int64 = 0, body: JSONText) {
            self.delay = delay
            self.body = body
        }
    }

    private struct State {
        var requests: [JSONText] = []
    }

    public let name: String
    public let form: WireForm
    private let steps: [Step]
    private let time: any Timekeeper
    private let state = Guarded(State())

    public init(name: String = "scripted", form: WireForm, steps: [Step], time: any Timekeeper) {
        self.name = name
        self.form = form
        self.steps = steps
        self.time = time
    }

    /// The bodies of the requests so far.
    public var requests: [JSONText] { state.withLock { $0.requests } }

    public func reply(to request: ModelRequest) async throws(ModelError) -> Reply {
        let place = state.withLock { state in
            state.requests.append(request.body)
            return state.requests.count - 1
        }
        if let fault = MessageRules.faults(in: request.body.value["messages"]?.array ?? [], form: form).first {
            throw ModelError(CallError(.requestRefused, fault.apiMessage))
        }
        guard steps.indices.contains(place) else {
            throw ModelError(CallError(.serverError, "the script has \(steps.count) replies and was asked for one more"))
        }
        do {
            try await time.sleep(until: time.now() + steps[place].delay)
        } catch {
            throw .cancelled
        }
        do {
            return try form.reply(from: steps[place].body.utf8)
        } catch {
            throw ModelError(CallError(.badReply, error.message))
        }
    }
}
