internal import CSystem
internal import FanoutEvents
package import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// Events that another program writes into a pipe.
package final class PipeSource: EventSource {
    private static let chunk = 1 << 18
    /// Bytes taken at once at the most, so that keys are answered while a flood comes.
    private static let most = 1 << 22

    package private(set) var descriptor: Int32
    package let isPatient: Bool
    private let ledger: Ledger
    private var input: LedgerInput
    private let parser: any StreamParser
    private let buffer: UnsafeMutableRawBufferPointer

    /// Takes over a descriptor that can be read.
    package init(_ descriptor: Int32, session: String, ledger: Ledger) {
        self.descriptor = descriptor
        self.ledger = ledger
        input = LedgerInput(ledger: ledger, source: ledger.addSource(), isPlaced: false)
        parser = RecognizingParser(EventReader.Options(session: session))
        buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.chunk, alignment: 64)
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        isPatient = csystem_widen_pipe(descriptor) >= 1 << 19
    }

    deinit {
        buffer.deallocate()
        if descriptor >= 0 {
            close(descriptor)
        }
    }

    package func read(now: Int64) -> [SourceNews] {
        var taken = 0
        while descriptor >= 0, taken < Self.most {
            let count = readBytes(descriptor, buffer)
            if count > 0 {
                taken += count
                parser.read(UnsafeRawBufferPointer(rebasing: buffer[..<count]), arrival: .live(now), into: &input)
            } else if count < 0, errno == EINTR {
                continue
            } else if count < 0, errno == EAGAIN {
                break
            } else {
                return [end(now)]
            }
        }
        return []
    }

    private func end(_ now: Int64) -> SourceNews {
        parser.finish(arrival: .live(now), into: &input)
        ledger.close(source: input.source)
        close(descriptor)
        descriptor = -1
        return .ended
    }
}

/// `read(2)`, under a name that the sources' own does not hide.
func readBytes(_ descriptor: Int32, _ buffer: UnsafeMutableRawBufferPointer) -> Int {
    read(descriptor, buffer.baseAddress, buffer.count)
}
