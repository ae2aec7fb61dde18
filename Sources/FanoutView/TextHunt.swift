internal import FanoutEvents
internal import FanoutJSON
internal import FanoutTimeline

/// Looks for words in everything that is known of each lane.
///
/// What a lane is called is at hand; what it was given and what came of it stand in a file, and there may be a million of them. So they are read a
/// slice at a time: whoever draws shows what was found so far, and goes on between two pictures.
struct TextHunt: Sendable {
    /// Where in a lane the words stand.
    struct Hits: OptionSet, Sendable {
        var rawValue: UInt8
        static let name = Hits(rawValue: 1)
        static let arguments = Hits(rawValue: 2)
        static let result = Hits(rawValue: 4)
        static let output = Hits(rawValue: 8)
    }

    /// What was looked at in a lane, and what was found.
    private struct Looked: Sendable {
        var arguments = Place.none
        var resolved = Place.none
        var result = Place.none
        var output: UInt32 = 0
        var isNamed = false
        var hits: Hits = []
    }

    let needle: Needle
    private var lanes: [Looked] = []
    private var firstLane = 0
    /// When a lane told the output that they stand in, in microseconds since the session's start.
    private var told: [Int: Int64] = [:]
    /// Lanes that are still to be looked at in this round, and where it began.
    private var next = 0
    private var left = 0
    private var version = -1
    private var generation = -1
    /// Lanes of each turn in which something was found so far.
    private(set) var found: [Int: Int] = [:]
    /// Grows with what is found.
    private(set) var revision = 0

    /// Lines of output that are looked at, as many as can be looked at in the detail.
    private static let mostOutput = 2000

    init(_ needle: Needle) { self.needle = needle }

    /// Whether everything that is known by now was looked at.
    func isDone(_ timeline: Timeline) -> Bool { left == 0 && version == timeline.version && generation == timeline.generation }

    /// How much of this round is done, from 0 to 1.
    var progress: Double { lanes.isEmpty ? 1 : 1 - Double(left) / Double(lanes.count) }

    /// Where the words stand in a lane, of what there was at an instant.
    func hits(_ lane: Int, in timeline: Timeline, at t: Int64) -> Hits {
        guard lane >= firstLane, lane - firstLane < lanes.count else { return [] }
        var hits = lanes[lane - firstLane].hits
        guard !hits.isEmpty else { return hits }
        if timeline.lane(lane).ended > t { hits.remove(.result) }
        if hits.contains(.arguments), timeline.arguments(of: lane, at: t).isNone { hits.remove(.arguments) }
        if hits.contains(.output), let told = told[lane], told > t { hits.remove(.output) }
        return hits
    }

    /// Takes note of what is new; a round begins at a lane and comes round to it.
    mutating func meet(_ timeline: Timeline, from start: Int? = nil) {
        if generation != timeline.generation {
            self = TextHunt(needle)
            generation = timeline.generation
        }
        let range = timeline.laneRange
        if firstLane < range.lowerBound {
            lanes.removeFirst(min(lanes.count, range.lowerBound - firstLane))
            firstLane = range.lowerBound
            told = told.filter { $0.key >= firstLane }
            found = found.filter { $0.key >= timeline.firstTurn }
        }
        if lanes.count < range.count {
            lanes.append(contentsOf: repeatElement(Looked(), count: range.count - lanes.count))
        }
        guard version != timeline.version, left == 0 || version < 0 else { return }
        version = timeline.version
        left = lanes.count
        next = start.map { min(max($0, firstLane), range.upperBound) } ?? next
    }

    /// Looks at lanes until about so many lines were read.
    mutating func goOn(_ timeline: Timeline, _ event: (Place) -> Event?, lines: Int) {
        meet(timeline)
        var lines = lines
        // A lane that is as it was costs next to nothing, but there may be many.
        var lanes = lines * 50
        while left > 0, lines > 0, lanes > 0 {
            if next >= firstLane + self.lanes.count || next < firstLane {
                next = firstLane
            }
            lines -= look(next, timeline, event)
            next += 1
            left -= 1
            lanes -= 1
        }
    }

