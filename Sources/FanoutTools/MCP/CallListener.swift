internal import FanoutEngine
internal import FanoutEvents

/// Passes on what a server tells of one call, and no more of it than a lane can use, however much it tells.
///
/// A transport's threads tell it, so it is a class with its state behind the lock.
final class CallListener: Sendable {
    private struct State {
        var outputLeft = 1 << 20
        var nextProgress = Int64.min
        /// The last that was held back.
        var held: MCPProgress?
    }

    /// Microseconds between two reports of progress: no eye sees more.
    private static let progressInterval: Int64 = 20_000
    private static let longestMessage = 500

    private let report: MCPConnection.Listener
    private let state = Guarded(State())

    init(_ report: @escaping MCPConnection.Listener) {
        self.report = report
    }

    func progress(_ progress: MCPProgress, now: Int64) {
        let isDue = state.withLock { state in
            guard now >= state.nextProgress else {
                state.held = progress
                return false
            }
            state.nextProgress = now + Self.progressInterval
            state.held = nil
            return true
        }
        if isDue {
            pass(progress)
        }
    }

    /// A line of text.
    func output(_ text: String) {
        let shown = state.withLock { state -> String? in
            guard state.outputLeft > 0 else { return nil }
            state.outputLeft -= text.utf8.count + 1
            return state.outputLeft > 0 ? text + "\n" : "… (further output is not shown)\n"
        }
        if let shown {
            report(.output(shown, stream: .stderr))
        }
    }

    /// The call is about to end: what was held back is the last that was known.
    func finish() {
        let held = state.withLock { state in
            defer { state.held = nil }
            return state.held
        }
        if let held {
            pass(held)
        }
    }

    private func pass(_ progress: MCPProgress) {
        let message = progress.message.map { String($0.prefix(Self.longestMessage)) }
        report(.progress(done: progress.done, total: progress.total, message: message))
    }
}
