extension WhatIf {
    /// A whole recording under one set of rules.
    public struct Prediction: Sendable, Hashable {
        public var rules: Rules
        /// Microseconds of each turn, in the order of ``Study/turns``.
        public var walls: [Int64]
        /// The most attempts of any turn at one instant.
        public var peak: Int

        /// Microseconds of all turns, one after the other.
        public var wall: Int64 { walls.reduce(0, +) }
    }

    /// What a recording's turns took, and would have taken.
    public struct Study: Sendable {
        /// A turn with calls that ran.
        public struct Turn: Sendable, Hashable {
            /// Its timeline's place, and its own in it.
            public var timeline: Int
            public var turn: Int
            /// Microseconds from its first attempt's start to its last one's end, as recorded.
            public var wall: Int64
            /// The same as the machine plays it under the rules that were recorded: what it says of others is as good as this.
            public var replayed: Int64
            public var isApproximate: Bool
        }

        public var turns: [Turn]
        public var predictions: [Prediction]

        /// Microseconds of all turns as recorded.
        public var wall: Int64 { turns.reduce(0) { $0 + $1.wall } }
        /// The same as the machine plays it.
        public var replayed: Int64 { turns.reduce(0) { $0 + $1.replayed } }
        /// Whether instants are bounds and not measured.
        public var isApproximate: Bool { turns.contains(where: \.isApproximate) }
    }

    /// One after the other; limits of 1 to 16; no limit.
    public static let usual = [Rules(isSequential: true)] + [1, 2, 4, 8, 16].map { Rules(limit: $0) } + [Rules()]

    /// Tries rules on every turn of a recording that is not the work of a call: such work is part of that call's time.
    public static func study(_ timelines: Timelines, under rules: [Rules] = usual) -> Study {
        var study = Study(turns: [], predictions: rules.map { Prediction(rules: $0, walls: [], peak: 0) })
        for (index, timeline) in timelines.all.enumerated() {
            for place in timeline.turns.indices where place >= timeline.firstTurn && timeline.turns[place].parent == nil {
                let workload = timeline.workload(ofTurn: place)
                guard !workload.isEmpty else { continue }
                study.turns.append(
                    Study.Turn(
                        timeline: index, turn: place, wall: timeline.figures(ofTurn: place, at: timeline.last).wall,
                        replayed: play(workload, under: workload.recorded).wall, isApproximate: workload.isApproximate))
                for place in study.predictions.indices {
                    let outcome = play(workload, under: study.predictions[place].rules)
                    study.predictions[place].walls.append(outcome.wall)
                    study.predictions[place].peak = max(study.predictions[place].peak, outcome.peak)
                }
            }
        }
        return study
    }
}
