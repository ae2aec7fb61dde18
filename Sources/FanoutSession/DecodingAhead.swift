internal import FanoutEvents

/// The lines of a file of events, decoded a piece at a time by whoever asks for them and, where the file is large, by a thread beside.
///
/// To decode a line takes twice as long as to put its event in its place, which one thread must do alone. So that one decodes too while the
/// next piece is not there yet, and both have the same to do. A class, because both have it.
final class DecodingAhead: Sendable {
    /// Lines of the file, ready to be taken.
    struct Piece: Sendable {
        var lines: DecodedLines
        /// How many bytes of the file they are.
        var bytes: Int64
    }

    /// What a thread needs to decode: it stays with the thread from piece to piece.
    struct Means: ~Copyable {
        fileprivate var buffer: FileLines
        fileprivate var decoder: LineDecoder

        init(_ options: EventReader.Options) {
            buffer = FileLines(longestLine: options.longestLine)
            decoder = LineDecoder(options)
        }
    }

    private struct State {
        /// Where the next piece of the file begins.
        var offset: Int64 = 0
        /// What was begun and not taken yet, in the file's order; nil for what somebody still decodes.
        var pieces: [Piece?] = []
        /// The number of the first of them.
        var first = 0
        /// Whether the end of the file was read, or nobody wants more.
        var isOver = false
        /// What the system said where it could not read.
        var failure: Int32?
    }

    /// A piece of the file that lies in somebody's buffer.
    private struct Begun {
        var number: Int
        var offset: Int64
    }

    /// Where threads wait: the one that takes the pieces, and the one beside.
    private enum Place {
        static let taker = 0
        static let beside = 1
    }

    /// Pieces begun and not taken, at the most.
    private static let most = 4
    /// Bytes below which a thread is not worth its start.
    private static let large: Int64 = 1 << 20

    private let file: Int32
    private let options: EventReader.Options
    private let state = Monitor(State(), places: 2)

    /// - Parameter size: Of the file, in bytes, as far as it is known.
    init(_ file: Int32, size: Int64, options: EventReader.Options) {
        self.file = file
        self.options = options
        if size > Self.large {
            // Where the system has no thread left, the file is read without.
            _ = startThread("decode") { self.decodeBeside() }
        }
    }

    /// The next lines of the file; nil after the last ones.
    ///
    /// - Throws: What the system says where the file cannot be read.
    func next(by means: inout Means) throws(FileReadingError) -> Piece? {
        enum Step {
            case take(Piece?)
            case decode(Begun)
        }
        while true {
            let step = state.wait { state -> Monitor<State>.Look<Step> in
                if let piece = state.pieces.first ?? nil {
                    state.pieces.removeFirst()
                    state.first += 1
                    return .done(.take(piece))
                }
                if let begun = begin(&state, &means) {
                    return .done(.decode(begun))
                }
                return state.pieces.isEmpty ? .done(.take(nil)) : .wait(at: Place.taker)
            }
            switch step {
            case .take(let piece?):
                state.signal(at: Place.beside)
                return piece
            case .take(nil):
                if let failure = state.withLock({ $0.failure }) { throw FileReadingError(number: failure) }
                return nil
            case .decode(let begun):
                decode(begun, &means)
            }
        }
    }

    /// Has nothing more read of the file, whose descriptor may be closed afterwards.
    func close() {
        state.withLock { $0.isOver = true }
        state.broadcast()
    }

    private func decodeBeside() {
        var means = Means(options)
        while true {
            let begun = state.wait { state -> Monitor<State>.Look<Begun?> in
                if let begun = begin(&state, &means) {
                    return .done(begun)
                }
                return state.isOver ? .done(nil) : .wait(at: Place.beside)
            }
            guard let begun else { return }
            decode(begun, &means)
            state.signal(at: Place.taker)
        }
    }

    /// Takes the next piece of the file into the thread's buffer; nil where there is none, or where enough are under way.
    private func begin(_ state: inout State, _ means: inout Means) -> Begun? {
        guard !state.isOver, state.pieces.count < Self.most else { return nil }
        let offset = state.offset
        switch means.buffer.read(file, at: offset) {
        case .lines:
            state.offset += means.buffer.extent
        case .end:
            state.isOver = true
            if means.buffer.extent == 0 { return nil }
        case .failure(let number):
            state.failure = number
            state.isOver = true
            return nil
        }
        state.pieces.append(nil)
        return Begun(number: state.first + state.pieces.count - 1, offset: offset)
    }

    private func decode(_ begun: Begun, _ means: inout Means) {
        let piece = Piece(lines: means.decoder.decode(means.buffer.bytes, at: begun.offset), bytes: means.buffer.extent)
        state.withLock { $0.pieces[begun.number - $0.first] = piece }
    }
}
