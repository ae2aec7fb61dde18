internal import FanoutEvents

/// A message of the conversation, as the timeline keeps it: whose it is, when it was told, and where it stands.
public struct Utterance: Sendable {
    /// Whose words they are.
    public enum Speaker: UInt8, Sendable {
        case system, user, assistant, tool, other

        init(role: String) {
            switch role {
            case "system", "developer": self = .system
            case "user": self = .user
            case "assistant": self = .assistant
            case "tool": self = .tool
            default: self = .other
            }
        }
    }

    public internal(set) var t: Int64
    /// The line that tells it.
    public internal(set) var place: Place
    /// Its turn's place among the timeline's turns; nil where it named none that had begun.
    public var turn: Int? { turnPlace < 0 ? nil : Int(turnPlace) }
    public internal(set) var speaker: Speaker

    var turnPlace: Int32
    /// The one before it of the same turn, or of none, counted from 1; 0 for none.
    var previous: UInt32
}

extension Timeline {
    /// The messages that are held; a message's number stays its own.
    public var utteranceRange: Range<Int> { utterances.startIndex..<utterances.endIndex }

    public func utterance(_ number: Int) -> Utterance { utterances[number] }

    /// Those of a turn, or of no turn, in the order in which they were told.
    public func utterances(ofTurn turn: Int?) -> [Int] {
        var numbers: [Int] = []
        var next = turn.map { turns.indices.contains($0) ? turns[$0].lastUtterance : 0 } ?? lastLooseUtterance
        while next != 0, Int(next) > utterances.startIndex {
            numbers.append(Int(next) - 1)
            next = utterances[Int(next) - 1].previous
        }
        // Mostly they come in order.
        let inOrder = numbers.indices.dropFirst().allSatisfy { utterances[numbers[$0]].t <= utterances[numbers[$0 - 1]].t }
        numbers.reverse()
        return inOrder ? numbers : numbers.sorted { (utterances[$0].t, $0) < (utterances[$1].t, $1) }
    }

    mutating func apply(_ message: Event.Message, _ event: Event, _ place: Place) {
        // A message begins no turn: one that comes before its turn stands where its time puts it.
        let turn = message.turn.flatMap { turnNumbers[$0] }
        var said = Utterance(
            t: event.t, place: place, speaker: Utterance.Speaker(role: message.role), turnPlace: turn.map { Int32($0) } ?? -1, previous: 0)
        let number = UInt32(truncatingIfNeeded: utterances.endIndex + 1)
        if let turn {
            said.previous = turns[turn].lastUtterance
            turns[turn].lastUtterance = number
        } else {
            said.previous = lastLooseUtterance
            lastLooseUtterance = number
            outline += 1
        }
        utterances.append(said)
    }

    /// Gives back those before the turns that are kept.
    mutating func forgetUtterances() {
        var kept = utterances.endIndex
        for turn in turns[firstTurn...] {
            var next = turn.lastUtterance
            while next != 0, Int(next) > utterances.startIndex {
                kept = min(kept, Int(next) - 1)
                next = utterances[Int(next) - 1].previous
            }
        }
        utterances.forget(before: kept)
        outline += 1
    }
}

extension Timeline {
    /// How much of a lane's output was asked for.
    public struct OutputMark: Sendable, Hashable {
        fileprivate var last: UInt32 = 0

        public init() {}
    }

    /// The lines of a lane's output since a mark, the newest so many, oldest first; the mark moves behind them.
    public func outputs(of lane: Int, since mark: inout OutputMark, most: Int) -> [ToldLine] {
        var lines: [ToldLine] = []
        var next = lanes[lane].lastOutput
        while next != mark.last, next != 0, lines.count < most, Int(next) > outputs.startIndex {
            lines.append(outputs[Int(next) - 1].told)
            next = outputs[Int(next) - 1].previous
        }
        mark.last = lanes[lane].lastOutput
        return lines.reversed()
    }
}
