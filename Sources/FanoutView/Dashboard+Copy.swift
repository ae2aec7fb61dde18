internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

// The selected call on the user's clipboard.
extension Dashboard {
    /// Bytes that go to a clipboard at the most. Many terminals take no control string above 100,000 bytes, and four of them carry three.
    package static let longestCopy = 74_000

    mutating func copy(_ command: Command, _ timeline: Timeline, _ t: Int64, _ input: Input) -> [Effect] {
        guard let lane = selection ?? shownDetail?.lane, timeline.laneRange.contains(lane) else {
            notice = "select a call first"
            return []
        }
        let text = CallText(detail: detailText(lane, timeline, t, input), glyphs: glyphs)
        guard command == .copyJSON else {
            let whole = text.text
            let copied = Self.cut(whole)
            let size = ByteText.size(Int64(copied.utf8.count))
            notice =
                copied == whole
                ? "copied " + size + " as text" : "copied the first " + size + " of " + ByteText.size(Int64(whole.utf8.count))
            return [.copy(copied)]
        }
        let json = text.json
        guard json.utf8.count <= Self.longestCopy else {
            let limit = ByteText.size(Int64(Self.longestCopy))
            notice =
                ByteText.size(Int64(json.utf8.count)) + " of JSON are more than the " + limit + " that terminals take"
                + remedy(.copyText, "copies the beginning as text")
            return []
        }
        notice = "copied " + ByteText.size(Int64(json.utf8.count)) + " as JSON"
        return [.copy(json)]
    }

    /// As many whole lines as may be copied, or as many characters of a line that is longer by itself.
    static func cut(_ text: String) -> String {
        guard text.utf8.count > longestCopy else { return text }
        var end = text.utf8.index(text.startIndex, offsetBy: longestCopy)
        while end > text.startIndex, end.samePosition(in: text) == nil {
            end = text.utf8.index(before: end)
        }
        let kept = text[..<end]
        return String(kept.lastIndex(of: "\n").map { kept[...$0] } ?? kept)
    }
}

/// One call in words, and as JSON.
struct CallText {
    let detail: DetailText
    let glyphs: Glyphs

    private var timeline: Timeline { detail.timeline }
    private var number: Int { detail.lane }
    private var lane: Lane { timeline.lane(number) }
    private var hasEnded: Bool { lane.hasEnded && lane.ended <= detail.t }

    /// Its name, state and times, and the pages of the detail that have something to tell.
    var text: String {
        var pages: [(title: CleanText, page: Dashboard.Page)] = [("Arguments", .arguments)]
        if hasEnded {
            switch timeline.state(of: number, at: detail.t) {
            case .ended(.ok): pages.append(("Result", .result))
            default: pages.append(("Error", .error))
            }
        }
        if timeline.outputCount(of: number, at: detail.t, most: 1000) > 0 {
            pages.append(("Output", .output))
        }
        var text = head.string + "\n" + times.string + "\n"
        for (title, page) in pages {
            text += "\n" + title.string + "\n" + detail.lines(page).map { $0.text.string + "\n" }.joined()
        }
        return text
    }

    private var head: CleanText {
        let place: CleanText = lane.ordinal.map { " #" + CleanText($0) } ?? ""
        let words = LaneWords(timeline, lane: number, at: detail.t, glyphs: glyphs).words
        return CleanText(timeline.name(of: number)) + place + " (" + CleanText(timeline.id(of: number)) + "): " + words
    }

    private var times: CleanText {
        guard !timeline.isOrderOnly(number, at: detail.t) else { return "only the order is known" }
        let origin = timeline.turns[Int(lane.turn)].started
        func instant(_ what: CleanText, _ t: Int64, _ approx: Event.Approximation?) -> CleanText {
            what + (approx.map { " " + $0.relation } ?? "") + " +" + DurationText.length(t - origin)
        }
        var waiting: Int64 = 0
        var first: Segment?
        timeline.forEachSegment(of: number, at: detail.t) { segment in
            switch segment.kind {
            case .waiting, .announced: waiting += segment.end - segment.start
            case .attempt: first = first ?? segment
            case .backoff, .held: break
            }
        }
        var parts = ["queue " + DurationText.length(waiting)]
        if let first {
            parts.append("run " + LaneTime.text(timeline, lane: number, at: detail.t, glyphs: glyphs))
            parts.append(instant("started", first.start, first.approxStart))
        }
        if hasEnded {
            parts.append(instant("ended", lane.ended, lane.approxEnd))
        }
        return parts.joined(separator: ", ")
    }

    /// One object, with arguments and result as they were recorded.
    var json: String {
        var object = ObjectWriter()
        object.add("call", .string(timeline.id(of: number)))
        object.add("name", .string(timeline.name(of: number)))
        if let arguments = detail.recordedArguments {
            object.add("arguments", arguments)
        }
        switch timeline.state(of: number, at: detail.t) {
        case .ended(let outcome): object.add("outcome", .string(outcome.rawValue))
        default: object.add("state", .string(LaneWords(timeline, lane: number, at: detail.t, glyphs: glyphs).words.string))
        }
        if lane.attempts > 0, !timeline.isOrderOnly(number, at: detail.t) {
            object.add("run_us", .integer(timeline.runTime(of: number, at: detail.t)))
        }
        if hasEnded, let approx = lane.approxEnd {
            object.add("approx", .string(approx.rawValue))
        }
        if let result = detail.finished?.result, !result.isElided {
            object.add("result", result)
        }
        if let reply = detail.modelFinished {
            object.add("finish", .string(reply.finish.rawValue))
        }
        if let error = detail.finished?.error ?? detail.modelFinished?.error {
            object.add("error", ["kind": .string(error.kind.rawValue), "message": .string(error.message)])
        }
        return object.text
    }

    /// Writes an object field by field, some of them as they stand elsewhere.
    private struct ObjectWriter {
        private var writer = JSONWriter()

        mutating func add(_ name: String, _ value: JSONValue) { add(name, JSONText(value)) }

        mutating func add(_ name: String, _ value: JSONText) {
            writer.text(writer.bytes.isEmpty ? "{" : ",")
            writer.string(name)
            writer.text(":")
            writer.text(value)
        }

        var text: String { String(decoding: writer.bytes + [UInt8(ascii: "}")], as: UTF8.self) }
    }
}
