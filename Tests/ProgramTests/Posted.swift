import FanoutEvents

/// Counts what several threads post.
final class Posted: Sendable {
    private let state = Guarded(0)

    var count: Int { state.withLock { $0 } }

    func add() {
        state.withLock { $0 += 1 }
    }
}
