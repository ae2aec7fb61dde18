package import FanoutEvents
internal import FanoutTimeline

/// Which lanes are worth a row, as somebody wrote it: `tool:sql state:failed >2s text`.
///
/// Terms stand side by side and must all hold; a comma between words means either; `-` before a term turns it round; quotes keep spaces
/// together. What bears no name is looked for as text, in what the lane is called and in its arguments, result, error and output.
package struct LaneFilter: Sendable, Hashable {
    /// Why a filter cannot be understood.
    package struct Problem: Error, Sendable, Hashable {
        package var message: CleanText
    }

    struct Term: Sendable, Hashable {
        var test: Test
        var isTurnedRound = false
    }

    enum Test: Sendable, Hashable {
        case tool([Needle])
        case agent([Needle])
        case turn([ClosedRange<Int>])
        case state([StateWord])
        /// Microseconds.
        case longer(Int64)
        case shorter(Int64)
        /// The place of its needle among ``LaneFilter/needles``.
        case text(Int)
    }

    /// The words for what a lane is doing.
    package enum StateWord: String, CaseIterable, Sendable {
        case queued, running, retrying, ok, failed, timeout, cancelled, skipped, unknown
        /// Failed, or out of time.
        case error
        /// Not ended.
        case open
        /// Ended in any way.
        case ended

        func holds(of state: LaneState) -> Bool {
            switch self {
            case .queued: if case .waiting = state { true } else { state == .announced }
            case .running: if case .running = state { true } else { false }
            case .retrying:
                switch state {
                case .backoff: true
                case .running(let attempt): attempt > 1
                case .hidden, .announced, .waiting, .ended: false
                }
            case .ok: state == .ended(.ok)
            case .failed: state == .ended(.failed)
            case .timeout: state == .ended(.timeout)
            case .cancelled: state == .ended(.cancelled)
            case .skipped: state == .ended(.skipped)
            case .unknown: state == .ended(.unknown)
            case .error: state == .ended(.failed) || state == .ended(.timeout)
            case .open: state.isOpen
            case .ended: if case .ended = state { true } else { false }
            }
        }
    }

    /// As it was written.
    package let written: String
    /// What it looks for as text.
    package private(set) var needles: [Needle] = []
    private(set) var terms: [Term] = []

    /// Whether it lets everything through.
    package var isEmpty: Bool { terms.isEmpty }

    package init(_ written: String) throws(Problem) {
        self.written = written
        for word in Self.words(written) {
            if let term = try term(word) {
                terms.append(term)
            }
        }
    }

    /// Whether a lane passes.
    ///
    /// - Parameter hunts: What was found of each needle so far. No closure: it would copy the timeline for each lane.
    func holds(_ lane: Int, in timeline: Timeline, at t: Int64, _ hunts: [TextHunt]) -> Bool {
        for term in terms where holds(term.test, lane, timeline, t, hunts) == term.isTurnedRound {
            return false
        }
        return true
    }

    private func holds(_ test: Test, _ lane: Int, _ timeline: Timeline, _ t: Int64, _ hunts: [TextHunt]) -> Bool {
        switch test {
        case .tool(let names): return Self.holds(names, timeline.name(of: lane))
        case .agent(let names):
            guard let agent = timeline.agent(of: lane) else { return false }
            return Self.holds(names, agent)
        case .turn(let numbers):
            guard let number = timeline.turns[Int(timeline.lane(lane).turn)].number else { return false }
            return numbers.contains { $0.contains(number) }
        case .state(let words):
            let state = timeline.state(of: lane, at: t)
            return words.contains { $0.holds(of: state) }
        case .longer(let length): return timeline.runTime(of: lane, at: t) > length
        case .shorter(let length): return timeline.runTime(of: lane, at: t) < length
        case .text(let place): return !hunts[place].hits(lane, in: timeline, at: t).isEmpty
        }
    }

    private static func holds(_ needles: [Needle], _ text: String) -> Bool {
        for needle in needles where needle.occurs(in: text) { return true }
        return false
    }
}

// MARK: Reading

extension LaneFilter {
    /// A word, and whether any of it stood in quotes.
    private struct Word {
        var text = ""
        var isQuoted = false
    }

    private static func words(_ written: String) -> [Word] {
        var words: [Word] = []
        var word: Word?
        var isInQuotes = false
        for character in written {
            if character == "\"" {
                isInQuotes.toggle()
                word = word ?? Word()
                word?.isQuoted = true
            } else if character.isWhitespace, !isInQuotes {
                word.map { words.append($0) }
                word = nil
            } else {
                word = word ?? Word()
                word?.text.append(character)
            }
        }
        word.map { words.append($0) }
        return words
    }

