internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

/// The lines of one page about a call, fetched and laid out once.
struct DetailCache: Sendable {
    var lane: Int?
    var page: Dashboard.Page?
    var width = 0
    /// What its lines rest on.
    var basis: DetailText.Basis?
    var lines: [(text: CleanText, role: Role)] = []
}

/// Writes the pages about one call from what the timeline knows and the recording holds.
struct DetailText {
    let timeline: Timeline
    let lane: Int
    let t: Int64
    /// How the calls of its tool fared by that instant.
    let tool: ToolStatistics?
    let event: (Place) -> Event?

    /// What the lines of a page rest on: as long as it is the same, so are they.
    enum Basis: Sendable, Hashable {
        case line(Place)
        /// The line of its end; nil before that.
        case end(Place?)
        case output(stamp: UInt32, count: Int)
        case runs(Int, Precision?)
        case everything(version: Int, t: Int64)
    }

    func basis(of page: Dashboard.Page) -> Basis {
        switch page {
        case .arguments: .line(timeline.arguments(of: lane, at: t))
        case .result, .error: .end(hasEnded ? timeline.lane(lane).result : nil)
        case .output:
            .output(stamp: timeline.outputStamp(of: lane), count: timeline.outputCount(of: lane, at: t, most: Self.mostPieces))
        case .statistics: .runs(tool?.runs.count ?? 0, tool?.precision)
        case .events: .everything(version: timeline.version, t: t)
        }
    }

    private var hasEnded: Bool { timeline.lane(lane).ended <= t }

    /// Pieces of output that are looked at, the newest.
    private static let mostPieces = 2000

    /// Bytes of a payload that are laid out at the most.
    static let longest = 1 << 20

    typealias Lines = [(text: CleanText, role: Role)]

    /// The page that tells most: the error of a failed call, the output of one that runs, else the result or the arguments.
    var mostTelling: Dashboard.Page {
        let hasOutput = timeline.outputCount(of: lane, at: t, most: Self.mostPieces) > 0
        if timeline.lane(lane).kind == .model, hasOutput {
            return .output
        }
        return switch timeline.state(of: lane, at: t) {
        case .ended(let outcome): outcome == .ok ? .result : .error
        case .running where hasOutput: .output
        case .hidden, .announced, .waiting, .running, .backoff: .arguments
        }
    }

    func lines(_ page: Dashboard.Page) -> Lines {
        switch page {
        case .arguments: arguments
        case .result: result
        case .error: error
        case .output: output
        case .statistics: statistics
        case .events: events
        }
    }

    private func say(_ text: CleanText) -> Lines { [(text, .muted)] }

    private func text(_ string: String, _ role: Role = .text) -> Lines {
        let shown = string.utf8.count > Self.longest ? String(decoding: string.utf8.prefix(Self.longest), as: UTF8.self) : string
        var lines: Lines = CleanText.lines(of: shown).map { ($0, role) }
        if shown.utf8.count < string.utf8.count {
            lines.append(("… " + CleanText(string.utf8.count - shown.utf8.count) + " bytes more", .muted))
        }
        return lines
    }

    private func value(_ json: JSONText) -> Lines {
        if json.utf8.count > Self.longest {
            return text(json.description)
        }
        let value = json.value
        if let string = value.string {
            return text(string)
        }
        return text(PrettyJSON.text(value))
    }

    /// The arguments as they were recorded, references resolved where that was told; nil where they were not told yet, or cannot be read.
    var recordedArguments: JSONText? {
        let told = timeline.arguments(of: lane, at: t)
        for place in told.isNone ? [] : [told, timeline.lane(lane).arguments] {
            switch event(place)?.body {
            case .callRequested(let body)?:
                if let arguments = body.arguments { return arguments }
            case .callStarted(let body)?:
                if let arguments = body.arguments { return arguments }
            default: break
            }
        }
        return nil
    }

    private var arguments: Lines {
        if let arguments = recordedArguments {
            return value(arguments)
        }
        guard timeline.arguments(of: lane, at: t).isNone else { return say("the arguments cannot be read any more") }
        return say(timeline.lane(lane).arguments.isNone ? "no arguments were told" : "its arguments still arrive")
    }

    var finished: Event.CallFinished? {
        guard hasEnded, case .callFinished(let body)? = event(timeline.lane(lane).result)?.body else { return nil }
        return body
    }

    /// How a request to a model ended.
    var modelFinished: Event.ModelFinished? {
        guard hasEnded, case .modelFinished(let body)? = event(timeline.lane(lane).result)?.body else { return nil }
        return body
    }

    private var result: Lines {
        guard hasEnded else { return say("no result yet") }
        if timeline.lane(lane).kind == .model {
            return modelResult
        }
        guard let body = finished, let result = body.result else { return say("no result was told") }
        var lines = value(result)
        if let bytes = body.bytes, let sent = body.sentBytes, sent < bytes {
            lines.append(("the model was sent " + CleanText(sent) + " of " + CleanText(bytes) + " bytes", .muted))
        }
        return lines
    }

    /// How a request to a model ended, and the tokens that it took.
    private var modelResult: Lines {
        guard let body = modelFinished else { return say("no end was told") }
        var lines: Lines = [("finish  " + CleanText(body.finish.rawValue) + (body.reason.map { " (" + CleanText($0) + ")" } ?? ""), .text)]
        for (name, count) in [("input", body.usage?.input), ("output", body.usage?.output), ("cached", body.usage?.cached)] {
            if let count {
                lines.append((CleanText(name) + "  " + CleanText(count) + " tokens", .text))
            }
        }
        return lines
    }

