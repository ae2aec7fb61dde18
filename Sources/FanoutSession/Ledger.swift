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
    /// Called with everything that comes, for whoever prints it.
    private let observe: ((Timelines, EventReader.Item) -> Void)?

    package init(recorder: Recorder?, observe: ((Timelines, EventReader.Item) -> Void)? = nil) {
        self.recorder = recorder
        self.observe = observe
        recorderSource = payloads.add(file: recorder?.duplicate() ?? -1)
    }

    /// Names a new source. Its events stand in `file`, if that can be read at any offset; else they are recorded.
    package func addSource(file: Int32? = nil) -> Int {
        payloads.add(file: file ?? -1)
    }

    /// Takes what a reader hands on of a source whose lines stand in its own file.
    package func takePlaced(_ item: EventReader.Item, source: Int) {
        timelines.apply(item, source: source)
        observe?(timelines, item)
    }

    /// Takes what a reader hands on of a source that is gone once it is read.
    package func take(_ item: EventReader.Item, source: Int) {
        switch item {
        case .session(let index, let header):
            if index < sessions[source, default: []].count {
                sessions[source]?[index] = header.session
            } else {
                sessions[source, default: []].append(header.session)
            }
            recorder?.write(header)
            timelines.open(header, session: index, source: source)
        case .event(let event, let session, _):
            var place = Place.none
            if let recorder, let id = sessions[source]?[session], recorder.isRecording || event.body.hasPayload {
                place = Place(source: recorderSource, offset: recorder.write(event, of: id))
            }
            timelines.apply(event, session: session, source: source, place: place)
        case .problem:
            timelines.apply(item, source: source)
        }
        observe?(timelines, item)
    }

    /// Takes a whole recording, which is over.
    package func load(_ path: String, isStrict: Bool = false, withPayloads: Bool = false) throws(SessionError) {
        let file = try SessionFile.open(path)
        let source = addSource(file: file)
        let bytes = try SessionFile.read(file, withPayloads: withPayloads) { takePlaced($0, source: source) }
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

    /// Why recording stopped, if it did.
    package var failure: String? { recorder?.failure }
    /// The file that is recorded to.
    package var recording: String? { recorder?.path }

    /// The whole event whose line stands at a place.
    package func event(at place: Place) -> Event? { payloads.event(at: place) }
}

extension Event.Body {
    /// Whether it tells something that a timeline keeps only the place of.
    fileprivate var hasPayload: Bool {
        switch self {
        case .callRequested, .callStarted, .callOutput, .callFinished, .callRetrying, .message, .modelOutput, .modelFinished, .modelRetrying: true
        case .toolDeclared, .turnStarted, .modelStarted, .callAnnounced, .callQueued, .callDecided, .callProgress, .callReleased, .turnFinished,
            .marker, .sessionFinished, .other:
            false
        }
    }
}
