internal import FanoutEvents
internal import FanoutTimeline

// What the word at the cursor of a command could become: found, gone through, and shown.
extension Dashboard {
    /// Bytes of a line within which words are completed: a longer one was not typed.
    private static let longestCompleted = 500

    /// What the word before the cursor could become.
    ///
    /// - Parameter last: What was found before the last key.
    func completion(of field: LineField, _ input: Input, after last: Completion = Completion()) -> Completion {
        var completion = Completion()
        (completion.recalled, completion.draft) = (last.recalled, last.draft)
        guard field.before.utf8.count + field.after.utf8.count <= Self.longestCompleted, !field.isPasting else { return completion }
        let before = field.before[...]
        let written = WrittenCommand(field.before)
        let rest = field.after.drop { !$0.isWhitespace }
        guard written.hasArgument else {
            completion.before = String(before[..<written.name.startIndex])
            completion.after = String(rest)
            completion.word = written.name.isEmpty ? nil : commandWords.first { $0.name == written.name }
            completion.offer(offeredWords, beginning: written.name)
            return completion
        }
        guard let word = try? commandWords.word(written.name) else { return completion }
        completion.word = word
        guard case .verb(let verb) = word.action else { return completion }
        // What is being written of the argument, with the space behind it.
        let argument = before[written.argument.startIndex...]
        (completion.before, completion.after) = (String(before[..<argument.startIndex]), "")
        switch verb {
        case .theme: completion.offer(themeNames.filter(Self.isPlain), beginning: argument)
        case .speed: completion.offer(Playhead.speeds.map { Dashboard.speed($0).string }, beginning: argument)
        case .seek: completion.offer(markerNames(input), beginning: argument)
        case .sort:
            let start = argument.lastIndex { $0.isWhitespace }.map { argument.index(after: $0) } ?? argument.startIndex
            (completion.before, completion.after) = (String(before[..<start]), String(rest))
            let words = argument[..<start].split { $0.isWhitespace }.count
            completion.offer(words == 0 ? orderNames : words == 1 ? ["reversed"] : [], beginning: argument[start...])
        case .filter:
            let term = LaneFilter.UnfinishedTerm(argument)
            (completion.before, completion.after) = (String(before[..<term.value.startIndex]), String(rest))
            switch term.name {
            case nil: completion.offer(LaneFilter.names.map { $0 + ":" }, beginning: term.value)
            case "state"?: completion.offer(LaneFilter.StateWord.allCases.map(\.rawValue), beginning: term.value)
            case "tool"?: completion.offer(toolNames(input), beginning: term.value)
            case "agent"?: completion.offer(Self.terms(shownTimeline(input)?.agents ?? []), beginning: term.value)
            default: break
            }
        case .search, .marker, .idle: break
        }
        return completion
    }

    // MARK: What there is

    /// The words that mean something now.
    private var offeredWords: [String] {
        let commands = currentKeys.groups.flatMap(\.entries).filter(isMeant).flatMap(\.commands)
        return (CommandWord.verbs + commands.compactMap { CommandWord.command($0, meaning: "") }).map(\.name)
    }

    private func shownTimeline(_ input: Input) -> Timeline? { sessionIndex(input.timelines).map { input.timelines[$0] } }

    private func markerNames(_ input: Input) -> [String] {
        guard let index = sessionIndex(input.timelines) else { return [] }
        var transport = transport
        let labels = transport.marks(input.timelines[index], session: index).map(\.label.string)
        return Self.once(labels.filter { !$0.isEmpty })
    }

    /// Calls of a session whose tools are offered: a screen shows no more names than so many have.
    private static let namedCalls = 20_000

    /// The tools of the newest calls, in the order of the alphabet.
    private func toolNames(_ input: Input) -> [String] {
        guard let timeline = shownTimeline(input) else { return [] }
        var names: Set<String> = []
        for lane in timeline.laneRange.suffix(Self.namedCalls) where timeline.lane(lane).kind != .model {
            names.insert(timeline.name(of: lane))
        }
        return Self.terms(names.sorted())
    }

