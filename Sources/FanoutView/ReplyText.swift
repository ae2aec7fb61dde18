internal import FanoutEvents
internal import FanoutTimeline

/// What a model wrote in one request: read once, and laid out as far as an instant.
struct ReplyText: Sendable {
    private enum Piece: Sendable {
        case words(Event.OutputKind, String)
        case retry(Int?, CleanText, delay: Int64?)
    }

    /// Bytes of one reply that are shown.
    static let longest = 4 << 20

    private var mark = Timeline.OutputMark()
    private var pieces: [(t: Int64, piece: Piece)] = []
    private var bytes = 0
    private var isCut = false
    /// How many pieces are laid out.
    private var laid = 0
    private var text = FlowingText(columns: 1)
    /// The rows that tell of attempts which failed; what comes after them is what counts.
    private var settled = 0
    private(set) var end: Event.ModelFinished?
    private var endPlace = Place.none

    var rows: [TextRow] { text.rows }
    /// Whether it has written anything that counts.
    var hasWritten: Bool { text.rows.count > settled }

    /// Reads what has come, and lays out what had come by the instant.
    mutating func update(_ lane: Int, _ scene: Transcript.Scene) {
        let columns = scene.columns
        read(lane, scene)
        // Of what does not fit any more, and of what lies after an earlier instant, nothing stays.
        if columns != text.columns || laid > 0 && pieces[laid - 1].t > scene.t {
            text = FlowingText(columns: columns)
            (laid, settled) = (0, 0)
        }
        var run: (kind: Event.OutputKind, text: String)?
        while laid < pieces.count, pieces[laid].t <= scene.t {
            switch pieces[laid].piece {
            case .words(let kind, let words):
                if run?.kind == kind {
                    run?.text += words
                } else {
                    write(run)
                    run = (kind, words)
                }
            case .retry(let attempt, let message, let delay):
                write(run)
                run = nil
                retry(attempt, message, delay)
            }
            laid += 1
        }
        write(run)
        let state = scene.timeline.lane(lane)
        if state.result != endPlace {
            endPlace = state.result
            if case .modelFinished(let body)? = scene.event(endPlace)?.body {
                end = body
            }
        }
    }

    private mutating func read(_ lane: Int, _ scene: Transcript.Scene) {
        guard !isCut else { return }
        for told in scene.timeline.outputs(of: lane, since: &mark, most: .max) {
            guard !isCut, let event = scene.event(told.place) else { continue }
            let piece: Piece
            switch event.body {
            case .modelOutput(let body):
                bytes += body.text.utf8.count
                isCut = bytes > Self.longest
                piece = isCut ? .retry(nil, "the rest of this reply stands in the recording", delay: nil) : .words(body.kind, body.text)
            case .modelRetrying(let body):
                let message = body.error?.message ?? "it failed"
                piece = .retry(body.attempt ?? 1, CleanText(String(message.prefix(400))), delay: body.delay)
            default: continue
            }
            if let last = pieces.last, last.t > told.t {
                // It came late: it goes where it belongs, and what was laid out behind it is laid out again.
                let index = pieces.firstIndex { $0.t > told.t } ?? pieces.count
                pieces.insert((told.t, piece), at: index)
                if index < laid {
                    text = FlowingText(columns: 0)
                    (laid, settled) = (0, 0)
                }
            } else {
                pieces.append((told.t, piece))
            }
        }
    }

    private mutating func write(_ run: (kind: Event.OutputKind, text: String)?) {
        guard let run else { return }
        switch run.kind {
        case .text: text.write(run.text, .text)
        case .reasoning: text.write(run.text, .muted, .thought)
        case .refusal: text.write(run.text, .failed)
        }
    }

    /// An attempt failed: what it wrote counts for nothing, and that is said in its place.
    private mutating func retry(_ attempt: Int?, _ message: CleanText, _ delay: Int64?) {
        guard let attempt else {
            return text.add([TextRow(text: "[" + message + "]", role: .muted)])
        }
        let wrote = hasWritten
        text.keep(first: settled)
        var line: CleanText = "attempt " + CleanText(attempt) + " failed: " + message
        if let delay {
            line += "; again in " + DurationText.length(delay)
        }
        if wrote {
            line += "; what it had written does not count"
        }
        let lines = line.lines(columns: text.columns)
        text.add(lines.enumerated().map { TextRow(text: $1, role: .retrying, mark: $0 == 0 ? .retried : .none) })
        settled = text.rows.count
    }
}
