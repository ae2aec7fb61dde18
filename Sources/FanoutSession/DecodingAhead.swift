internal import FanoutEvents

/// The lines of a file of events, decoded a piece at a time by whoever asks for them and, where the file is large, by a thread beside.
///
/// To decode a line takes twice as long as to put its event in its place, which one thread must do alone. So that one decodes too while the
/// next piece is not there yet, and both have the same to do. A class, because both have it.
final class DecodingAhead: Sendable {
    /// Lines of the file.
    ///
    /// Pieces are made once and change hands: whoever gives a full one away gets one in its stead that was taken up, to be filled again.
    struct Piece: Sendable {
        fileprivate(set) var lines = DecodedLines()
        /// How many bytes the part of the file has that they begin in.
        fileprivate(set) var bytes: Int64 = 0
        /// What the system said where it could not read them.
        fileprivate var failure: Int32?

        /// Hands its lines to a reader.
        mutating func take(by reader: inout EventReader, arrival: EventReader.Arrival, into input: inout LedgerInput) {
            reader.take(&lines, arrival: arrival, into: &input)
        }
    }

    /// What a thread needs to decode: it stays with the thread from piece to piece.
    struct Means: ~Copyable {
        fileprivate var buffer: FileLines
        fileprivate var decoder: LineDecoder
        fileprivate var piece = Piece()

        init(_ options: EventReader.Options) {
            buffer = FileLines(longestLine: options.longestLine, usual: Int(DecodingAhead.part) + 2048)
            decoder = LineDecoder(options)
        }
    }

    private struct State {
        /// The numbers of the pieces that were begun and not taken yet, each of which has the slot of its number.
        var begun = 0..<0
        var slots = Array(repeating: Slot(), count: DecodingAhead.most)
        /// Whether nobody wants more.
        var isClosed = false

        subscript(number: Int) -> Slot {
            get { slots[number % DecodingAhead.most] }
            _modify { yield &slots[number % DecodingAhead.most] }
        }
    }

    /// Where a piece waits to be taken.
    private struct Slot {
        var piece = Piece()
        /// Whether it holds the piece of its number; else somebody still decodes that.
        var isFull = false
    }

    /// Where threads wait: the one that takes the pieces, and the one beside.
    private enum Place {
        static let taker = 0
        static let beside = 1
    }

    /// Pieces begun and not taken, at the most.
    private static let most = 4
    /// Bytes of the file that the lines of a piece begin in.
    private static let part: Int64 = 1 << 15
    /// Bytes below which a thread is not worth its start.
    private static let large: Int64 = 1 << 20

    private let file: Int32
    private let size: Int64
    private let options: EventReader.Options
    private let state = Monitor(State(), places: 2)

    /// - Parameter size: Of the file, in bytes. Lines that begin behind are not read.
    init(_ file: Int32, size: Int64, options: EventReader.Options) {
        self.file = file
        self.size = size
        self.options = options
        if size > Self.large {
            // Where the system has no thread left, the file is read without.
            _ = startThread("decode") { self.decodeBeside() }
        }
    }

    /// Takes the next lines of the file, in exchange for those that a piece held; false after the last ones.
    ///
    /// - Throws: What the system says where the file cannot be read.
    func next(_ piece: inout Piece, by means: inout Means) throws(FileReadingError) -> Bool {
        enum Step {
            case taken
            case decode(number: Int)
            case over
        }
        while true {
            let step = state.wait { state -> Monitor<State>.Look<Step> in
                let first = state.begun.lowerBound
                if state[first].isFull {
                    swap(&state[first].piece, &piece)
                    state[first].isFull = false
                    state.begun = first + 1..<state.begun.upperBound
                    return .done(.taken)
                }
                if let number = begin(&state) {
                    return .done(.decode(number: number))
                }
                return state.begun.isEmpty ? .done(.over) : .wait(at: Place.taker)
            }
            switch step {
            case .taken:
                state.signal(at: Place.beside)
                if let failure = piece.failure { throw FileReadingError(number: failure) }
                return true
            case .over:
                return false
            case .decode(let number):
                decode(number, &means)
            }
        }
    }

    /// Has nothing more read of the file, whose descriptor may be closed afterwards.
    func close() {
        state.withLock { $0.isClosed = true }
        state.signal(at: Place.beside)
        // What was begun is read, and decoded, to its end.
        state.wait { state in state.begun.allSatisfy { state[$0].isFull } ? .done(()) : .wait(at: Place.taker) }
    }

    private func decodeBeside() {
        var means = Means(options)
        while true {
            let number = state.wait { state -> Monitor<State>.Look<Int?> in
                if let number = begin(&state) {
                    return .done(number)
                }
                return state.isClosed || part(state.begun.upperBound).isEmpty ? .done(nil) : .wait(at: Place.beside)
            }
            guard let number else { return }
            decode(number, &means)
            state.signal(at: Place.taker)
        }
    }

    /// The number of the next piece, for whoever is to decode it; nil where there is none, or where enough are under way.
    private func begin(_ state: inout State) -> Int? {
        let number = state.begun.upperBound
        guard !state.isClosed, state.begun.count < Self.most, !part(number).isEmpty else { return nil }
        state.begun = state.begun.lowerBound..<number + 1
        return number
    }

    private func decode(_ number: Int, _ means: inout Means) {
        let part = part(number)
        means.piece.failure = means.buffer.read(file, beginningIn: part)
        means.decoder.decode(means.buffer.bytes, at: means.buffer.offset, into: &means.piece.lines)
        means.piece.bytes = part.upperBound - part.lowerBound
        state.withLock {
            swap(&$0[number].piece, &means.piece)
            $0[number].isFull = true
        }
    }

    /// The bytes of the file that the lines of a piece begin in; none after the last.
    private func part(_ number: Int) -> Range<Int64> {
        let start = min(Int64(number) * Self.part, size)
        return start..<min(start + Self.part, size)
    }
}
