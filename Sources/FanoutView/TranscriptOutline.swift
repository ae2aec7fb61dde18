internal import FanoutTimeline

/// The parts of a conversation in the order in which they began, so that any place in it is found without reading what lies before.
struct TranscriptOutline: Sendable {
    enum Section: Sendable, Hashable {
        case turn(Int)
        /// A message of no turn.
        case loose(Int)
    }

    private(set) var sections: [(t: Int64, section: Section)] = []
    private var version = -1
    private var generation = -1
    private var firstTurn = 0

    mutating func update(_ timeline: Timeline) {
        guard (version, generation, firstTurn) != (timeline.outline, timeline.generation, timeline.firstTurn) else { return }
        (version, generation, firstTurn) = (timeline.outline, timeline.generation, timeline.firstTurn)
        var all: [(t: Int64, section: Section)] = timeline.utterances(ofTurn: nil).map { (timeline.utterance($0).t, .loose($0)) }
        all += (timeline.firstTurn..<max(timeline.firstTurn, timeline.turns.endIndex)).map { (timeline.turns[$0].started, .turn($0)) }
        // Messages come first where both came at one instant; a stable order of what is mostly in order.
        sections = all.enumerated().sorted { ($0.element.t, $0.offset) < ($1.element.t, $1.offset) }.map(\.element)
    }

    /// How many sections had begun.
    func count(at t: Int64) -> Int { firstIndex { $0 > t } }

    func index(of section: Section, in timeline: Timeline) -> Int? {
        let t: Int64
        switch section {
        case .turn(let turn):
            guard turn >= timeline.firstTurn else { return nil }
            t = timeline.turns[turn].started
        case .loose(let number): t = timeline.utterance(number).t
        }
        var index = firstIndex { $0 >= t }
        while index < sections.count, sections[index].t == t {
            if sections[index].section == section {
                return index
            }
            index += 1
        }
        return nil
    }

    private func firstIndex(_ isBehind: (Int64) -> Bool) -> Int { sections.end { !isBehind($0.t) } }
}
