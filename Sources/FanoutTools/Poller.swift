internal import CSystem
internal import FanoutEvents

/// The thread that waits for the pipes and the ends of all running programs and for databases, so that no thread of the cooperative pool does.
///
/// There is one in the process, shared, because one thread waits as well for a thousand descriptors as for three; it starts with the first descriptor
/// and sleeps in the kernel from then on.
final class Poller: Sendable {
    static let shared = Poller()

    /// A watched descriptor.
    struct Watch: Sendable {
        fileprivate let tag: UInt64
        fileprivate let descriptor: Int32
        let isForWriting: Bool
    }

    private struct State {
        var nextTag: UInt64 = 0
        var handlers: [UInt64: @Sendable () -> Void] = [:]
        var isRunning = false
    }

    /// The epoll or kqueue descriptor; negative where none could be had.
    private let descriptor: Int32
    private let state = Guarded(State())

    private init() {
        descriptor = csystem_poller_open()
    }

    /// Calls `handler` on the poller's thread as long as the descriptor is ready; nil where it cannot be watched.
    func watch(_ watched: Int32, forWriting: Bool = false, handler: @escaping @Sendable () -> Void) -> Watch? {
        let tag = state.withLock { state in
            state.nextTag += 1
            state.handlers[state.nextTag] = handler
            return state.nextTag
        }
        guard startIfNeeded(), csystem_poller_add(descriptor, watched, tag, forWriting ? 1 : 0) == 0 else {
            state.withLock { $0.handlers[tag] = nil }
            return nil
        }
        return Watch(tag: tag, descriptor: watched, isForWriting: forWriting)
    }

    /// Afterwards the handler is not called again, unless it runs now. To be called before the descriptor is closed.
    func remove(_ watch: Watch) {
        state.withLock { $0.handlers[watch.tag] = nil }
        csystem_poller_remove(descriptor, watch.descriptor, watch.isForWriting ? 1 : 0)
    }

    private func startIfNeeded() -> Bool {
        state.withLock { state in
            guard !state.isRunning, descriptor >= 0 else { return state.isRunning }
            state.isRunning = startThread("poller") { Poller.shared.run() }
            return state.isRunning
        }
    }

    private func run() {
        var tags = [UInt64](repeating: 0, count: 64)
        while true {
            let count = csystem_poller_wait(descriptor, &tags, Int32(tags.count))
            guard count >= 0 else { return }
            for tag in tags.prefix(Int(count)) {
                // One that was removed since is not there any more.
                let handler = state.withLock { $0.handlers[tag] }
                handler?()
            }
        }
    }
}
