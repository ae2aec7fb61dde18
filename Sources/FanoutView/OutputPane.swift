internal import FanoutEvents

/// What a program that was started printed: its newest lines, and how many there were before them.
package struct OutputPane: Sendable {
    /// Lines that are kept at the most.
    package static let mostLines = 2000
    /// Bytes of a line that are kept together; what one without an end has beyond them is another.
    package static let mostBytes = 4096

    private struct Printed: Sendable {
        var bytes: [UInt8]
        var isError: Bool
    }

    /// A ring once it is full, from ``first`` on.
    private var lines: [Printed] = []
    private var first = 0
    /// Lines of each output that have not ended.
    private var open = Printed(bytes: [], isError: false)
    private var openError = Printed(bytes: [], isError: true)
    /// Lines that are kept no more.
    package private(set) var dropped = 0

    /// Whether it is shown in the place of the lanes.
    package var isShown = false
    /// Rows of text below the screen.
    private var scroll = 0
    private var height = 1

    package init() {}

    /// Lines that have come, kept or not.
    package var count: Int { dropped + lines.count }

    /// Takes the next bytes of one of its two outputs.
    package mutating func append(_ bytes: [UInt8], isError: Bool) {
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            add(rest[..<end], isError)
            close(isError)
            rest = rest[(end + 1)...]
        }
        add(rest, isError)
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>, _ isError: Bool) {
        var rest = bytes
        while !rest.isEmpty {
            let held = isError ? openError.bytes.count : open.bytes.count
            if held == Self.mostBytes {
                close(isError)
                continue
            }
            let piece = rest.prefix(Self.mostBytes - held)
            if isError {
                openError.bytes += piece
            } else {
                open.bytes += piece
            }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// Puts the line that is being written among those that are kept.
    private mutating func close(_ isError: Bool) {
        let line = isError ? openError : open
        if isError {
            openError.bytes = []
        } else {
            open.bytes = []
        }
        if lines.count < Self.mostLines {
            lines.append(line)
        } else {
            lines[first] = line
            first = (first + 1) % Self.mostLines
            dropped += 1
        }
        // Who reads further up keeps the place.
        if scroll > 0 {
            scroll += 1
        }
    }

    /// Answers a key while it is shown; false for one that has nothing to do with it.
    mutating func handle(_ command: Command) -> Bool {
        let page = max(1, height - 1)
        switch command {
        case .up: scroll += 1
        case .down: scroll = max(0, scroll - 1)
        case .halfPageUp: scroll += max(1, page / 2)
        case .halfPageDown: scroll = max(0, scroll - max(1, page / 2))
        case .pageUp, .detailUp: scroll += page
        case .pageDown, .detailDown: scroll = max(0, scroll - page)
        case .top: scroll = Int.max / 2
        case .bottom, .follow: scroll = 0
        case .close, .output: isShown = false
        default: return false
        }
        return true
    }

    /// The rows that a screen shows, the newest last.
    mutating func rows(columns: Int, height: Int) -> [(text: CleanText, isError: Bool)] {
        self.height = height
        var rows: [(text: CleanText, isError: Bool)] = []
        // From the newest on, as far as is seen.
        let kept = lines[first...] + lines[..<first]
        for line in (kept + [open, openError].filter { !$0.bytes.isEmpty }).reversed() {
            let text = CleanText.lines(of: String(decoding: line.bytes, as: UTF8.self))
            let parts: [CleanText] = text.isEmpty ? [""] : text.flatMap { Array($0.lines(columns: columns, hanging: 0)) }
            rows += parts.reversed().map { ($0, line.isError) }
            if rows.count >= height, rows.count - height >= scroll { break }
        }
        scroll = max(0, min(scroll, rows.count - height))
        return rows.dropFirst(scroll).prefix(height).reversed()
    }

    var isAtEnd: Bool { scroll == 0 }
}

// What a program printed, in the place of the lanes.
extension Dashboard {
    mutating func drawOutput(into frame: inout Frame) {
        guard var output else { return }
        let area = 2..<max(2, frame.height - 2)
        mark(.output, columns: 0..<frame.width, rows: area)
        let rows = output.rows(columns: max(8, frame.width - 3), height: area.count)
        var line = Line(x: 1, y: 0, limit: frame.width - 1)
        line.add("fanout", .title, into: &frame)
        line.add("OUTPUT", .accent, gap: 2, into: &frame)
        let count = CleanText(output.count) + (output.count == 1 ? " line" : " lines")
        let gone: CleanText = output.dropped == 0 ? "" : ", the first " + CleanText(output.dropped) + " are gone"
        let facts = count + gone
        line.addCut(source, .text, gap: 2, most: frame.width - line.x - facts.columns - 5, into: &frame)
        let start = frame.width - 1 - facts.columns
        if start > line.x {
            frame.put(facts, x: start, y: 0, role: .muted)
        }
        drawRule(1, into: &frame)
        if rows.isEmpty {
            let text: CleanText = "it has printed nothing yet"
            frame.put(text, x: max(0, (frame.width - text.columns) / 2), y: area.lowerBound + area.count / 2, role: .muted)
        }
        for (offset, row) in rows.enumerated() {
            if row.isError {
                frame.put(glyphs.divider, x: 0, y: area.lowerBound + offset, role: .failed)
            }
            frame.put(row.text, x: 2, y: area.lowerBound + offset, width: frame.width - 3, role: .text)
        }
        drawRule(frame.height - 2, into: &frame)
        if !output.isAtEnd {
            frame.put(" more below ", x: max(0, frame.width - 14), y: frame.height - 2, role: .accent)
        }
        if notice != nil || entry != nil {
            drawFooter(frame.height - 1, nil, 0, into: &frame)
        } else {
            var line = Line(x: 1, y: frame.height - 1, limit: frame.width - 1)
            let hints = [
                Hint([.output], "lanes"), Hint([.down, .up], "scroll", between: "/"),
                Hint([.top, .bottom], "beginning, end", between: "/"),
                Hint([.keys], "help"), Hint([.quit], "quit"),
            ]
            drawHints(hints, &line, into: &frame)
            if line.x + 24 < line.limit {
                line.add(glyph: glyphs.divider, .failed, gap: 3, into: &frame)
                line.add("standard error", .muted, gap: 1, into: &frame)
            }
        }
        self.output = output
    }

    /// Shows it or closes it.
    mutating func toggleOutput() {
        if output == nil {
            notice = "no command was started from here"
        } else {
            output?.isShown.toggle()
        }
    }
}
