/// The events of a session in the order they were posted, from the moment this was made until the session is finished or its log is closed.
///
/// For one loop. Nothing is missed between making it and the loop; where the loop is slow, progress and output are merged as an
/// ``EventQueue`` says. Once it is let go nothing waits for it any more.
public struct EventStream: AsyncSequence, Sendable {
    public typealias Element = Event

    private let subscription: Subscription
    private let wakes: AsyncStream<Void>

    init(queue: EventQueue, wakes: AsyncStream<Void>, log: EventLog) {
        subscription = Subscription(queue: queue, log: log)
        self.wakes = wakes
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: subscription, wakes: wakes.makeAsyncIterator()) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let subscription: Subscription
        fileprivate var wakes: AsyncStream<Void>.Iterator
        private var waiting: ArraySlice<Event> = []
        private var isOver = false

        fileprivate init(subscription: Subscription, wakes: AsyncStream<Void>.Iterator) {
            self.subscription = subscription
            self.wakes = wakes
        }

        /// Nil after the session's end, and when the task is cancelled.
        public mutating func next() async -> Event? {
            while waiting.isEmpty {
                guard !isOver else { return nil }
                let (events, isOpen) = subscription.queue.take()
                waiting = Array(events)[...]
                isOver = !isOpen
                if waiting.isEmpty, isOpen, await wakes.next(isolation: #isolation) == nil {
                    return nil
                }
            }
            let event = waiting.removeFirst()
            if case .sessionFinished = event.body {
                isOver = true
                waiting = []
            }
            return event
        }
    }

    /// A class, because its end is what matters.
    fileprivate final class Subscription: Sendable {
        let queue: EventQueue
        private let log: EventLog

        init(queue: EventQueue, log: EventLog) {
            self.queue = queue
            self.log = log
        }

        deinit { log.remove(queue) }
    }
}
