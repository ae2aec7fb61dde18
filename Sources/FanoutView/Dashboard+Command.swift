package import FanoutEvents
internal import FanoutTimeline

// Commands by their names: the line in which they are written, and what each does.
extension Dashboard {
    mutating func openCommand(_ input: Input) {
        var entry = Entry(.command)
        entry.completion = completion(of: entry.field, input)
        self.entry = entry
    }

    /// Opens the line again with the last command, which the program could not do.
    package mutating func refuseCommand(_ words: CleanText) {
        var entry = Entry(.command, text: writtenCommands.last ?? "")
        entry.problem = words
        self.entry = entry
    }

    /// Commands that are kept to be written again.
    private static let mostCommands = 50

    /// Hands a key to the line of a command.
    mutating func write(_ key: Key, inCommand entry: inout Entry, _ input: Input) -> [Effect] {
        entry.problem = nil
        switch key {
        case .tab where !entry.field.isPasting: complete(&entry, 1, input)
        case .backTab where !entry.field.isPasting: complete(&entry, -1, input)
        case .up: recall(&entry, -1, input)
        case .down: recall(&entry, 1, input)
        default:
            switch entry.field.handle(key) {
            case .leave: return []
            case .send(let text): return send(text, entry, input)
            case .goesOn: entry.completion = completion(of: entry.field, input, after: entry.completion)
            }
        }
        self.entry = entry
        return []
    }

    private mutating func send(_ text: String, _ entry: Entry, _ input: Input) -> [Effect] {
        notice = nil
        do throws(CommandWord.Problem) {
            let effects = try perform(WrittenCommand(text), input)
            writtenCommands.removeAll { $0 == text }
            writtenCommands.append(text)
            writtenCommands.removeFirst(max(0, writtenCommands.count - Self.mostCommands))
            return effects
        } catch {
            self.entry = entry
            self.entry?.problem = error.words
            return []
        }
    }

    /// Puts an earlier command in the line, or a later one; after the last one what was being written comes back.
    private func recall(_ entry: inout Entry, _ step: Int, _ input: Input) {
        let place = entry.completion.recalled ?? writtenCommands.count
        var next = place + step
        // One that could not be done stands there already.
        while writtenCommands.indices.contains(next), writtenCommands[next] == entry.field.text { next += step }
        guard next >= 0, next <= writtenCommands.count else { return }
        let draft = entry.completion.recalled == nil ? entry.field.text : entry.completion.draft
        entry.field = LineField(next == writtenCommands.count ? draft : writtenCommands[next])
        entry.completion = completion(of: entry.field, input)
        (entry.completion.recalled, entry.completion.draft) = (next == writtenCommands.count ? nil : next, draft)
    }

    // MARK: What there is

    /// What a command can begin with in the view that is shown.
    var commandWords: [CommandWord] {
        CommandWord.verbs
            + currentKeys.groups.flatMap(\.entries).flatMap { entry in
                entry.commands.compactMap { CommandWord.command($0, meaning: entry.meaning) }
            }
    }

    /// The word that a command begins with; one that other views have is said to be theirs.
    private func word(_ name: Substring) throws(CommandWord.Problem) -> CommandWord {
        do throws(CommandWord.Problem) {
            return try commandWords.word(name)
        } catch {
            let elsewhere = keys.allCommands.first { $0.rawValue.lowercased() == name.lowercased() && $0 != .command }
            guard let elsewhere, view != .lanes else { throw error }
            throw CommandWord.Problem(CleanText(elsewhere.rawValue) + " is for the lanes; :lanes goes there")
        }
    }

    // MARK: What each does

    private mutating func perform(_ written: WrittenCommand, _ input: Input) throws(CommandWord.Problem) -> [Effect] {
        let word = try word(written.name)
        let argument = String(written.argument)
        switch word.action {
        case .command(let command):
            guard argument.isEmpty else {
                throw CommandWord.Problem(CleanText(word.name) + " takes nothing behind it, and not " + CommandWord.quoted(argument))
            }
            if !canControl, currentKeys.groups.flatMap(\.entries).contains(where: { $0.isControl && $0.commands.contains(command) }) {
                throw CommandWord.Problem("this run cannot be controlled from here")
            }
            return perform(command, input)
        case .verb(.theme): return [argument.isEmpty ? .nextTheme : .theme(argument)]
        case .verb(let verb):
            guard let index = sessionIndex(input.timelines) else { throw CommandWord.Problem("there is no session yet") }
            let timeline = input.timelines[index]
            meet(timeline)
            meetGaps(timeline, input)
            return try perform(verb, argument, timeline, instant(timeline, input), input)
        }
    }