    /// Names as a filter takes them: what it could not be told of in one term is left out.
    private static func terms(_ names: [String]) -> [String] {
        names.filter { !$0.isEmpty && !$0.contains("\"") && !$0.contains(",") && isPlain($0) }
            .map { $0.contains(where: \.isWhitespace) ? "\"" + $0 + "\"" : $0 }
    }

    /// Whether a name from outside can be written as it is.
    private static func isPlain(_ name: String) -> Bool { CleanText(name).string == name }

    private static func once(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    // MARK: Going through them

    /// Puts the next candidate in the place of the word; the only one with a space behind it.
    func complete(_ entry: inout Entry, _ step: Int, _ input: Input) {
        var completion = entry.completion
        let count = completion.candidates.count
        guard count > 0 else { return }
        if count == 1 {
            let candidate = completion.candidates[0]
            let isWhole = !candidate.hasSuffix(":") && completion.after.first?.isWhitespace != true
            entry.field = LineField(completion.before + candidate + (isWhole ? " " : ""), after: completion.after)
            entry.completion = self.completion(of: entry.field, input)
            return
        }
        let chosen = completion.chosen.map { ($0 + step + count) % count } ?? (step > 0 ? 0 : count - 1)
        completion.chosen = chosen
        entry.field = LineField(completion.before + completion.candidates[chosen], after: completion.after)
        entry.completion = completion
    }

    // MARK: Drawing

    /// What there is to choose, or what the word takes, at the right of the line; returns the column at which it begins.
    func drawCompletion(_ entry: Entry, x: Int, y: Int, into frame: inout Frame) -> Int {
        let completion = entry.completion
        let typed = entry.field.visible(columns: max(1, frame.width - x)).text.columns
        let end = frame.width - 1
        let room = end - x - max(16, typed + 2) - 2
        guard room >= 8 else { return end }
        var pieces: [(text: CleanText, role: Role)] = []
        if completion.candidates.isEmpty {
            pieces = completion.word.map { [($0.argument, .footerKey), ($0.meaning, .muted)] } ?? []
            pieces.removeAll { $0.text.isEmpty }
            while pieces.reduce(-2, { $0 + $1.text.columns + 2 }) > room, !pieces.isEmpty { pieces.removeLast() }
        } else {
            pieces = fitting(completion, columns: room)
        }
        let start = end - max(0, pieces.reduce(-2) { $0 + $1.text.columns + 2 })
        var line = Line(x: start, y: y, limit: end)
        for piece in pieces {
            line.add(piece.text, piece.role, gap: line.x == start ? 0 : 2, into: &frame)
        }
        return pieces.isEmpty ? end : start - 2
    }

    /// As many candidates as fit from the first on, or from the chosen one where it is not among those.
    private func fitting(_ completion: Completion, columns: Int) -> [(text: CleanText, role: Role)] {
        let candidates = completion.candidates
        let ellipsis: CleanText = glyphs == .ascii ? ".." : "…"
        func part(from first: Int) -> Range<Int> {
            var used = 0
            for place in candidates.indices.dropFirst(first) {
                used += CleanText(candidates[place]).columns + (place == first ? 0 : 2)
                let isLast = place == candidates.count - 1
                guard used + (isLast ? 0 : 2 + ellipsis.columns) <= columns else { return first..<place }
            }
            return first..<candidates.count
        }
        var shown = part(from: 0)
        if let chosen = completion.chosen, !shown.contains(chosen) {
            shown = part(from: chosen)
        }
        var pieces: [(text: CleanText, role: Role)] = shown.map { place in
            (CleanText(candidates[place]), place == completion.chosen ? .accent : .muted)
        }
        if shown.upperBound < candidates.count, columns > ellipsis.columns {
            pieces.append((ellipsis, .muted))
        }
        return pieces
    }
}
