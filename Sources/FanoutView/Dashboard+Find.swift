internal import FanoutEvents
internal import FanoutTimeline

// Search and filter: what is looked for, what was found, and the line that says so.
extension Dashboard {
    /// Lines of a recording that are read between two looks at the keys: a few milliseconds' worth.
    package static let sliceLines = 800

    /// Whether something is looked for that was not found everywhere yet.
    package func isSearching(_ input: Input) -> Bool {
        guard let index = sessionIndex(input.timelines), search != nil || !arrangement.hunts.isEmpty else { return false }
        let timeline = input.timelines[index]
        return search.map { !$0.isDone(timeline) } ?? false || arrangement.hunts.contains { !$0.isDone(timeline) }
    }

    /// Goes on looking for a moment.
    package mutating func searchOn(_ input: Input) {
        guard let index = sessionIndex(input.timelines) else { return }
        let timeline = input.timelines[index]
        meet(timeline)
        let first = visible.compactMap(\.lane).first
        for place in arrangement.hunts.indices where !arrangement.hunts[place].isDone(timeline) {
            arrangement.hunts[place].meet(timeline, from: first)
            return arrangement.hunts[place].goOn(timeline, input.event, lines: Self.sliceLines)
        }
        search?.meet(timeline, from: selection ?? first)
        search?.goOn(timeline, input.event, lines: Self.sliceLines)
    }

    // MARK: Writing

    mutating func openSearch() { entry = Entry(.search(before: search), text: search?.needle.text ?? "") }

    mutating func openFilter() { entry = Entry(.filter(before: arrangement.filter), text: arrangement.filter?.written ?? "") }

    /// Looks for what is written so far.
    mutating func look(for text: String, _ input: Input) {
        guard let needle = Needle(text) else {
            search = nil
            return
        }
        if search?.needle != needle {
            search = TextHunt(needle)
            searchOn(input)
        }
    }

    /// Filters by what is written so far; what cannot be understood is said, and the last that could be counts on.
    ///
    /// - Returns: What is wrong with it.
    mutating func filter(by text: String, _ input: Input) -> CleanText? {
        do {
            let filter = try LaneFilter(text)
            if filter != arrangement.filter {
                arrangement.use(filter)
                // Some of it is found in the first picture, if it is found near by.
                if !filter.needles.isEmpty { searchOn(input) }
            }
            return nil
        } catch {
            return error.message
        }
    }

    // MARK: Going through what was found

    /// Selects the next lane in which the words stand, in the order of the rows.
    mutating func moveMatch(_ step: Int, _ timeline: Timeline, _ t: Int64) {
        guard let hunt = search else {
            notice = "nothing is looked for" + remedy(.search, "begins")
            return
        }
        let rows = rowList(timeline, t)
        let current = selection.flatMap { rows.index(of: $0) } ?? (step > 0 ? -1 : rows.count)
        guard let found = rows.firstRow(from: current, step: step, where: { !hunt.hits($0, in: timeline, at: t).isEmpty }) else {
            notice =
                hunt.isDone(timeline)
                ? "\"" + CleanText(hunt.needle.text) + "\" is nowhere in these lanes" : "nothing found yet, and not everything looked at"
            return
        }
        selection = found.lane
        usesPlacement = false
        detail?.scroll = 0
        if let lane = found.lane {
            unfold(around: lane, timeline, t)
            notice = "found in its " + hunt.hits(lane, in: timeline, at: t).words
        }
    }

    // MARK: What is said of it

    /// What is left out, looked for, and in which order lanes stand; nil where nothing of that is so.
    func findings(_ timeline: Timeline, _ t: Int64) -> [(text: CleanText, role: Role)] {
        var parts: [(text: CleanText, role: Role)] = []
        if let filter = arrangement.filter {
            let hunt = arrangement.hunts.first { !$0.isDone(timeline) }
            parts.append(("filter " + CleanText(filter.written) + Self.progress(hunt), .accent))
        }
        if let hunt = search {
            let count = found(timeline, t)
            let progress = Self.progress(hunt.isDone(timeline) ? nil : hunt)
            parts.append(
                ("/" + CleanText(hunt.needle.text) + " " + CleanText(count) + (count == 1 ? " lane" : " lanes") + progress, .match))
        }
        if arrangement.isFlat {
            let reversed: CleanText = arrangement.isReversed ? ", reversed" : ""
            parts.append(("by " + CleanText(arrangement.order.words) + reversed, .accent))
        }
        return parts
    }

    private static func progress(_ hunt: TextHunt?) -> CleanText {
        hunt.map { ", " + CleanText(Int($0.progress * 100)) + "% looked at" } ?? ""
    }

    /// How many lanes of those that are known at an instant hold the words.
    private func found(_ timeline: Timeline, _ t: Int64) -> Int {
        guard let hunt = search else { return 0 }
        if t >= timeline.last {
            return hunt.found.reduce(0) { $0 + ($1.key >= timeline.firstTurn ? $1.value : 0) }
        }
        return hunt.found.keys.filter { $0 >= timeline.firstTurn && timeline.turns[$0].started <= t }.reduce(0) { count, turn in
            count
                + timeline.turns[turn].lanes.count {
                    timeline.lane(Int($0)).seen <= t && !hunt.hits(Int($0), in: timeline, at: t).isEmpty
                }
        }
    }
}

extension TextHunt.Hits {
    /// Where the words stand, the most telling first.
    var words: CleanText {
        if contains(.arguments) { return "arguments" }
        if contains(.result) { return "result" }
        return contains(.output) ? "output" : "name"
    }

    /// The page on which they are read.
    var page: Dashboard.Page? {
        if contains(.arguments) { return .arguments }
        return contains(.output) && !contains(.result) ? .output : nil
    }
}

extension LaneOrder {
    var words: String {
        switch self {
        case .called: "call"
        case .time: "time"
        case .start: "start"
        case .state: "state"
        case .tool: "tool"
        }
    }
}
