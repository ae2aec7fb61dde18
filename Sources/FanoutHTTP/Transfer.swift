internal import FanoutEvents

/// One request and what has arrived of its response.
///
/// The curl thread fills it and one task empties it, so it is a class with its state behind the lock.
final class Transfer: Sendable {
    /// How much of a body may wait unread before the server is made to wait.
    static let mostBuffered = 256 * 1024

    private struct State {
        var head: HTTPHead?
        var isHeadTaken = false
        var chunks: [[UInt8]] = []
        /// The place in `chunks` that is read next.
        var next = 0
        var buffered = 0
        var isPaused = false
        var hasEnded = false
        var error: HTTPError?
        var waiter: CheckedContinuation<Void, Never>?

        var hasSomething: Bool {
            (!isHeadTaken && head != nil) || next < chunks.count || hasEnded
        }

        mutating func wakeUp() -> CheckedContinuation<Void, Never>? {
            defer { waiter = nil }
            return waiter
        }
    }

    let request: HTTPRequest
    private let state = Guarded(State())

    init(_ request: HTTPRequest) {
        self.request = request
    }
}

// What the curl thread does.
extension Transfer {
    func receive(head: HTTPHead) {
        state.withLock { state in
            state.head = head
            return state.wakeUp()
        }?.resume()
    }

    /// Takes a piece of the body, or says that there is no room and it must come again later.
    func receive(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        let chunk = Array(bytes)
        let (isTaken, waiter) = state.withLock { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard state.buffered == 0 || state.buffered + chunk.count <= Self.mostBuffered else {
                state.isPaused = true
                return (false, nil)
            }
            state.chunks.append(chunk)
            state.buffered += chunk.count
            return (true, state.wakeUp())
        }
        waiter?.resume()
        return isTaken
    }

    var hasEnded: Bool { state.withLock { $0.hasEnded } }

    /// The first end counts.
    func end(_ error: HTTPError?) {
        state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.hasEnded else { return nil }
            state.hasEnded = true
            state.error = error
            return state.wakeUp()
        }?.resume()
    }
}

// What the reading task does.
extension Transfer {
    enum Piece {
        case head(HTTPHead)
        case chunk([UInt8], mustResume: Bool)
        case end(HTTPError?)
    }

    /// What comes next, waiting for it where it is not there.
    func next() async -> Piece {
        while true {
            if let piece = poll() {
                return piece
            }
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.hasSomething {
                        return true
                    }
                    state.waiter = continuation
                    return false
                }
                if isReady {
                    continuation.resume()
                }
            }
        }
    }

    private func poll() -> Piece? {
        state.withLock { state in
            if !state.isHeadTaken, let head = state.head {
                state.isHeadTaken = true
                return .head(head)
            }
            if state.next < state.chunks.count {
                let chunk = state.chunks[state.next]
                state.chunks[state.next] = []
                state.next += 1
                state.buffered -= chunk.count
                if state.next == state.chunks.count {
                    state.chunks.removeAll(keepingCapacity: true)
                    state.next = 0
                }
                let mustResume = state.isPaused && state.buffered <= Self.mostBuffered / 2
                if mustResume {
                    state.isPaused = false
                }
                return .chunk(chunk, mustResume: mustResume)
            }
            return state.hasEnded ? .end(state.error) : nil
        }
    }
}
