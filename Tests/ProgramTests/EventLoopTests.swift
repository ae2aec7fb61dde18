import FanoutScreen
import Testing

#if canImport(Darwin)
    import Darwin
#else
    import Glibc
#endif

struct EventLoopTests {
    /// A pipe with something to read in it, or whose writing end is gone.
    private final class Pipe {
        let reader: Int32
        private let writer: Int32
        private var isOpen = true

        init() {
            var ends: [Int32] = [-1, -1]
            _ = pipe(&ends)
            (reader, writer) = (ends[0], ends[1])
        }

        deinit {
            finish()
            close(reader)
        }

        func send() {
            var byte: UInt8 = 7
            _ = write(writer, &byte, 1)
        }

        func finish() {
            if isOpen { close(writer) }
            isOpen = false
        }

        func receive() {
            var byte: UInt8 = 0
            _ = read(reader, &byte, 1)
        }
    }

    @Test("what can be read is told until it is read, and the end once")
    func readiness() {
        let pipe = Pipe()
        pipe.send()
        pipe.send()
        pipe.finish()
        var told: [EventLoop.Readiness] = []
        let loop = EventLoop { 0 }
        loop.watch(pipe.reader) { readiness in
            told.append(readiness)
            pipe.receive()
        }
        // Nothing is left to wait for after the end, so it returns.
        loop.run()
        #expect(told == [.readable, .readable, .closed])
    }

    @Test("a descriptor that is none is told of once, and does not keep the loop busy")
    func badDescriptor() {
        var told: [EventLoop.Readiness] = []
        let loop = EventLoop { 0 }
        loop.watch(987_654) { told.append($0) }
        loop.run()
        #expect(told == [.closed])
    }

    @Test("calls come in their time, the last one asked for counts, and one may ask for the next")
    func calls() {
        var now: Int64 = 100
        var called: [Int64] = []
        // Time goes on whenever it is asked for.
        let loop = EventLoop {
            now += 10
            return now
        }
        loop.call(at: 90) { called.append(0) }
        loop.call(at: 150) {
            called.append(now)
            loop.call(at: now) { called.append(now) }
        }
        #expect(loop.nextCall == 150)
        loop.run()
        #expect(called.count == 2)
        #expect(called.allSatisfy { $0 >= 150 })
        #expect(loop.nextCall == nil)
    }

    @Test("a handler may stop the loop, and stop watching others, in the midst of a turn")
    func changes() {
        let pipes = [Pipe(), Pipe(), Pipe()]
        pipes.forEach { $0.send() }
        var told: [Int] = []
        let loop = EventLoop { 0 }
        for (number, pipe) in pipes.enumerated() {
            loop.watch(pipe.reader) { _ in
                told.append(number)
                pipe.receive()
                loop.unwatch(pipes[1].reader)
                if number == 2 { loop.stop() }
            }
        }
        loop.run()
        #expect(told == [0, 2])
    }

    @Test("a wake-up from other threads is never lost, however many come at once")
    func wakeups() async throws {
        let wakeup = try #require(Wakeup())
        let count = 1_000
        let posted = Posted()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                var seen = 0
                let loop = EventLoop { 0 }
                loop.watch(wakeup.descriptor) { _ in
                    wakeup.acknowledge()
                    seen = posted.count
                    if seen == 4 * count { loop.stop() }
                }
                loop.run()
            }
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<count {
                        posted.add()
                        wakeup.wake()
                    }
                }
            }
        }
        #expect(posted.count == 4 * count)
    }
}
