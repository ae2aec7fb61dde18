/// One of the few words that a field of the format may hold.
protocol EventWord: RawRepresentable<String>, CaseIterable, Sendable {
    static var table: WordTable<Self> { get }
}

extension Event.Approximation: EventWord { static let table = WordTable<Self>() }
extension Event.Outcome: EventWord { static let table = WordTable<Self>() }
extension Event.TurnOutcome: EventWord { static let table = WordTable<Self>() }
extension Event.SessionOutcome: EventWord { static let table = WordTable<Self>() }
extension Event.Wait: EventWord { static let table = WordTable<Self>() }
extension Event.Decision: EventWord { static let table = WordTable<Self>() }
extension Event.DecisionScope: EventWord { static let table = WordTable<Self>() }
extension Event.Finish: EventWord { static let table = WordTable<Self>() }
extension Event.OutputKind: EventWord { static let table = WordTable<Self>() }
extension Event.OutputStream: EventWord { static let table = WordTable<Self>() }
extension Event.MarkerKind: EventWord { static let table = WordTable<Self>() }
