/// The events that one reader of a log has not taken yet.
///
/// What starts or ends something is always kept, and there are only so many of those per call. Progress and output are what
/// floods: beyond the queue's limit a newer progress takes the place of the older one of its call, and output joins the
/// output before it of its call and stream, up to ``longestOutput``; what is cut beyond that is said in the text.
public final class EventQueue: Sendable {
    /// Bytes of merged output that may wait for one call and stream.
    public static let longestOutput = 1 << 20

    private struct State {
        var events: [Event] = []
        /// How many of them may be merged.
        var mergeable = 0
        /// Where the last progress, and the last output of each stream, of a call waits.
        var progress: [String: Int] = [:]
        var output: [OutputKey: Int] = [:]
        var isClosed = false
    }

    private struct OutputKey: Hashable {
        var call: String
        var stream: Event.OutputStream?
    }

    private let limit: Int
    private let wake: @Sendable () -> Void
    private let state = Guarded(State())

    init(limit: Int, wake: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.wake = wake
    }

    /// Everything that waits, in the order it was posted, and whether more may come.
    public func take() -> (events: [Event], isOpen: Bool) {
        state.withLock { state in
            let events = state.events
            state.events = []
            state.mergeable = 0
            state.progress.removeAll(keepingCapacity: true)
            state.output.removeAll(keepingCapacity: true)
            return (events, !state.isClosed)
        }
    }

    func close() {
        state.withLock { $0.isClosed = true }
        wake()
    }

    func append(_ event: Event) {
        let wasEmpty = state.withLock { state in
            let wasEmpty = state.events.isEmpty
            switch event.body {
            case .callProgress(let progress):
                merge(event, &state, at: state.progress[progress.call]) { _ in event.body }
                if state.mergeable <= limit {
                    state.progress[progress.call] = state.events.count - 1
                }
            case .callOutput(let output):
                let key = OutputKey(call: output.call, stream: output.stream)
                merge(event, &state, at: state.output[key]) { Self.joined($0, output) }
                if state.mergeable <= limit {
                    state.output[key] = state.events.count - 1
                }
            default:
                state.events.append(event)
            }
            return wasEmpty
        }
        if wasEmpty {
            wake()
        }
    }

    private func merge(_ event: Event, _ state: inout State, at place: Int?, _ merged: (Event.Body) -> Event.Body) {
        if state.mergeable >= limit, let place {
            state.events[place].body = merged(state.events[place].body)
        } else {
            state.events.append(event)
            state.mergeable += 1
        }
    }

    private static func joined(_ earlier: Event.Body, _ later: Event.CallOutput) -> Event.Body {
        guard case .callOutput(var output) = earlier else { return .callOutput(later) }
        output.text = output.text + later.text
        return .callOutput(output)
    }
}