    /// Looks at what is new in a lane; returns how many lines were read.
    private mutating func look(_ number: Int, _ timeline: Timeline, _ event: (Place) -> Event?) -> Int {
        var looked = lanes[number - firstLane]
        let lane = timeline.lane(number)
        let before = looked.hits
        var lines = 0
        if !looked.isNamed {
            looked.isNamed = true
            let texts = [timeline.name(of: number), timeline.id(of: number), timeline.agent(of: number) ?? ""]
            if texts.contains(where: needle.occurs) { looked.hits.insert(.name) }
        }
        func read(_ place: Place, _ hit: Hits) {
            guard !place.isNone else { return }
            lines += 1
            if let event = event(place), occurs(in: event.body) { looked.hits.insert(hit) }
        }
        if looked.arguments != lane.arguments {
            looked.arguments = lane.arguments
            read(lane.arguments, .arguments)
        }
        let resolved = timeline.resolvedArguments(of: number)
        if looked.resolved != resolved {
            looked.resolved = resolved
            read(resolved, .arguments)
        }
        if looked.result != lane.result {
            looked.result = lane.result
            read(lane.result, .result)
        }
        let output = timeline.outputStamp(of: number)
        if looked.output != output {
            looked.output = output
            lines += readOutput(number, timeline, event, &looked)
        }
        // What it ended with in a word may be all that is known of it.
        if let word = timeline.word(of: number), needle.occurs(in: word) { looked.hits.insert(.result) }
        lanes[number - firstLane] = looked
        if looked.hits != before {
            revision += 1
            if before.isEmpty { found[Int(lane.turn), default: 0] += 1 }
        }
        return lines
    }

    /// Pieces of output end anywhere, so they are looked through as one text.
    private mutating func readOutput(_ number: Int, _ timeline: Timeline, _ event: (Place) -> Event?, _ looked: inout Looked) -> Int {
        guard !looked.hits.contains(.output) else { return 0 }
        let pieces = timeline.outputs(of: number, most: Self.mostOutput)
        var text = ""
        var ends: [(offset: Int, t: Int64)] = []
        for piece in pieces {
            text += event(piece.place).flatMap { Self.output($0.body) } ?? ""
            ends.append((text.utf8.count, piece.t))
        }
        if let offset = needle.offset(in: text) {
            looked.hits.insert(.output)
            told[number] = ends.first { $0.offset >= offset + needle.text.utf8.count }?.t ?? ends.last?.t
        }
        return pieces.count
    }

    private static func output(_ body: Event.Body) -> String? {
        switch body {
        case .callOutput(let output): output.text
        case .modelOutput(let output): output.text
        default: nil
        }
    }

    private func occurs(in body: Event.Body) -> Bool {
        switch body {
        case .callRequested(let body): return occurs(in: body.arguments)
        case .callStarted(let body): return occurs(in: body.arguments)
        case .callFinished(let body):
            return occurs(in: body.result)
                || body.error.map { needle.occurs(in: $0.message) || needle.occurs(in: $0.kind.rawValue) } ?? false
        case .modelFinished(let body):
            return body.error.map { needle.occurs(in: $0.message) } ?? false
        default: return false
        }
    }

    /// As it is shown: what is escaped in JSON is looked for as what it stands for.
    private func occurs(in json: JSONText?) -> Bool {
        guard let json, !json.isElided else { return false }
        let bytes = json.utf8
        guard bytes.contains(UInt8(ascii: "\\")) else {
            return bytes.withUnsafeBufferPointer { needle.offset(in: $0) } != nil
        }
        let value = json.value
        return needle.occurs(in: value.string ?? PrettyJSON.text(value))
    }
}
