internal import FanoutEvents
internal import FanoutSession

#if canImport(Darwin)
    internal import Darwin
#else
    internal import Glibc
#endif

/// One program that is connected to a socket, and what it has told so far.
///
/// A class, because a descriptor must be given back.
final class SocketProducer {
    /// How far it has come.
    enum Progress {
        /// So many bytes were there; more may be.
        case read(Int)
        /// Nothing waits.
        case waiting
        case ended
        /// It speaks another language.
        case refused(String)
    }

    let descriptor: Int32
    private var input: TitledInput?
    private var reader: EventReader?
    private let ledger: Ledger

    init(_ descriptor: Int32, ledger: Ledger) {
        self.descriptor = descriptor
        self.ledger = ledger
    }

    deinit { closeDescriptor(descriptor) }

    /// Takes one buffer of what has come.
    ///
    /// - Parameter begin: Asked with the first bytes for its number, its source, and the id of the session of a program that names none.
    func read(_ buffer: UnsafeMutableRawBufferPointer, now: Int64, begin: () -> (number: Int, source: Int, session: String)) -> Progress {
        let count = readBytes(descriptor, buffer)
        guard count > 0 else {
            if count < 0, errno == EAGAIN || errno == EINTR { return .waiting }
            end(now)
            return .ended
        }
        let bytes = UnsafeRawBufferPointer(rebasing: buffer[..<count])
        if reader == nil {
            // A page in a browser can have it send anything to a port of this machine, with lines of its own choice after the first ones.
            if Self.isHTTP(bytes) {
                return .refused("a program spoke HTTP, and was turned away; send lines of JSON, without any request")
            }
            let own = begin()
            input = TitledInput(
                input: LedgerInput(ledger: ledger, source: own.source, isPlaced: false), own: own.session, title: "producer \(own.number)")
            var options = EventReader.Options(session: own.session)
            options.longestLine = PayloadStore.longest
            reader = EventReader(options)
        }
        guard var input else { return .ended }
        reader?.read(bytes, arrival: .live(now), into: &input)
        self.input = input
        return .read(count)
    }

    /// Its number among sources; nil before it has told anything.
    var source: Int? { input?.input.source }

    /// Nothing more comes: a line that it has not ended is read if it is whole, and else said to be torn.
    private func end(_ now: Int64) {
        guard var input else { return }
        reader?.finish(arrival: .live(now), into: &input)
        ledger.close(source: input.input.source)
    }

    /// Whether these first bytes are a request, as browsers and their kin send them.
    private static func isHTTP(_ bytes: UnsafeRawBufferPointer) -> Bool {
        ["GET ", "POST ", "PUT ", "HEAD ", "OPTIONS ", "DELETE ", "PATCH ", "CONNECT "].contains { bytes.starts(with: $0.utf8) }
    }
}