    /// The names that a term can begin with.
    static let names = ["tool", "state", "agent", "turn"]

    /// The term that is being written at the end of a filter.
    struct UnfinishedTerm {
        /// The name that it begins with; nil where it bears none.
        var name: Substring?
        /// What is written of its last value, with the quote that it begins with.
        var value: Substring

        init(_ written: Substring) {
            var start = written.startIndex
            var isInQuotes = false
            for place in written.indices {
                if written[place] == "\"" {
                    isInQuotes.toggle()
                } else if written[place].isWhitespace, !isInQuotes {
                    start = written.index(after: place)
                }
            }
            value = written[start...]
            if value.first == "-" {
                value.removeFirst()
            }
            if let colon = value.firstIndex(of: ":") {
                name = value[..<colon]
                let values = value[value.index(after: colon)...]
                value = values.lastIndex(of: ",").map { values[values.index(after: $0)...] } ?? values
            }
        }
    }

    /// A term; nil of one that is still being written and says nothing yet.
    private mutating func term(_ word: Word) throws(Problem) -> Term? {
        let isTurnedRound = word.text.hasPrefix("-") && word.text.count > 1
        let text = isTurnedRound ? String(word.text.dropFirst()) : word.text
        guard let test = try test(text, isQuoted: word.isQuoted) else { return nil }
        return Term(test: test, isTurnedRound: isTurnedRound)
    }

    private mutating func test(_ text: String, isQuoted: Bool) throws(Problem) -> Test? {
        if let first = text.first, first == ">" || first == "<" {
            guard text.count > 1 else { return nil }
            let length = try Self.length(String(text.dropFirst()))
            return first == ">" ? .longer(length) : .shorter(length)
        }
        if let colon = text.firstIndex(of: ":") {
            let name = text[..<colon]
            let values = text[text.index(after: colon)...].split(separator: ",").map(String.init)
            if Self.names.contains(String(name)) {
                return values.isEmpty ? nil : try Self.test(String(name), values)
            }
            // A colon may be part of what is looked for; what looks like a name but is none is rather a slip.
            if !isQuoted, name.count > 1, name.allSatisfy(\.isLetter), !text[colon...].hasPrefix("://") {
                throw Problem(
                    message: "\"" + CleanText(String(name)) + ":\" is none of tool: state: agent: turn: (quotes make it text)")
            }
        }
        guard let needle = Needle(text) else { return nil }
        needles.append(needle)
        return .text(needles.count - 1)
    }

    private static func test(_ name: String, _ values: [String]) throws(Problem) -> Test {
        switch name {
        case "tool": return .tool(values.compactMap { Needle($0) })
        case "agent": return .agent(values.compactMap { Needle($0) })
        case "turn":
            var numbers: [ClosedRange<Int>] = []
            for value in values {
                let ends = value.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
                guard let first = ends[0], let last = ends.count == 2 ? ends[1] : first, first <= last else {
                    throw Problem(message: "turn:" + CleanText(value) + ": give a number, or two as 3-5")
                }
                numbers.append(first...last)
            }
            return .turn(numbers)
        default:
            var words: [StateWord] = []
            for value in values {
                guard let word = StateWord(rawValue: value) ?? Self.beginning(value, isLast: value == values.last) else {
                    let known = StateWord.allCases.map { CleanText($0.rawValue) }.joined(separator: " ")
                    throw Problem(message: "state:" + CleanText(value) + " is none of " + known)
                }
                words.append(word)
            }
            return .state(words)
        }
    }

    /// The state that a word in the writing can only become.
    private static func beginning(_ value: String, isLast: Bool) -> StateWord? {
        let candidates = StateWord.allCases.filter { $0.rawValue.hasPrefix(value) }
        return isLast ? candidates.first : nil
    }

    /// A length of time in microseconds; seconds where no unit is given.
    private static func length(_ text: String) throws(Problem) -> Int64 {
        let digits = text.prefix { $0.isNumber || $0 == "." }
        let units: [String: Double] = ["": 1e6, "us": 1, "µs": 1, "ms": 1e3, "s": 1e6, "m": 6e7, "min": 6e7, "h": 3.6e9]
        guard let number = Double(digits), let unit = units[String(text[digits.endIndex...])], number * unit < 1e15 else {
            throw Problem(message: "\"" + CleanText(text) + "\" is no time: give a number with us, ms, s, m or h")
        }
        return Int64(number * unit)
    }
}
