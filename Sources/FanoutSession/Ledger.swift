package import FanoutEvents
package import FanoutTimeline

/// Where events of all sources come together: they are written down, and folded into timelines that know where each payload stands.
///
/// A class, because sources and the screen share it. It belongs to the thread that draws.
package final class Ledger {
    // Accesses to these two are not checked for overlaps each time, which would be for every event: one thread has the ledger, and nothing that a
    // timeline does comes back here.
    @exclusivity(unchecked) package private(set) var timelines = Timelines()
    package let payloads = PayloadStore()
    /// Where events are written that stand in no file yet; nil where nobody wants them kept.
    private let recorder: Recorder?
    private let recorderSource: Int
    /// For each source its sessions.
    @exclusivity(unchecked) private var sessions: [[Route]] = []
    /// From when each session's instants are counted: as the first source that told of it had it.
    private var starts: [String: Int64] = [:]
    /// What sources are called.
    private var names: [Int: String] = [:]
    /// About how many calls of a session are held; nil for all of them.
    package var keep: Int?
    /// Told of everything that comes.
    private let observer: (any LedgerObserver)?

    /// A session as a source tells of it.
    private struct Route {
        var id: String
        /// Microseconds to add to the source's instants.
        var shift: Int64
    }

    package init(recorder: Recorder?, observer: (any LedgerObserver)? = nil) {
        self.recorder = recorder
        self.observer = observer
        recorderSource = payloads.add(file: recorder?.duplicate() ?? -1)
    }

    /// Names a new source. Its events stand in `file`, if that can be read at any offset; else they are recorded.
    ///
    /// - Parameter name: What it is called in what is said of its lines.
    package func addSource(file: Int32? = nil, format: StreamFormat = .events, name: String? = nil) -> Int {
        let source = payloads.add(file: file ?? -1, format: format)
        names[source] = name
        return source
    }

    /// What a problem of a source's lines is told as: with the source's name, where there are several.
    package func words(of problem: (source: Int, problem: EventProblem)) -> String {
        guard names.count > 1, let name = names[problem.source] else { return "\(problem.problem)" }
        return "\(name): \(problem.problem)"
    }

    /// A session of a source begins, or its header is known now. Sources that tell of the same session may have begun at other instants;
    /// whoever takes the events further sees them counted from one.
    package func open(_ header: Header, session: Int, source: Int, isPlaced: Bool) {
        var header = header
        let start = starts[header.session]
        let route = Route(id: header.session, shift: start.map { header.started - $0 } ?? 0)
        if let start {
            header.started = start
        } else {
            starts[header.session] = header.started
        }
        while sessions.count <= source {
            sessions.append([])
        }
        if session < sessions[source].count {
            sessions[source][session] = route
        } else {
            sessions[source].append(route)
        }
        timelines.open(header, session: session, source: source)
        // One that only says again which session it is says nothing.
        guard start == nil || header != Header(session: header.session, started: header.started) else { return }
        if !isPlaced {
            recorder?.write(header)
        }
        observer?.opened(header, session: session)
    }

    /// Takes an event of a source's session.
    ///
    /// - Parameter offset: Where its line stands in the source's own file; nil where the source is gone once it is read.
    package func take(_ event: Event, session: Int, source: Int, offset: Int64?) {
        guard source < sessions.count, session < sessions[source].count else { return }
        let shift = sessions[source][session].shift
        guard shift != 0 else { return take(event, session, source, offset) }
        var event = event
        event.t = Instant.held(Instant.held(event.t) &+ shift)
        take(event, session, source, offset)
    }

    private func take(_ event: Event, _ session: Int, _ source: Int, _ offset: Int64?) {
        timelines.apply(event, session: session, source: source, place: place(of: event, session, source, offset))
        observer?.took(event, session: session, in: timelines)
    }

    private func place(of event: Event, _ session: Int, _ source: Int, _ offset: Int64?) -> Place {
        if let offset {
            return Place(source: source, offset: offset)
        }
        guard let recorder, recorder.isRecording || event.body.hasPayload else { return .none }
        return recorder.write(event, of: sessions[source][session].id).map { Place(source: recorderSource, offset: $0) } ?? .none
    }

    package func report(_ problem: EventProblem, source: Int) {
        timelines.report(problem, source: source)
        observer?.reported(problem)
    }

    /// Takes a whole recording, which is over.
    package func load(_ path: String, isStrict: Bool = false, withPayloads: Bool = false) throws(SessionError) {
        let reading = try RecordingReading(path, isStrict: isStrict, withPayloads: withPayloads, into: self)
        while try reading.readOn() {}
    }

    /// Hands what was written to the system; to be called after each batch.
    package func settle() {
        recorder?.flush()
        timelines.settle()
        if let keep { timelines.forget(keeping: keep) }
    }

    /// Ends a source; its number may stand for another one from here on.
    package func close(source: Int) {
        timelines.close(source: source)
        forget(source)
    }

    /// Has the sessions of a source go on in another file, and names that.
    package func continueSource(_ source: Int, file: Int32) -> Int {
        let next = addSource(file: file, format: payloads.format(of: source), name: names[source])
        while sessions.count <= next {
            sessions.append([])
        }
        sessions[next] = source < sessions.count ? sessions[source] : []
        forget(source)
        timelines.move(source: source, to: next)
        return next
    }

    /// Says that what stood in a source's file stands there no more.
    package func loseFile(source: Int) {
        payloads.lose(source)
    }

    private func forget(_ source: Int) {
        if source < sessions.count {
            sessions[source] = []
        }
    }

    /// Ends a source whose place another takes, which tells the same sessions from their beginning.
    package func supersede(source: Int) {
        timelines.supersede(source: source)
        let told = source < sessions.count ? sessions[source].map(\.id) : []
        forget(source)
        for id in told where !sessions.joined().contains(where: { $0.id == id }) {
            starts[id] = nil
        }
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
    /// Where the source's file begins in what its reader has been given.
    private let base: Int64

    package init(ledger: Ledger, source: Int, isPlaced: Bool, base: Int64 = 0) {
        self.ledger = ledger
        self.source = source
        self.isPlaced = isPlaced
        self.base = base
    }

    package func open(_ header: Header, session: Int) {
        ledger.open(header, session: session, source: source, isPlaced: isPlaced)
    }

    package func take(_ event: Event, session: Int, offset: Int64) {
        ledger.take(event, session: session, source: source, offset: isPlaced ? offset - base : nil)
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
