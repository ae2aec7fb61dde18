internal import FanoutEngine
internal import FanoutEvents
internal import FanoutJSON

/// A session with a server over a transport, from the first request to the end: it performs what ``MCPSession`` decides.
///
/// Calls wait in it, a transport's threads answer them, and a cancellation may come from anywhere, so it is a class with its state behind
/// the lock.
final class MCPConnection: Sendable {
    /// What a request hears while it waits.
    typealias Listener = @Sendable (ToolContext.Report) -> Void

    private struct State {
        var session: MCPSession
        var slots: [Int64: Slot] = [:]
        var transport: (any MCPTransport)?
        /// Why it is over.
        var end: MCPError?
        /// How many calls were answered, well or not; what is asked to begin with does not count.
        var answers = 0
    }

    /// A request that is under way.
    private struct Slot {
        var continuation: CheckedContinuation<Result<RawJSON, MCPError>, Never>?
        var answer: Result<RawJSON, MCPError>?
        var listener: CallListener?
        var sending = Sending.waits
    }

    /// How far the sending of a request is: what cancels it must not overtake it.
    private enum Sending {
        case waits
        /// With what is to follow it, where it was cancelled meanwhile.
        case goesOn(then: MCPOutgoing?)
        case done
    }

    let server: String
    private let time: any Timekeeper
    private let notice: @Sendable (MCPNotice) -> Void
    private let state: Guarded<State>

    init(server: String, version: String, time: any Timekeeper, notice: @escaping @Sendable (MCPNotice) -> Void) {
        self.server = server
        self.time = time
        self.notice = notice
        state = Guarded(State(session: MCPSession(version: version)))
    }

    /// Before anything is asked.
    func begin(over transport: any MCPTransport) {
        state.withLock { $0.transport = transport }
    }

    func agree(on era: MCPEra) {
        state.withLock { $0.session.agree(on: era) }
    }

    /// Why it is over, if it is.
    var end: MCPError? { state.withLock { $0.end } }
    var answers: Int { state.withLock { $0.answers } }

    func greeting(_ revision: String) -> JSONObject {
        state.withLock { $0.session.greeting(revision) }
    }
}

// What is asked.
extension MCPConnection {
    /// Sends a request and waits for its answer. Cancelling the task ends the wait at once, and tells the server.
    func ask(_ request: MCPRequest, listener: Listener? = nil) async throws(MCPError) -> RawJSON {
        let begun = state.withLock { state -> Result<(MCPOutgoing, any MCPTransport), MCPError> in
            guard state.end == nil, let transport = state.transport else {
                return .failure(state.end ?? .lost("\(server) is not connected"))
            }
            let message = state.session.ask(request)
            state.slots[message.id ?? 0] = Slot(listener: listener.map(CallListener.init))
            return .success((message, transport))
        }
        let (message, transport) = try begun.get()
        let id = message.id ?? 0
        let alarm = message.patience.map { patience in
            time.wake(at: time.now() + patience) { self.settle(id, .failure(.silence)) }
        }
        let answer = await withTaskCancellationHandler {
            if beginSending(id) {
                await transport.carry(message, for: self)
                if let next = endSending(id) {
                    transport.post(next)
                }
            }
            return await self.answer(to: id)
        } onCancel: {
            cancel(id)
        }
        alarm?.cancel()
        return try answer.get()
    }

    /// Sends what has no answer, and waits until the server has it.
    func tell(_ method: String) async {
        let (message, transport) = state.withLock { ($0.session.tell(method), $0.transport) }
        await transport?.carry(message, for: self)
    }

    /// Sends a request whose answer does not matter.
    func mention(_ request: MCPRequest) {
        let (message, transport) = state.withLock { state in
            let message = state.session.ask(request)
            state.session.forget(message.id ?? 0)
            return (message, state.transport)
        }
        transport?.post(message)
    }

    private func answer(to id: Int64) async -> Result<RawJSON, MCPError> {
        await withCheckedContinuation { continuation in
            let answer = state.withLock { state -> Result<RawJSON, MCPError>? in
                if let answer = state.slots[id]?.answer {
                    state.slots[id] = nil
                    return answer
                }
                state.slots[id]?.continuation = continuation
                return nil
            }
            if let answer {
                continuation.resume(returning: answer)
            }
        }
    }

