internal import FanoutEvents

/// How long the turns of a session took, each beside the one that it is measured against.
struct TurnComparison {
    private let titles: [String]
    private let baselines: [Int]
    private let walls: [Int: Int64]

    /// - Parameters:
    ///   - titles: Of the turns, from the first.
    ///   - baselines: For each the number of the turn that it is measured against.
    init(_ titles: [String], baselines: [Int], in events: [Event]) {
        self.titles = titles
        self.baselines = baselines
        walls = TurnWall.all(in: events)
    }

    /// A line for each turn, with how many times faster it was.
    var text: String {
        let width = titles.map(\.count).max() ?? 0
        let lines = zip(titles, baselines).enumerated().compactMap { place, turn -> String? in
            guard let wall = walls[place + 1], let baseline = walls[turn.1] else { return nil }
            let padding = String(repeating: " ", count: width - turn.0.count)
            return "\(turn.0)\(padding)  \(Self.time(wall))  \(Self.decimal(Double(baseline) / Double(max(1, wall)), places: 1))x"
        }
        return lines.joined(separator: "\n")
    }

    private static func time(_ microseconds: Int64) -> String {
        microseconds < 50_000
            ? "\(decimal(Double(microseconds) / 1000, places: 2)) ms" : "\(decimal(Double(microseconds) / 1_000_000, places: 2)) s"
    }

    private static func decimal(_ value: Double, places: Int) -> String {
        let scale = places == 1 ? 10 : 100
        let scaled = Int(value * Double(scale) + 0.5)
        let fraction = String(scaled % scale)
        return "\(scaled / scale)." + String(repeating: "0", count: places - fraction.count) + fraction
    }
}

/// How long turns took.
enum TurnWall {
    /// From the start of a turn's first attempt to the end of its last, in microseconds.
    static func all(in events: [Event]) -> [Int: Int64] {
        var turns: [String: Int] = [:]
        var starts: [Int: Int64] = [:]
        var ends: [Int: Int64] = [:]
        var started: Set<String> = []
        for event in events {
            switch event.body {
            case .callRequested(let call): turns[call.call] = call.turn
            case .callStarted(let call):
                started.insert(call.call)
                if let turn = turns[call.call], starts[turn] == nil {
                    starts[turn] = event.t
                }
            case .callFinished(let call):
                if let turn = turns[call.call], started.contains(call.call) {
                    ends[turn] = event.t
                }
            case .toolDeclared, .turnStarted, .message, .modelStarted, .modelOutput, .modelRetrying, .modelFinished, .callAnnounced,
                .callQueued,
                .callDecided, .callProgress, .callOutput, .callRetrying, .callReleased, .turnFinished, .marker, .sessionFinished, .other:
                break
            }
        }
        return starts.reduce(into: [:]) { walls, start in
            walls[start.key] = (ends[start.key] ?? start.value) - start.value
        }
    }
}
