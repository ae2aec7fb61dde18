package import FanoutEvents
package import FanoutTimeline

/// Where events of all sources come together: they are written down, and folded into timelines that know where each payload stands.
///
/// A class, because sources and the screen share it. It belongs to the thread that draws.
package final class Ledger {
    package private(set) var timelines = Timelines()
    package let payloads = PayloadStore()
    /// Where events are written that stand in no file yet; nil where nobody wants them kept.
    private let recorder: Recorder?
    private let recorderSource: Int
    /// For each source that the recorder writes down, the ids of its sessions.
    private var sessions: [Int: [String]] = [:]
    /// Told of everything that comes.
    private let observer: (any LedgerObserver)?

    package init(recorder: Recorder?, observer: (any LedgerObserver)? = nil) {
        self.recorder = recorder
        self.observer = observer
        recorderSource = payloads.add(file: recorder?.duplicate() ?? -1)
    }

    /// Names a new source. Its events stand in `file`, if that can be read at any offset; else they are recorded.
    package func addSource(file: Int32? = nil, format: StreamFormat = .events) -> Int {
        payloads.add(file: file ?? -1, format: format)
    }

    /// A session of a source begins, or its header is known now.
    package func open(_ header: Header, session: Int, source: Int, isPlaced: Bool) {
        if !isPlaced {
            if session < sessions[source, default: []].count {
                sessions[source]?[session] = header.session
            } else {
                sessions[source, default: []].append(header.session)
            }
            recorder?.write(header)
        }
        timelines.open(header, session: session, source: source)
        observer?.opened(header, session: session)
    }

    /// Takes an event of a source's session.
    ///
    /// - Parameter offset: Where its line stands in the source's own file; nil where the source is gone once it is read.
    package func take(_ event: Event, session: Int, source: Int, offset: Int64?) {
        timelines.apply(event, session: session, source: source, place: place(of: event, session, source, offset))
        observer?.took(event, session: session, in: timelines)
    }

    private func place(of event: Event, _ session: Int, _ source: Int, _ offset: Int64?) -> Place {
        if let offset {
            return Place(source: source, offset: offset)
        }
        guard let recorder, recorder.isRecording || event.body.hasPayload, let id = sessions[source]?[session] else { return .none }
        return recorder.write(event, of: id).map { Place(source: recorderSource, offset: $0) } ?? .none
    }

    package func report(_ problem: EventProblem, source: Int) {
        timelines.report(problem, source: source)
        observer?.reported(problem)
    }

    /// Takes a whole recording, which is over.
    package func load(_ path: String, isStrict: Bool = false, withPayloads: Bool = false) throws(SessionError) {
        let recording = try Importer.placed(try SessionFile.recording(at: path))
        let source = addSource(file: recording.file, format: recording.format)
        var input = LedgerInput(ledger: self, source: source, isPlaced: true)
        let bytes = try SessionFile.read(recording, withPayloads: withPayloads, into: &input)
        try SessionFile.check(timelines, path: path, bytes: bytes, isStrict: isStrict)
        timelines.close(source: source)
        timelines.settle()
    }

    /// Hands what was written to the system; to be called after each batch.
    package func settle() {
        recorder?.flush()
        timelines.settle()
    }

    package func close(source: Int) {
        timelines.close(source: source)
    }

    /// Ends a source whose place another takes, which tells the same sessions from their beginning.
    package func supersede(source: Int) {
        timelines.supersede(source: source)
    }

    /// Why recording stopped, if it did.
    package var failure: String? { recorder?.failure }
    /// The file that is recorded to.
    package var recording: String? { recorder?.path }

    /// The whole event whose line stands at a place.
    package func event(at place: Place) -> Event? { payloads.event(at: place) }
}

/// Is told of everything that comes to a ledger, after it was taken.
package protocol LedgerObserver: AnyObject {
    func opened(_ header: Header, session: Int)
    func took(_ event: Event, session: Int, in timelines: Timelines)
    func reported(_ problem: EventProblem)
}

/// Hands what a reader finds to a ledger.
package struct LedgerInput: EventReceiver {
    package let ledger: Ledger
    package let source: Int
    /// Whether the source's lines can be read again where they stand.
    package let isPlaced: Bool

    package init(ledger: Ledger, source: Int, isPlaced: Bool) {
        self.ledger = ledger
        self.source = source
        self.isPlaced = isPlaced
    }

    package func open(_ header: Header, session: Int) {
        ledger.open(header, session: session, source: source, isPlaced: isPlaced)
    }

    package func take(_ event: Event, session: Int, offset: Int64) {
        ledger.take(event, session: session, source: source, offset: isPlaced ? offset : nil)
    }

    package func report(_ problem: EventProblem) {
        ledger.report(problem, source: source)
    }
}

extension Event.Body {
    /// Whether it tells something that a timeline keeps only the place of.
    fileprivate var hasPayload: Bool {
        switch self {
        case .callRequested(let body): body.arguments != nil
        case .callStarted(let body): body.arguments != nil
        case .callFinished(let body): body.result != nil || body.error != nil
        case .callOutput, .callRetrying, .message, .modelOutput, .modelFinished, .modelRetrying: true
        case .toolDeclared, .turnStarted, .modelStarted, .callAnnounced, .callQueued, .callDecided, .callProgress, .callReleased,
            .turnFinished,
            .marker, .sessionFinished, .other:
            false
        }
    }
}
