/// The events that one reader of a log has not taken yet.
///
/// What starts or ends something is always kept, and there are only so many of those per call. Progress and output are what
/// floods: beyond the queue's limit a newer progress takes the place of the older one of its call, and output joins the
/// output before it of its call and stream, up to ``longestOutput``; what is cut beyond that is said in the text.
public final class EventQueue: Sendable {
    /// Bytes of merged output that may wait for one call and stream.
    public static let longestOutput = 1 << 20

    private static let cutNotice = "\n… more output came than this reader could take …\n"

    /// Events in the order they were posted, in the pieces in which they came.
    public typealias Events = FlattenSequence<[[Event]]>

    private struct State {
        var chunks: [[Event]] = []
        /// Whether the last of them is this reader's own, and may be added to.
        var ownsLast = false
        /// How many of them may be merged.
        var mergeable = 0
        /// Where the last progress, and the last output of each stream, of a call waits.
        var progress: [String: Place] = [:]
        var output: [OutputKey: Place] = [:]
        var isClosed = false
    }

    private struct Place {
        var chunk: Int
        var index: Int
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
    public func take() -> (events: Events, isOpen: Bool) {
        state.withLock { state in
            let events = state.chunks.joined()
            state.chunks = []
            state.ownsLast = false
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
            let wasEmpty = state.chunks.isEmpty
            put(event, &state)
            return wasEmpty
        }
        if wasEmpty {
            wake()
        }
    }

    /// Events beyond which a piece is kept as it came, rather than copied to the end of the one before.
    static let shortPiece = 8
    /// Events beyond which another piece is begun: one that grew without end would be moved each time it outgrows its room.
    private static let longPiece = 256

    /// Events that were posted together, under one lock; none are left.
    func append(taking events: inout [Event]) {
        let wasEmpty = state.withLock { state in
            let wasEmpty = state.chunks.isEmpty
            let mayMerge = state.mergeable > 0 || events.contains(where: \.isMergeable)
            if events.count == 1, !mayMerge {
                // Unlike the removal of the last, this one passes no optional on the way.
                add(events.remove(at: 0), &state)
            } else if events.count < Self.shortPiece || mayMerge {
                // Taken out one by one, from the end, so that none is copied.
                events.reverse()
                while let event = events.popLast() {
                    put(event, &state)
                }
            } else {
                state.chunks.append(events)
                events = []
                state.ownsLast = false
            }
            return wasEmpty
        }
        if wasEmpty {
            wake()
        }
    }

    private func put(_ event: consuming Event, _ state: inout State) {
        if state.mergeable > 0, case .callFinished(let finished) = event.body {
            // The id may name a new call from here on.
            state.progress[finished.call] = nil
            for stream in [nil, Event.OutputStream.stdout, .stderr] {
                state.output[OutputKey(call: finished.call, stream: stream)] = nil
            }
        }
        switch event.body {
        case .callProgress(let progress):
            if isFull(state), let place = state.progress[progress.call] {
                state.chunks[place.chunk][place.index] = event
            } else {
                state.mergeable += 1
                state.progress[progress.call] = add(event, &state)
            }
        case .callOutput(let output):
            let key = OutputKey(call: output.call, stream: output.stream)
            if isFull(state), let place = state.output[key] {
                Self.join(output, to: &state.chunks[place.chunk][place.index])
            } else {
                state.mergeable += 1
                state.output[key] = add(event, &state)
            }
        default:
            add(event, &state)
        }
    }

    @discardableResult
    private func add(_ event: consuming Event, _ state: inout State) -> Place {
        if !state.ownsLast || state.chunks[state.chunks.count - 1].count == Self.longPiece {
            state.chunks.append([])
            state.ownsLast = true
        }
        let chunk = state.chunks.count - 1
        state.chunks[chunk].append(event)
        return Place(chunk: chunk, index: state.chunks[chunk].count - 1)
    }

    private func isFull(_ state: State) -> Bool {
        state.mergeable >= limit
    }

    /// Adds a later piece to an event of output that waits, with the instant of the earlier one.
    private static func join(_ later: Event.CallOutput, to event: inout Event) {
        guard case .callOutput(var output) = event.body else { return }
        let room = longestOutput - output.text.utf8.count
        guard room >= 0 else {
            return
        }
        if later.text.utf8.count <= room {
            output.text += later.text
        } else {
            var left = room
            output.text.unicodeScalars += later.text.unicodeScalars.prefix { scalar in
                left -= UTF8.width(scalar)
                return left >= 0
            }
            // Whatever was left, this makes it longer than the longest: nothing is added any more.
            output.text += String(repeating: " ", count: max(0, longestOutput - output.text.utf8.count)) + cutNotice
        }
        event.body = .callOutput(output)
    }
}

extension Event {
    /// Whether a newer one may take its place, or join it.
    fileprivate var isMergeable: Bool {
        switch body {
        case .callProgress, .callOutput: true
        default: false
        }
    }
}
