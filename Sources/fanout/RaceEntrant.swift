internal import FanoutEngine
internal import FanoutEvents
internal import FanoutTimeline

/// Rules that a contestant of a race runs under, as the command line names them.
struct RaceEntrant: Sendable, Hashable {
    enum Rules: Sendable, Hashable {
        case sequential
        case threads(Int)
        /// Side by side, at most so many.
        case limit(Int)
        case parallel
        /// As the recording tells that its turn was run.
        case recorded
    }

    /// As it was written.
    var word: String
    var rules: Rules

    var name: CleanText { CleanText(word) }

    /// What is raced where nobody says.
    static let usual = ["sequential", "threads", "parallel"]
    private static let range = 2...6

    /// - Parameter hasRecording: Whether there are rules that were recorded.
    static func list(_ text: String?, hasRecording: Bool) throws(UsageError) -> [RaceEntrant] {
        let words = text.map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? usual
        guard range.contains(words.count) else {
            throw UsageError(
                "--strategies \(text ?? ""): it takes from \(range.lowerBound) to \(range.upperBound), with commas between them")
        }
        var entrants: [RaceEntrant] = []
        for word in words {
            let entrant = RaceEntrant(word: word, rules: try rules(word, hasRecording: hasRecording))
            guard !entrants.contains(entrant) else {
                throw UsageError("--strategies \(text ?? ""): \(word) stands in it twice")
            }
            entrants.append(entrant)
        }
        return entrants
    }

    private static func rules(_ word: String, hasRecording: Bool) throws(UsageError) -> Rules {
        func count(_ prefix: String, most: Int) -> Int? {
            guard word.hasPrefix(prefix), let number = Int(word.dropFirst(prefix.count)), (1...most).contains(number) else { return nil }
            return number
        }
        switch word {
        case "sequential": return .sequential
        case "parallel": return .parallel
        case "threads": return .threads(10)
        case "recorded":
            guard hasRecording else {
                throw UsageError("--strategies recorded: a scenario really runs; only a recording has rules that were recorded")
            }
            return .recorded
        default: break
        }
        if let threads = count("threads:", most: 1000) {
            return .threads(threads)
        }
        if let limit = count("limit:", most: 100_000) {
            return .limit(limit)
        }
        throw UsageError(
            "--strategies \(word): it is one of sequential, threads, threads:N (1 to 1000), limit:N (1 to 100000), parallel\(hasRecording ? ", recorded" : "")"
        )
    }

    /// Changes how a turn runs to these rules.
    func apply(to options: inout TurnOptions) {
        options.parallelAllowed = true
        options.limit = nil
        switch rules {
        case .sequential: options.strategy = .sequential
        case .threads(let count): options.strategy = .threads(count)
        case .limit(let limit):
            options.strategy = .parallel
            options.limit = limit
        case .parallel, .recorded: options.strategy = .parallel
        }
    }

    /// The same for what a recording is played under; nil for the rules that were recorded.
    var whatIf: WhatIf.Rules? {
        switch rules {
        case .sequential: WhatIf.Rules(isSequential: true)
        case .threads(let count), .limit(let count): WhatIf.Rules(limit: count)
        case .parallel: WhatIf.Rules()
        case .recorded: nil
        }
    }
}
