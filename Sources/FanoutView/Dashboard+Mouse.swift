internal import FanoutEvents
internal import FanoutTimeline

// What the mouse does: it is asked of the last frame what stands under it.
extension Dashboard {
    /// What a rectangle of the last frame is about.
    struct Region: Sendable {
        enum Target: Sendable {
            case lanes, detail, tools, transcript, overview, output, keys
            case lane(Int)
            /// A session, by its place among the timelines.
            case tab(Int)
            /// A row of the list of sessions, and of the tools in the statistics.
            case session(Int)
            case tool(Int)
            case page(Page)
            /// A stretch of time; that of the bars, or of the whole session.
            case time(start: Int64, span: Int64, isAxis: Bool)
        }

        var columns: Range<Int>
        var rows: Range<Int>
        var target: Target
    }

    /// A click, for the next one to be a double click with it.
    struct Click: Sendable {
        var column: Int
        var row: Int
        var clock: Int64

        /// Microseconds in which the second one must come.
        static let patience: Int64 = 400_000

        func isDouble(with next: Click) -> Bool {
            next.clock - clock <= Self.patience && next.row == row && abs(next.column - column) <= 1
        }
    }

    /// Takes down what a rectangle is about; what is taken down later lies above.
    mutating func mark(_ target: Region.Target, columns: Range<Int>, rows: Range<Int>) {
        regions.append(Region(columns: columns, rows: rows, target: target))
    }

    mutating func toggleMouse() -> [Effect] {
        usesMouse.toggle()
        (dragged, click) = (nil, nil)
        notice = usesMouse ? "the mouse selects lanes, seeks and scrolls; with Shift it marks text" : "the mouse marks text again"
        return [.mouse(usesMouse)]
    }

    mutating func handle(_ mouse: Key.Mouse, _ input: Input) -> [Effect] {
        // What the terminal told before it heard that it need not.
        guard usesMouse else { return [] }
        let region = regions.last { $0.columns.contains(mouse.column) && $0.rows.contains(mouse.row) }
        switch mouse.kind {
        case .press:
            if let region { press(region, mouse, input) }
        case .drag:
            if let dragged { seek(in: dragged, column: mouse.column, input) }
        case .release: dragged = nil
        case .wheelUp, .wheelDown:
            if let region { scroll(region.target, mouse.kind == .wheelUp ? -1 : 1, input) }
        }
        return []
    }

    private mutating func press(_ region: Region, _ mouse: Key.Mouse, _ input: Input) {
        notice = nil
        let next = Click(column: mouse.column, row: mouse.row, clock: input.clock)
        let isDouble = click?.isDouble(with: next) ?? false
        click = isDouble ? nil : next
        switch region.target {
        case .lanes, .detail, .tools, .transcript, .overview, .output: break
        case .keys: showsKeys = false
        case .lane(let lane):
            selection = lane
            if isDouble {
                detail = detail ?? Detail()
            } else {
                detail?.scroll = 0
            }
        case .tab(let session): show(session, input)
        case .session(let row):
            overview?.move(to: row)
            if isDouble {
                _ = handleOverview(.open, input)
            }
        case .tool(let place):
            statistics.move(to: place)
            if isDouble { ask(.open, input) }
        case .page(let page): show(Detail(page: page))
        case .time:
            dragged = region
            seek(in: region, column: mouse.column, input)
        }
    }

    /// Goes to the instant that a column stands for; beyond the ends of the stretch, to these.
    private mutating func seek(in region: Region, column: Int, _ input: Input) {
        guard case .time(let start, let span, let isAxis) = region.target, let index = sessionIndex(input.timelines) else { return }
        let timeline = input.timelines[index]
        meet(timeline)
        let place = max(0, min(region.columns.count - 1, column - region.columns.lowerBound))
        // The bars' first column begins with the stretch and the last one ends with it; the track's stand for its ends.
        let share = Double(place) / Double(max(1, isAxis ? region.columns.count : region.columns.count - 1))
        if isAxis {
            // What is under the hand stays there.
            zoom = .window(start: start, span: span)
        }
        seek(start + Int64(Double(span) * share), timeline, input)
    }

    /// Turns the wheel by a notch: by one lane or session, or by a few lines.
    private mutating func scroll(_ target: Region.Target, _ step: Int, _ input: Input) {
        let lines = 3
        switch target {
        case .keys: keysTop += step * lines
        case .detail, .page: scrollDetail(by: step * lines)
        case .overview, .session: _ = handleOverview(step < 0 ? .up : .down, input)
        case .output: (0..<lines).forEach { _ in _ = output?.handle(step < 0 ? .up : .down) }
        case .tab: break
        case .lanes, .lane, .time, .tools, .tool, .transcript:
            for _ in 0..<(view == .transcript ? lines : 1) {
                ask(step < 0 ? .up : .down, input)
            }
        }
    }

    /// Does what a key of the view would.
    private mutating func ask(_ command: Command, _ input: Input) {
        guard let index = sessionIndex(input.timelines) else { return }
        _ = handle(command, input, input.timelines[index])
    }
}
