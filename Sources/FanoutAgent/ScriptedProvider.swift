public import FanoutEngine
internal import FanoutEvents
internal import FanoutHTTP
public import FanoutJSON

/// A model that says what it was told to: reply bodies in the real wire form, each after a delay, read as those of a service would be.
///
/// It refuses what the API would refuse, in the API's words. The task of the agent takes its replies one by one and others may look at
/// its requests, so it is a class with its state behind the lock.
public final class ScriptedProvider: ModelProvider {
    public struct Step: Sendable, Hashable {
        /// Microseconds from the request to the reply, or to its first piece.
        public var delay: Int64
        /// The body of the reply.
        public var body: JSONText
        /// The reply in pieces; then there is no body.
        public var pieces: [Piece] = []

        public init(delay: Int64 = 0, body: JSONText) {
            self.delay = delay
            self.body = body
        }

        public init(delay: Int64 = 0, pieces: [Piece]) {
            self.delay = delay
            body = JSONText(.null)
            self.pieces = pieces
        }
    }

    /// An event of a streamed reply.
    public struct Piece: Sendable, Hashable {
        /// Microseconds since the piece before.
        public var delay: Int64
        /// The data of the server-sent event: JSON, or `[DONE]`.
        public var data: [UInt8]

        public init(delay: Int64 = 0, data: [UInt8]) {
            self.delay = delay
            self.data = data
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

    public func reply(to request: ModelRequest, _ receive: @escaping @Sendable ([ReplyPiece]) -> Void) async throws(ModelError) -> Reply {
        let place = state.withLock { state in
            state.requests.append(request.body)
            return state.requests.count - 1
        }
        let body = request.body.value
        if let fault = MessageRules.faults(in: (body["messages"] ?? body["input"])?.array ?? [], form: form).first {
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
        guard steps[place].pieces.isEmpty else {
            return try await stream(steps[place].pieces, receive)
        }
        do {
            return try form.reply(from: steps[place].body.utf8)
        } catch {
            throw ModelError(CallError(error.kind, error.message), isTransient: error.isTransient)
        }
    }

    private func stream(_ script: [Piece], _ receive: @Sendable ([ReplyPiece]) -> Void) async throws(ModelError) -> Reply {
        var assembler = form.assembler()
        for piece in script {
            if piece.delay > 0 {
                do {
                    try await time.sleep(until: time.now() + piece.delay)
                } catch {
                    throw .cancelled
                }
            }
            var pieces: [ReplyPiece] = []
            do throws(ReplyError) {
                try assembler.take(EventStreamParser.Event(data: piece.data), &pieces)
            } catch {
                throw ModelError(CallError(error.kind, error.message), isTransient: error.isTransient)
            }
            if !pieces.isEmpty {
                receive(pieces)
            }
        }
        do {
            return try assembler.reply()
        } catch {
            throw ModelError(CallError(error.kind, error.message), isTransient: error.isTransient)
        }
    }
}