    private var error: Lines {
        guard let error = modelFinished?.error ?? finished?.error else { return say(hasEnded ? "no error" : "no error yet") }
        return [(CleanText(error.kind.rawValue), .failed)] + text(error.message)
    }

    private var output: Lines {
        guard timeline.hasOutput(lane) else { return say("no output") }
        // The newest pieces; what came before them can be found in the recording. Pieces end anywhere, also in the middle of a line.
        var runs: [(text: String, role: Role)] = []
        for told in timeline.outputs(of: lane, most: Self.mostPieces) where told.t <= t {
            guard let piece = event(told.place).flatMap({ piece($0.body) }) else { continue }
            if let last = runs.indices.last, runs[last].role == piece.role {
                runs[last].text += piece.text
            } else {
                runs.append(piece)
            }
        }
        let lines = runs.flatMap { text($0.text.hasSuffix("\n") ? String($0.text.dropLast()) : $0.text, $0.role) }
        return lines.isEmpty ? say("no output yet") : lines
    }

    private func piece(_ body: Event.Body) -> (text: String, role: Role)? {
        switch body {
        case .callOutput(let output): (output.text, output.stream == .stderr ? .failed : .text)
        case .modelOutput(let output): (output.text, output.kind == .reasoning ? .muted : .text)
        case .modelRetrying(let retrying):
            (
                "\n[attempt \(retrying.attempt ?? 1) failed: \(retrying.error?.message ?? "no reason given"); what stands above does not count]\n",
                .retrying
            )
        default: nil
        }
    }

    private var statistics: Lines {
        let name = CleanText(timeline.name(of: lane))
        guard let tool, !tool.runs.isEmpty else { return say("no earlier run of " + name) }
        var lines: Lines = [(name + ": " + CleanText(tool.runs.count) + " runs that ended", .text)]
        for (label, value) in [("p50", tool.p50), ("p95", tool.p95), ("p99", tool.p99)] as [(CleanText, Int64?)] {
            if let value { lines.append((label + "  " + DurationText.length(value), .text)) }
        }
        switch tool.precision {
        case .measured: break
        case .atMost: lines.append(("not all of them were measured; none was longer than is counted here", .muted))
        case .atLeast: lines.append(("not all of them were measured; none was shorter than is counted here", .muted))
        case .about: lines.append(("not all of them were measured: these are about right", .muted))
        case .orderOnly: lines.append(("of some only the order is known: these mean nothing", .muted))
        }
        return lines
    }

    private var events: Lines {
        let lane = timeline.lane(lane)
        let origin = timeline.extent.lowerBound
        var entries: [(Int64, CleanText, Role)] = []
        func add(_ t: Int64, _ text: CleanText, _ role: Role = .text) {
            if t <= self.t {
                entries.append((t, text, role))
            }
        }
        func remark(_ approx: Event.Approximation?) -> CleanText { approx.map { " (" + $0.remark + ")" } ?? "" }
        add(lane.seen, (lane.requested == lane.seen ? "requested" : "first seen") + remark(lane.approxStart))
        if lane.requested != lane.seen {
            add(lane.requested, "requested")
        }
        timeline.forEachSegment(of: self.lane, at: t) { segment in
            switch segment.kind {
            case .announced, .waiting(nil): break
            case .waiting(let why?):
                let on = timeline.waitsOn(self.lane, at: segment.start).map { " on " + CleanText($0) } ?? ""
                add(segment.start, "waits: " + CleanText(why.rawValue) + on, .queued)
            case .attempt(let number, _):
                add(segment.start, "attempt " + CleanText(number) + " starts" + remark(segment.approxStart), .running)
            case .backoff: add(segment.start, "failed; tries again", .retrying)
            case .held: add(segment.end, segment.isOpen ? "its work still goes on" : "its work ended", .muted)
            }
        }
        if let start = timeline.firstStart(of: self.lane, at: t), let freed = timeline.freedBy(self.lane) {
            add(start, "let go by " + CleanText(timeline.name(of: freed)) + " " + CleanText(timeline.id(of: freed)), .muted)
        }
        if lane.hasEnded {
            let words = LaneWords(timeline, lane: self.lane, at: t, glyphs: .unicode)
            add(lane.ended, "ended: " + words.words + remark(lane.approxEnd), words.role)
            if let other = timeline.sharedWith(self.lane) {
                let call = CleanText(timeline.name(of: other)) + " " + CleanText(timeline.id(of: other))
                add(lane.ended, "has the result of " + call + ", which asked for the same", .shared)
            }
            if let measured = timeline.measuredRun(of: self.lane, at: t) {
                add(lane.ended, "it ran " + DurationText.length(measured) + ", measured where it ran")
            }
        }
        let sorted = entries.enumerated().sorted { ($0.element.0, $0.offset) < ($1.element.0, $1.offset) }
        // Where only the order is known, an instant would say more than that.
        let isOrder = timeline.isOrderOnly(self.lane, at: t)
        return sorted.map { ((isOrder ? "" : DurationText.position($0.element.0 - origin) + "  ") + $0.element.1, $0.element.2) }
    }
}