    private mutating func perform(
        _ verb: CommandWord.Verb, _ argument: String, _ timeline: Timeline, _ t: Int64, _ input: Input
    ) throws(CommandWord.Problem) -> [Effect] {
        switch verb {
        case .theme: break
        case .filter:
            if let problem = filter(by: argument, input) {
                throw CommandWord.Problem(problem)
            }
            view = .lanes
        case .search:
            look(for: argument, input)
            if search != nil {
                view = .lanes
                moveMatch(1, timeline, t)
            }
        case .sort: try sort(argument, timeline, t)
        case .seek: try seek(argument, timeline, input)
        case .speed: playhead.take(speed: try Self.factor(argument), at: t, clock: input.clock)
        case .marker:
            openMarker(timeline, t, input)
            if case .marker(let marker, let isNew)? = entry?.purpose, !argument.isEmpty {
                entry = nil
                return name(marker, isNew: isNew, .send(argument), .enter)
            }
        case .idle:
            if argument.isEmpty {
                toggleIdle(t, timeline, input)
            } else {
                skipIdle(longerThan: try Self.idleLimit(argument), t, input)
            }
        }
        return []
    }

    private mutating func seek(_ argument: String, _ timeline: Timeline, _ input: Input) throws(CommandWord.Problem) {
        guard !argument.isEmpty else {
            throw CommandWord.Problem("seek takes seconds, M:SS, H:MM:SS, 50%, or a marker's name")
        }
        let marks = transport.marks(timeline, session: sessionIndex(input.timelines) ?? 0)
        do throws(SeekPlace.NoMarker) {
            seek(try SeekPlace(argument).instant(in: timeline, markers: marks.map { ($0.t, $0.label.string) }), timeline, input)
        } catch {
            let remedy: CleanText =
                error.near.map { "; did you mean \"" + CleanText($0) + "\"?" } ?? ": seek takes seconds, M:SS, 50%, or a marker's name"
            throw CommandWord.Problem("no marker " + CommandWord.quoted(argument) + remedy)
        }
    }

    private static func factor(_ argument: String) throws(CommandWord.Problem) -> Double {
        if argument.lowercased() == "max" { return Playhead.asFastAsPossible }
        guard let factor = Double(argument.hasSuffix("x") ? String(argument.dropLast()) : argument),
            (Playhead.slowest...Playhead.fastest).contains(factor)
        else {
            throw CommandWord.Problem("speed takes a number from 0.1 to 64, or max" + notThat(argument))
        }
        return factor
    }

    private static func idleLimit(_ argument: String) throws(CommandWord.Problem) -> Int64 {
        guard let limit = Transport.idleLimit(argument) else {
            throw CommandWord.Problem("idle takes a number of seconds from 0.5 to 86400" + notThat(argument))
        }
        return limit
    }

    private static func notThat(_ argument: String) -> CleanText {
        argument.isEmpty ? "" : ", and not " + CommandWord.quoted(argument)
    }

    // MARK: Orders

    /// The orders that the view knows, by their names.
    var orderNames: [String] {
        view == .statistics ? StatisticsOrder.allCases.map(\.rawValue) : LaneOrder.allCases.map(\.words)
    }

    private mutating func sort(_ argument: String, _ timeline: Timeline, _ t: Int64) throws(CommandWord.Problem) {
        let words = argument.lowercased().split { $0.isWhitespace }
        guard let name = words.first else {
            if view != .statistics || !handleStatistics(.sort, timeline, t) {
                sort()
            }
            return
        }
        let known = orderNames
        let found = known.firstIndex { $0 == name } ?? Self.only(known.indices.filter { known[$0].hasPrefix(name) })
        guard let found else {
            let near = known.first { Spelling.isNear($0, String(name)) }
            throw CommandWord.Problem(
                near.map { "there is no order " + CommandWord.quoted(name) + "; did you mean " + CleanText($0) + "?" }
                    ?? "sort takes " + known.map { CleanText($0) }.joined(separator: ", ") + Self.notThat(String(name)))
        }
        guard words.count < 2 || words.count == 2 && "reversed".hasPrefix(words[1]) else {
            throw CommandWord.Problem(
                "behind an order sort takes reversed, or nothing" + Self.notThat(words.dropFirst().joined(separator: " ")))
        }
        if view == .statistics {
            statistics.find(timeline, t)
            (statistics.order, statistics.isReversed) = (StatisticsOrder.allCases[found], words.count == 2)
            statistics.arrange()
        } else {
            view = .lanes
            sort(by: LaneOrder.allCases[found], isReversed: words.count == 2)
        }
    }

    private static func only(_ places: [Int]) -> Int? { places.count == 1 ? places[0] : nil }
}
