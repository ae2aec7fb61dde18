internal import CSystem
internal import FanoutEvents
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Events that any number of programs write to a socket, each a stream of its own.
///
/// A program that names no session has one of its own; those that name the same one share it. Each is read a piece at a time, in turn,
/// so that none holds up another. A socket at a path is its owner's alone.
package final class SocketSource: EventSource {
    private static let chunk = 1 << 16
    /// Bytes taken at once at the most, so that keys are answered while a flood comes; each look at a producer counts as `least`.
    private static let most = 1 << 20
    private static let least = 1 << 12
    /// How many are let in at once, before those that are there already are read again.
    private static let mostAccepted = 64
    private static let listenerTag: UInt64 = 0

    /// A poller of the socket and of all who are connected.
    package private(set) var descriptor: Int32
    /// While they write more than their sockets hold, they are not kept waiting.
    package private(set) var isPatient = true
    private let listener: ListeningSocket
    private let ledger: Ledger
    private let session: String
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunk, alignment: 64)
    private var producers: [UInt64: SocketProducer] = [:]
    private var nextTag: UInt64 = 1
    /// How many programs have told something so far.
    private var count = 0
    /// Numbers of sources that have ended.
    private var freeSources: [Int] = []
    /// A descriptor in reserve: with it one can be let in even where the system has none left, for its end to make room for the next.
    private var spare = openNothing()
    private var isFull = false
    private var saidFull = false
    private var saidRefused = false

    /// Begins to listen.
    ///
    /// - Parameter session: What the ids of sessions of programs that name none begin with.
    package init(_ address: SocketAddress, session: String, ledger: Ledger) throws(SessionError) {
        listener = try ListeningSocket(address)
        self.session = session
        self.ledger = ledger
        descriptor = csystem_poller_open()
        guard descriptor >= 0, csystem_poller_add(descriptor, listener.descriptor, Self.listenerTag, 0) == 0 else {
            throw SessionError(.unreadable, "\(address): the system has no descriptors left; close some programs, or raise `ulimit -n`")
        }
    }

    deinit {
        release()
        buffer.deallocate()
    }

    /// Where it listens, with the port that it really has.
    package var name: String { listener.address.description }

    /// How many programs are connected.
    package var connected: Int { producers.count }

    package func read(now: Int64) -> [SourceNews] {
        var news: [SourceNews] = []
        var left = Self.most
        var tags = [UInt64](repeating: 0, count: 64)
        isPatient = true
        while left > 0, descriptor >= 0 {
            let ready = csystem_poller_ready(descriptor, &tags, Int32(tags.count))
            guard ready > 0 else { break }
            for tag in tags[..<Int(ready)] {
                left -= max(Self.least, tag == Self.listenerTag ? accept(&news) : take(tag, now, &news))
            }
        }
        return news
    }

    package func release() {
        guard descriptor >= 0 else { return }
        listener.close()
        producers = [:]
        closeDescriptor(descriptor)
        descriptor = -1
        if spare >= 0 {
            closeDescriptor(spare)
            spare = -1
        }
    }

    // MARK: Who connects

    /// Lets in those who wait; what that weighs.
    private func accept(_ news: inout [SourceNews]) -> Int {
        for number in 0..<Self.mostAccepted {
            var connected = csystem_accept(listener.descriptor)
            if connected < 0, errno != EAGAIN {
                guard let last = acceptWithReserve() else {
                    pause(&news)
                    return number * Self.least
                }
                connected = last
            }
            guard connected >= 0 else { return number * Self.least }
            add(connected)
        }
        return Self.mostAccepted * Self.least
    }

    private func acceptWithReserve() -> Int32? {
        guard spare >= 0 else { return nil }
        closeDescriptor(spare)
        spare = -1
        let connected = csystem_accept(listener.descriptor)
        return connected >= 0 ? connected : nil
    }

    /// Lets nobody in until somebody leaves: they wait in the system's queue, and lose nothing.
    private func pause(_ news: inout [SourceNews]) {
        guard !isFull else { return }
        isFull = true
        csystem_poller_remove(descriptor, listener.descriptor, 0)
        guard !saidFull else { return }
        saidFull = true
        news.append(
            .notice(
                "\(name): \(producers.count) programs are connected, and there is room for no more; others wait for one to end "
                    + "(`ulimit -n` raises how many there may be)"))
    }

    private func add(_ connected: Int32) {
        let tag = nextTag
        nextTag += 1
        let producer = SocketProducer(connected, ledger: ledger)
        if csystem_poller_add(descriptor, connected, tag, 0) == 0 {
            producers[tag] = producer
        }
    }

    private func remove(_ tag: UInt64) {
        if let source = producers.removeValue(forKey: tag)?.source {
            freeSources.append(source)
        }
        if spare < 0 {
            spare = openNothing()
        }
        if isFull, csystem_poller_add(descriptor, listener.descriptor, Self.listenerTag, 0) == 0 {
            isFull = false
        }
    }

    // MARK: What they tell

    private func take(_ tag: UInt64, _ now: Int64, _ news: inout [SourceNews]) -> Int {
        guard let producer = producers[tag] else { return 0 }
        switch producer.read(buffer, now: now, begin: begin) {
        case .read(let count):
            if count == Self.chunk {
                isPatient = false
            }
            return count
        case .waiting:
            return 0
        case .ended:
            remove(tag)
        case .refused(let reason):
            remove(tag)
            if !saidRefused {
                saidRefused = true
                news.append(.notice("\(name): \(reason)"))
            }
        }
        return 0
    }

    private func begin() -> (number: Int, source: Int, session: String) {
        count += 1
        return (count, freeSources.popLast() ?? ledger.addSource(), "\(session)-\(count)")
    }
}

/// A descriptor that stands for nothing.
private func openNothing() -> Int32 {
    open("/dev/null", O_RDONLY | O_CLOEXEC)
}
