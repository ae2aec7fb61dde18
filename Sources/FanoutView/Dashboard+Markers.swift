internal import FanoutEvents
internal import FanoutTimeline

// Markers and captions: what keys do to them, and the band in which a caption stands.
extension Dashboard {
    // MARK: The user's own

    /// Opens the line for the name of a marker at the playhead: a new one, or the user's own that stands there.
    mutating func openMarker(_ timeline: Timeline, _ t: Int64, _ input: Input) {
        let place = sessionIndex(input.timelines) ?? 0
        if let own = transport.ownMarker(at: t, timeline, session: place) {
            entry = Entry(.marker(own, isNew: false), text: own.label)
        } else {
            entry = Entry(.marker(OwnMarker(session: place == 0 ? nil : timeline.header.session, t: t, label: ""), isNew: true))
        }
    }

    /// Does what came of the line, and has it kept.
    mutating func name(_ marker: OwnMarker, isNew: Bool, _ answer: LineField.Answer, _ key: Key) -> [Effect] {
        let change: OwnMarkers.Change
        switch answer {
        case .goesOn: return []
        case .leave where key == .enter && !isNew:
            change = .remove(marker)
            notice = "the marker is gone"
        case .leave: return []
        case .send(let text):
            let label = String(text.drop { $0.isWhitespace })
            change = isNew ? .set(OwnMarker(session: marker.session, t: marker.t, label: label)) : .rename(marker, to: label)
            notice = (isNew ? "marked: " : "renamed: ") + CleanText(label)
        }
        transport.markers.apply(change)
        return [.mark(change)]
    }

    /// The instant of the marker before or after another one.
    mutating func marker(_ step: Int, from t: Int64, _ timeline: Timeline, _ input: Input) -> Int64? {
        let marks = transport.marks(timeline, session: sessionIndex(input.timelines) ?? 0)
        return step < 0 ? marks.last { $0.t < t }?.t : marks.first { $0.t > t }?.t
    }

    // MARK: Captions

    /// Whether captions are shown.
    var showsCaptions: Bool { transport.showsCaptions ?? isReplay }

    mutating func toggleCaptions(_ timeline: Timeline, _ input: Input) {
        guard transport.captionHeight(timeline, session: sessionIndex(input.timelines) ?? 0, columns: 80) > 0 else {
            notice = "this session has no captions"
            return
        }
        transport.showsCaptions = !showsCaptions
        notice = showsCaptions ? "captions on" : "captions off"
    }

    /// Columns before a caption's text.
    private static let captionIndent = 10

    /// Rows that are kept for captions as long as they are on: what stands above does not move when one comes or goes.
    mutating func captionRows(_ timeline: Timeline, _ input: Input) -> Int {
        guard showsCaptions else { return 0 }
        // In a low window the detail that somebody opened goes before the caption: there is no room for both beside a lane.
        if view == .lanes, shownDetail != nil, input.height < 20 { return 0 }
        let columns = input.width - 1 - Self.captionIndent
        let most = input.height >= Areas.Bottom.roomyHeight ? 3 : input.height >= 20 ? 2 : 1
        return min(most, transport.captionHeight(timeline, session: sessionIndex(input.timelines) ?? 0, columns: columns))
    }

    /// The caption of an instant, under a rule; nothing where there is none.
    mutating func drawCaption(_ rows: Range<Int>, _ timeline: Timeline, _ t: Int64, _ input: Input, into frame: inout Frame) {
        let captions = transport.marks(timeline, session: sessionIndex(input.timelines) ?? 0).filter { $0.kind == .caption }
        guard let rule = rows.first, let caption = captions.last(where: { $0.t <= t }), t < caption.until ?? .max else { return }
        drawRule(rule, into: &frame)
        frame.put("Caption", x: 1, y: rule + 1, role: .caption)
        let columns = frame.width - 1 - Self.captionIndent
        let lines = caption.text.lines(columns: columns)
        for (offset, y) in rows.dropFirst().enumerated() where offset < lines.count {
            // What there is no room for is cut off, and the last row says so.
            let text = y == rows.upperBound - 1 ? lines[offset...].joined(separator: " ") : lines[offset]
            frame.put(text, x: Self.captionIndent, y: y, width: columns, role: .text)
        }
    }
}
