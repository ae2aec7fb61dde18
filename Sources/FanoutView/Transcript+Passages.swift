internal import FanoutEvents
internal import FanoutTimeline

// Which passages there are, and which comes after which.
extension Transcript {
    /// A passage among those of its section.
    struct Cursor {
        var section: Int
        var passages: [Passage]
        var place: Int

        var passage: Passage { passages[place] }
    }

    func last(_ scene: Scene) -> Cursor? { edge(scene, isLast: true) }

    func edge(_ scene: Scene, isLast: Bool) -> Cursor? {
        let count = outline.count(at: scene.t)
        for offset in 0..<count {
            let section = isLast ? count - 1 - offset : offset
            let passages = passages(section, scene)
            if !passages.isEmpty {
                return Cursor(section: section, passages: passages, place: isLast ? passages.count - 1 : 0)
            }
        }
        return nil
    }

    func locate(_ passage: Passage, _ scene: Scene) -> Cursor? {
        let timeline = scene.timeline
        let section: TranscriptOutline.Section
        switch passage {
        case .utterance(let number):
            guard timeline.utteranceRange.contains(number) else { return nil }
            section = timeline.utterance(number).turn.map { .turn($0) } ?? .loose(number)
        case .heading(let turn), .ending(let turn): section = .turn(turn)
        case .reply(let lane), .call(let lane):
            guard timeline.laneRange.contains(lane) else { return nil }
            section = .turn(Int(timeline.lane(lane).turn))
        }
        guard let index = outline.index(of: section, in: timeline), index < outline.count(at: scene.t) else { return nil }
        let passages = passages(index, scene)
        return passages.firstIndex(of: passage).map { Cursor(section: index, passages: passages, place: $0) }
    }

    /// Goes to the next passage, or the one before; false where there is none.
    func step(_ cursor: inout Cursor, _ direction: Int, _ scene: Scene) -> Bool {
        if cursor.passages.indices.contains(cursor.place + direction) {
            cursor.place += direction
            return true
        }
        let count = outline.count(at: scene.t)
        var section = cursor.section + direction
        while section >= 0, section < count {
            let passages = passages(section, scene)
            if !passages.isEmpty {
                cursor = Cursor(section: section, passages: passages, place: direction > 0 ? 0 : passages.count - 1)
                return true
            }
            section += direction
        }
        return false
    }

    /// What a section had to show at the instant.
    func passages(_ index: Int, _ scene: Scene) -> [Passage] {
        let timeline = scene.timeline
        switch outline.sections[index].section {
        case .loose(let number):
            return [.utterance(number)]
        case .turn(let turn):
            let lanes = timeline.turns[turn].lanes.lazy.map { Int($0) }.filter { timeline.lane($0).seen <= scene.t }
            let said = timeline.utterances(ofTurn: turn).filter { timeline.utterance($0).t <= scene.t }
            // What a reply says is told piece by piece; only where it was not, its message tells.
            let isHeard = lanes.contains { timeline.lane($0).kind == .model && timeline.hasOutput($0) }
            var passages: [Passage] = said.filter { Self.opens(timeline.utterance($0).speaker) }.map { .utterance($0) }
            passages.append(.heading(turn: turn))
            let replies = isHeard ? [] : said.filter { timeline.utterance($0).speaker == .assistant }
            var isSaid = replies.isEmpty
            for lane in lanes {
                if timeline.lane(lane).kind == .model {
                    passages.append(.reply(lane: lane))
                } else {
                    if !isSaid {
                        passages += replies.map { .utterance($0) }
                        isSaid = true
                    }
                    passages.append(.call(lane: lane))
                }
            }
            if !isSaid {
                passages += replies.map { .utterance($0) }
            }
            let own = timeline.turns[turn]
            if own.finished <= scene.t, let outcome = own.outcome, outcome != .ok {
                passages.append(.ending(turn: turn))
            }
            return passages
        }
    }

    /// Whether what somebody says stands before the turn that answers it.
    private static func opens(_ speaker: Utterance.Speaker) -> Bool {
        switch speaker {
        case .system, .user, .other: true
        case .assistant, .tool: false
        }
    }
}
