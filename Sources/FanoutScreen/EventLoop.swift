internal import CSystem

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Waits for descriptors and for one deadline, and does nothing at all meanwhile.
///
/// A class, because handlers change what it waits for. It belongs to one thread; other threads reach it through a ``Wakeup``.
package final class EventLoop {
    /// What is known of a descriptor.
    package enum Readiness: Sendable, Hashable {
        /// It can be read; at its end, what is read is nothing.
        case readable
        /// Its other end is gone, or it is no descriptor, and nothing is left to read. The loop has stopped watching it.
        case closed
    }

    package typealias Handler = (Readiness) -> Void

    /// Microseconds of a monotonic clock.
    private let clock: () -> Int64
    private var descriptors: [pollfd] = []
    private var handlers: [Int32: Handler] = [:]
    private var deadline: (at: Int64, handler: () -> Void)?
    private var isRunning = false

    package init(clock: @escaping () -> Int64) {
        self.clock = clock
    }

    /// Has the handler called whenever the descriptor can be read, until ``unwatch(_:)``, in place of one it may have had.
    package func watch(_ descriptor: Int32, _ handler: @escaping Handler) {
        if handlers.updateValue(handler, forKey: descriptor) == nil {
            descriptors.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
        }
    }

    package func unwatch(_ descriptor: Int32) {
        if handlers.removeValue(forKey: descriptor) != nil {
            descriptors.removeAll { $0.fd == descriptor }
        }
    }

    /// Has the handler called once, at this instant or as soon after it as can be, in place of what was to be called; an instant that has
    /// passed is the next turn.
    package func call(at instant: Int64, _ handler: @escaping () -> Void) {
        deadline = (instant, handler)
    }

    /// Forgets what was to be called.
    package func cancelCall() {
        deadline = nil
    }

    /// When something is to be called.
    package var nextCall: Int64? { deadline?.at }

    /// Waits and calls handlers until one calls ``stop()``, or until there is nothing left to wait for.
    package func run() {
        isRunning = true
        while isRunning, !descriptors.isEmpty || deadline != nil {
            turn()
        }
        isRunning = false
    }

    package func stop() {
        isRunning = false
    }

    private func turn() {
        let timeout = deadline.map { max(0, $0.at - clock()) } ?? -1
        let ready = csystem_poll(&descriptors, UInt32(descriptors.count), timeout)
        if ready > 0 {
            // A copy: handlers may change what is watched.
            for descriptor in descriptors where descriptor.revents != 0 {
                dispatch(descriptor)
            }
        }
        if let due = deadline, clock() >= due.at, isRunning {
            deadline = nil
            due.handler()
        }
    }

    private func dispatch(_ ready: pollfd) {
        guard isRunning, let handler = handlers[ready.fd] else { return }
        if ready.revents & Int16(POLLIN) != 0 {
            handler(.readable)
            // A terminal that is gone can be read for ever, and never gives anything.
            guard ready.revents & Int16(POLLHUP) != 0, handlers[ready.fd] != nil, Self.isEmpty(ready.fd) else { return }
        }
        unwatch(ready.fd)
        handler(.closed)
    }

    private static func isEmpty(_ descriptor: Int32) -> Bool {
        var left: Int32 = 0
        return ioctl(descriptor, UInt(FIONREAD), &left) != 0 || left == 0
    }
}