    /// False where it was cancelled before.
    private func beginSending(_ id: Int64) -> Bool {
        state.withLock { state in
            guard let slot = state.slots[id], slot.answer == nil else { return false }
            state.slots[id]?.sending = .goesOn(then: nil)
            return true
        }
    }

    private func endSending(_ id: Int64) -> MCPOutgoing? {
        state.withLock { state in
            guard case .goesOn(let next)? = state.slots[id]?.sending else { return nil }
            state.slots[id]?.sending = .done
            return next
        }
    }

    private func cancel(_ id: Int64) {
        let (message, transport) = state.withLock { state -> (MCPOutgoing?, (any MCPTransport)?) in
            guard let slot = state.slots[id] else { return (nil, nil) }
            switch slot.sending {
            case .waits:
                state.session.forget(id)
                return (nil, nil)
            case .goesOn:
                let message = state.session.cancel(id, reason: Self.reason)
                state.slots[id]?.sending = .goesOn(then: message)
                return (nil, nil)
            case .done:
                return (state.session.cancel(id, reason: Self.reason), state.transport)
            }
        }
        settle(id, .failure(.cancelled))
        if let message {
            transport?.post(message)
        }
    }

    private static let reason = "the call was cancelled"

    /// Gives a request its answer; the first one counts.
    private func settle(_ id: Int64, _ answer: Result<RawJSON, MCPError>) {
        let (continuation, listener) = state.withLock {
            state -> (CheckedContinuation<Result<RawJSON, MCPError>, Never>?, CallListener?) in
            guard var slot = state.slots[id], slot.answer == nil else { return (nil, nil) }
            state.session.forget(id)
            let listener = slot.listener
            slot.listener = nil
            if let continuation = slot.continuation {
                state.slots[id] = nil
                return (continuation, listener)
            }
            slot.answer = answer
            state.slots[id] = slot
            return (nil, listener)
        }
        listener?.finish()
        continuation?.resume(returning: answer)
    }
}

// What comes, on a transport's threads.
extension MCPConnection {
    /// - Parameter request: The one in answer to which it came, where the transport knows.
    func receive(_ message: MCPMessage, for request: Int64? = nil) {
        let (reaction, transport) = state.withLock { ($0.session.receive(message), $0.transport) }
        switch reaction {
        case .answered(let id, let answer):
            state.withLock { state in
                if state.slots[id]?.listener != nil {
                    state.answers += 1
                }
            }
            settle(id, answer.mapError(MCPError.fault))
        case .progress(let id, let progress):
            listener(of: id)?.progress(progress, now: time.now())
        case .log(let level, let text):
            log(text, level: level, for: request)
        case .reply(let message):
            transport?.post(message)
        case .toolsChanged:
            notice(MCPNotice(server: server, kind: .log(level: "info"), text: "its tools have changed; the next run will see them"))
        case .problem(let text):
            complain(text, for: request)
        case .nothing:
            break
        }
    }

    /// What the server says beside its messages: to the call that it must be about, else to whoever keeps its log.
    func log(_ text: String, level: String, for request: Int64? = nil) {
        if let listener = listener(of: request) {
            listener.output(text)
        } else {
            notice(MCPNotice(server: server, kind: .log(level: level), text: text))
        }
    }

    /// Tells what the server had no business to do.
    func complain(_ text: String, for request: Int64? = nil) {
        listener(of: request)?.output("\(server) \(text)")
        notice(MCPNotice(server: server, kind: .problem, text: text))
    }

    /// Whether a request still waits for its answer.
    func isOpen(_ id: Int64) -> Bool {
        state.withLock { state in state.slots[id].map { $0.answer == nil } ?? false }
    }

    /// A request will have no answer any more.
    func lose(_ id: Int64?, _ error: MCPError) {
        if let id {
            settle(id, .failure(error))
        }
    }

    /// The server is gone: what is open fails with that, and so does all that is asked from now on.
    func end(_ error: MCPError) {
        let open = state.withLock { state in
            if state.end == nil {
                state.end = error
            }
            // It holds the transport, and the transport holds it.
            state.transport = nil
            return Array(state.slots.keys)
        }
        for id in open {
            settle(id, .failure(error))
        }
    }

    /// The call that something is about: the request's own, or the only one that runs.
    private func listener(of request: Int64?) -> CallListener? {
        state.withLock { state in
            if let request {
                return state.slots[request]?.listener
            }
            let running = state.slots.values.lazy.compactMap(\.listener).prefix(2)
            return running.count == 1 ? running.first : nil
        }
    }
}
